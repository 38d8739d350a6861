"""Parts that are kept for an order, with what is short of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.parts.model import Part, Place, Reservation
from fielddesk.features.parts.queries.movements import fitted_count
from fielddesk.features.parts.queries.stock import stocks
from fielddesk.store.tx import Reading


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
