"""Assets of customers."""

from __future__ import annotations

from fielddesk.store.tables import SHARED, Synced, column, ref
from fielddesk.store.types import Day, Id, Line, Prose


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
    site_id: Id | None = ref("site", reach=True, default=None)
    model_id: Id | None = ref("product_model", default=None)
    """The model as the catalogue has it; `model` is what was typed or imported."""
    parent_id: Id | None = ref("asset", reach=True, back=True, default=None)
    """The machine it is a part of; who has one of the machine has the whole."""
    replaced_by_id: Id | None = ref("asset", default=None)
    installed_on: Day | None = column(default=None)
    warranty_until: Day | None = column(default=None)

    groups = (("building", "position"),)
    indexes = (
        ("customer_id",),
        ("serial",),
        ("parent_id",),
        ("model_id",),
        ("site_id",),
        ("name", "serial", "id", "archived_at"),
    )
