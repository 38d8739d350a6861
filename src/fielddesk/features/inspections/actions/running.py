"""What is done in an inspection: begun, answered, completed, handed to a colleague."""

from __future__ import annotations

from collections.abc import Mapping

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.features.inspections.actions.plans import visit_order
from fielddesk.features.inspections.model import Answer, ChecklistVersion, Inspection
from fielddesk.features.inspections.queries import file_counts, newest_answers
from fielddesk.features.inspections.rules import (
    FAILED,
    NONE,
    VERDICTS,
    Item,
    missing,
    numbers_of,
    parse_items,
    result_of,
)  # fmt: skip
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.features.workorders.rules import ASSIGNED, FINISHED, OPEN
from fielddesk.store.actions import Ctx, decision, fact
from fielddesk.store.events import Event
from fielddesk.store.tx import Tx
from fielddesk.store.types import MOMENT_LIMIT, Code, Day, Id, Line, Moment, Prose, Quantity

QUESTIONED = (NONE, "limits", "trend")


@decision(may=FIELD_STAFF)
def create_inspection(
    tx: Tx, ctx: Ctx, *, asset_id: Id, version_id: Id, order_id: Id | None = None, number: Line = "", title: Line = "",
    assignee_id: Id | None = None, due_on: Day | None = None,
) -> str:  # fmt: skip
    """Add an inspection outside any plan; returns its id. Without an order one is opened with `number` and `title`."""
    tx.one(ChecklistVersion, version_id)
    if order_id is None:
        order = visit_order(
            tx, ctx, row_id=ctx.id("order"), asset_id=asset_id, number=number, title=title, assignee_id=assignee_id,
            due_on=due_on,
        )  # fmt: skip
    else:
        order = tx.one(WorkOrder, order_id)
        if order.status in FINISHED:
            raise RuleBroken("order_finished", status=order.status)
    ctx.tell(number=order.number, title=order.title)
    row_id = ctx.id("inspection")
    return tx.add(Inspection(id=row_id, order_id=order.id, asset_id=asset_id, version_id=version_id, due_on=due_on))


@decision(may=FIELD_STAFF, about="inspection_id")
def start_inspection(tx: Tx, ctx: Ctx, *, inspection_id: Id) -> None:
    """Begin: the first start counts. The order's own state is said by `set_order_status`, which asks for safety."""
    inspection = tx.one(Inspection, inspection_id)
    if inspection.completed_at is not None:
        raise RuleBroken("completed_already")
    if inspection.started_at is None:
        tx.change(inspection, None, started_at=ctx.at)
    ctx.tell(number=tx.one(WorkOrder, inspection.order_id).number)


