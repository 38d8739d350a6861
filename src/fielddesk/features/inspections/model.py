"""Checklists with their versions, plans, the inspections themselves and every answer given."""

from __future__ import annotations

from fielddesk.store.tables import CATALOGUE, Holds, Synced, column, follows, ref
from fielddesk.store.types import Code, Count, Day, Id, Json, Line, Moment, Names, Opaque, Prose, Quantity


class Checklist(Synced, scope=CATALOGUE):
    """A checklist template; what is asked stands in its versions. The strategy table names defaults by `number`."""

    number: Code
    names: Names
    product_class: Code = column(default="none")
    model_id: Id | None = ref("product_model", default=None)

    indexes = (("number",),)


class ChecklistVersion(Synced, scope=CATALOGUE):
    """What a checklist asked from a day on; a version is never changed, an answer keeps the one it was given under."""

    checklist_id: Id = ref("checklist")
    version: Count
    items: Json
    """A list of items as inspections/rules.py describes them, in the order they are worked through."""
    remark: Line = column(default="")
    by_id: Id = ref("user")
    at: Moment

    indexes = (("checklist_id", "version"),)


class HelpPicture(Synced, scope=CATALOGUE):
    """The picture that the help of an item shows; its content travels like that of an attachment."""

    version_id: Id = ref("checklist_version")
    item: Code
    media_type: Line
    size: Count
    sha256: Opaque
    caption: Names | None = column(default=None)

    contents = (Holds("sha256", "size"),)
    indexes = (("version_id",), ("sha256",))


class InspectionPlan(Synced, scope=follows("asset_id")):
    """When an asset is inspected (IN2). Due days are the site's calendar days."""

    asset_id: Id = ref("asset")
    checklist_id: Id = ref("checklist")
    rule: Line
    """A recurrence rule (RFC 5545), such as FREQ=MONTHLY;INTERVAL=3."""
    starts_on: Day
    mode: Code = column(default="fixed")
    """fixed: the days of the rule; from_completion: the rule's step counted from the last completion."""
    tolerance_days: Count = column(default=7)
    """A visit counts as on time this many days before and after its due day."""
    engineer_id: Id | None = ref("user", default=None)
    ended_on: Day | None = column(default=None)

    groups = (("rule", "starts_on", "mode"),)
    indexes = (("asset_id",), ("checklist_id",))


class PlanException(Synced, scope=follows("asset_id")):
    """One due day of a plan that is moved or skipped, with the reason; the plan itself does not drift."""

    plan_id: Id = ref("inspection_plan")
    asset_id: Id = ref("asset")
    due_on: Day
    moved_to: Day | None = column(default=None)
    """None: skipped."""
    reason: Line
    by_id: Id = ref("user")
    at: Moment

    indexes = (("plan_id", "due_on"), ("asset_id",))


class Inspection(Synced, scope=follows("order_id", "asset_id")):
    """One inspection: the work order it belongs to and the version of the checklist it is done under."""

    order_id: Id = ref("work_order")
    asset_id: Id = ref("asset")
    version_id: Id = ref("checklist_version")
    plan_id: Id | None = ref("inspection_plan", default=None)
    due_on: Day | None = column(default=None)
    """The plan's day, also where the visit was moved."""
    started_at: Moment | None = column(default=None)
    completed_at: Moment | None = column(default=None)
    completed_on: Day | None = column(default=None)
    result: Code = column(default="none")

    groups = (("completed_at", "completed_on", "result"),)
    indexes = (("order_id",), ("asset_id", "completed_at"), ("plan_id", "due_on"), ("completed_at",))


class Answer(Synced, scope=follows("order_id", "asset_id")):
    """One answer to one item; only ever added. The newest stands, the earlier ones stay (IN1)."""

    inspection_id: Id = ref("inspection")
    order_id: Id = ref("work_order")
    asset_id: Id = ref("asset")
    version_id: Id = ref("checklist_version")
    item: Code
    """Key of the item; the same key in a later version is the same measured value."""
    verdict: Code = column(default="none")
    """passed, failed, not_applicable, noted; "none" where the answer was taken back."""
    number: Quantity | None = column(default=None)
    choice: Code | None = column(default=None)
    text: Prose = column(default="")
    day: Day | None = column(default=None)
    questioned: Code = column(default="none")
    """Why the value was questioned and yet kept: limits, trend; "none" where it was not."""
    kept_because: Line = column(default="")
    by_id: Id = ref("user")
    at: Moment

    indexes = (("inspection_id", "item", "at"), ("asset_id", "item", "at"), ("order_id",))
