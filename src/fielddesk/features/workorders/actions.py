"""What is done to work orders."""

from __future__ import annotations

from typing import Any, Final, NotRequired

from typing_extensions import TypedDict

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.features.lifecycle.rules import check_step
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.features.workorders.model import (
    Note,
    OrderLink,
    OrderStep,
    SafetyCheck,
    SafetyIncident,
    SignOff,
    WorkOrder,
)
from fielddesk.features.workorders.queries import asset_standing, missing_steps
from fielddesk.features.workorders.rules import (
    ASSIGNED,
    COMPLETED,
    FINISHED,
    IN_PROGRESS,
    OPEN,
    check_answers,
    check_edit,
    check_imported_state,
    check_incident,
    check_link,
    check_note,
    check_order,
    check_sign_off,
    check_start,
    check_status,
    utc_day,
)
from fielddesk.store.actions import Args, Ctx, decision, fact, only_added
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Count, Day, Flag, Id, Json, Line, Moment, Opaque, Prose


class OrderLine(TypedDict):
    """One line of a list of past or planned orders; what the list does not say is left out."""

    number: Line
    customer_id: Id
    kind: NotRequired[Code]
    title: NotRequired[Line]
    description: NotRequired[Prose]
    asset_id: NotRequired[Id | None]
    opened_at: NotRequired[Moment]
    status: NotRequired[Code]
    status_reason: NotRequired[Line]
    due_on: NotRequired[Day]


ONLY_NEW: Final = ("opened_at", "status", "status_reason")
"""What a list says only of orders that are not there yet: one that is goes its own way from state to state."""


@fact(may=FIELD_STAFF, about="order_id")
def add_note(tx: Tx, ctx: Ctx, *, order_id: Id, text: Prose) -> str:
    """Write a note on an order."""
    check_note(text)
    return tx.add(Note(id=ctx.id("note"), order_id=order_id, text=text, author_id=ctx.actor, at=ctx.at))


