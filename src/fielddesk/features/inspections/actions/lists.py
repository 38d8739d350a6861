"""Past inspections taken in as a list: of a system before this one, and of the demo's eight quarters."""

from __future__ import annotations

from typing_extensions import TypedDict

from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.model import Asset
from fielddesk.features.inspections.actions.plans import visit_inspection_id, visit_order_id
from fielddesk.features.inspections.model import Answer, ChecklistVersion, Inspection
from fielddesk.features.inspections.rules import NONE, VERDICTS, Given, parse_items, result_of
from fielddesk.features.people.rules import KEEPERS
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import COMPLETED, check_order
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Day, Id, Line, Moment, Prose, Quantity


class AnswerLine(TypedDict):
    """One answer of a past inspection."""

    item: Code
    verdict: Code
    number: Quantity | None
    choice: Code | None
    text: Prose
    day: Day | None


class InspectionLine(TypedDict):
    """One past inspection with its order; `plan_id` and `due_on` where it was a visit of a plan."""

    number: Line
    title: Line
    asset_id: Id
    version_id: Id
    plan_id: Id | None
    due_on: Day | None
    engineer_id: Id
    started_at: Moment
    completed_at: Moment
    completed_on: Day
    answers: list[AnswerLine]


@decision(may=KEEPERS)
def import_inspections(tx: Tx, ctx: Ctx, *, lines: list[InspectionLine]) -> int:
    """Take completed inspections in, each with its order and answers; one whose order is there is left as it is.

    Returns how many came. Answers to items that the version does not have are kept: they are history too.
    """
    numbers = [line["number"] for line in lines]
    known = {order.number for order in tx.all(WorkOrder, WorkOrder.c.number.in_(numbers))}
    assets = {asset.id: asset for asset in tx.among(Asset, [line["asset_id"] for line in lines])}
    versions = {row.id: row for row in tx.among(ChecklistVersion, [line["version_id"] for line in lines])}
    added = 0
    for line in lines:
        check_order(line["number"], "inspection", line["title"])
        asset, version = assets.get(line["asset_id"]), versions.get(line["version_id"])
        if asset is None or version is None:
            raise RuleBroken("inspection_line_unknown", number=line["number"])
        if line["number"] not in known and _add(tx, ctx, line, asset, version):
            known.add(line["number"])
            added += 1
    ctx.tell(count=added)
    return added


def _add(tx: Tx, ctx: Ctx, line: InspectionLine, asset: Asset, version: ChecklistVersion) -> bool:
    number, plan, due = line["number"], line["plan_id"], line["due_on"]
    order_id = visit_order_id(plan, due) if plan and due else ctx.id("order", number)
    row_id = visit_inspection_id(plan, due) if plan and due else ctx.id("inspection", number)
    if tx.get(WorkOrder, order_id) is not None:
        return False
    given: dict[str, Given] = {}
    for one in line["answers"]:
        if one["verdict"] not in VERDICTS or one["verdict"] == NONE or one["item"] in given:
            raise RuleBroken("inspection_line_wrong", number=number, item=one["item"])
        given[one["item"]] = Given(one["verdict"], one["number"], one["choice"], one["text"], one["day"])
    tx.add(
        WorkOrder(
            id=order_id, number=number, kind="inspection", title=line["title"], customer_id=asset.customer_id,
            asset_id=asset.id, site_id=asset.site_id, status=COMPLETED, assignee_id=line["engineer_id"], due_on=due,
            opened_at=line["started_at"],
        )
    )  # fmt: skip
    tx.add(
        Inspection(
            id=row_id, order_id=order_id, asset_id=asset.id, version_id=version.id, plan_id=plan, due_on=due,
            started_at=line["started_at"], completed_at=line["completed_at"], completed_on=line["completed_on"],
            result=result_of(parse_items(version.items), given),
        )
    )  # fmt: skip
    tx.add_many(
        Answer(
            id=ctx.id("answer", number, one["item"]), inspection_id=row_id, order_id=order_id, asset_id=asset.id,
            version_id=version.id, by_id=line["engineer_id"], at=line["completed_at"], **one,
        )
        for one in line["answers"]
    )  # fmt: skip
    return True
