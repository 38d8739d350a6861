"""What is done to assets."""

from __future__ import annotations

from typing import Any

from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.rules import check_asset
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Id, Line, Prose


@decision(may=OFFICE)
def create_asset(
    tx: Tx, ctx: Ctx, *, customer_id: Id, serial: Line, name: Line, model: Line = "", software_version: Line = "",
    building: Line = "", position: Line = "",
) -> str:  # fmt: skip
    """Enter a machine of the installed base."""
    check_asset(serial, name)
    ctx.tell(serial=serial, name=name)
    return tx.add(
        Asset(
            id=ctx.id("asset"), customer_id=customer_id, serial=serial, name=name, model=model,
            software_version=software_version, building=building, position=position,
        )
    )  # fmt: skip


@decision(may=FIELD_STAFF, about="asset_id", undo="edit_asset")
def edit_asset(
    tx: Tx, ctx: Ctx, *, asset_id: Id, serial: Line | None = None, name: Line | None = None, model: Line | None = None,
    software_version: Line | None = None, building: Line | None = None, position: Line | None = None,
    remark: Prose | None = None,
) -> None:  # fmt: skip
    """Correct what the record says of a machine; only the fields given are touched."""
    given: dict[str, Any] = {
        "serial": serial, "name": name, "model": model, "software_version": software_version, "building": building,
        "position": position, "remark": remark,
    }  # fmt: skip
    news = {field: value for field, value in given.items() if value is not None}
    if not news:
        raise RuleBroken("nothing_to_change")
    asset = tx.change(tx.one(Asset, asset_id), ctx.based_on, **news)
    check_asset(asset.serial, asset.name)
