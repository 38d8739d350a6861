"""Work orders, and what is recorded on them: notes, steps, safety before work, links, the customer's sign-off."""

from __future__ import annotations

from fielddesk.store.tables import Holds, Synced, column, follows, ref, root
from fielddesk.store.types import Code, Count, Day, Id, Json, Line, Moment, Opaque, Prose


class WorkOrder(Synced, scope=root("assignee_id")):
    """One order; status and its reason merge as one, and so do a site and whom one asks for there."""

    number: Line
    kind: Code
    title: Line
    description: Prose = column(default="")
    customer_id: Id = ref("customer", reach=True)
    asset_id: Id | None = ref("asset", reach=True, default=None)
    status: Code = column(default="open")
    status_reason: Line = column(default="")
    assignee_id: Id | None = ref("user", default=None)
    due_on: Day | None = column(default=None)
    opened_at: Moment
    site_id: Id | None = ref("site", reach=True, default=None)
    contact_id: Id | None = ref("contact", default=None)
    planned_at: Moment | None = column(default=None)
    """When the visit was agreed to begin; None where none is."""
    stage: Code = column(default="none")
    """Stage of the asset's model when the order was opened, "none" where it has none."""
    strategy: Count = column(default=0)
    """Number of the strategy revision it was opened under; 0: none."""

    groups = (("status", "status_reason"), ("site_id", "contact_id"))
    # The long ones hold all that a page of the list asks for, so that it need not look into the rows it leaves out.
    indexes = (
        ("assignee_id", "due_on", "number", "id", "status", "archived_at"),
        ("asset_id",),
        ("customer_id",),
        ("number", "id", "archived_at"),
        ("due_on", "number", "id", "archived_at"),
        ("opened_at", "id", "archived_at"),
        ("status", "due_on", "number", "id", "archived_at", "opened_at"),
        ("assignee_id", "planned_at"),
        ("planned_at", "id"),
        ("site_id",),
    )


class Note(Synced, scope=follows("order_id")):
    """An entry on an order; notes are only ever added."""

    order_id: Id = ref("work_order")
    text: Prose
    author_id: Id = ref("user")
    at: Moment

    indexes = (("order_id", "at"),)


class OrderStep(Synced, scope=follows("order_id")):
    """A step that the stage of the product asks for, given or declined (LC3); only ever added, the newest counts."""

    order_id: Id = ref("work_order")
    step: Code
    outcome: Code
    """done, declined, not_applicable; taken_back opens the step again."""
    remark: Prose = column(default="")
    by_id: Id = ref("user")
    at: Moment

    indexes = (("order_id", "at"),)


class SafetyCheck(Synced, scope=follows("order_id")):
    """Safety before work (EX1): what was looked at, by whom; only ever added, the newest counts."""

    order_id: Id = ref("work_order")
    answers: Json
    """{key of the check: yes | no | not_applicable}, as workorders/rules.py lists them."""
    permit: Line = column(default="")
    """Number of the permit to work."""
    remark: Prose = column(default="")
    by_id: Id = ref("user")
    at: Moment

    indexes = (("order_id", "at"),)


class SafetyIncident(Synced, scope=follows("order_id")):
    """An accident, near miss or unsafe state that was reported from an order."""

    order_id: Id = ref("work_order")
    kind: Code
    text: Prose
    happened_at: Moment
    by_id: Id = ref("user")
    at: Moment

    indexes = (("order_id", "at"),)


class OrderLink(Synced, scope=follows("order_id", "other_id")):
    """Two orders that belong together; `kind` says how: follow_up (the other came out of this one), related."""

    order_id: Id = ref("work_order")
    other_id: Id = ref("work_order")
    kind: Code
    item: Code = column(default="none")
    """Key of the checklist item that failed, "none" for none."""
    by_id: Id = ref("user")
    at: Moment

    indexes = (("order_id",), ("other_id",))


class SignOff(Synced, scope=follows("order_id")):
    """What the customer said and signed at the end of a visit (WO12); a signature is a fact and has no undo."""

    order_id: Id = ref("work_order")
    contact_id: Id | None = ref("contact", default=None)
    signer: Line
    signature: Opaque = column(default="")
    """Hash of the picture of the signature; empty where none was given."""
    not_signed_because: Line = column(default="")
    satisfaction: Count = column(default=0)
    """1 to 5, 0: not said."""
    recommendation: Count = column(default=-1)
    """0 to 10, -1: not said."""
    comment: Prose = column(default="")
    shown: Prose = column(default="")
    """What stood above the signature: the summary of the visit, in the language it was read in."""
    by_id: Id = ref("user")
    at: Moment

    contents = (Holds("signature", small=True),)
    indexes = (("order_id", "at"), ("signature",))
