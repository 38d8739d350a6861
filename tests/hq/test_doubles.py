"""Two orders with one number are told apart, and both sides can read how it came."""

from __future__ import annotations

from typing import Any

import pytest

from fielddesk.core import canonical
from fielddesk.core.ids import derived_id
from fielddesk.features.workorders.actions import add_note, create_order, set_order_status
from tests.support.offices import Laptop, Office


@pytest.fixture
def eve(office: Office) -> str:
    return office.person("eve")


@pytest.fixture
def opened(office: Office, eve: str) -> dict[str, Any]:
    """How an order is opened, but for its title."""
    customer = office.customer()
    office.do(create_order, number="WO-1", kind="repair", title="x", customer_id=customer, assignee_id=eve)
    return {"number": "WO-A1-2027-1", "kind": "repair", "customer_id": customer, "assignee_id": eve}


def numbers(office: Office) -> dict[str, str]:
    return dict(office.ask("SELECT title, number FROM work_order WHERE title <> 'x'"))


def code_of(office: Office, laptop: Laptop) -> str:
    text = "SELECT device_code FROM queue WHERE device_id = ? AND incarnation = ?"
    return str(office.ask(text, laptop.device, laptop.incarnation)[0][0])


def test_the_later_of_two_orders_with_one_number_gets_the_code_of_its_laptop(
    office: Office, opened: dict[str, Any]
) -> None:
    first, second = office.laptop("eve"), office.laptop("eve")
    asked = opened["number"] = f"WO-{code_of(office, first)}-2027-1"
    op = first.say(create_order, title="first", **opened)
    first.push()
    later = second.say(create_order, title="second", **opened)
    note = second.say(add_note, order_id=derived_id(later, "order"), text="seen", needs=(later,))
    second.push()
    given = f"{asked}/{code_of(office, second)}"
    assert first.did(op) == {"is": "applied"}
    assert second.did(later) == {"is": "merged", "number": [asked, given]}
    assert second.did(note) == {"is": "applied"}
    assert numbers(office) == {"first": asked, "second": given}
    told = canonical.loads(office.row("event", later)["told"])
    assert (told["number"], told["number_asked"]) == (given, asked)
    for laptop in (first, second):
        laptop.catch_up()
        assert laptop.bodies() == office.scope(laptop.user)
    assert canonical.loads(office.ask("SELECT detail FROM operation WHERE id = ?", later)[0][0]) == second.did(later)


def test_doubles_in_one_push_and_of_one_laptop_are_counted(office: Office, opened: dict[str, Any]) -> None:
    laptop = office.laptop("eve")
    asked = opened["number"] = f"WO-{code_of(office, laptop)}-2027-1"
    ops = [laptop.say(create_order, title=f"{n}", **opened) for n in range(3)]
    shown = {"status": "assigned", "status_reason": ""}
    laptop.say(
        set_order_status, order_id=derived_id(ops[1], "order"), status="in_progress", based_on=shown, needs=(ops[1],),
        unasked=1,
    )  # fmt: skip
    laptop.push()
    assert numbers(office) == {"0": asked, "1": f"{asked}/2", "2": f"{asked}/3"}
    assert office.row("work_order", derived_id(ops[1], "order"))["status"] == "in_progress"
    laptop.catch_up()
    assert laptop.bodies() == office.scope(laptop.user)


def test_two_clones_that_push_at_the_same_moment_are_told_apart(office_on_postgresql: Office) -> None:
    office = office_on_postgresql
    eve, customer, other = office.person("eve"), office.customer(), office.customer()
    for each in (customer, other):  # two, or the second push would wait for the lock of the first
        office.order(each, assignee_id=eve)
    slow, fast = office.laptop("eve"), office.laptop("eve")
    order = {"number": "WO-Z9-2027-1", "kind": "repair", "assignee_id": eve}
    late = slow.say(create_order, title="late", customer_id=customer, **order)
    fast.say(create_order, title="early", customer_id=other, **order)

    def overtake(point: str) -> None:
        if point == "before_stamp":
            office.hq.point = lambda name: None
            fast.push()

    office.hq.point = overtake
    slow.push()
    given = f"WO-Z9-2027-1/{code_of(office, slow)}"
    assert slow.did(late) == {"is": "merged", "number": ["WO-Z9-2027-1", given]}
