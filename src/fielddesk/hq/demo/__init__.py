"""Demo data made by actions at headquarters, with dates relative to today; on real lists where they are at hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from fielddesk.core.clock import Clock, local_day
from fielddesk.features.inspections.model import Checklist, ChecklistVersion
from fielddesk.features.inspections.rules import parse_items
from fielddesk.features.lists.model import Report
from fielddesk.features.parts.actions import create_place, import_parts, receive_stock
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.rules import DEPOT, MILLION, VAN
from fielddesk.features.people.actions import create_user
from fielddesk.hq.checklists import publish_checklist_file, shipped
from fielddesk.hq.demo.catalogue import own_parts, parts
from fielddesk.hq.demo.history import Sheet, make_history, make_plans
from fielddesk.hq.demo.orders import ON_NO_VAN, give_real_orders, make_orders, plan_days
from fielddesk.hq.demo.people import ENGINEERS, STAFF
from fielddesk.hq.demo.region import first_press, make_customers, make_machines, make_models
from fielddesk.hq.demo.work import Work
from fielddesk.hq.importer import import_file
from fielddesk.hq.service import Headquarters
from fielddesk.hq.visits import open_visits
from fielddesk.store.actions import call

VANS: Final = {"engineer": "Van 12", "colleague": "Van 7", "third": "Van 3"}
PARTS_AT_ONCE: Final = 200
IN_A_VAN: Final = 60


@dataclass(frozen=True)
class Extent:
    """How large the region is: customers of three sites with five machines each, parts, quarters of readings."""

    customers: int
    parts: int
    quarters: int


WHOLE: Final = Extent(40, 3_000, 8)
SMALL: Final = Extent(3, 40, 1)
"""For tests that need somebody's orders and not a region to look at."""


@dataclass(frozen=True)
class Demo:
    """Who can sign in to the demo, and what was imported."""

    people: dict[str, str]
    reports: tuple[Report, ...]


def make_demo(
    office: Headquarters,
    administrator: str,
    clock: Clock,
    lists: Sequence[Path] = (),
    say: Callable[[str], None] = lambda text: None,
    extent: Extent = WHOLE,
) -> Demo:
    """A service region: people, vans, products in all stages, customers, machines, readings and orders around today.

    With `lists` (parts, maintenance texts) these are taken in as well. `extent` says how much of it all is wanted.
    """
    draw = random.Random(7)
    today = date.fromisoformat(local_day(clock.now(), clock.zone()))
    founder = Work(office, administrator)
    people = {login: founder.one(create_user, login=login, name=name, role=role) for login, name, role in STAFF}
    work = Work(office, people["dispatcher"])
    places = [
        *(work.one(create_place, name=name, kind=VAN, keeper_id=people[login]) for login, name in VANS.items()),
        work.one(create_place, name="Central depot", kind=DEPOT),
    ]
    reports = []
    for path in lists:
        say(path.name)
        reports.append(import_file(office, work.user_id, path))
    _catalogue(work, extent)
    models = make_models(work, today)
    sheets = _checklists(office, work.user_id)
    machines = make_machines(work, make_customers(work, extent.customers), models, today, draw)
    begins_with = first_press(machines)
    inspected = [begins_with, *(one for one in machines if one is not begins_with)]
    planned = make_plans(work, inspected, sheets, [people[login] for login in ENGINEERS], today, extent.quarters)
    make_history(work, planned, draw)
    open_visits(office, today.isoformat())
    make_orders(work, machines, people, today, draw)
    if reports:
        give_real_orders(work, people, today, draw)
    plan_days(work, people, today, clock.zone(), begins_with.asset_id)
    _stock(work, places, draw)
    return Demo(people, tuple(reports))


def _catalogue(work: Work, extent: Extent) -> None:
    lines = [*own_parts(), *islice(parts(), extent.parts)]
    for start in range(0, len(lines), PARTS_AT_ONCE):
        work.many([call(import_parts, lines=lines[start : start + PARTS_AT_ONCE])])


def _checklists(office: Headquarters, user_id: str) -> Mapping[str, Sheet]:
    """The checklists that FieldDesk brings along, by number."""
    found = {}
    for path in shipped():
        taken = publish_checklist_file(office, user_id, path)
        with office.read() as read:
            checklist, version = read.one(Checklist, taken.checklist_id), read.one(ChecklistVersion, taken.version_id)
        found[checklist.number] = Sheet(checklist.id, version.id, parse_items(version.items))
    return found


def _stock(work: Work, places: Sequence[str], draw: random.Random) -> None:
    with work.office.read() as read:
        c = Part.c
        own = [line["number"] for line in own_parts()]
        mine = [row[0] for row in read.rows(sa.select(c.id).where(c.number.in_(own)).order_by(c.number))]
        [absent] = read.all(Part, c.number == ON_NO_VAN)
        on_vans = [part for part in mine if part != absent.id]
        others = [row[0] for row in read.rows(sa.select(c.id).where(c.number.not_in(own)).order_by(c.number))]
    work.many(
        call(receive_stock, place_id=place, part_id=part, quantity=draw.randint(1, 9) * MILLION)
        for place in places
        for part in [*(mine if place == places[-1] else on_vans), *draw.sample(others, min(IN_A_VAN, len(others)))]
    )


def real_lists(shared: Path) -> list[Path]:
    """The real lists in a folder, those that are there: parts first, then maintenance texts."""
    names = ("ldraw_parts.csv.gz", "maintenance_texts.jsonl.gz")
    return [shared / name for name in names if (shared / name).is_file()]
