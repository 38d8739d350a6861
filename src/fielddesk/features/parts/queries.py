"""Parts as screens show them: catalogue, stock by place, movements, what was fitted on an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.parts.model import Movement, Part, Place, Reservation, StockLevel
from fielddesk.features.parts.rules import FITTED, TAKEN_BACK
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import sees_everything
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import FINISHED
from fielddesk.store.matching import has_text
from fielddesk.store.outbox import STANDS, OwnOperation, TouchedRow
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class PartRow:
    """A line of the catalogue with what is free in stock (millionths); `near` is None for who keeps no place."""

    id: str
    number: str
    names: str
    unit: str
    near: int | None
    total: int
    replaced_by: str | None


@dataclass(frozen=True)
class PlaceStock:
    """What a place holds of a part, in millionths.

    `as_of` None: the sum of its whole ledger, which is here. Otherwise what headquarters had at that moment (0: it
    never said anything), with `waiting`, our own movements it has not got, in `quantity` already. `reserved` is kept
    there for orders that are not finished, as far as this machine knows; `free` is what is left for others: none
    where all is kept, and below zero only where the ledger itself is.
    """

    place_id: str
    place: str
    kind: str
    mine: bool
    quantity: int
    as_of: int | None
    waiting: int
    reserved: int = 0

    @property
    def free(self) -> int:
        return min(self.quantity, max(0, self.quantity - self.reserved))


@dataclass(frozen=True)
class MovementRow:
    """A line of the ledger, as it reads on a screen."""

    id: str
    at: int
    kind: str
    quantity: int
    place: str
    order_id: str | None
    order: str
    by: str


@dataclass(frozen=True)
class MovedRow:
    """A movement on an order, for the history of its asset; a negative quantity was fitted."""

    id: str
    kind: str
    quantity: int
    at: int
    order_id: str | None
    number: str
    names: str
    unit: str
    order: str
    who: str


@dataclass(frozen=True)
class FittedRow:
    """A part fitted on an order; `quantity` is what is left of it after what was taken back."""

    id: str
    part_id: str
    names: str
    number: str
    quantity: int
    unit: str
    place_id: str
    place: str
    by: str
    at: int


@dataclass(frozen=True)
class ReservedRow:
    """A part kept for an order (millionths): how many, where, and how many lie there that nobody else has kept.

    `place_id` is None for one that is wanted from wherever; `there` is then what the own van has. None: not known.
    """

    id: str
    part_id: str
    names: str
    number: str
    quantity: int
    unit: str
    place_id: str | None
    place: str
    there: int | None
    mine: bool

    @property
    def short(self) -> int:
        """How many are missing where they are kept."""
        return max(0, self.quantity - max(0, self.there or 0))


@dataclass(frozen=True)
class PartView:
    """One part of the catalogue with its successor and those it replaces."""

    part: Part
    successor: Part | None
    replaces: tuple[Part, ...]


# ---------------------------------------------------------------- catalogue


def part_page(
    read: Reading, text: str, me: str, role: str, offset: int, limit: int, order_id: str | None = None
) -> list[PartRow]:
    """The catalogue by number; with a text the parts that have it in number or name."""
    c = Part.c
    query = sa.select(c.id, c.number, c.names, c.unit, c.replaced_by).where(*_wanted(text))
    rows = [tuple(row) for row in read.rows(query.order_by(c.number, c.id).limit(limit).offset(offset))]
    found = stocks(read, [row[0] for row in rows], me, role, order_id)
    return [
        PartRow(row_id, number, names, unit, _near(found[row_id]), sum(s.free for s in found[row_id]), successor)
        for row_id, number, names, unit, successor in rows
    ]


def part_count(read: Reading, text: str) -> int:
    """How many parts `part_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(Part.__table__).where(*_wanted(text))) or 0)


def part_place(read: Reading, text: str, part_id: str) -> int | None:
    """At which place of `part_page` a part stands."""
    c = Part.c
    row = read.get(Part, part_id)
    if row is None or not read.value(sa.select(sa.literal(1)).where(c.id == part_id, *_wanted(text))):
        return None
    before = sa.tuple_(c.number, c.id) < sa.tuple_(sa.literal(row.number), sa.literal(row.id))
    return int(read.value(sa.select(sa.func.count()).where(*_wanted(text), before)) or 0)


def find_parts(read: Reading, text: str, me: str, role: str, limit: int, order_id: str | None = None) -> list[PartRow]:
    """Parts for who types or scans: the very number first, then numbers that begin so, then whatever has the text.

    With an order, what is kept for it counts as free.
    """
    wanted = text.strip()
    exact = read.all(Part, Part.c.number == wanted, Part.c.archived_at.is_(None))
    rows = part_page(read, wanted, me, role, 0, limit, order_id)
    first = {part.id for part in exact}
    if first and not first & {row.id for row in rows[:1]}:
        found = stocks(read, sorted(first), me, role, order_id)
        lines = [
            PartRow(p.id, p.number, p.names, p.unit, _near(found[p.id]), sum(s.free for s in found[p.id]),
                    p.replaced_by)
            for p in exact
        ]  # fmt: skip
        rows = [*lines, *(row for row in rows if row.id not in first)]
    begins = wanted.lower()
    rows.sort(key=lambda row: (row.id not in first, not row.number.lower().startswith(begins)))
    return rows[:limit]


def part_view(read: Reading, part_id: str) -> PartView | None:
    """One part with what it replaces and what replaces it; None where it is not in the catalogue."""
    part = read.get(Part, part_id)
    if part is None:
        return None
    successor = None
    if part.replaced_by:
        successor = next(iter(read.all(Part, Part.c.number == part.replaced_by, limit=1)), None)
    older = read.all(Part, Part.c.replaced_by == part.number, order=[Part.c.number], limit=50)
    return PartView(part, successor, tuple(older))


def part_numbers(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Numbers of these parts by id."""
    return {part.id: part.number for part in read.among(Part, ids)}


def place_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of these places by id."""
    return {place.id: place.name for place in read.among(Place, ids)}


def _wanted(text: str) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Part.c.archived_at.is_(None)]
    if wanted := text.strip():
        found.append(sa.or_(has_text(Part.c.number, wanted), has_text(Part.c.names, wanted)))
    return found


def _near(found: Sequence[PlaceStock]) -> int | None:
    own = [stock.free for stock in found if stock.mine]
    return sum(own) if own else None


# ---------------------------------------------------------------- stock


def places(read: Reading, me: str) -> list[Place]:
    """Stock places, one's own first, then vans, depots and headquarters by name."""
    found = read.all(Place, Place.c.archived_at.is_(None), order=[Place.c.name, Place.c.id])
    return sorted(found, key=lambda place: place.keeper_id != me)


def stock(read: Reading, part_id: str, me: str, role: str) -> list[PlaceStock]:
    """What every place holds of one part, one's own first."""
    return stocks(read, [part_id], me, role)[part_id]


def stocks(
    read: Reading, part_ids: Iterable[str], me: str, role: str, order_id: str | None = None
) -> dict[str, list[PlaceStock]]:
    """What every place holds of these parts, by part; a place that never had any is left out, one's own stays.

    The whole ledger of a place is here for its keeper and for roles that see everything: its stock is the sum. Of any
    other place headquarters says what it had at a moment, to which our own movements that wait are added. Reserved
    is what is kept there for orders, that one (`order_id`) left out: for its own work it is free.
    """
    wanted = sorted(set(part_ids))
    here = places(read, me)
    whole = {place.id for place in here if place.keeper_id == me or sees_everything(role)}
    sums = _sums(read, wanted, whole)
    rest = [place.id for place in here if place.id not in whole]
    levels = {(x.place_id, x.part_id): x for x in _levels(read, wanted)} if rest else {}
    waiting = _waiting(read, wanted) if rest else {}
    kept = _reserved(read, wanted, order_id)
    found: dict[str, list[PlaceStock]] = {part_id: [] for part_id in wanted}
    for part_id in wanted:
        for place in here:
            key, mine = (place.id, part_id), place.keeper_id == me
            if place.id in whole:
                if mine or key in sums or kept.get(key):
                    line = PlaceStock(
                        place.id, place.name, place.kind, mine, sums.get(key, 0), None, 0, kept.get(key, 0)
                    )
                    found[part_id].append(line)
            elif key in levels or key in waiting or kept.get(key):
                level, more = levels.get(key), waiting.get(key, 0)
                quantity = (level.quantity if level else 0) + more
                as_of = level.as_of if level else 0
                line = PlaceStock(place.id, place.name, place.kind, mine, quantity, as_of, more, kept.get(key, 0))
                found[part_id].append(line)
    return found


def _sums(read: Reading, part_ids: list[str], place_ids: Iterable[str]) -> Mapping[tuple[str, str], int]:
    c = Movement.c
    query = (
        sa.select(c.place_id, c.part_id, sa.func.sum(c.quantity))
        .where(c.part_id.in_(part_ids), c.archived_at.is_(None))
        .group_by(c.place_id, c.part_id)
    )
    here = set(place_ids)
    # PostgreSQL sums a BIGINT to a numeric.
    return {(place, part): int(total) for place, part, total in map(tuple, read.rows(query)) if place in here}


def _levels(read: Reading, part_ids: list[str]) -> list[StockLevel]:
    return read.all(StockLevel, StockLevel.c.part_id.in_(part_ids), StockLevel.c.archived_at.is_(None))


def _waiting(read: Reading, part_ids: list[str]) -> Mapping[tuple[str, str], int]:
    """Our own movements that headquarters has not confirmed, by place and part. Only on a laptop."""
    c, touched, own = Movement.c, TouchedRow.c, OwnOperation.c
    joined = sa.join(OwnOperation.__table__, TouchedRow.__table__, touched.op_id == own.id)
    query = (
        sa.select(c.place_id, c.part_id, sa.func.sum(c.quantity))
        .select_from(joined.join(Movement.__table__, c.id == touched.row_id))
        .where(STANDS, touched.tablename_ == Movement.tablename, touched.wrote == 1)
        .where(c.part_id.in_(part_ids))
        .group_by(c.place_id, c.part_id)
    )
    return {(place, part): int(total) for place, part, total in map(tuple, read.rows(query))}


# ---------------------------------------------------------------- what is kept for orders


def _reserved(read: Reading, part_ids: list[str], but: str | None) -> Mapping[tuple[str, str], int]:
    """What is kept for orders by place and part, never below zero an order; a finished order keeps nothing any more.

    An order that is not on this machine counts: somebody else works on it.
    """
    c = Reservation.c
    query = (
        sa.select(c.place_id, c.part_id, c.order_id, sa.func.sum(c.quantity))
        .select_from(Reservation.__table__.outerjoin(WorkOrder.__table__, WorkOrder.c.id == c.order_id))
        .where(c.part_id.in_(part_ids), c.place_id.is_not(None), c.archived_at.is_(None))
        .where(sa.or_(WorkOrder.c.id.is_(None), WorkOrder.c.status.not_in(sorted(FINISHED))))
        .group_by(c.place_id, c.part_id, c.order_id)
    )
    found: dict[tuple[str, str], int] = {}
    for place, part, order, total in map(tuple, read.rows(query)):
        if order != but and total > 0:
            found[place, part] = found.get((place, part), 0) + int(total)
    return found


def reserved(read: Reading, order_id: str, me: str, role: str) -> list[ReservedRow]:
    """Parts kept for an order, in the order in which they were first kept."""
    c = Reservation.c
    joined = Reservation.__table__.outerjoin(Part.__table__, Part.c.id == c.part_id).outerjoin(
        Place.__table__, Place.c.id == c.place_id
    )
    query = (
        sa.select(
            c.part_id, c.place_id, sa.func.sum(c.quantity), sa.func.coalesce(sa.func.max(Part.c.names), "{}"),
            sa.func.coalesce(sa.func.max(Part.c.number), ""), sa.func.coalesce(sa.func.max(Part.c.unit), "piece"),
            sa.func.coalesce(sa.func.max(Place.c.name), ""), sa.func.max(Place.c.keeper_id),
        )
        .select_from(joined)
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .group_by(c.part_id, c.place_id)
        .order_by(sa.func.min(c.at), c.part_id, sa.func.coalesce(c.place_id, ""))
    )  # fmt: skip
    every: list[tuple[Any, ...]] = [tuple(row) for row in read.rows(query)]
    rows = [row for row in every if row[2] > 0]
    found = stocks(read, [row[0] for row in rows], me, role, order_id)
    lines = []
    for part_id, place_id, total, names, number, unit, place, keeper in rows:
        here = [one.free for one in found[part_id] if (one.place_id == place_id if place_id else one.mine)]
        lines.append(
            ReservedRow(
                f"{part_id}.{place_id or ''}", part_id, names, number, int(total), unit, place_id, place,
                sum(here) if here else None, keeper == me,
            )
        )  # fmt: skip
    return lines


def parts_count(read: Reading, order_id: str) -> int:
    """How many lines of parts an order has: fitted, and kept for it."""
    c = Reservation.c
    kept = sa.select(c.part_id).where(c.order_id == order_id, c.archived_at.is_(None))
    kept = kept.group_by(c.part_id, c.place_id).having(sa.func.sum(c.quantity) > 0)
    return fitted_count(read, order_id) + len(read.rows(kept))


# ---------------------------------------------------------------- movements


def movement_page(read: Reading, part_id: str, offset: int, limit: int) -> list[MovementRow]:
    """Movements of a part that are on this machine, newest first."""
    c = Movement.c
    joined = (
        Movement.__table__.outerjoin(Place.__table__, Place.c.id == c.place_id)
        .outerjoin(WorkOrder.__table__, WorkOrder.c.id == c.order_id)
        .outerjoin(User.__table__, User.c.id == c.by_id)
    )
    query = (
        sa.select(
            c.id, c.at, c.kind, c.quantity, sa.func.coalesce(Place.c.name, ""), c.order_id,
            sa.func.coalesce(WorkOrder.c.number, ""), sa.func.coalesce(User.c.name, ""),
        )
        .select_from(joined)
        .where(c.part_id == part_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [MovementRow(*row) for row in map(tuple, read.rows(query))]


def moments_of_asset(asset_id: str) -> sa.Select[Any]:
    """(moment, id) of what was fitted to an asset and taken back, for its history."""
    joined = Movement.__table__.join(WorkOrder.__table__, WorkOrder.c.id == Movement.c.order_id)
    return sa.select(Movement.c.at, Movement.c.id).select_from(joined).where(WorkOrder.c.asset_id == asset_id)


def movements_among(read: Reading, ids: Iterable[str]) -> list[MovedRow]:
    """These movements with the words of their part, order and person."""
    c = Movement.c
    joined = Movement.__table__.join(Part.__table__, Part.c.id == c.part_id)
    joined = joined.outerjoin(WorkOrder.__table__, WorkOrder.c.id == c.order_id)
    query = (
        sa.select(
            c.id, c.kind, c.quantity, c.at, c.order_id, Part.c.number, Part.c.names, Part.c.unit,
            sa.func.coalesce(WorkOrder.c.number, ""), sa.func.coalesce(User.c.name, ""),
        )
        .select_from(joined.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.id.in_(list(ids)))
    )  # fmt: skip
    return [MovedRow(*row) for row in map(tuple, read.rows(query))]


def movement_count(read: Reading, part_id: str) -> int:
    """How many movements of a part there are here."""
    query = sa.select(sa.func.count()).where(Movement.c.part_id == part_id, Movement.c.archived_at.is_(None))
    return int(read.value(query) or 0)


def fitted(read: Reading, order_id: str) -> list[FittedRow]:
    """Parts fitted on an order that were not taken back, in the order they were fitted."""
    c, back = Movement.c, Movement.__table__.alias("back")
    returned = (
        sa.select(sa.func.coalesce(sa.func.sum(back.c.quantity), 0))
        .where(back.c.reverses_id == c.id, back.c.order_id == order_id, back.c.kind == TAKEN_BACK)
        .scalar_subquery()
    )
    joined = (
        Movement.__table__.outerjoin(Part.__table__, Part.c.id == c.part_id)
        .outerjoin(Place.__table__, Place.c.id == c.place_id)
        .outerjoin(User.__table__, User.c.id == c.by_id)
    )
    query = (
        sa.select(
            c.id, c.part_id, sa.func.coalesce(Part.c.names, "{}"), sa.func.coalesce(Part.c.number, ""),
            sa.cast(-c.quantity - returned, sa.BigInteger), sa.func.coalesce(Part.c.unit, "piece"), c.place_id,
            sa.func.coalesce(Place.c.name, ""), sa.func.coalesce(User.c.name, ""), c.at,
        )
        .select_from(joined)
        .where(c.order_id == order_id, c.kind == FITTED, c.archived_at.is_(None))
        .order_by(c.at, c.id)
    )  # fmt: skip
    return [FittedRow(*row) for row in map(tuple, read.rows(query)) if row[4] > 0]


def fitted_count(read: Reading, order_id: str) -> int:
    """How many lines `fitted` has."""
    return len(fitted(read, order_id))
