"""Demo data made by actions at headquarters, with dates relative to today; on real lists where they are at hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import Clock, local_day
from fielddesk.features.assets.actions import create_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.parts.actions import create_place, import_parts, receive_stock
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.rules import DEPOT, MILLION, VAN
from fielddesk.features.people.actions import create_user
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.features.workorders.actions import add_note, assign_order, create_order
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq.importer import Office, Report, import_file
from fielddesk.store.actions import Call, call

CUSTOMERS = (
    ("K-1001", "Harbour Stamping", "key", "Dock Road 14", "20457", "Hamburg", "DE"),
    ("K-1002", "Northfield Castings", "standard", "Mill Lane 7", "S3 8GY", "Sheffield", "GB"),
    ("K-1003", "Lindqvist Metall", "standard", "Verkstadsgatan 3", "417 07", "Göteborg", "SE"),
    ("K-1004", "深圳市海港冲压有限公司", "strategic", "南山区科技路 18 号", "518057", "深圳", "CN"),
    ("K-1005", "新竹精密鑄造股份有限公司", "key", "光復路二段 101 號", "300044", "新竹", "TW"),
    ("K-1006", "Baltic Foundry", "standard", "Ostseekai 2", "24103", "Kiel", "DE"),
)
MACHINES = (
    ("Press", "HP-250", "Hall 2", "Line {n}"),
    ("Robot cell", "RC-4", "Hall 1", "Cell {n}"),
    ("Kiln drive", "KD-90", "Kiln house", "Drive {n}"),
    ("Compressor", "C-75", "Utilities", "Room {n}"),
    ("Conveyor", "CV-12", "Dispatch", "Lane {n}"),
)
FAULTS = (
    ("repair", "Kiln drive trips"), ("repair", "Robot cell stops"), ("repair", "Pressure drifts"),
    ("inspection", "Quarterly inspection"), ("repair", "Oil change 2 000 h"), ("repair", "Waiting for seal kit"),
    ("upgrade", "Controller update 4.2"), ("repair", "Replace light curtain"), ("training", "Operator training"),
    ("repair", "主轴轴承异响"), ("repair", "液壓缸漏油"), ("repair", "Spindle bearing hot"),
)  # fmt: skip
PARTS = (
    ("7SR1-03-3", {"en": "Bearing, axis 3", "zh_CN": "三轴轴承", "zh_TW": "三軸軸承"}, "7SR1-03-4"),
    (
        "7SR1-03-4",
        {"en": "Bearing, axis 3, sealed", "zh_CN": "三轴轴承（密封型）", "zh_TW": "三軸軸承（密封型）"},
        None,
    ),
    ("4S-118", {"en": "Seal kit, main cylinder", "zh_CN": "主缸密封件套装", "zh_TW": "主缸密封件套組"}, None),
    ("GR-0400", {"en": "Grease LGEP 2, 400 g", "zh_CN": "润滑脂 LGEP 2，400 g", "zh_TW": "潤滑脂 LGEP 2，400 g"}, None),
    ("LC-0900", {"en": "Light curtain 900 mm", "zh_CN": "安全光幕 900 mm", "zh_TW": "安全光柵 900 mm"}, None),
    ("BT-1250", {"en": "Drive belt 1 250 mm", "zh_CN": "传动带 1 250 mm", "zh_TW": "傳動帶 1 250 mm"}, None),
    ("FL-0025", {"en": "Filter element 25 µm", "zh_CN": "滤芯 25 µm", "zh_TW": "濾芯 25 µm"}, None),
    ("VL-0312", {"en": "Pressure relief valve", "zh_CN": "溢流阀", "zh_TW": "溢流閥"}, None),
)
PEOPLE = (
    ("dispatcher", "M. Adeyemi", DISPATCHER),
    ("engineer", "M. Okafor", ENGINEER),
    ("colleague", "林怡君", ENGINEER),
)


@dataclass(frozen=True)
class Demo:
    """Who can sign in to the demo, and what was imported."""

    people: dict[str, str]
    reports: tuple[Report, ...]


def make_demo(
    office: Office,
    administrator: str,
    clock: Clock,
    lists: Sequence[Path] = (),
    say: Callable[[str], None] = lambda text: None,
) -> Demo:
    """People, vans, customers, machines, parts, stock and three weeks of orders around today.

    With `lists` (parts, maintenance texts) the catalogue and the orders come from these instead.
    """
    draw = random.Random(7)
    people = {
        login: _one(office, administrator, create_user, login=login, name=name, role=role)
        for login, name, role in PEOPLE
    }
    boss = people["dispatcher"]
    vans = {
        "engineer": _one(office, boss, create_place, name="Van 12", kind=VAN, keeper_id=people["engineer"]),
        "colleague": _one(office, boss, create_place, name="Van 7", kind=VAN, keeper_id=people["colleague"]),
    }
    depot = _one(office, boss, create_place, name="Central depot", kind=DEPOT)
    reports = []
    for path in lists:
        say(path.name)
        reports.append(import_file(office, boss, path))
    _own_catalogue(office, boss)
    _own_orders(office, boss, people, clock, draw)
    if reports:
        _real_orders(office, boss, people, clock, draw)
    _stock(office, boss, [*vans.values(), depot], draw)
    return Demo(people, tuple(reports))


def _one(office: Office, user_id: str, action: Callable[..., Any], **args: Any) -> str:
    return str(office.perform([call(action, **args)], user_id).results[0])


def _many(office: Office, user_id: str, calls: Iterable[Call]) -> list[Any]:
    found: list[Any] = []
    batch = list(calls)
    for start in range(0, len(batch), 100):
        found += office.perform(batch[start : start + 100], user_id).results
    return found


def _own_catalogue(office: Office, boss: str) -> None:
    lines = [
        {
            "number": number,
            "names": canonical.dumps(names),
            "category": "Spare part",
            "unit": "piece",
            "replaced_by": by,
        }
        for number, names, by in PARTS
    ]
    office.perform([call(import_parts, lines=lines)], boss)


def _own_orders(office: Office, boss: str, people: dict[str, str], clock: Clock, draw: random.Random) -> None:
    today = date.fromisoformat(local_day(clock.now(), clock.zone()))
    customers = _many(
        office,
        boss,
        [
            call(
                create_customer, number=number, name=name, tier=tier, street=street, postal_code=code, city=city,
                country=country,
            )
            for number, name, tier, street, code, city, country in CUSTOMERS
        ],
    )  # fmt: skip
    machines: list[tuple[str, dict[str, Any]]] = []
    for nth, customer in enumerate(customers):
        for count in range(3):
            name, model, building, position = MACHINES[(nth + count) % len(MACHINES)]
            machines.append(
                (
                    customer,
                    {
                        "serial": f"{model.replace('-', '')}-{1000 + 37 * nth + count}",
                        "name": f"{name} {model} #{count + 1}",
                        "model": model,
                        "software_version": f"4.{nth % 3}",
                        "building": building,
                        "position": position.format(n=count + 1),
                    },
                )
            )
    assets = _many(office, boss, [call(create_asset, customer_id=c, **fields) for c, fields in machines])
    owner = dict(zip(assets, (customer for customer, _ in machines), strict=True))
    calls = []
    for nth in range(36):
        kind, title = FAULTS[nth % len(FAULTS)]
        asset = assets[draw.randrange(len(assets))]
        who = ("engineer", "engineer", "colleague", None)[nth % 4]
        calls.append(
            call(
                create_order, number=f"WO-HQ-{today.year}-{1020 + nth}", kind=kind, title=title, asset_id=asset,
                customer_id=owner[asset], due_on=(today + timedelta(days=draw.randint(-2, 14))).isoformat(),
                assignee_id=people[who] if who else None,
                description="Reported by telephone. The customer asks to be called before the visit.",
            )
        )  # fmt: skip
    orders = _many(office, boss, calls)
    notes = ("Gate 3, ask for the shift leader.", "Customer sent a photo of the leak.", "钥匙在门卫处。")
    _many(office, boss, [call(add_note, order_id=order, text=notes[n % 3]) for n, order in enumerate(orders[:12])])


def _real_orders(office: Office, boss: str, people: dict[str, str], clock: Clock, draw: random.Random) -> None:
    """Give some of the imported orders to the engineers, due around today."""
    today = date.fromisoformat(local_day(clock.now(), clock.zone()))
    with office.read() as read:
        query = sa.select(WorkOrder.c.id).join(Asset.__table__, Asset.c.id == WorkOrder.c.asset_id)
        query = query.where(WorkOrder.c.assignee_id.is_(None), WorkOrder.c.number.like("MT-%")).order_by(
            WorkOrder.c.number
        )
        found = [row[0] for row in read.rows(query)]
    chosen = draw.sample(found, min(120, len(found)))
    _many(
        office,
        boss,
        [
            call(
                assign_order, based_on={"assignee_id": None, "due_on": None}, order_id=order,
                assignee_id=people["engineer" if nth % 3 else "colleague"],
                due_on=(today + timedelta(days=draw.randint(-3, 21))).isoformat(),
            )
            for nth, order in enumerate(chosen)
        ],
    )  # fmt: skip


def _stock(office: Office, boss: str, places: list[str], draw: random.Random) -> None:
    with office.read() as read:
        own = [number for number, _, _ in PARTS]
        mine = [row[0] for row in read.rows(sa.select(Part.c.id).where(Part.c.number.in_(own)).order_by(Part.c.number))]
        others = [
            row[0] for row in read.rows(sa.select(Part.c.id).where(Part.c.number.not_in(own)).order_by(Part.c.number))
        ]
    calls = []
    for place in places:
        for part in mine + draw.sample(others, min(60, len(others))):
            calls.append(call(receive_stock, place_id=place, part_id=part, quantity=draw.randint(1, 9) * MILLION))
    _many(office, boss, calls)


def real_lists(shared: Path) -> list[Path]:
    """The real lists in a folder, those that are there: parts first, then maintenance texts."""
    names = ("ldraw_parts.csv.gz", "maintenance_texts.jsonl.gz")
    return [shared / name for name in names if (shared / name).is_file()]
