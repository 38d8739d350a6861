"""Gives each committed change its position: one counter row, locked from the moment scopes are worked out until commit.

A position drawn earlier would let a faster transaction publish a higher one first, and a laptop whose cursor had
passed it would never see the slower one's rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fielddesk.hq.batch import Batch
from fielddesk.hq.scope import Entry, Movement, Scopes
from fielddesk.hq.tables import Feed, FeedTo, Member, PastMember
from fielddesk.store.statements import add_values, ask, tell

COMMIT_ROWS = 500
"""No commit has more feed rows; a larger change is several, parents first."""
COMMIT_TEXT = 4_000_000
"""Nor more characters of bodies, unless a single row has them."""
NAME = "feed"


@dataclass(frozen=True)
class Stamp:
    """Where a transaction stands in the feed; `pos` is its last position."""

    pos: int
    movement: Movement


def head(connection: sa.Connection) -> int:
    """The last position of the feed as this transaction sees it."""
    return int(ask(connection, "SELECT pos FROM counter WHERE name = ?", NAME)[0][0])


def lock_counter(connection: sa.Connection) -> int:
    """Wait for whoever stamps now, and hold the counter until commit."""
    return int(ask(connection, "SELECT pos FROM counter WHERE name = ? FOR UPDATE", NAME)[0][0])


def stamp(connection: sa.Connection, batch: Batch, last: int, now: int) -> Stamp:
    """Publish what a batch changed behind position `last`, which `lock_counter` gave.

    The caller writes what needs the position, calls `close_stamp` and commits. Outcomes without a row take a position
    too, so that a pull knows when they were given.
    """
    batch.flush()
    moved = Scopes(connection, batch.changes).movement()
    write_membership(connection, moved, now)
    last = write_entries(connection, moved.entries, last)
    return Stamp(last, moved)


def close_stamp(connection: sa.Connection, stamped: Stamp) -> None:
    """The last statement before commit."""
    tell(connection, "UPDATE counter SET pos = ? WHERE name = ?", stamped.pos, NAME)


def write_entries(connection: sa.Connection, entries: Sequence[Entry], last: int) -> int:
    """Write feed lines behind position `last`; returns the new last position."""
    lines: list[tuple[Any, ...]] = []
    named: list[tuple[str, int]] = []
    bodies = [None if entry.row is None else entry.row.body_text() for entry in entries]
    for piece in _pieces(list(zip(entries, bodies, strict=True))):
        end = last + len(piece)
        for place, (entry, body) in enumerate(piece, last + 1):
            lines.append((place, end, entry.audience, entry.table, entry.row_id, entry.rev, entry.op, body))
            named.extend([(user, place) for user in sorted(entry.users)])
        last = end
    add_values(connection, Feed, lines)
    add_values(connection, FeedTo, named)
    return last if lines else last + 1


def _pieces(entries: Sequence[tuple[Entry, str | None]]) -> Iterator[Sequence[tuple[Entry, str | None]]]:
    start = size = 0
    for place, (_, body) in enumerate(entries):
        size += len(body or "")
        if place - start == COMMIT_ROWS or (size > COMMIT_TEXT and place > start):
            yield entries[start:place]
            start, size = place, len(body or "")
    if entries:
        yield entries[start:]


def write_membership(connection: sa.Connection, moved: Movement, now: int) -> None:
    """Write who joined and who parted, and remember since when a row is gone from a scope."""
    add_values(connection, Member, sorted(moved.joined))
    by_root: dict[tuple[str, str], list[str]] = {}
    for user, _, row_id, root_id in sorted(moved.parted):
        by_root.setdefault((user, root_id), []).append(row_id)
    for (user, root_id), rows in by_root.items():
        text = "DELETE FROM member WHERE user_id = ? AND root_id = ? AND row_id IN (?..)"
        tell(connection, text, user, root_id, rows)
    remember_past(connection, moved.lost, now)


def remember_past(connection: sa.Connection, pairs: Iterable[tuple[str, str]], now: int) -> None:
    """(user, row): facts that occurred within 30 days from now on are still taken."""
    add_values(connection, PastMember, [(*pair, now) for pair in sorted(pairs)], put=True)
