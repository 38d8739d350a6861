"""Two versions of one program: the older knows gauges, the newer gives them a unit and calls their remark a note.

Each is put on in a process of its own, since a table is declared once in a process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fielddesk.features.people.rules import FIELD_STAFF
from fielddesk.store import steps
from fielddesk.store.actions import Ctx, decision, fact
from fielddesk.store.tables import SHARED, Synced, column, ref
from fielddesk.store.tx import Tx
from fielddesk.store.types import Id, Line

HERE = Path(__file__).parent


def older() -> type[Any]:
    """Be the older version; the class of its gauges."""
    steps.MORE[:] = [HERE / "steps_old"]

    class Gauge(Synced, scope=SHARED):
        asset_id: Id = ref("asset")
        name: Line
        remark: Line = column(default="")

        indexes = (("asset_id",),)

    @fact(may=FIELD_STAFF, about="asset_id")
    def mount_gauge(tx: Tx, ctx: Ctx, *, asset_id: Id, name: Line, text: Line) -> str:
        return tx.add(Gauge(id=ctx.id("gauge"), asset_id=asset_id, name=name, remark=text))

    @decision(may=FIELD_STAFF, about="gauge_id")
    def name_gauge(tx: Tx, ctx: Ctx, *, gauge_id: Id, name: Line) -> None:
        tx.change(tx.one(Gauge, gauge_id), ctx.based_on, name=name)

    @fact(may=FIELD_STAFF, about="asset_id")
    def paint_asset(tx: Tx, ctx: Ctx, *, asset_id: Id) -> str:
        return tx.add(Gauge(id=ctx.id("gauge"), asset_id=asset_id, name="painted", remark=""))

    Gauge.actions = (mount_gauge, name_gauge, paint_asset)  # type: ignore[attr-defined]
    return Gauge


def newer(folder: str = "steps_new") -> type[Any]:
    """Be the newer version; it no longer knows how to paint, and what was `text` is `note` in an operation."""
    steps.MORE[:] = [HERE / "steps_old", HERE / folder]

    def named(args: dict[str, Any], shown: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"note" if name == "text" else name: value for name, value in args.items()}, shown

    class Gauge(Synced, scope=SHARED):
        asset_id: Id = ref("asset")
        name: Line
        note: Line = column(default="")
        unit: Line = column(default="bar")

        indexes = (("asset_id",),)

    class Dial(Synced, scope=SHARED):
        name: Line

    @fact(may=FIELD_STAFF, about="asset_id", version=2, upcasts={1: named})
    def mount_gauge(tx: Tx, ctx: Ctx, *, asset_id: Id, name: Line, note: Line, unit: Line = "bar") -> str:
        return tx.add(Gauge(id=ctx.id("gauge"), asset_id=asset_id, name=name.upper(), note=note, unit=unit))

    @decision(may=FIELD_STAFF, about="gauge_id")
    def name_gauge(tx: Tx, ctx: Ctx, *, gauge_id: Id, name: Line) -> None:
        tx.change(tx.one(Gauge, gauge_id), None, name=name.upper())

    Gauge.actions = (mount_gauge, name_gauge)  # type: ignore[attr-defined]
    Gauge.dial = Dial  # type: ignore[attr-defined]
    return Gauge