@fact(may=FIELD_STAFF, about="inspection_id", undo="take_answer_back")
def answer_item(
    tx: Tx, ctx: Ctx, *, inspection_id: Id, order_id: Id, asset_id: Id, version_id: Id, item: Code, verdict: Code,
    number: Quantity | None = None, choice: Code | None = None, text: Prose = "", day: Day | None = None,
    questioned: Code = "none", kept_because: Line = "", after: Moment = 0,
) -> str:  # fmt: skip
    """Record an answer; the newest one of an item stands and the earlier ones stay.

    `verdict` is what `rules.check_answer` made of it, `questioned` why it was questioned and yet kept. `after` is the
    moment of the answer that was shown, which this one takes the place of.
    """
    if verdict not in VERDICTS or verdict == NONE:
        raise RuleBroken("verdict_unknown", field="verdict", verdict=verdict)
    if questioned not in QUESTIONED:
        raise RuleBroken("question_unknown", field="questioned", questioned=questioned)
    ctx.tell(item=item, verdict=verdict, version_id=version_id)
    if number is not None:
        ctx.tell(measured=number)
    return tx.add(
        Answer(
            id=ctx.id("answer"), inspection_id=inspection_id, order_id=order_id, asset_id=asset_id,
            version_id=version_id, item=item, verdict=verdict, number=number, choice=choice, text=text, day=day,
            questioned=questioned, kept_because=kept_because, by_id=ctx.actor, at=_later(ctx, after),
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="inspection_id")
def take_answer_back(
    tx: Tx, ctx: Ctx, *, inspection_id: Id, order_id: Id, asset_id: Id, version_id: Id, item: Code, after: Moment = 0
) -> str:
    """Leave an item without answer again; what was answered stays in its history. `after` as in `answer_item`."""
    ctx.tell(item=item, version_id=version_id)
    return tx.add(
        Answer(
            id=ctx.id("answer"), inspection_id=inspection_id, order_id=order_id, asset_id=asset_id,
            version_id=version_id, item=item, verdict=NONE, by_id=ctx.actor, at=_later(ctx, after),
        )
    )  # fmt: skip


@decision(may=FIELD_STAFF, about="inspection_id", undo="reopen_inspection")
def complete_inspection(tx: Tx, ctx: Ctx, *, inspection_id: Id, completed_on: Day) -> str:
    """Complete an inspection on this day of the site's calendar; returns its result, passed or failed.

    RuleBroken items_missing (count, numbers, names of the first) where a required item has no answer,
    completed_already.
    """
    inspection = tx.one(Inspection, inspection_id)
    # Run anew over rows that came from headquarters meanwhile, the completion may be this very operation's own.
    if inspection.completed_at is not None and (tx.fresh or inspection.completed_at != ctx.at):
        raise RuleBroken("completed_already")
    items = parse_items(tx.one(ChecklistVersion, inspection.version_id).items)
    answers = newest_answers(tx, inspection.id)
    left = missing(items, answers, file_counts(tx, inspection.order_id))
    if left:
        raise _still_missing(items, left)
    result = result_of(items, answers)
    news = {"completed_at": ctx.at, "completed_on": completed_on, "result": result}
    tx.change(inspection, None, **news)
    if inspection.started_at is None:
        tx.change(inspection, None, started_at=ctx.at)
    failed = sum(given.verdict == FAILED for given in answers.values())
    ctx.tell(result=result, failed=failed, completed_on=completed_on)
    return result


@decision(may=FIELD_STAFF, about="inspection_id")
def reopen_inspection(tx: Tx, ctx: Ctx, *, inspection_id: Id) -> None:
    """Take a completion back; the answers stay."""
    tx.change(tx.one(Inspection, inspection_id), None, completed_at=None, completed_on=None, result=NONE)


@decision(may=FIELD_STAFF, about="order_id", undo="take_hand_over_back")
def hand_over(tx: Tx, ctx: Ctx, *, order_id: Id, assignee_id: Id, text: Prose = "") -> None:
    """Give one's own order, with every answer on it, to a colleague; `text` stays as a note on the order.

    RuleBroken not_your_order where somebody in the field gives what another one holds.
    """
    order = tx.one(WorkOrder, order_id)
    if order.status in FINISHED:
        raise RuleBroken("order_finished", status=order.status)
    mine = order.assignee_id in (ctx.actor, assignee_id) or (order.assignee_id is None and ctx.role in OFFICE)
    if not mine and ctx.role not in OFFICE:
        raise RuleBroken("not_your_order")
    colleague = tx.one(User, assignee_id)
    if colleague.archived_at is not None or colleague.revoked_at is not None or colleague.role not in FIELD_STAFF:
        raise RuleBroken("colleague_gone", field="assignee_id")
    ctx.tell(assignee_id=assignee_id, number=order.number)
    order = tx.change(order, ctx.based_on, assignee_id=assignee_id)
    if order.status == OPEN:
        tx.change(order, None, status=ASSIGNED)
    if text.strip():
        tx.add(Note(id=ctx.id("note"), order_id=order_id, text=text, author_id=ctx.actor, at=ctx.at))


def _later(ctx: Ctx, after: int) -> int:
    """When an answer counts as given: behind the one it takes the place of, also by a clock that lags behind a
    colleague's, or was set back since. Else the old value would stand, and the new one seem lost."""
    return min(max(ctx.at, after + 1), MOMENT_LIMIT)


@decision(may=FIELD_STAFF, about="order_id")
def take_hand_over_back(tx: Tx, ctx: Ctx, *, order_id: Id) -> None:
    """Take an order back that one has just handed over, as long as the colleague has not begun with it.

    RuleBroken hand_over_not_yours where somebody else gave it last or it went on to a third one, colleague_began.
    """
    order, c, a = tx.one(WorkOrder, order_id), Event.c, Answer.c
    if order.status in FINISHED:
        raise RuleBroken("order_finished", status=order.status)
    mine = (c.about_id == order_id, c.kind == "hand_over", c.outcome == "applied")
    last = next(iter(tx.all(Event, *mine, order=[c.at.desc(), c.id.desc()], limit=1)), None)
    told = canonical.loads(last.told) if last is not None else {}
    if last is None or last.actor_id != ctx.actor or told.get("assignee_id") != order.assignee_id:
        raise RuleBroken("hand_over_not_yours")
    if tx.all(Answer, a.order_id == order_id, a.by_id == order.assignee_id, a.at >= last.at, limit=1):
        raise RuleBroken("colleague_began")
    ctx.tell(assignee_id=ctx.actor, number=order.number)
    tx.change(order, None, assignee_id=ctx.actor)


def _still_missing(items: tuple[Item, ...], left: tuple[Item, ...]) -> RuleBroken:
    numbers: Mapping[str, int] = numbers_of(items)
    listed = ", ".join(str(numbers[item.key]) for item in left[:20]) + (", …" if len(left) > 20 else "")
    return RuleBroken("items_missing", count=len(left), numbers=listed, names=left[0].names, item=left[0].key)
