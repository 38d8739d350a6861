"""Assets of customers."""

from __future__ import annotations

from fielddesk.store.tables import SHARED, Synced, column, ref
from fielddesk.store.types import Id, Line, Prose


class Asset(Synced, scope=SHARED):
    """A machine at a customer's; building and position in it merge as one."""

    customer_id: Id = ref("customer", reach=True)
    serial: Line
    name: Line
    model: Line = column(default="")
    software_version: Line = column(default="")
    building: Line = column(default="")
    position: Line = column(default="")
    remark: Prose = column(default="")

    groups = (("building", "position"),)
    indexes = (("customer_id",), ("serial",), ("name", "serial", "id", "archived_at"))
