"""Plans, moved and skipped visits, and the order that is opened for a due day: once, wherever that happens first."""

from __future__ import annotations

from datetime import date
from typing import Any

from fielddesk.core.errors import RuleBroken
from fielddesk.core.ids import derived_id
from fielddesk.features.assets.model import Asset
from fielddesk.features.inspections.model import Inspection, InspectionPlan, PlanException
from fielddesk.features.inspections.rules import Plan, check_plan, parse_rule, period_days, rule_text
from fielddesk.features.lifecycle.model import ProductModel, StrategyRevision
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import ASSIGNED, CANCELLED, FINISHED, IN_PROGRESS, OPEN, check_order
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Count, Day, Id, Line


@decision(may=OFFICE)
def create_plan(
    tx: Tx, ctx: Ctx, *, asset_id: Id, checklist_id: Id, rule: Line, starts_on: Day, mode: Code = "fixed",
    tolerance_days: Count = 7, engineer_id: Id | None = None,
) -> str:  # fmt: skip
    """Plan the inspections of an asset by a recurrence rule."""
    plan = Plan(rule, starts_on, mode, tolerance_days)
    text = rule_text(check_plan(plan))
    ctx.tell(asset_id=asset_id, checklist_id=checklist_id, rule=text)
    return tx.add(
        InspectionPlan(
            id=ctx.id("plan"), asset_id=asset_id, checklist_id=checklist_id, rule=text, starts_on=starts_on, mode=mode,
            tolerance_days=tolerance_days, engineer_id=engineer_id,
        )
    )  # fmt: skip


@decision(may=OFFICE, about="plan_id", undo="edit_plan")
def edit_plan(
    tx: Tx, ctx: Ctx, *, plan_id: Id, checklist_id: Id | None = None, rule: Line | None = None,
    starts_on: Day | None = None, mode: Code | None = None, tolerance_days: Count | None = None,
    engineer_id: Id | None = None, no_engineer: bool = False,
) -> None:  # fmt: skip
    """Change a plan; only the fields given are touched. Visits that are opened already stay as they are."""
    given: dict[str, Any] = {
        "checklist_id": checklist_id, "rule": rule, "starts_on": starts_on, "mode": mode,
        "tolerance_days": tolerance_days, "engineer_id": engineer_id,
    }  # fmt: skip
    news = {field: value for field, value in given.items() if value is not None}
    if no_engineer:
        news["engineer_id"] = None
    if not news:
        raise RuleBroken("nothing_to_change")
    if "rule" in news:
        news["rule"] = rule_text(parse_rule(str(rule)))
    plan = tx.change(tx.one(InspectionPlan, plan_id), ctx.based_on, **news)
    check_plan(rules_plan(plan))


@decision(may=OFFICE, about="plan_id", undo="end_plan")
def end_plan(tx: Tx, ctx: Ctx, *, plan_id: Id, ended_on: Day | None) -> None:
    """Let a plan end with a day: no visit is due after it. None lets it go on."""
    tx.change(tx.one(InspectionPlan, plan_id), ctx.based_on, ended_on=ended_on)


@decision(may=FIELD_STAFF, about="plan_id", undo="restore_visit")
def move_visit(tx: Tx, ctx: Ctx, *, plan_id: Id, due_on: Day, moved_to: Day, reason: Line) -> str:
    """Move one visit to another day; the plan's other days stay. An order that is open for it moves along."""
    plan = tx.one(InspectionPlan, plan_id)
    distance = abs((date.fromisoformat(moved_to) - date.fromisoformat(due_on)).days)
    if distance == 0:
        raise RuleBroken("moved_nowhere", field="moved_to")
    if distance > max(period_days(parse_rule(plan.rule)), 31):
        raise RuleBroken("moved_too_far", field="moved_to")
    ctx.tell(due_on=due_on, moved_to=moved_to, reason=reason)
    row_id = _except(tx, ctx, plan, due_on, moved_to, reason)
    if order := _standing_order(tx, plan_id, due_on):
        tx.change(order, None, due_on=moved_to)
    return row_id


@decision(may=FIELD_STAFF, about="plan_id", undo="restore_visit")
def skip_visit(tx: Tx, ctx: Ctx, *, plan_id: Id, due_on: Day, reason: Line) -> str:
    """Leave one visit out, with the reason. An order that is open for it is cancelled."""
    plan = tx.one(InspectionPlan, plan_id)
    ctx.tell(due_on=due_on, reason=reason)
    row_id = _except(tx, ctx, plan, due_on, None, reason)
    if order := _standing_order(tx, plan_id, due_on):
        if order.status == IN_PROGRESS:
            raise RuleBroken("visit_started")
        tx.change(order, None, status=CANCELLED, status_reason=reason)
    return row_id


