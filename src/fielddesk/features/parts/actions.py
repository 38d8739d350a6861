"""What is done with parts: the catalogue is kept at headquarters, movements happen anywhere."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.core.ids import derived_id
from fielddesk.features.parts.model import Movement, Part, Place, Reservation, StockLevel
from fielddesk.features.parts.rules import FITTED, PLACE_KINDS, RECEIVED, TAKEN_BACK, check_part, check_quantity
from fielddesk.features.people.rules import FIELD_STAFF, KEEPERS
from fielddesk.store.actions import Ctx, decision, fact, only_added
from fielddesk.store.tx import Tx
from fielddesk.store.types import Code, Id, Line, Moment, Names, Quantity


class PartLine(TypedDict):
    """One line of a parts list; what the list does not say is left out, languages of the name too."""

    number: Line
    names: NotRequired[Names]
    category: NotRequired[Line]
    unit: NotRequired[Code]
    replaced_by: NotRequired[Line | None]


class LevelLine(TypedDict):
    """What a place holds of a part, in millionths."""

    place_id: Id
    part_id: Id
    quantity: Quantity


@decision(may=KEEPERS, version=2, upcasts={1: only_added})
def import_parts(tx: Tx, ctx: Ctx, *, lines: list[PartLine]) -> int:
    """Take a piece of a parts list into the catalogue; of a number that is there what the list says is brought up to
    date, and names in languages it does not have stay.

    Returns how many parts were added or changed. In version 1 each line had all of its five fields.
    """
    numbers = sorted({line["number"] for line in lines})
    found = tx.all(Part, Part.c.number.in_(numbers), Part.c.archived_at.is_(None), order=[Part.c.id])
    there = {part.number: part for part in found}
    touched = 0
    for line in lines:
        check_part(line["number"])
        known = there.get(line["number"])
        row = part_values(known, line)
        if known is None:
            there[line["number"]] = Part(id=ctx.id("part", line["number"]), **row)
            tx.add(there[line["number"]])
            touched += 1
        elif any(getattr(known, field) != value for field, value in row.items()):
            there[line["number"]] = tx.change(known, None, **row)
            touched += 1
    ctx.tell(count=touched)
    return touched


def part_values(known: Part | None, line: PartLine) -> dict[str, Any]:
    """The columns a line sets: its names beside those the part has already, the number where nobody named it."""
    row: dict[str, Any] = dict(line)
    names = {**(canonical.loads(known.names) if known else {}), **canonical.loads(line.get("names", "{}"))}
    if not names:
        names = {"en": line["number"]}
    if known is None or "names" in line:
        row["names"] = canonical.dumps(names)
    return row


@decision(may=KEEPERS)
def create_place(tx: Tx, ctx: Ctx, *, name: Line, kind: Code, keeper_id: Id | None = None) -> str:
    """Open a stock place; a van has its keeper."""
    if kind not in PLACE_KINDS:
        raise RuleBroken("place_kind_unknown", field="kind", kind=kind)
    if not name.strip():
        raise RuleBroken("name_missing", field="name")
    ctx.tell(name=name)
    return tx.add(Place(id=ctx.id("place"), name=name, kind=kind, keeper_id=keeper_id))


@fact(may=FIELD_STAFF, about="place_id")
def receive_stock(tx: Tx, ctx: Ctx, *, place_id: Id, part_id: Id, quantity: Quantity) -> str:
    """Put parts into a stock place."""
    check_quantity(quantity)
    ctx.tell(part_id=part_id, quantity=quantity)
    return tx.add(
        Movement(
            id=ctx.id("movement"), kind=RECEIVED, part_id=part_id, place_id=place_id, quantity=quantity,
            by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="order_id", undo="take_part_back")
def use_part(tx: Tx, ctx: Ctx, *, order_id: Id, part_id: Id, quantity: Quantity, place_id: Id) -> str:
    """Fit parts from a stock place to the order's asset. Stock may go below zero; it stands, flagged (SP4)."""
    check_quantity(quantity)
    ctx.tell(part_id=part_id, quantity=quantity, place_id=place_id)
    return tx.add(
        Movement(
            id=ctx.id("movement"), kind=FITTED, part_id=part_id, place_id=place_id, quantity=-quantity,
            order_id=order_id, by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="order_id")
def take_part_back(
    tx: Tx, ctx: Ctx, *, order_id: Id, movement_id: Id, part_id: Id, quantity: Quantity, place_id: Id
) -> str:
    """Put a part that was logged as fitted back into its place: a movement is undone by a movement, once.

    RuleBroken taken_back_already where that was done before, here or on another laptop.
    """
    check_quantity(quantity)
    row_id = derived_id(movement_id, "back")
    there = tx.get(Movement, row_id)
    # Run anew over rows that came from headquarters meanwhile, the row may be this very operation's own.
    if there is not None and (tx.fresh or (there.by_id, there.at) != (ctx.actor, ctx.at)):
        raise RuleBroken("taken_back_already")
    ctx.tell(part_id=part_id, quantity=quantity, place_id=place_id)
    return tx.add(
        Movement(
            id=row_id, kind=TAKEN_BACK, part_id=part_id, place_id=place_id, quantity=quantity,
            order_id=order_id, reverses_id=movement_id, by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="order_id", undo="release_part")
def reserve_part(tx: Tx, ctx: Ctx, *, order_id: Id, part_id: Id, quantity: Quantity, place_id: Id | None = None) -> str:
    """Keep parts for an order, in a place or from wherever they come. More than lies there may be kept; it shows."""
    check_quantity(quantity)
    ctx.tell(part_id=part_id, quantity=quantity, place_id=place_id)
    return tx.add(
        Reservation(
            id=ctx.id("reservation"), order_id=order_id, part_id=part_id, place_id=place_id, quantity=quantity,
            by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@fact(may=FIELD_STAFF, about="order_id", undo="reserve_part")
def release_part(tx: Tx, ctx: Ctx, *, order_id: Id, part_id: Id, quantity: Quantity, place_id: Id | None = None) -> str:
    """Let kept parts go, because they were fitted or are not needed. Two who do it at once let go twice, and what is
    kept is then shown as none, never as less."""
    check_quantity(quantity)
    ctx.tell(part_id=part_id, quantity=quantity, place_id=place_id)
    return tx.add(
        Reservation(
            id=ctx.id("reservation"), order_id=order_id, part_id=part_id, place_id=place_id, quantity=-quantity,
            by_id=ctx.actor, at=ctx.at,
        )
    )  # fmt: skip


@decision(may=KEEPERS)
def set_stock_levels(tx: Tx, ctx: Ctx, *, lines: list[LevelLine], as_of: Moment) -> int:
    """Publish what places hold, as headquarters' ledger says at a moment; made by a job there."""
    ids = [level_id(line["place_id"], line["part_id"]) for line in lines]
    there = {level.id: level for level in tx.among(StockLevel, ids)}
    for row_id, line in zip(ids, lines, strict=True):
        known = there.get(row_id)
        if known is None:
            tx.add(StockLevel(id=row_id, as_of=as_of, **line))
        else:
            tx.change(known, None, quantity=line["quantity"], as_of=as_of)
    ctx.tell(count=len(lines))
    return len(lines)


def level_id(place_id: str, part_id: str) -> str:
    """One level for a place and a part, whoever publishes it."""
    return derived_id(place_id, "level", part_id)
