"""What was done on an order stands whatever became of the order, and somebody is told to look at it."""

from __future__ import annotations

from fielddesk.core import canonical
from fielddesk.features.parts.actions import use_part
from fielddesk.features.workorders.actions import add_note, set_order_status
from tests.support.offices import Office


def test_facts_on_an_order_cancelled_meanwhile_stand_and_go_to_review(office: Office) -> None:
    eve = office.person("eve")
    laptop, order = office.laptop("eve"), office.order(office.customer(), assignee_id=eve)
    part, van = office.part(), office.van(eve)
    before = laptop.say(add_note, order_id=order, text="on my way")
    laptop.push()
    shown = {"status": "assigned", "status_reason": ""}
    office.do(set_order_status, order_id=order, status="cancelled", reason="no budget", based_on=shown)
    note = laptop.say(add_note, order_id=order, text="done")
    used = laptop.say(use_part, order_id=order, part_id=part, quantity=1_000_000, place_id=van)
    laptop.push()
    for op in (note, used):
        assert laptop.did(op) == {"is": "applied"}
        assert canonical.loads(office.row("event", op)["told"])["review"] == "order_cancelled"
    assert "review" not in canonical.loads(office.row("event", before)["told"])
    laptop.catch_up()
    assert laptop.bodies() == office.scope(eve)
