"""The lists of the spine say the same on a laptop and on headquarters' PostgreSQL, from the same rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fielddesk.core.clock import FixedClock, local_day
from fielddesk.features.assets import queries as assets
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers import queries as customers
from fielddesk.features.documents import queries as documents
from fielddesk.features.documents.model import Attachment
from fielddesk.features.inspections import queries as inspections
from fielddesk.features.inspections.model import (
    Answer,
    Checklist,
    ChecklistVersion,
    Inspection,
    InspectionPlan,
    PlanException,
)  # fmt: skip
from fielddesk.features.lifecycle import queries as lifecycle
from fielddesk.features.parts import queries as parts
from fielddesk.features.people import queries as people
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders import queries as orders
from fielddesk.features.workorders.model import SignOff, WorkOrder
from fielddesk.store import connect
from fielddesk.store.database import Store
from fielddesk.store.tables import SYNCED, Synced
from fielddesk.store.tx import Reading, write
from tests.support import lives, region
from tests.support.laptops import some_id
from tests.support.postgres import Server, postgres
from tests.support.region import ANNA

__all__ = ["postgres"]  # the fixture

ORDER, BEARING = some_id("WO-A7-2026-1051"), some_id("7SR1-03-4")
TEXTS = ("", "robot", "ROBOT", "ß", "密封", "50%", "a_b", "!", "7SR", "nothing")


def rows(now: int) -> list[Synced]:
    """The region, and orders whose keys collide in every way a sort can meet."""
    draw = random.Random(3)
    more: list[Synced] = [
        WorkOrder(
            id=some_id(f"same {n}"), number=f"WO-B{n % 3}", kind="repair", rev=1,
            title=draw.choice(["50% worn", "a_b", "axb", "Größe", "robot!", "ÄÖ"]),
            customer_id=some_id(draw.choice(region.CUSTOMERS)[0]), assignee_id=draw.choice([ANNA, None]),
            status=draw.choice(["open", "assigned", "completed"]), opened_at=draw.randrange(3),
            due_on=draw.choice([None, "2026-12-31", local_day(now, "UTC"), "2027-02-01"]),
        )
        for n in range(60)
    ]  # fmt: skip
    photos = [
        Attachment(
            id=some_id(f"photo {n}"), rev=1, order_id=ORDER if n % 2 else None, asset_id=some_id("7SR-1033"),
            kind=("photo", "file", "signature")[n % 3], name=f"{n}.jpg", media_type="image/jpeg", size=1, at=n // 4,
            sha256=f"{n:064x}", item="pump" if n % 5 == 0 else "none", by_id=ANNA, archived_at=1 if n == 7 else None,
        )
        for n in range(20)
    ]  # fmt: skip
    more += [
        SignOff(id=some_id(f"signed {n}"), rev=1, order_id=ORDER, signer=f"Ö {n}", by_id=ANNA, at=n // 2)
        for n in range(4)
    ]
    return [
        *photos, *region.people(), *region.stock_places(), *region.customers(), *region.assets(),
        *region.orders(now, "Europe/Berlin"), *region.parts(), *region.notes(now), *region.ledger(now), *more,
        *inspected(now),
        lives.revision(), *lives.models(), *lives.stage_changes(), *lives.parts_of_the_robot(),
    ]  # fmt: skip


def inspected(now: int) -> list[Synced]:
    """Two checklists, plans of every kind, and inspections in every state, some with the same day."""
    draw = random.Random(5)
    items = (
        '[{"key":"p","kind":"number","names":{"en":"P"},"low":92,"high":108},'
        '{"key":"s","kind":"pass_fail","names":{"en":"S"}}]'
    )
    found: list[Synced] = []
    for name in ("a", "b"):
        found += [
            Checklist(id=some_id(f"list {name}"), number=name, names=f'{{"en":"{name} 50%","zh_CN":"点检"}}', rev=1),
            ChecklistVersion(
                id=some_id(f"version {name}"), checklist_id=some_id(f"list {name}"), version=1, items=items,
                by_id=ANNA, at=now, rev=1,
            ),
        ]  # fmt: skip
    for n, (_, serial, _, _) in enumerate(region.ASSETS):
        plan = InspectionPlan(
            id=some_id(f"plan {n}"), asset_id=some_id(serial), checklist_id=some_id("list a"),
            rule=draw.choice(["FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=3", "FREQ=WEEKLY"]), starts_on="2026-11-30",
            mode=draw.choice(["fixed", "from_completion"]), tolerance_days=draw.choice([0, 3, 7]), engineer_id=ANNA,
            rev=1,
        )  # fmt: skip
        skipped = PlanException(
            id=some_id(f"exception {n}"), plan_id=plan.id, asset_id=plan.asset_id, due_on="2027-01-30", reason="x",
            by_id=ANNA, at=now, rev=1,
        )  # fmt: skip
        found += [plan, skipped]
    for n in range(40):
        place = draw.randrange(len(region.ASSETS))
        completed = draw.choice([None, now - draw.randrange(3)])
        found.append(
            Inspection(
                id=some_id(f"inspection {n}"), order_id=some_id(f"same {n}"), asset_id=some_id(region.ASSETS[place][1]),
                version_id=some_id("version a"), plan_id=draw.choice([None, some_id(f"plan {place}")]),
                due_on=draw.choice(["2026-12-30", "2027-01-15"]), completed_at=completed,
                completed_on="2027-01-14" if completed else None, result="passed" if completed else "none", rev=1,
            )
        )  # fmt: skip
        found += [
            Answer(
                id=some_id(f"answer {n} {k}"), inspection_id=some_id(f"inspection {n}"), order_id=some_id(f"same {n}"),
                asset_id=some_id(region.ASSETS[place][1]), version_id=some_id("version a"), item="p",
                verdict=draw.choice(["passed", "failed", "none"]), number=draw.randrange(200), by_id=ANNA, rev=1,
                at=now - draw.randrange(4),
            )
            for k in range(3)
        ]  # fmt: skip
    return found


@pytest.fixture
def both(laptop: Store, postgres: Server, clock: FixedClock) -> Iterator[list[Reading]]:
    found = rows(clock.at)
    region.put(laptop, found)
    engine = connect.postgresql_engine(postgres.new_database())
    SYNCED.create_all(engine)
    with engine.begin() as connection:
        for row in found:
            write(connection, type(row), "add", [row])
    with laptop.read() as here, engine.connect() as connection:
        yield [here, Reading(connection)]
    engine.dispose()


def test_every_list_reads_the_same_on_both(both: list[Reading]) -> None:
    questions: dict[str, Callable[[Reading], Any]] = {
        "assets of": lambda read: assets.assets_of(read, some_id("Harbour Stamping")),
        "asset": lambda read: assets.asset_view(read, some_id("7SR-1033"), "2027-03-01"),
        "machine": lambda read: assets.machine(read, lives.WRIST),
        "above": lambda read: assets.chain_above(read, read.one(Asset, lives.WRIST)),
        "history": lambda read: people.timeline(
            read,
            {
                "event": people.moments(lives.ROBOT),
                "orders": orders.order_moments(lives.ROBOT),
                "parts": parts.moments_of_asset(lives.ROBOT),
            },
            0,
            9,
        ),
        "moved": lambda read: sorted(
            parts.movements_among(read, [row.id for row in parts.movement_page(read, BEARING, 0, 9)]),
            key=lambda row: row.id,
        ),
        "model": lambda read: lifecycle.model_view(read, lives.RC4, "2027-01-15"),
        "revisions": lambda read: lifecycle.revision_page(read, 0, 9),
        "revision": lambda read: lifecycle.revision_view(read, lives.FIRST, "2027-01-15"),
        "life": lambda read: orders.life_view(read, ORDER),
        "sites": lambda read: customers.sites_of(read, some_id("Harbour Stamping")),
        "contacts": lambda read: customers.contacts_of(read, some_id("Harbour Stamping")),
        "choices": customers.customer_choices,
        "people": people.assignable_people,
        "colleagues": lambda read: people.colleagues(read, "an"),
        "order": lambda read: orders.order_view(read, ORDER),
        "notes": lambda read: orders.note_page(read, ORDER, 0, 9),
        "signed": lambda read: orders.sign_offs(read, ORDER),
        "handover": lambda read: orders.handover(read, ORDER),
        "photos": lambda read: documents.photos_of(read, documents.Owner(ORDER), 5),
        "photos of an item": lambda read: documents.photos_of(read, documents.Owner(ORDER, item="pump"), 50),
        "photos of an asset": lambda read: documents.photos_of(read, documents.Owner(asset_id=some_id("7SR-1033")), 50),
        "photo count": lambda read: documents.photo_count(read, documents.Owner(ORDER)),
        "relatives": lambda read: documents.relatives(read, documents.Owner(ORDER)),
        "stock": lambda read: parts.stock(read, BEARING, ANNA, DISPATCHER),
        "moves": lambda read: parts.movement_page(read, BEARING, 0, 9),
        "fitted": lambda read: parts.fitted(read, ORDER),
        "part": lambda read: parts.part_view(read, BEARING),
    }
    for text in TEXTS:
        questions |= {
            f"parts {text}": lambda read, text=text: parts.part_page(read, text, ANNA, DISPATCHER, 0, 50),
            f"assets {text}": lambda read, text=text: assets.asset_page(read, assets.AssetFilter(text), 0, 50),
            f"models {text}": lambda read, text=text: lifecycle.model_page(read, text, 0, 50),
            f"customers {text}": lambda read, text=text: customers.customer_page(read, text, 0, 50),
        }
        for sort in (orders.BY_DUE, orders.BY_NUMBER, orders.NEWEST):
            for view in (orders.MINE, orders.LATE, orders.OPEN, orders.ALL):
                wanted = orders.OrderFilter(ANNA, "2027-01-15", view, text, sort)
                questions |= {
                    f"orders {wanted}": lambda read, wanted=wanted: orders.order_page(read, wanted, 3, 40),
                    f"count {wanted}": lambda read, wanted=wanted: orders.order_count(read, wanted),
                    f"place {wanted}": lambda read, wanted=wanted: orders.order_place(read, wanted, ORDER),
                }
    questions |= of_inspections()
    laptop, headquarters = both
    differ = [name for name, ask in questions.items() if ask(laptop) != ask(headquarters)]
    assert differ == []
    assert len(documents.photos_of(laptop, documents.Owner(ORDER), 5)) == 5
    assert parts.stock(laptop, BEARING, ANNA, DISPATCHER)  # the comparison is not one of nothing with nothing


def of_inspections() -> dict[str, Callable[[Reading], Any]]:
    press, one, today = some_id("HP250-0042"), some_id("inspection 7"), "2027-01-15"
    plans = inspections.PlanFilter(today)
    found: dict[str, Callable[[Reading], Any]] = {
        "an inspection": lambda read: inspections.inspection_view(read, one),
        "readings": lambda read: inspections.earlier_readings(read, press, "p", but=one),
        "due": lambda read: inspections.due_count(read, ANNA, today),
        "calendar": lambda read: inspections.calendar(read, "2026-12-01", "2027-03-31", today),
        "my calendar": lambda read: inspections.calendar(read, "2026-12-01", "2027-03-31", today, me=ANNA),
        "visits": lambda read: inspections.visits_of_asset(read, press, "2026-12-01", "2027-12-31", today),
        "to open": lambda read: inspections.visits_to_open(read, today, 28),
        "plans": lambda read: inspections.plan_page(read, plans, 0, 50),
        "plan": lambda read: inspections.plan_place(read, plans, some_id("plan 3")),
        "checklists": lambda read: inspections.checklist_page(read, "50%", 0, 50),
        "versions": lambda read: inspections.version_page(read, some_id("list a"), 0, 50),
    }
    for text in TEXTS:
        for view in (inspections.MINE, inspections.DUE, inspections.LATE, inspections.DONE, inspections.ALL):
            wanted = inspections.InspectionFilter(ANNA, today, view, text)
            found |= {
                f"inspections {wanted}": lambda read, wanted=wanted: inspections.inspection_page(read, wanted, 1, 40),
                f"count {wanted}": lambda read, wanted=wanted: inspections.inspection_count(read, wanted),
                f"place {wanted}": lambda read, wanted=wanted: inspections.inspection_place(read, wanted, one),
            }
    return found


def test_the_lists_of_inspections_are_no_comparison_of_nothing_with_nothing(both: list[Reading]) -> None:
    empty = [name for name, ask in of_inspections().items() if ask(both[0]) in ([], None) and "Filter" not in name]
    assert empty == []


def test_capitals_of_latin_letters_do_not_matter_and_signs_are_only_signs(both: list[Reading]) -> None:
    for read in both:
        found = {
            text: {row.title for row in orders.order_page(read, orders.OrderFilter("", "", text=text), 0, 99)}
            for text in ("ROBOT", "50%", "a_b", "robot!")
        }
        assert found == {
            "ROBOT": {"Robot cell stops", "robot!"}, "50%": {"50% worn"}, "a_b": {"a_b"}, "robot!": {"robot!"},
        }  # fmt: skip


def test_late_is_before_today_on_both(both: list[Reading]) -> None:
    late = orders.OrderFilter(ANNA, "2027-01-15", orders.LATE)
    for read in both:
        assert {row.due_on for row in orders.order_page(read, late, 0, 99)} == {"2026-12-31", "2027-01-12"}
