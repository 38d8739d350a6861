"""What is done to assets."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import chain_above
from fielddesk.features.assets.rules import OPTIONAL, check_asset, check_days, check_parent
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.store.actions import Ctx, decision, only_added
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Day, Id, Line, Prose


class AssetLine(TypedDict):
    """One line of a list of assets; what the list does not say is left out."""

    customer_id: Id
    serial: Line
    name: NotRequired[Line]
    model: NotRequired[Line]
    software_version: NotRequired[Line]
    building: NotRequired[Line]
    position: NotRequired[Line]
    remark: NotRequired[Prose]
    installed_on: NotRequired[Day]
    warranty_until: NotRequired[Day]


@decision(may=OFFICE, version=2, upcasts={1: only_added})
def create_asset(
    tx: Tx, ctx: Ctx, *, customer_id: Id, serial: Line, name: Line, model: Line = "", software_version: Line = "",
    building: Line = "", position: Line = "", site_id: Id | None = None, model_id: Id | None = None,
    parent_id: Id | None = None, installed_on: Day | None = None, warranty_until: Day | None = None,
) -> str:  # fmt: skip
    """Enter a machine of the installed base. Version 1 knew neither site, product model, parent nor days."""
    check_asset(serial, name)
    check_days(installed_on, warranty_until)
    ctx.tell(serial=serial, name=name)
    return tx.add(
        Asset(
            id=ctx.id("asset"), customer_id=customer_id, serial=serial, name=name, model=model,
            software_version=software_version, building=building, position=position, site_id=site_id,
            model_id=model_id, parent_id=parent_id, installed_on=installed_on, warranty_until=warranty_until,
        )
    )  # fmt: skip


@decision(may=FIELD_STAFF, about="asset_id", undo="edit_asset", version=2, upcasts={1: only_added})
def edit_asset(
    tx: Tx, ctx: Ctx, *, asset_id: Id, serial: Line | None = None, name: Line | None = None, model: Line | None = None,
    software_version: Line | None = None, building: Line | None = None, position: Line | None = None,
    remark: Prose | None = None, site_id: Id | None = None, model_id: Id | None = None, parent_id: Id | None = None,
    replaced_by_id: Id | None = None, installed_on: Day | None = None, warranty_until: Day | None = None,
    emptied: list[Code] | None = None,
) -> None:  # fmt: skip
    """Correct what the record says of a machine; only the fields given are touched.

    `emptied` names those of the optional ones that shall hold nothing. Version 1 knew only the texts.
    """
    given: dict[str, Any] = {
        "serial": serial, "name": name, "model": model, "software_version": software_version, "building": building,
        "position": position, "remark": remark, "site_id": site_id, "model_id": model_id, "parent_id": parent_id,
        "replaced_by_id": replaced_by_id, "installed_on": installed_on, "warranty_until": warranty_until,
    }  # fmt: skip
    news = {field: value for field, value in given.items() if value is not None}
    news |= dict.fromkeys(set(emptied or ()) & OPTIONAL)
    if not news:
        raise RuleBroken("nothing_to_change")
    asset = tx.change(tx.one(Asset, asset_id), ctx.based_on, **news)
    check_asset(asset.serial, asset.name)
    check_days(asset.installed_on, asset.warranty_until)
    if news.get("parent_id"):
        check_parent(asset_id, [asset.parent_id, *(above.parent_id for above in chain_above(tx, asset))])
    if replaced_by_id == asset_id:
        raise RuleBroken("replaced_by_itself", field="replaced_by_id")


@decision(may=OFFICE, version=2, upcasts={1: only_added})
def import_assets(tx: Tx, ctx: Ctx, *, lines: list[AssetLine]) -> int:
    """Take a piece of a list of assets in; of one whose customer has this serial only what the list says is changed.

    Returns how many were added or changed. Version 1 had four fields and left those that were there as they were.
    """
    serials = sorted({line["serial"] for line in lines})
    found = tx.all(Asset, Asset.c.serial.in_(serials), Asset.c.archived_at.is_(None), order=[Asset.c.id])
    there = {(asset.customer_id, asset.serial): asset for asset in found}
    touched = 0
    for line in lines:
        key = (line["customer_id"], line["serial"])
        known = there.get(key)
        if known is None:
            row: dict[str, Any] = {"name": "", **line}
            check_asset(row["serial"], row["name"])
            there[key] = Asset(id=ctx.id("asset", *key), **row)
            tx.add(there[key])
            touched += 1
        elif any(getattr(known, field) != value for field, value in line.items()):
            there[key] = known = tx.change(known, None, **line)
            check_asset(known.serial, known.name)
            touched += 1
    ctx.tell(count=touched)
    return touched
