"""One order, from headquarters' list to the engineer's van, done without signal, and known to all in the evening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fielddesk.core.clock import SystemClock, local_day
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.queries import PlaceStock, find_parts, fitted, part_view, stock
from fielddesk.features.parts.rules import MILLION
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.queries import find_orders, note_page, order_view
from tests.ring.laptop import Laptop
from tests.ring.places import Site, agree, until
from tests.support.safety import all_clear

pytestmark = pytest.mark.slow

NewLaptop = Callable[..., Laptop]


def due() -> str:
    clock = SystemClock()
    return local_day(clock.now(), clock.zone())


def an_open_order(site: Site) -> WorkOrder:
    """One that nobody has yet, of the real texts where they were taken in."""
    with site.books.read() as read:
        found = read.all(WorkOrder, WorkOrder.c.assignee_id.is_(None), WorkOrder.c.asset_id.is_not(None))
    return max(found, key=lambda order: (order.number.startswith("MT-"), order.number))


def a_superseded_part(site: Site) -> tuple[Part, Part]:
    """One with its successor, both in the catalogue."""
    with site.books.read() as read:
        for old in reversed(read.all(Part, Part.c.replaced_by.is_not(None), order=[Part.c.number])):
            if found := read.all(Part, Part.c.number == old.replaced_by):
                return old, found[0]
    raise AssertionError("no part of the list is superseded")


def find_part(laptop: Laptop, text: str) -> str:
    """As in the dialog: typed, then the first of what is shown."""
    me = laptop.who()
    with laptop.store.read() as read:
        return find_parts(read, text, me["user"], me["role"], 20)[0].id


def shown_stock(laptop: Laptop, part_id: str, place_id: str) -> PlaceStock:
    me = laptop.who()
    with laptop.store.read() as read:
        return next(one for one in stock(read, part_id, me["user"], me["role"]) if one.place_id == place_id)


def work_online(laptop: Laptop) -> None:
    """What the sync thread does beside the window, until all is sent and fetched."""
    worker = laptop.work()
    until(lambda: worker.status.code == "agreed" and worker.status.waiting == 0, "agreed")
    assert laptop.bugs == []


@pytest.mark.parametrize(
    "on",
    [
        pytest.param("template", id="our own demo data"),
        pytest.param("real_template", id="the beginnings of the real lists"),
        pytest.param("whole_template", id="the whole of the real lists", marks=pytest.mark.long),
    ],
)
def test_an_order_done_offline_is_known_to_headquarters_dispatcher_and_colleague_with_the_right_stock(
    new_hq: Callable[..., Site], new_laptop: NewLaptop, on: str
) -> None:
    site = new_hq("sqlite", on)
    wanted = an_open_order(site)
    old, part = a_superseded_part(site)
    engineer = site.user("engineer")
    [van] = site.rows("place", keeper_id=engineer)
    site.do("receive_stock", place_id=van["id"], part_id=part.id, quantity=3 * MILLION)
    had = site.stock(van["id"], part.id)
    shown = {"assignee_id": None, "due_on": wanted.due_on}
    site.do("assign_order", based_on=shown, order_id=wanted.id, assignee_id=engineer, due_on=due())
    site.serve(jobs_every=0.2, typed=True)

    # In the morning, with a one-time code: the order is there, found by its number and by its words.
    laptop, dispatcher, colleague = new_laptop("engineer", site), new_laptop("dispatcher", site), new_laptop()
    colleague.enrol(site.address, site.code("colleague"))
    work_online(colleague)
    with laptop.store.read() as read:
        assert find_orders(read, wanted.number, 5)[0].id == wanted.id
        assert wanted.id in {row.id for row in find_orders(read, wanted.title.split()[-1], 500)}
        view = order_view(read, wanted.id)
        assert view is not None
        assert view.asset
    superseded = find_part(laptop, old.number)
    with laptop.store.read() as read:
        old_view = part_view(read, superseded)
        assert old_view is not None
        assert old_view.successor is not None
        assert old_view.successor.id == part.id

    # In the plant, no signal: headquarters does not even run.
    site.stop()
    part_id = find_part(laptop, part.number)
    assert part_id == part.id
    _, check = laptop.do("record_safety_check", order_id=wanted.id, answers=all_clear())
    laptop.do(
        "set_order_status", {"status": "assigned", "status_reason": ""}, order_id=wanted.id, status="in_progress",
        safety_check_id=check,
    )  # fmt: skip
    _, note = laptop.do("add_note", order_id=wanted.id, text="轴承已更换。Seal drips no more — 3/4″ joint.")
    _, movement = laptop.do(
        "use_part", order_id=wanted.id, part_id=part_id, quantity=2 * MILLION, place_id=van["id"]
    )  # fmt: skip
    laptop.do(
        "set_order_status", {"status": "in_progress", "status_reason": ""}, order_id=wanted.id, status="completed"
    )
    with laptop.store.read() as read:
        assert note_page(read, wanted.id, 0, 5)[0].id == note
        assert [(row.part_id, row.quantity) for row in fitted(read, wanted.id)] == [(part_id, 2 * MILLION)]
    assert shown_stock(laptop, part_id, van["id"]).quantity == had - 2 * MILLION
    assert laptop.sync()["code"] == "offline"
    assert laptop.facts()["waiting"] == 5
    laptop.stop()
    laptop.start()  # closed for the drive home

    # In the evening: sent by itself, and on every desk.
    site.serve(jobs_every=0.2)
    work_online(laptop)
    assert set(laptop.outcomes().values()) == {"applied"}
    order = site.row("work_order", wanted.id)
    assert (order["status"], order["assignee_id"], order["due_on"]) == ("completed", engineer, due())
    assert site.row("note", note)["text"] == "轴承已更换。Seal drips no more — 3/4″ joint."
    assert site.row("movement", movement)["quantity"] == -2 * MILLION
    assert dispatcher.sync()["code"] == "agreed"
    assert dispatcher.row("work_order", wanted.id) == order
    assert dispatcher.row("note", note) == site.row("note", note)
    assert dispatcher.row("movement", movement) == site.row("movement", movement)
    assert colleague.row("work_order", wanted.id) is None
    assert colleague.row("note", note) is None

    # Stock: the ledger here, the ledger at headquarters, and the level published to a colleague who holds neither.
    left = had - 2 * MILLION
    assert site.stock(van["id"], part_id) == left
    for desk in (laptop, dispatcher):
        assert (shown_stock(desk, part_id, van["id"]).quantity, shown_stock(desk, part_id, van["id"]).as_of) == (
            left, None,
        )  # fmt: skip
    seen = until(lambda: _level(colleague, part_id, van["id"], left), "the level reaches the colleague")
    assert seen.as_of > 0

    for desk in (laptop, colleague):
        desk.stop()
        desk.start()
        assert desk.sync()["code"] == "agreed"
    dispatcher.sync()
    agree(site, engineer=laptop, dispatcher=dispatcher, colleague=colleague)


def _level(laptop: Laptop, part_id: str, place_id: str, quantity: int) -> Any:
    """The level as a screen shows it, once it is this much; asks headquarters for news."""
    assert laptop.worker is not None
    laptop.worker.wake()
    found = shown_stock(laptop, part_id, place_id)
    return found if found.quantity == quantity else None
