"""What is done to work orders."""

from __future__ import annotations

from typing_extensions import TypedDict

from fielddesk.core.errors import RuleBroken
from fielddesk.features.people.rules import FIELD_STAFF, KEEPERS, OFFICE
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.features.workorders.rules import ASSIGNED, FINISHED, OPEN, check_note, check_order, check_status
from fielddesk.store.actions import Ctx, decision, fact, only_added
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Day, Id, Line, Moment, Prose


class OrderLine(TypedDict):
    """One line of a list of past or planned orders."""

    number: Line
    kind: Code
    title: Line
    description: Prose
    customer_id: Id
    asset_id: Id | None
    opened_at: Moment


@fact(may=FIELD_STAFF, about="order_id")
def add_note(tx: Tx, ctx: Ctx, *, order_id: Id, text: Prose) -> str:
    """Write a note on an order."""
    check_note(text)
    return tx.add(Note(id=ctx.id("note"), order_id=order_id, text=text, author_id=ctx.actor, at=ctx.at))


@decision(may=FIELD_STAFF)
def create_order(
    tx: Tx, ctx: Ctx, *, number: Line, kind: Code, title: Line, customer_id: Id, asset_id: Id | None = None,
    description: Prose = "", due_on: Day | None = None, assignee_id: Id | None = None,
) -> str:  # fmt: skip
    """Open a work order. `number` was drawn on the machine that opens it and is never renumbered."""
    check_order(number, kind, title)
    ctx.tell(number=number, title=title)
    return tx.add(
        WorkOrder(
            id=ctx.id("order"), number=number, kind=kind, title=title, customer_id=customer_id, asset_id=asset_id,
            description=description, due_on=due_on, assignee_id=assignee_id,
            status=ASSIGNED if assignee_id else OPEN, opened_at=ctx.at,
        )
    )  # fmt: skip


@decision(may=OFFICE, about="order_id", undo="assign_order", version=2, upcasts={1: only_added})
def assign_order(
    tx: Tx, ctx: Ctx, *, order_id: Id, assignee_id: Id | None, due_on: Day | None = None, no_due: bool = False
) -> None:
    """Give an order to a person, or take it back into the pool; its due day stays where neither a day nor none is said.

    Version 1 had no `no_due`: a day could be moved but not taken away.
    """
    order = tx.one(WorkOrder, order_id)
    if order.status in FINISHED:
        raise RuleBroken("order_finished", status=order.status)
    news = {"assignee_id": assignee_id} | ({"due_on": due_on} if due_on is not None or no_due else {})
    order = tx.change(order, ctx.based_on, **news)
    if order.status in (OPEN, ASSIGNED):
        tx.change(order, None, status=ASSIGNED if assignee_id else OPEN)


@decision(may=KEEPERS)
def import_orders(tx: Tx, ctx: Ctx, *, lines: list[OrderLine]) -> int:
    """Take a piece of a list of orders in; a number that is there already is left as it is. Returns how many came."""
    numbers = [line["number"] for line in lines]
    there = {order.number for order in tx.all(WorkOrder, WorkOrder.c.number.in_(numbers))}
    added = 0
    for line in lines:
        check_order(line["number"], line["kind"], line["title"])
        if line["number"] not in there:
            there.add(line["number"])
            tx.add(WorkOrder(id=ctx.id("order", line["number"]), **line))
            added += 1
    ctx.tell(count=added)
    return added


@decision(may=FIELD_STAFF, about="order_id", undo="set_order_status")
def set_order_status(tx: Tx, ctx: Ctx, *, order_id: Id, status: Code, reason: Line = "") -> None:
    """Say how far an order is; the reason belongs to the state and merges with it."""
    order = tx.one(WorkOrder, order_id)
    shown = str(ctx.based_on.get("status", order.status))
    tx.change(order, ctx.based_on, status=status, status_reason=reason)
    check_status(shown, status, reason)
