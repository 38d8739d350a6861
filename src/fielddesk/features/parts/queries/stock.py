"""What lies where: own places as the sum of their ledger, others as headquarters says, less what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.parts.model import Movement, Place, Reservation, StockLevel
from fielddesk.features.people.rules import sees_everything
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import FINISHED
from fielddesk.store.outbox import STANDS, OwnOperation, TouchedRow
from fielddesk.store.tx import Reading


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


def place_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of these places by id."""
    return {place.id: place.name for place in read.among(Place, ids)}


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
