"""What was moved: of a part, on an asset, on an order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.parts.model import Movement, Part, Place
from fielddesk.features.parts.rules import FITTED, TAKEN_BACK
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.tx import Reading


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
