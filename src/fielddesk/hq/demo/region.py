"""The demo's customers, their sites and people, and 600 machines of 25 models, some built into another."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from fielddesk.features.assets.actions import create_asset
from fielddesk.features.customers.actions import create_contact, create_customer, create_site
from fielddesk.features.lifecycle.actions import create_model, edit_model
from fielddesk.hq.demo.catalogue import Model, models
from fielddesk.hq.demo.people import Firm, firms
from fielddesk.hq.demo.work import Work
from fielddesk.store.actions import Call, call

MACHINES_A_SITE: Final = 5
UNIT: Final = "HPU-30"
PRESS: Final = "HP-250"
HAZARDS: Final = {
    "en": "Hydraulic pressure up to 250 bar. Hot surfaces at the oil tank. Fork lift traffic in hall 2.",
    "zh_cn": "液压压力最高 250 bar；油箱表面高温；二号厂房有叉车通行。",
    "zh_tw": "油壓壓力最高 250 bar；油箱表面高溫；二廠有堆高機通行。",
}


@dataclass
class Machine:
    """A machine of the demo; `within` is the one it is built into, `asset_id` known once it was entered."""

    customer_id: str
    site_id: str
    firm: Firm
    model: Model
    serial: str
    name: str
    within: Machine | None = None
    asset_id: str = ""


def make_models(work: Work, today: date) -> dict[str, str]:
    """The models, then what replaces which; number to id."""
    all_models = models()
    calls = [
        call(
            create_model, number=model.number, names=model.names(), product_class=model.product_class,
            stage=model.stage, since=(today - timedelta(days=30 * model.since)).isoformat(),
            reason="Taken over from the product plan", dates_source="Product plan 2026-2", **model.dates(today),
        )
        for model in all_models
    ]  # fmt: skip
    ids = dict(zip([model.number for model in all_models], work.many(calls), strict=True))
    work.many(
        call(edit_model, based_on={"replacement_id": None}, model_id=ids[model.number],
             replacement_id=ids[model.replacement])
        for model in all_models if model.replacement
    )  # fmt: skip
    return ids


def make_customers(work: Work, count: int) -> list[tuple[Firm, str, list[str]]]:
    """Customers, sites and contacts; each firm with its id and those of its sites."""
    found = list(islice(firms(), count))
    customers = work.many(
        call(
            create_customer, number=firm.number, name=firm.name, tier=firm.tier, street=firm.sites[0][1],
            postal_code=firm.town.postal_code, city=firm.town.city, country=firm.town.country,
            language=firm.town.language, phone=f"+{40 + nth} 555 {1000 + nth}",
        )
        for nth, firm in enumerate(found)
    )  # fmt: skip
    pairs = [(firm, customer, site) for firm, customer in zip(found, customers, strict=True) for site in firm.sites]
    sites = work.many(
        call(
            create_site, customer_id=customer, name=name, street=street, postal_code=firm.town.postal_code,
            city=firm.town.city, country=firm.town.country, zone=firm.town.zone, access=firm.town.gate,
            hazards=HAZARDS[firm.town.language], induction_needed=int(firm.tier == "strategic"),
        )
        for firm, customer, (name, street, _person) in pairs
    )  # fmt: skip
    work.many(
        call(
            create_contact, customer_id=customer, site_id=site, name=person, language=firm.town.language,
            phone=f"+{40 + nth % 40} 555 {2000 + nth}",
        )
        for nth, ((firm, customer, (_name, _street, person)), site) in enumerate(zip(pairs, sites, strict=True))
    )  # fmt: skip
    each = len(found[0].sites)
    return [
        (firm, customer, sites[nth * each : (nth + 1) * each])
        for nth, (firm, customer) in enumerate(zip(found, customers, strict=True))
    ]


def make_machines(
    work: Work, customers: Sequence[tuple[Firm, str, list[str]]], model_ids: dict[str, str], today: date,
    draw: random.Random,
) -> list[Machine]:  # fmt: skip
    """Five machines at each site; where a press stands, the fifth is the power unit built into it."""
    machines: list[Machine] = []
    for firm, customer, sites in customers:
        for site in sites:
            machines += _at(firm, customer, site, len(machines))
    for step in ([one for one in machines if one.within is None], [one for one in machines if one.within]):
        ids = work.many(_entered(one, model_ids, today - timedelta(days=draw.randint(200, 2400))) for one in step)
        for one, asset_id in zip(step, ids, strict=True):
            one.asset_id = asset_id
    return machines


def first_press(machines: Sequence[Machine]) -> Machine:
    """The machine that the demo begins with: a press of a customer who reads English."""
    found = (one for one in machines if one.model.number == PRESS and one.firm.town.language == "en")
    return next(found)


def _at(firm: Firm, customer: str, site: str, before: int) -> list[Machine]:
    sold = [model for model in models() if model.stage != "research" and model.product_class != "software"]
    unit = next(model for model in sold if model.number == UNIT)
    chosen = [sold[(before // MACHINES_A_SITE + nth * 7) % len(sold)] for nth in range(MACHINES_A_SITE)]
    here: list[Machine] = []
    for nth, model in enumerate(chosen):
        press = next((one for one in here if one.model.number.startswith("HP-")), None)
        within = press if nth == MACHINES_A_SITE - 1 else None
        model = unit if within else model
        name = {"en": model.en, "zh_cn": model.zh_cn, "zh_tw": model.zh_tw}[firm.town.language]
        serial = f"{model.number.replace('-', '')}-{1000 + 7 * (before + nth)}"
        here.append(Machine(customer, site, firm, model, serial, f"{name} #{nth + 1}", within))
    return here


def _entered(one: Machine, model_ids: dict[str, str], installed: date) -> Call:
    return call(
        create_asset, customer_id=one.customer_id, site_id=one.site_id, serial=one.serial, name=one.name,
        model=one.model.number, model_id=model_ids[one.model.number], software_version=f"4.{len(one.serial) % 4}",
        building="Hall 2", position=f"Line {1 + len(one.name) % 4}", installed_on=installed.isoformat(),
        warranty_until=(installed + timedelta(days=730)).isoformat(),
        parent_id=one.within.asset_id if one.within else None,
    )  # fmt: skip
