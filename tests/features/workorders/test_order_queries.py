"""Lists of orders as the screen asks for them, on a real encrypted store."""

from __future__ import annotations

import random

import pytest

from fielddesk.core.clock import FixedClock, local_day
from fielddesk.features.people.queries import history, marks
from fielddesk.features.workorders.actions import add_note, set_order_status
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.queries import (
    ALL,
    BY_DUE,
    BY_NUMBER,
    LATE,
    MINE,
    NEWEST,
    OPEN,
    OrderFilter,
    find_orders,
    note_page,
    order_count,
    order_page,
    order_place,
    order_view,
)
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from tests.support.laptops import some_id
from tests.support.region import ANNA, BENNO, DAY, put

ORDER = some_id("WO-A7-2026-1051")


def titles(store: Store, wanted: OrderFilter) -> list[str]:
    with store.read() as read:
        return [row.title for row in order_page(read, wanted, 0, 64)]


@pytest.fixture
def today(clock: FixedClock) -> str:
    return local_day(clock.now(), clock.zone())


def test_mine_are_the_unfinished_orders_given_to_me_the_most_pressing_first(laptop: Store, today: str) -> None:
    assert titles(laptop, OrderFilter(ANNA, today, MINE)) == [
        "Kiln drive trips",
        "Robot cell stops",
        "Pressure drifts",
        "液压系统漏油，更换密封件",
        "Oil change 2 000 h",
        "Waiting for seal kit",
    ]


def test_late_is_what_was_due_before_today_and_is_not_finished(laptop: Store, today: str) -> None:
    assert titles(laptop, OrderFilter(ANNA, today, LATE)) == ["Kiln drive trips"]


def test_open_holds_everybodys_unfinished_orders(laptop: Store, today: str) -> None:
    found = titles(laptop, OrderFilter(ANNA, today, OPEN))
    assert "Replace light curtain" in found
    assert "Spindle bearing" not in found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1051", {"Robot cell stops"}),
        ("PRESSURE", {"Pressure drifts"}),
        ("lindqvist", {"Pressure drifts", "Training for new operators"}),
        ("7sr-2044", {"液压系统漏油，更换密封件"}),
        ("密封", {"液压系统漏油，更换密封件"}),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_a_text_is_found_in_number_title_customer_and_serial(
    laptop: Store, today: str, text: str, found: set[str]
) -> None:
    assert set(titles(laptop, OrderFilter(ANNA, today, ALL, text))) == found


@pytest.mark.parametrize("sort", [BY_DUE, BY_NUMBER, NEWEST])
@pytest.mark.parametrize("view", [MINE, LATE, OPEN, ALL])
def test_pages_count_and_place_agree_in_every_order_of_a_long_list(
    laptop: Store, today: str, clock: FixedClock, sort: str, view: str
) -> None:
    draw = random.Random(7)
    now = clock.now()
    days = [local_day(now + days * DAY, clock.zone()) for days in range(-5, 6)]
    put(laptop, [
        WorkOrder(
            id=some_id(f"many {n}"), number=f"WO-B1-2026-{n % 40}", kind="repair", title=f"Order {n}",
            customer_id=some_id("Harbour Stamping"), assignee_id=draw.choice([ANNA, BENNO]),
            status=draw.choice(["open", "assigned", "completed"]), due_on=draw.choice([*days, None]),
            opened_at=now - draw.randrange(3), rev=1,
        )
        for n in range(150)
    ])  # fmt: skip
    wanted = OrderFilter(ANNA, today, view, sort=sort)
    with laptop.read() as read:
        count = order_count(read, wanted)
        pages = [row for start in range(0, count, 16) for row in order_page(read, wanted, start, 16)]
        assert len({row.id for row in pages}) == len(pages) == count
        assert pages == order_page(read, wanted, 0, 1000)
        assert [order_place(read, wanted, row.id) for row in pages] == list(range(count))
        if sort == BY_DUE:
            dues = [row.due_on for row in pages]
            assert dues == sorted(dues, key=lambda due: (due is None, due or ""))
        outside = WorkOrder.c.id.not_in([row.id for row in pages])
        assert all(order_place(read, wanted, order.id) is None for order in read.all(WorkOrder, outside))


def test_an_archived_order_is_in_no_list(laptop: Store, today: str, clock: FixedClock) -> None:
    with laptop.read() as read:
        order = read.one(WorkOrder, ORDER)
    body = order.body() | {"archived_at": clock.now()}
    put(laptop, [WorkOrder.from_body(body, 2)])
    for view in (MINE, OPEN, ALL):
        assert "Robot cell stops" not in titles(laptop, OrderFilter(ANNA, today, view))


def test_a_scanned_number_comes_first(laptop: Store) -> None:
    with laptop.read() as read:
        assert find_orders(read, "WO-A7-2026-1047", 5)[0].title == "Oil change 2 000 h"
        assert [row.title for row in find_orders(read, "robot", 5)] == ["Robot cell stops"]


def test_an_order_brings_its_customer_asset_and_person(laptop: Store) -> None:
    with laptop.read() as read:
        view = order_view(read, ORDER)
    assert view is not None
    assert (view.customer, view.asset, view.serial) == ("Harbour Stamping", "Robot RC-4", "7SR-1033")
    assert (view.assignee, view.address) == ("Anna Berg", "Dock Road 14, 20457 Hamburg, DE")


def test_an_order_that_is_not_here_is_none(laptop: Store) -> None:
    with laptop.read() as read:
        assert order_view(read, some_id("elsewhere")) is None


def test_notes_come_newest_first_with_their_authors(laptop: Store) -> None:
    with laptop.read() as read:
        assert [note.author for note in note_page(read, ORDER, 0, 10)] == ["Anna Berg", "Anna Berg", "Benno Okafor"]
        assert [note.author for note in note_page(read, ORDER, 2, 10)] == ["Benno Okafor"]


def test_work_that_waits_marks_the_order_and_the_note_but_nothing_else(laptop: Store) -> None:
    done = laptop.do(call(add_note, order_id=ORDER, text="Runs again."))
    other = some_id("WO-A7-2026-1042")
    with laptop.read() as read:
        assert marks(read, [ORDER, done.results[0], other]) == {ORDER: "unsent", done.results[0]: "unsent"}


def test_the_history_tells_what_changed_and_that_it_waits(laptop: Store) -> None:
    shown = {"status": "in_progress", "status_reason": ""}
    laptop.do(call(set_order_status, based_on=shown, order_id=ORDER, status="on_hold", reason="No crane"))
    with laptop.read() as read:
        line = history(read, ORDER, 0, 5)[0]
    assert (line.kind, line.actor, line.waits) == ("set_order_status", "Anna Berg", True)
    assert line.told["changed"] == {"status": ["in_progress", "on_hold"], "status_reason": ["", "No crane"]}
