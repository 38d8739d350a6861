"""Product models, the stage each of them is in, and the strategy table that says what a stage asks for."""

from __future__ import annotations

from fielddesk.store.tables import CATALOGUE, Synced, column, ref
from fielddesk.store.types import Code, Count, Day, Id, Json, Line, Moment, Names, Prose


class ProductModel(Synced, scope=CATALOGUE):
    """A model of product; it is in exactly one stage (LC1). Its dates are its own, each with where it comes from."""

    number: Line
    names: Names
    product_class: Code
    stage: Code
    stage_since: Day
    stage_reason: Line = column(default="")
    launch_on: Day | None = column(default=None)
    end_of_sale_on: Day | None = column(default=None)
    market_exit_on: Day | None = column(default=None)
    end_of_service_on: Day | None = column(default=None)
    last_parts_order_on: Day | None = column(default=None)
    dates_source: Line = column(default="")
    replacement_id: Id | None = ref("product_model", default=None)

    groups = (("stage", "stage_since", "stage_reason"),)
    indexes = (("number", "id", "archived_at"), ("stage",))


class StageChange(Synced, scope=CATALOGUE):
    """One change of a model's stage, with its day and reason; only ever added."""

    model_id: Id = ref("product_model")
    from_stage: Code
    to_stage: Code
    since: Day
    reason: Line
    by_id: Id = ref("user")
    at: Moment

    indexes = (("model_id", "at"),)


class StrategyRevision(Synced, scope=CATALOGUE):
    """One revision of the strategy table (LC2); a work order keeps the number it was opened under."""

    number: Count
    valid_from: Day
    table: Json
    """What lifecycle/rules.py checks: stages with goal, service, resources, roles, channels, documents, steps."""
    reason: Prose = column(default="")
    by_id: Id = ref("user")
    at: Moment

    indexes = (("number",),)