@decision(may=FIELD_STAFF, version=2, upcasts={1: only_added})
def create_order(
    tx: Tx, ctx: Ctx, *, number: Line, kind: Code, title: Line, customer_id: Id, asset_id: Id | None = None,
    description: Prose = "", due_on: Day | None = None, assignee_id: Id | None = None, site_id: Id | None = None,
    contact_id: Id | None = None, planned_at: Moment | None = None, stage: Code | None = None,
    strategy: Count | None = None,
) -> str:  # fmt: skip
    """Open a work order. `number` was drawn on the machine that opens it and is never renumbered.

    `stage` and `strategy` are what `queries.asset_standing` answered there; the order is judged by them for ever. Who
    does not say them leaves it to where the action runs, at headquarters perhaps under a newer revision. Version 1
    had neither these nor site, contact and visit.
    """
    check_order(number, kind, title)
    ctx.tell(number=number, title=title)
    if stage is None or strategy is None:
        stage, strategy = asset_standing(tx, asset_id, utc_day(ctx.at))
    return tx.add(
        WorkOrder(
            id=ctx.id("order"), number=number, kind=kind, title=title, customer_id=customer_id, asset_id=asset_id,
            description=description, due_on=due_on, assignee_id=assignee_id, site_id=site_id, contact_id=contact_id,
            planned_at=planned_at, status=ASSIGNED if assignee_id else OPEN, opened_at=ctx.at, stage=stage,
            strategy=strategy,
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


@decision(may=OFFICE, version=2, upcasts={1: only_added})
def import_orders(tx: Tx, ctx: Ctx, *, lines: list[OrderLine]) -> int:
    """Take a piece of a list of orders in; of a number that is there what the list says is changed, but not its state.

    Returns how many were added or changed. Version 1 had no state and left those that were there as they were.
    """
    numbers = sorted({line["number"] for line in lines})
    found = tx.all(
        WorkOrder, WorkOrder.c.number.in_(numbers), WorkOrder.c.archived_at.is_(None), order=[WorkOrder.c.id]
    )
    there = {order.number: order for order in found}
    touched = 0
    for line in lines:
        known = there.get(line["number"])
        if known is None:
            row: dict[str, Any] = {"kind": "repair", "title": "", "opened_at": ctx.at, **line}
            check_order(row["number"], row["kind"], row["title"])
            check_imported_state(row.get("status", OPEN))
            there[line["number"]] = WorkOrder(id=ctx.id("order", line["number"]), **row)
            tx.add(there[line["number"]])
            touched += 1
            continue
        news: dict[str, Any] = {name: value for name, value in line.items() if name not in ONLY_NEW}
        if any(getattr(known, field) != value for field, value in news.items()):
            there[line["number"]] = known = tx.change(known, None, **news)
            check_order(known.number, known.kind, known.title)
            touched += 1
    ctx.tell(count=touched)
    return touched


@decision(may=FIELD_STAFF, about="order_id", undo="edit_order")
def edit_order(
    tx: Tx, ctx: Ctx, *, order_id: Id, title: Line | None = None, description: Prose | None = None,
    site_id: Id | None = None, contact_id: Id | None = None, planned_at: Moment | None = None,
    emptied: list[Code] = [],  # noqa: B006  (read, never changed)
) -> None:  # fmt: skip
    """Correct what an order says; only the fields given are touched. `emptied` names those that hold nothing now."""
    given: dict[str, Any] = {
        "title": title, "description": description, "site_id": site_id, "contact_id": contact_id,
        "planned_at": planned_at,
    }  # fmt: skip
    news = {name: value for name, value in given.items() if value is not None} | dict.fromkeys(emptied)
    check_edit(ctx.role, news)
    tx.change(tx.one(WorkOrder, order_id), ctx.based_on, **news)


def as_before_safety(args: Args, shown: Args) -> tuple[Args, Args]:
    """Version 1 knew no check before work: what was begun under it stands."""
    return {**args, "unasked": 1}, shown


@decision(
    may=FIELD_STAFF, about="order_id", undo="set_order_status", version=2, upcasts={1: as_before_safety}
)  # fmt: skip
def set_order_status(
    tx: Tx,
    ctx: Ctx,
    *,
    order_id: Id,
    status: Code,
    reason: Line = "",
    safety_check_id: Id | None = None,
    unasked: Flag = 0,
) -> None:
    """Say how far an order is; the reason belongs to the state and merges with it.

    Work on site begins on the check that `safety_check_id` names (EX1). `unasked`: a wrong press is taken back, or
    the operation is older than the rule; then none is asked for.
    """
    order = tx.one(WorkOrder, order_id)
    shown = str(ctx.based_on.get("status", order.status))
    tx.change(order, ctx.based_on, status=status, status_reason=reason)
    check_status(shown, status, reason)
    if status == COMPLETED and (missing := missing_steps(tx, order)):
        raise RuleBroken("step_missing", step=missing[0].key)
    if status == IN_PROGRESS and not unasked:
        check = tx.get(SafetyCheck, safety_check_id) if safety_check_id else None
        if check is not None and check.order_id == order_id:
            check_start(order.kind, canonical.loads(check.answers), check.at, ctx.at)
        else:
            check_start(order.kind, None, 0, ctx.at)


# ---------------------------------------------------------------- safety (EX1)


@fact(may=FIELD_STAFF, about="order_id")
def record_safety_check(tx: Tx, ctx: Ctx, *, order_id: Id, answers: Json, permit: Line = "", remark: Prose = "") -> str:
    """Say what was looked at before work: {key of a check: yes | no | not_applicable}, as rules.py lists them."""
    said = canonical.loads(answers)
    if not isinstance(said, dict) or not said or not all(isinstance(answer, str) for answer in said.values()):
        raise RuleBroken("answers_missing")
    check_answers(said, permit, remark)
    ctx.tell(unsafe=sorted(key for key, answer in said.items() if answer == "no"), remark=remark[:200], permit=permit)
    return tx.add(
        SafetyCheck(
            id=ctx.id("check"), order_id=order_id, answers=answers, permit=permit, remark=remark, by_id=ctx.actor,
            at=ctx.at,
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="order_id")
def report_incident(tx: Tx, ctx: Ctx, *, order_id: Id, kind: Code, text: Prose, happened_at: Moment) -> str:
    """Report an accident, a near miss or an unsafe state; a report has no undo, another one corrects it."""
    check_incident(kind, text)
    ctx.tell(incident=kind, text=text[:200])
    return tx.add(
        SafetyIncident(
            id=ctx.id("incident"), order_id=order_id, kind=kind, text=text, happened_at=happened_at, by_id=ctx.actor,
            at=ctx.at,
        )
    )  # fmt: skip


# ---------------------------------------------------------------- orders that belong together


@fact(may=FIELD_STAFF, about="order_id", undo="unlink_orders")
def link_orders(tx: Tx, ctx: Ctx, *, order_id: Id, other_id: Id, kind: Code, item: Code = "none") -> str:
    """Say that two orders belong together. follow_up: the other one came out of this; `item` is what failed there."""
    check_link(order_id, other_id, kind)
    ctx.tell(link=kind, other_id=other_id)
    return tx.add(
        OrderLink(
            id=ctx.id("link"), order_id=order_id, other_id=other_id, kind=kind, item=item, by_id=ctx.actor, at=ctx.at
        )
    )


@decision(may=FIELD_STAFF, about="order_id", undo="link_orders")
def unlink_orders(tx: Tx, ctx: Ctx, *, order_id: Id, order_link_id: Id) -> None:
    """Take a link away, from either of its orders; that it was there stays in the history."""
    link = tx.one(OrderLink, order_link_id)
    if order_id not in (link.order_id, link.other_id):
        raise RuleBroken("link_of_another_order")
    ctx.tell(link=link.kind, other_id=link.other_id if order_id == link.order_id else link.order_id)
    if link.archived_at is None:
        tx.change(link, None, archived_at=ctx.at)


@fact(may=FIELD_STAFF, about="order_id")
def sign_off(
    tx: Tx, ctx: Ctx, *, order_id: Id, signer: Line = "", contact_id: Id | None = None, signature: Opaque = "",
    not_signed_because: Line = "", satisfaction: Count = 0, recommendation: Count = -1, comment: Prose = "",
    shown: Prose = "",
) -> str:  # fmt: skip
    """Record what the customer said and signed at the end of a visit (WO12); it has no undo.

    `signature` is the hash of its picture, which is attached in the same transaction.
    """
    check_sign_off(signer, signature, not_signed_because, satisfaction, recommendation)
    ctx.tell(signer=signer, signed=int(bool(signature)), satisfaction=satisfaction)
    return tx.add(
        SignOff(
            id=ctx.id("sign_off"), order_id=order_id, contact_id=contact_id, signer=signer, signature=signature,
            not_signed_because="" if signature else not_signed_because, satisfaction=satisfaction,
            recommendation=recommendation, comment=comment, shown=shown, by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="order_id", undo="record_step")
def record_step(tx: Tx, ctx: Ctx, *, order_id: Id, step: Code, outcome: Code, remark: Prose = "") -> str:
    """Say of a step the stage asks for that it was given, declined, or does not apply; `taken_back` opens it again."""
    check_step(outcome, remark)
    ctx.tell(step=step, outcome=outcome, remark=remark[:200])
    return tx.add(
        OrderStep(
            id=ctx.id("step"), order_id=order_id, step=step, outcome=outcome, remark=remark, by_id=ctx.actor, at=ctx.at
        )
    )  # fmt: skip
