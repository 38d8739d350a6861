"""Answers a laptop: what changed since its cursor, in pages that end between commits, or every row it has in scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.features.registry import TABLE_ORDER
from fielddesk.hq.feed import COMMIT_ROWS, head
from fielddesk.hq.queues import places_of
from fielddesk.hq.reach import in_scope
from fielddesk.hq.settings import Refused
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME, Synced

PAGE_ROWS = 2_000
PAGE_BYTES = 8 * 1024 * 1024
"""A page ends before the commit that would bring its bodies above this; a first commit is taken whole."""
ALL = 2**31
PIECE_ROWS = 500
OUTCOMES = 5_000
"""Most outcomes of one page."""


def feed_page(
    connection: sa.Connection, device_id: str, user_id: str, everything: bool, start: int, limit: int
) -> dict[str, Any]:
    """Feed lines and outcomes behind position `start`; `to` is where the next page begins.

    Refused(409, 'feed_behind') where the cursor is ahead of the feed: this database is older than what it told.
    """
    end = head(connection)
    if start > end:
        raise Refused(409, "feed_behind")
    to, more = _page_end(connection, user_id, everything, start, end, max(1, min(limit, PAGE_ROWS)))
    outcomes = _outcomes(connection, device_id, start, to)
    if len(outcomes) > OUTCOMES:
        # Places are shared by the outcomes of one commit: go back to the last commit that is here whole.
        cut = outcomes[-1]["pos"]
        outcomes = [one for one in outcomes if one["pos"] < cut]
        to, more = outcomes[-1]["pos"], True
    lines = _lines(connection, _BODIES, user_id, everything, start, to, ALL)
    rows = [
        {
            "pos": pos, "commit": commit, "table": table, "id": row_id, "rev": rev, "op": op,
            "body": None if body is None else canonical.loads(body),
        }
        for pos, commit, table, row_id, rev, op, body in lines
    ]  # fmt: skip
    return {
        "from": start, "to": to, "head": end, "rows": rows, "outcomes": outcomes, "more": more, "snapshot": False,
    }  # fmt: skip


_SIZES = "f.pos, f.commit_no, coalesce(octet_length(f.body), 0)"
_BODIES = "f.pos, f.commit_no, f.table_name, f.row_id, f.rev, f.op, f.body"
_EVERY = "FROM feed f WHERE f.audience IN ('catalogue', 'customer') AND f.pos > ? AND f.pos <= ? ORDER BY f.pos LIMIT ?"
_CATALOGUE = "FROM feed f WHERE f.audience = 'catalogue' AND f.pos > ? AND f.pos <= ? ORDER BY f.pos LIMIT ?"
_NAMED = (
    "FROM feed_to t JOIN feed f ON f.pos = t.pos WHERE t.user_id = ? AND t.pos > ? AND t.pos <= ? "
    "ORDER BY t.pos LIMIT ?"
)


def _lines(
    connection: sa.Connection, columns: str, user_id: str, everything: bool, start: int, to: int, most: int
) -> list[Any]:
    """The first lines for this user behind `start` and up to `to`, at least `most` where there are so many."""
    if everything:
        return list(ask(connection, f"SELECT {columns} {_EVERY}", start, to, most))
    found = [
        *ask(connection, f"SELECT {columns} {_CATALOGUE}", start, to, most),
        *ask(connection, f"SELECT {columns} {_NAMED}", user_id, start, to, most),
    ]
    found.sort(key=lambda line: line[0])
    return found


def _page_end(
    connection: sa.Connection, user_id: str, everything: bool, start: int, end: int, limit: int
) -> tuple[int, bool]:
    """Where a page of whole commits ends, and whether more follow; sizes are looked at before any body is read."""
    # A commit that begins within the page is taken whole, so as many more are read as one can have.
    found = _lines(connection, _SIZES, user_id, everything, start, end, limit + COMMIT_ROWS + 1)
    to, size = start, 0
    for place, (_, commit, length) in enumerate(found):
        size += length
        if commit != to and to != start and (place >= limit or size > PAGE_BYTES):
            return (to, True)
        if commit > to:
            to = commit
    return (end, False)


def _outcomes(connection: sa.Connection, device_id: str, start: int, to: int) -> list[dict[str, Any]]:
    """What became of a device's operations behind `start`, the first of them, by position.

    Also of those that it sent once more after another device had: a laptop enrolled anew goes on with its old work.
    """
    most = OUTCOMES + 1
    found = [
        *ask(connection, f"{_OUTCOME} FROM operation o WHERE o.device_id = ? {_BETWEEN}", device_id, start, to, most),
        *ask(connection, f"{_OUTCOME} {_SENT_AGAIN} {_BETWEEN}", device_id, device_id, start, to, most),
    ]
    found.sort(key=lambda one: (one[4], one[0], one[1]))
    return [
        {"seq": seq, "id": op_id, "hash": digest, "outcome": canonical.loads(detail), "pos": pos}
        for seq, op_id, digest, detail, pos in found[:most]
    ]


_OUTCOME = "SELECT DISTINCT o.seq, o.id, o.hash, o.detail, o.pos"
_SENT_AGAIN = "FROM queue_place q JOIN operation o ON o.id = q.op_id WHERE q.device_id = ? AND o.device_id <> ?"
_BETWEEN = "AND o.pos > ? AND o.pos <= ? ORDER BY o.pos, o.seq, o.id LIMIT ?"


def is_forked(connection: sa.Connection, device_id: str, incarnation: str, sent: tuple[int, str] | None) -> bool:
    """Whether somebody else stood in this queue: it is longer than the laptop knows, or differs at its last place."""
    queue = ask(
        connection, "SELECT next_seq FROM queue WHERE device_id = ? AND incarnation = ?", device_id, incarnation
    )
    if not queue:
        return True
    last = queue[0][0] - 1
    if last > (sent[0] if sent else 0):
        return True
    if sent is None or sent[0] > last:
        return False
    there = places_of(connection, device_id, incarnation, [sent[0]])
    return there.get(sent[0]) != sent[1]


def snapshot_page(
    connection: sa.Connection, user_id: str, everything: bool, after: tuple[str, str] | None, limit: int
) -> dict[str, Any]:
    """Rows in scope behind `after`, tables in their order and ids within; `next` is None with the last row."""
    room = max(1, min(limit, PAGE_ROWS))
    first, behind = after or (TABLE_ORDER[0], "")
    if first not in TABLE_ORDER:
        raise Refused(422, "after_unknown", field="after")
    rows: list[dict[str, Any]] = []
    size = 0
    for name in TABLE_ORDER[TABLE_ORDER.index(first) :]:
        for row in _rows_in_scope(connection, name, user_id, everything, behind if name == first else ""):
            if len(rows) == room or size > PAGE_BYTES:
                return {"pos": head(connection), "rows": rows, "next": [rows[-1]["table"], rows[-1]["id"]]}
            body = row.body()
            size += sum(len(value) for value in body.values() if value.__class__ is str)
            rows.append({"table": name, "id": row.id, "rev": row.rev, "body": body})
    return {"pos": head(connection), "rows": rows, "next": None}


def _rows_in_scope(
    connection: sa.Connection, name: str, user_id: str, everything: bool, behind: str
) -> Iterator[Synced]:
    """Rows of one table in the order of their ids, read a piece at a time."""
    table = BY_NAME[name]
    names = ", ".join(f'"{column}"' for column in table.column_names)
    condition = None if everything else in_scope(name)
    more, values = (f" AND {condition[0]}", [user_id] * condition[1]) if condition else ("", [])
    text = f'SELECT {names} FROM "{name}" WHERE id > ?{more} ORDER BY id LIMIT ?'  # noqa: S608 - from the models
    while True:
        found = ask(connection, text, behind, *values, PIECE_ROWS)
        for each in found:
            yield table.from_values(each)
        if len(found) < PIECE_ROWS:
            return
        behind = found[-1][0]
