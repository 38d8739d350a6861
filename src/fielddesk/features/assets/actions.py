"""What is done to assets."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.rules import check_asset
from fielddesk.features.people.rules import FIELD_STAFF, KEEPERS, OFFICE
from fielddesk.store.actions import Ctx, decision
from fielddesk.store.tx import Tx
from fielddesk.store.types import Id, Line, Prose


class AssetLine(TypedDict):
    """One line of a list of assets."""

    customer_id: Id
    serial: Line
    name: Line
    model: Line


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


@decision(may=KEEPERS)
def import_assets(tx: Tx, ctx: Ctx, *, lines: list[AssetLine]) -> int:
    """Take a piece of a list of assets in; one whose customer has this serial already is left as it is.

    Returns how many were added.
    """
    serials = [line["serial"] for line in lines]
    there = {(asset.customer_id, asset.serial) for asset in tx.all(Asset, Asset.c.serial.in_(serials))}
    added = 0
    for line in lines:
        check_asset(line["serial"], line["name"])
        key = (line["customer_id"], line["serial"])
        if key not in there:
            there.add(key)
            tx.add(Asset(id=ctx.id("asset", *key), **line))
            added += 1
    ctx.tell(count=added)
    return added
