"""What people do on their laptops, drawn from what the screen shows; also what the office does at headquarters."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fielddesk.core import canonical
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.parts.actions import take_part_back, use_part
from fielddesk.features.parts.model import Movement, Part, Place
from fielddesk.features.parts.rules import FITTED, MILLION
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import ENGINEER, OFFICE
from fielddesk.features.workorders.actions import (
    add_note,
    assign_order,
    create_order,
    record_safety_check,
    set_order_status,
)
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import FINISHED, IN_PROGRESS, NEEDS_REASON, NEXT, ON_SITE, YES
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading

FIELDS = ("name", "remark", "building", "position", "software_version")


@dataclass
class Person:
    """Somebody at a desk or in the field. `counts` makes each value they enter one of a kind."""

    user: str
    role: str
    name: str
    number: int
    dice: random.Random
    count: int = 0
    draw_number: Callable[[str], str] | None = None
    now: Callable[[], int] | None = None

    def one_of_a_kind(self, word: str) -> str:
        self.count += 1
        return f"{word} {self.name} {self.count}"

    def quantity(self) -> int:
        """Millionths of a piece, never twice the same: the ledger is told apart by it."""
        self.count += 1
        return MILLION * self.dice.randint(1, 3) + self.number * 1000 + self.count


Wish = Callable[[Person, Reading], list[Call] | None]
"""What a person would do on seeing this; None where the screen offers nothing for it."""


def _rows(read: Reading, table: Any, *where: Any) -> list[Any]:
    return read.all(table, table.c.archived_at.is_(None), *where, order=[table.c.id])  # type: ignore[no-any-return]


def _an_order(who: Person, read: Reading) -> WorkOrder | None:
    shown = _rows(read, WorkOrder)
    return who.dice.choice(shown) if shown else None


def _own_places(who: Person, read: Reading) -> list[Place]:
    return _rows(read, Place, Place.c.keeper_id == who.user) or _rows(read, Place)


def note(who: Person, read: Reading) -> list[Call] | None:
    order = _an_order(who, read)
    return [call(add_note, order_id=order.id, text=who.one_of_a_kind("Note"))] if order else None


def fit_part(who: Person, read: Reading) -> list[Call] | None:
    order = _an_order(who, read)
    return [*_use(who, read, order.id)] if order else None


def _use(who: Person, read: Reading, order_id: str) -> list[Call]:
    """A part fitted to an order; nothing where the catalogue has not arrived yet."""
    parts, places = _rows(read, Part), _own_places(who, read)
    if not parts or not places:
        return []
    part, place = who.dice.choice(parts), who.dice.choice(places)
    return [call(use_part, order_id=order_id, part_id=part.id, place_id=place.id, quantity=who.quantity())]


def bring_back(who: Person, read: Reading) -> list[Call] | None:
    fitted = _rows(read, Movement, Movement.c.kind == FITTED, Movement.c.order_id.is_not(None))
    if not fitted:
        return None
    one = who.dice.choice(fitted)
    return [
        call(
            take_part_back, order_id=one.order_id, movement_id=one.id, part_id=one.part_id, place_id=one.place_id,
            quantity=who.quantity(),
        )
    ]  # fmt: skip


def open_order(who: Person, read: Reading) -> list[Call] | None:
    """A new order, often with a note and a part in the same breath."""
    customers = _rows(read, Customer)
    if not customers:
        return None
    assert who.now is not None
    customer = who.dice.choice(customers)
    machines = [None, *(asset.id for asset in _rows(read, Asset, Asset.c.customer_id == customer.id))]
    number = who.draw_number("WO") if who.draw_number else who.one_of_a_kind("WO-HQ")
    op_id = new_id(who.now(), who.dice.randbytes(10))
    order_id = derived_id(op_id, "order")
    people = [user.id for user in _rows(read, User, User.c.role == ENGINEER)]
    assignee = who.user if who.role == ENGINEER and who.dice.random() < 0.8 else who.dice.choice([None, *people])
    first = call(
        create_order, number=number, kind="repair", title=who.one_of_a_kind("Order"), customer_id=customer.id,
        asset_id=who.dice.choice(machines), assignee_id=assignee,
    )  # fmt: skip
    wishes = [Call(first.action, first.args, None, op_id)]
    if who.dice.random() < 0.5:
        wishes.append(call(add_note, order_id=order_id, text=who.one_of_a_kind("Note")))
    if who.dice.random() < 0.4:
        wishes += _use(who, read, order_id)
    return wishes


def change_status(who: Person, read: Reading) -> list[Call] | None:
    order = _an_order(who, read)
    if order is None:
        return None
    wanted = who.dice.choice([*NEXT[order.status], *(("in_progress",) if who.dice.random() < 0.1 else ())])
    reason = who.one_of_a_kind("Reason") if wanted in NEEDS_REASON or who.dice.random() < 0.2 else ""
    shown = {"status": order.status, "status_reason": order.status_reason}
    wishes = [call(set_order_status, based_on=shown, order_id=order.id, status=wanted, reason=reason)]
    if wanted == IN_PROGRESS and order.kind in ON_SITE:
        wishes = _begin_safely(who, order, shown, reason)
    if who.dice.random() < 0.3:
        wishes = _use(who, read, order.id) + wishes
    return wishes


def _begin_safely(who: Person, order: WorkOrder, shown: dict[str, str], reason: str) -> list[Call]:
    """The look at the place and the start, as one press does them."""
    assert who.now is not None
    op_id, answers = new_id(who.now(), who.dice.randbytes(10)), dict.fromkeys(ON_SITE[order.kind], YES)
    check = call(record_safety_check, order_id=order.id, answers=canonical.dumps(answers))
    start = call(
        set_order_status, based_on=shown, order_id=order.id, status=IN_PROGRESS, reason=reason,
        safety_check_id=derived_id(op_id, "check"),
    )  # fmt: skip
    return [Call(check.action, check.args, None, op_id), start]


def correct_asset(who: Person, read: Reading) -> list[Call] | None:
    machines = _rows(read, Asset)
    if not machines:
        return None
    asset = who.dice.choice(machines[:2] if who.dice.random() < 0.5 else machines)
    fields = who.dice.sample(FIELDS, who.dice.choice((1, 1, 1, 2)))
    news = {
        name: f"common {name}" if who.dice.random() < 0.15 else who.one_of_a_kind(name.capitalize()) for name in fields
    }
    if who.now is not None and who.now() // 1_000_000 % 16 == 0:
        return put_together(asset, machines)
    shown = {name: getattr(asset, name) for name in news}
    return [call(edit_asset, based_on=shown, asset_id=asset.id, **news)]


def put_together(part: Asset, machines: list[Asset]) -> list[Call] | None:
    """Make a machine a part of the next one, or take it out; two who do it apart may make a ring, one is refused.

    Done seldom: where all machines are one, nothing of them enters and leaves a scope any more.
    """
    shown = {"parent_id": part.parent_id}
    if part.parent_id is not None:
        return [call(edit_asset, based_on=shown, asset_id=part.id, emptied=["parent_id"])]
    machine = machines[(machines.index(part) + 1) % len(machines)]
    return None if machine is part else [call(edit_asset, based_on=shown, asset_id=part.id, parent_id=machine.id)]


def give_order(who: Person, read: Reading) -> list[Call] | None:
    """Only the office plans."""
    orders = _rows(read, WorkOrder, WorkOrder.c.status.not_in(FINISHED))
    people = [user.id for user in _rows(read, User, User.c.role == ENGINEER)]
    if who.role not in OFFICE or not orders or not people:
        return None
    order = who.dice.choice(orders)
    news: dict[str, Any] = {"assignee_id": who.dice.choice([*people, None])}
    if who.dice.random() < 0.3:
        news["due_on"] = f"2027-03-{who.dice.randint(1, 28):02}"
    return [call(assign_order, based_on={name: getattr(order, name) for name in news}, order_id=order.id, **news)]


FIELD: tuple[tuple[Wish, int], ...] = (
    (note, 3), (fit_part, 4), (bring_back, 2), (open_order, 2), (change_status, 3), (correct_asset, 4),
)  # fmt: skip
DESK: tuple[tuple[Wish, int], ...] = (
    (note, 1), (open_order, 2), (change_status, 2), (correct_asset, 3), (give_order, 4),
)  # fmt: skip


def wish(who: Person, read: Reading) -> list[Call] | None:
    """What this person does next."""
    choices = DESK if who.role in OFFICE else FIELD
    return who.dice.choices([one for one, _ in choices], [weight for _, weight in choices])[0](who, read)
