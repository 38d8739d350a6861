"""Whichever statement the database refuses, a push is taken whole or not at all, and its outcomes stand once."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.parts.actions import use_part
from fielddesk.features.workorders.actions import add_note, create_order
from fielddesk.hq.settings import Refused
from tests.support.offices import Laptop, Office


class Failing:
    """Lets the n-th statement fail, once or always, and counts them."""

    def __init__(self, engine: sa.Engine, at: int, error: Exception, *, always: bool = False) -> None:
        self.engine, self.at, self.error, self.always = engine, at, error, always
        self.count = 0

    def __enter__(self) -> Failing:
        sa.event.listen(self.engine, "before_cursor_execute", self._heard)
        sa.event.listen(self.engine, "commit", self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._heard)
        sa.event.remove(self.engine, "commit", self._heard)

    def _heard(self, *_: Any) -> None:
        self.count += 1
        if self.count == self.at or (self.always and self.count > self.at):
            raise self.error


def passing_error() -> Exception:
    return sa.exc.OperationalError("statement", {}, Exception("database is locked"))


def lasting_error() -> Exception:
    return sa.exc.ProgrammingError("statement", {}, Exception("refused"))


def busy_laptop(office: Office) -> Laptop:
    """A laptop with one operation of each sort: fact, creation, edit, conflict, rejection, held."""
    eve = office.person("eve")
    customer = office.customer()
    asset = office.asset(customer)
    order = office.order(customer, asset, eve)
    shown = office.row("asset", asset)
    office.do(edit_asset, asset_id=asset, name="other", based_on=shown)
    laptop = office.laptop("eve")
    laptop.say(add_note, order_id=order, text="x")
    laptop.say(use_part, order_id=order, part_id=office.part(), quantity=1, place_id=office.van(eve))
    laptop.say(create_order, number="WO-1", kind="repair", title="x", customer_id=customer, assignee_id=eve)
    laptop.say(edit_asset, asset_id=asset, name="mine", based_on=shown)
    laptop.say(edit_asset, asset_id=asset, serial="S-new", based_on=shown)
    laptop.say("set_order_status", order_id=order, status="nonsense", based_on={"status": "assigned"})
    laptop.say(add_note, order_id="0" * 32, text="nowhere")
    return laptop


WORDS = ["applied", "applied", "applied", "conflict", "merged", "rejected", "held"]


@pytest.fixture
def office(office: Office) -> Office:
    office.hq._pause = lambda seconds: None
    return office


def test_a_statement_that_fails_for_the_moment_is_tried_again_and_nobody_notices(office: Office) -> None:
    laptop = busy_laptop(office)
    _count(office, laptop)
    for at in itertools.count(1):
        other = office.laptop("eve")
        with Failing(office.hq.engine, at, passing_error()) as failing:
            answer = other.push(_fresh(laptop, at))
        words = [one["outcome"]["is"] for one in answer["outcomes"]]
        assert (words[:2], words[-2:]) == (["applied", "applied"], ["rejected", "held"])
        if failing.count < at:
            break  # every statement of a push has failed once
    assert at > 15
    other.catch_up()
    assert other.bodies() == office.scope(other.user)


def _fresh(laptop: Laptop, number: int) -> list[dict[str, Any]]:
    """The same operations again as new ones, under other ids."""
    found = []
    for op in laptop.queue:
        tree = canonical.loads(op["body"])
        tree["id"] = f"{number:012x}7{op['seq']:019x}"
        body = canonical.dumps(tree)
        found.append({"seq": op["seq"], "hash": canonical.digest(body), "body": body})
    return found


def _count(office: Office, laptop: Laptop) -> int:
    """How many statements a clean push takes."""
    with Failing(office.hq.engine, 10**9, passing_error()) as counting:
        answer = laptop.push()
    assert [one["outcome"]["is"] for one in answer["outcomes"]] == WORDS
    return counting.count


def test_a_statement_that_the_database_refuses_once_costs_a_second_run_one_by_one(office: Office) -> None:
    laptop = busy_laptop(office)
    clean = _count(office, laptop)
    for at in range(1, clean + 1, 3):
        other = office.laptop("eve")
        ops = _fresh(laptop, at)
        with Failing(office.hq.engine, at, lasting_error()):
            answer = other.push(ops)
        assert "quarantined" not in [one["outcome"]["is"] for one in answer["outcomes"]]
        assert answer["next_seq"] == 8
    other = office.laptop("eve")
    other.catch_up()
    assert other.bodies() == office.scope(other.user)


def test_a_database_that_stays_away_is_busy_and_no_operation_is_at_fault(office: Office) -> None:
    laptop = busy_laptop(office)
    for at in (1, 5, 12):
        with (
            Failing(office.hq.engine, at, passing_error(), always=True),
            pytest.raises(Refused) as refused,
        ):
            laptop.push()
        assert (refused.value.status, refused.value.code) == (503, "busy")
    answer = laptop.push()
    assert [one["outcome"]["is"] for one in answer["outcomes"]] == WORDS
    laptop.catch_up()
    assert laptop.bodies() == office.scope(laptop.user)
