"""The parts list: pages of it, a search through it, and one part with what replaces it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.queries.stock import PlaceStock, stocks
from fielddesk.store.matching import has_text
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
class PartView:
    """One part of the catalogue with its successor and those it replaces."""

    part: Part
    successor: Part | None
    replaces: tuple[Part, ...]


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


def _wanted(text: str) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Part.c.archived_at.is_(None)]
    if wanted := text.strip():
        found.append(sa.or_(has_text(Part.c.number, wanted), has_text(Part.c.names, wanted)))
    return found


def _near(found: Sequence[PlaceStock]) -> int | None:
    own = [stock.free for stock in found if stock.mine]
    return sum(own) if own else None
