"""Work orders and their notes."""

from __future__ import annotations

from fielddesk.store.tables import Synced, column, follows, ref, root
from fielddesk.store.types import Code, Day, Id, Line, Moment, Prose


class WorkOrder(Synced, scope=root("assignee_id")):
    """One order; status and its reason merge as one."""

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

    groups = (("status", "status_reason"),)
    # The long ones hold all that a page of the list asks for, so that it need not look into the rows it leaves out.
    indexes = (
        ("assignee_id", "due_on", "number", "id", "status", "archived_at"),
        ("asset_id",),
        ("customer_id",),
        ("number", "id", "archived_at"),
        ("due_on", "number", "id", "archived_at"),
        ("opened_at", "id", "archived_at"),
        ("status", "due_on", "number", "id", "archived_at", "opened_at"),
    )


class Note(Synced, scope=follows("order_id")):
    """An entry on an order; notes are only ever added."""

    order_id: Id = ref("work_order")
    text: Prose
    author_id: Id = ref("user")
    at: Moment

    indexes = (("order_id", "at"),)
