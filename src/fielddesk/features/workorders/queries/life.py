"""What the stage of the product asks of an order, and what was given of it."""

from __future__ import annotations

from collections.abc import Mapping

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.lifecycle.model import ProductModel
from fielddesk.features.lifecycle.queries import policy_for, standing_of
from fielddesk.features.lifecycle.rules import TAKEN_BACK, Policy, Step, steps_missing
from fielddesk.features.people.queries import person_names
from fielddesk.features.workorders.model import (
    OrderStep,
    WorkOrder,
)
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class StepRow:
    """A step the stage asks for, and what was said of it last: outcome "" and no moment where nothing was."""

    step: Step
    outcome: str = ""
    remark: str = ""
    who: str = ""
    at: int = 0


@dataclass(frozen=True)
class LifeView:
    """What the revision an order was opened under asks of it, and its steps in their order."""

    order: WorkOrder
    policy: Policy
    model: ProductModel | None
    steps: tuple[StepRow, ...]


def order_policy(read: Reading, order: WorkOrder) -> Policy:
    """What the stage and revision an order was opened under ask of it; nothing where the revision is not here."""
    asset = read.get(Asset, order.asset_id) if order.asset_id else None
    return policy_for(read, order.stage, order.strategy, asset.model_id if asset else None, order.kind)


def missing_steps(read: Reading, order: WorkOrder) -> list[Step]:
    """Steps the order's own stage asks for that are neither given nor declined; none of an order without a stage."""
    if not order.strategy:
        return []
    said = read.all(OrderStep, OrderStep.c.order_id == order.id, order=[OrderStep.c.at, OrderStep.c.id])
    return steps_missing(order_policy(read, order).steps, [(row.step, row.outcome) for row in said])


def life_view(read: Reading, order_id: str) -> LifeView | None:
    """An order with what its stage asks for; None where it is not here."""
    order = read.get(WorkOrder, order_id)
    if order is None:
        return None
    asked = order_policy(read, order)
    said = read.all(OrderStep, OrderStep.c.order_id == order_id, order=[OrderStep.c.at, OrderStep.c.id])
    last = {row.step: row for row in said}
    newest = {step: row for step, row in last.items() if row.outcome != TAKEN_BACK}
    names = person_names(read, {row.by_id for row in newest.values()})
    steps = tuple(_step_row(step, newest.get(step.key), names) for step in asked.steps)
    asset = read.get(Asset, order.asset_id) if order.asset_id else None
    model = read.get(ProductModel, asset.model_id) if asset and asset.model_id else None
    return LifeView(order, asked, model, steps)


def _step_row(step: Step, row: OrderStep | None, names: Mapping[str, str]) -> StepRow:
    if row is None:
        return StepRow(step)
    return StepRow(step, row.outcome, row.remark, names.get(row.by_id, ""), row.at)


def step_count(read: Reading, order_id: str) -> int:
    """How many steps the stage still asks for."""
    order = read.get(WorkOrder, order_id)
    return len(missing_steps(read, order)) if order else 0


def asset_standing(read: Reading, asset_id: str | None, today: str) -> tuple[str, int]:
    """Stage and revision an order about this asset is opened under today."""
    asset = read.get(Asset, asset_id) if asset_id else None
    return standing_of(read, asset.model_id if asset else None, today)
