"""What is done to product models, their stages and the strategy table."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.features.lifecycle.model import ProductModel, StageChange, StrategyRevision
from fielddesk.features.lifecycle.queries import latest_revision
from fielddesk.features.lifecycle.rules import (
    DATES,
    NO_STAGE,
    changed_parts,
    check_dates,
    check_model,
    check_stage,
    check_strategy,
)
from fielddesk.features.people.rules import KEEPERS, OFFICE
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Count, Day, Id, Json, Line, Names, Prose


class ModelLine(TypedDict):
    """One line of a list of product models."""

    number: Line
    names: Names
    product_class: Code
    stage: Code
    since: Day
    reason: Line


@decision(may=OFFICE)
def create_model(
    tx: Tx, ctx: Ctx, *, number: Line, names: Names, product_class: Code, stage: Code, since: Day, reason: Line = "",
    launch_on: Day | None = None, end_of_sale_on: Day | None = None, market_exit_on: Day | None = None,
    end_of_service_on: Day | None = None, last_parts_order_on: Day | None = None, dates_source: Line = "",
    replacement_id: Id | None = None,
) -> str:  # fmt: skip
    """Enter a product model with the stage it is in; a number that is there already is refused."""
    if tx.all(ProductModel, ProductModel.c.number == number, limit=1):
        raise RuleBroken("model_there_already", field="number", number=number)
    model = ProductModel(
        id=ctx.id("model"), number=number, names=names, product_class=product_class, stage=stage, stage_since=since,
        stage_reason=reason, launch_on=launch_on, end_of_sale_on=end_of_sale_on, market_exit_on=market_exit_on,
        end_of_service_on=end_of_service_on, last_parts_order_on=last_parts_order_on, dates_source=dates_source,
        replacement_id=replacement_id,
    )  # fmt: skip
    ctx.tell(number=number, stage=stage)
    return _enter(tx, ctx, model)


def _enter(tx: Tx, ctx: Ctx, model: ProductModel) -> str:
    _check(model)
    check_stage(model.stage)
    tx.add(model)
    tx.add(_stage_change(ctx, model.id, NO_STAGE, model.stage, model.stage_since, model.stage_reason, model.number))
    return model.id


def _stage_change(
    ctx: Ctx, model_id: str, old: str, new: str, since: str, reason: str, *names: str
) -> StageChange:  # fmt: skip
    return StageChange(
        id=ctx.id("stage_change", *names), model_id=model_id, from_stage=old, to_stage=new, since=since, reason=reason,
        by_id=ctx.actor, at=ctx.at,
    )  # fmt: skip


def _check(model: ProductModel) -> None:
    check_model(model.number, canonical.loads(model.names), model.product_class)
    check_dates({key: getattr(model, key) for key in DATES})


@decision(may=OFFICE, about="model_id", undo="edit_model")
def edit_model(
    tx: Tx, ctx: Ctx, *, model_id: Id, number: Line | None = None, names: Names | None = None,
    product_class: Code | None = None, launch_on: Day | None = None, end_of_sale_on: Day | None = None,
    market_exit_on: Day | None = None, end_of_service_on: Day | None = None, last_parts_order_on: Day | None = None,
    dates_source: Line | None = None, replacement_id: Id | None = None, emptied: list[Code] | None = None,
) -> None:  # fmt: skip
    """Correct a product model; only the fields given are touched. `emptied` names those that shall hold nothing."""
    given: dict[str, Any] = {
        "number": number, "names": names, "product_class": product_class, "launch_on": launch_on,
        "end_of_sale_on": end_of_sale_on, "market_exit_on": market_exit_on, "end_of_service_on": end_of_service_on,
        "last_parts_order_on": last_parts_order_on, "dates_source": dates_source, "replacement_id": replacement_id,
    }  # fmt: skip
    news = {key: value for key, value in given.items() if value is not None}
    news |= dict.fromkeys(set(emptied or ()) & {*DATES, "replacement_id"})
    if not news:
        raise RuleBroken("nothing_to_change")
    if replacement_id == model_id:
        raise RuleBroken("replaces_itself", field="replacement_id")
    model = tx.change(tx.one(ProductModel, model_id), ctx.based_on, **news)
    ctx.tell(number=model.number)
    _check(model)


@decision(may=OFFICE, about="model_id", undo="change_stage")
def change_stage(tx: Tx, ctx: Ctx, *, model_id: Id, stage: Code, since: Day, reason: Line) -> str:
    """Take a model into another stage from a day on: as planned, early, or back into one that is held longer.

    The reason is always asked for, since each way is open (LC4). Returns the id of the entry in its history.
    """
    check_stage(stage)
    if not reason.strip():
        raise RuleBroken("reason_missing", field="reason")
    model = tx.one(ProductModel, model_id)
    before = str(ctx.based_on.get("stage", model.stage))
    if stage == before:
        raise RuleBroken("stage_as_before", field="stage", stage=stage)
    tx.change(model, ctx.based_on, stage=stage, stage_since=since, stage_reason=reason)
    ctx.tell(number=model.number, stage=stage, since=since, reason=reason)
    return tx.add(_stage_change(ctx, model_id, before, stage, since, reason))


@decision(may=OFFICE)
def publish_strategy(
    tx: Tx, ctx: Ctx, *, number: Count, valid_from: Day, table: Json, reason: Prose = ""
) -> str:  # fmt: skip
    """Publish the next revision of the strategy table; orders that are open keep the one they were opened under."""
    last = latest_revision(tx)
    if number != (last.number if last else 0) + 1:
        raise RuleBroken("revision_taken", field="number", number=number)
    new = canonical.loads(table)
    check_strategy(new)
    if last is not None and not reason.strip():
        raise RuleBroken("reason_missing", field="reason")
    changed = changed_parts(canonical.loads(last.table) if last else None, new)
    if last is not None and not changed:
        raise RuleBroken("nothing_to_change")
    ctx.tell(number=number, changed_parts=changed)
    return tx.add(
        StrategyRevision(
            id=ctx.id("revision"), number=number, valid_from=valid_from, table=table, reason=reason, by_id=ctx.actor,
            at=ctx.at,
        )
    )  # fmt: skip


@decision(may=KEEPERS)
def import_models(tx: Tx, ctx: Ctx, *, lines: list[ModelLine]) -> int:
    """Take a piece of a list of product models in; a number that is there already is left as it is.

    Returns how many were added.
    """
    there = {model.number for model in tx.all(ProductModel, ProductModel.c.number.in_([x["number"] for x in lines]))}
    added = 0
    for line in lines:
        if line["number"] in there:
            continue
        there.add(line["number"])
        _enter(
            tx, ctx,
            ProductModel(
                id=ctx.id("model", line["number"]), number=line["number"], names=line["names"],
                product_class=line["product_class"], stage=line["stage"], stage_since=line["since"],
                stage_reason=line["reason"],
            ),
        )  # fmt: skip
        added += 1
    ctx.tell(count=added)
    return added