@decision(may=FIELD_STAFF, about="plan_id")
def restore_visit(tx: Tx, ctx: Ctx, *, plan_id: Id, due_on: Day) -> None:
    """Put a moved or skipped visit back on the plan's day, and its order with it."""
    row = tx.get(PlanException, exception_id(plan_id, due_on))
    ctx.tell(due_on=due_on)
    if row is not None and row.archived_at is None:
        tx.change(row, None, archived_at=ctx.at)
    order = tx.get(WorkOrder, visit_order_id(plan_id, due_on))
    if order is None:
        return
    if order.status == CANCELLED:
        tx.change(order, None, status=ASSIGNED if order.assignee_id else OPEN, status_reason="", due_on=due_on)
    elif order.status not in FINISHED:
        tx.change(order, None, due_on=due_on)


@decision(may=FIELD_STAFF, about="plan_id")
def open_visit(
    tx: Tx, ctx: Ctx, *, plan_id: Id, due_on: Day, version_id: Id, number: Line, title: Line,
    assignee_id: Id | None = None,
) -> str:  # fmt: skip
    """Open the order and the inspection of a plan's due day; returns the inspection's id.

    Their ids follow from plan and day: whoever comes second, headquarters' job or a laptop, changes nothing.
    """
    row_id = visit_inspection_id(plan_id, due_on)
    if tx.get(Inspection, row_id) is not None:
        return row_id
    plan = tx.one(InspectionPlan, plan_id)
    one = tx.get(PlanException, exception_id(plan_id, due_on))
    if one is not None and one.archived_at is None and one.moved_to is None:
        raise RuleBroken("visit_skipped", due_on=due_on)
    planned = one.moved_to if one is not None and one.archived_at is None else due_on
    order = visit_order(
        tx, ctx, row_id=visit_order_id(plan_id, due_on), asset_id=plan.asset_id, number=number, title=title,
        assignee_id=assignee_id, due_on=planned,
    )  # fmt: skip
    ctx.tell(number=order.number, due_on=due_on, checklist_id=plan.checklist_id)
    return tx.add(
        Inspection(
            id=row_id, order_id=order.id, asset_id=plan.asset_id, version_id=version_id, plan_id=plan_id, due_on=due_on
        )
    )


def visit_order(
    tx: Tx, ctx: Ctx, *, row_id: str, asset_id: str, number: str, title: str, assignee_id: str | None,
    due_on: str | None,
) -> WorkOrder:  # fmt: skip
    """Add the order that an inspection is done under, with what the asset says of place and stage."""
    check_order(number, "inspection", title)
    asset = tx.one(Asset, asset_id)
    model = tx.get(ProductModel, asset.model_id) if asset.model_id else None
    newest = tx.all(StrategyRevision, order=[StrategyRevision.c.number.desc()], limit=1)
    order = WorkOrder(
        id=row_id, number=number, kind="inspection", title=title, customer_id=asset.customer_id, asset_id=asset.id,
        site_id=asset.site_id, status=ASSIGNED if assignee_id else OPEN, assignee_id=assignee_id, due_on=due_on,
        opened_at=ctx.at, stage=model.stage if model else "none",
        strategy=newest[0].number if newest else 0,
    )  # fmt: skip
    there = tx.get(WorkOrder, row_id)
    if there is not None:
        return there
    tx.add(order)
    return order


def visit_order_id(plan_id: str, due_on: str) -> str:
    """The order of a plan's due day, whoever opens it."""
    return derived_id(plan_id, "visit", due_on)


def visit_inspection_id(plan_id: str, due_on: str) -> str:
    """The inspection of a plan's due day, whoever opens it."""
    return derived_id(plan_id, "inspection", due_on)


def exception_id(plan_id: str, due_on: str) -> str:
    """One row for a due day that is moved or skipped."""
    return derived_id(plan_id, "exception", due_on)


def rules_plan(plan: InspectionPlan) -> Plan:
    """The plan as the rules count it."""
    return Plan(plan.rule, plan.starts_on, plan.mode, plan.tolerance_days, plan.ended_on)


def _standing_order(tx: Tx, plan_id: str, due_on: str) -> WorkOrder | None:
    inspection = tx.get(Inspection, visit_inspection_id(plan_id, due_on))
    if inspection is not None and inspection.completed_at is not None:
        raise RuleBroken("visit_done", due_on=due_on)
    order = tx.get(WorkOrder, visit_order_id(plan_id, due_on))
    return None if order is None or order.status in FINISHED else order


def _except(tx: Tx, ctx: Ctx, plan: InspectionPlan, due_on: str, moved_to: str | None, reason: str) -> str:
    if not reason.strip():
        raise RuleBroken("reason_missing", field="reason")
    row_id = exception_id(plan.id, due_on)
    there = tx.get(PlanException, row_id)
    if there is None:
        return tx.add(
            PlanException(
                id=row_id, plan_id=plan.id, asset_id=plan.asset_id, due_on=due_on, moved_to=moved_to, reason=reason,
                by_id=ctx.actor, at=ctx.at,
            )
        )  # fmt: skip
    tx.change(there, None, moved_to=moved_to, reason=reason, by_id=ctx.actor, at=ctx.at, archived_at=None)
    return row_id
