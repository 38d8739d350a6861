"""Answers a laptop: what changed since its cursor, in pages that end between commits, or every row it has in scope."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.features.registry import TABLE_ORDER
from fielddesk.hq.feed import head
from fielddesk.hq.queues import places_of
from fielddesk.hq.scope import in_scope
from fielddesk.hq.settings import Refused
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME

PAGE_ROWS = 2_000
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
    lines, more = _lines(connection, user_id, everything, start, max(1, min(limit, PAGE_ROWS)))
    to = lines[-1][1] if more else end
    outcomes = _outcomes(connection, device_id, start, to)
    if len(outcomes) > OUTCOMES:
        # Places are shared by the outcomes of one commit: go back to the last commit that is here whole.
        cut = outcomes[-1]["pos"]
        outcomes = [one for one in outcomes if one["pos"] < cut]
        to, more = outcomes[-1]["pos"], True
        lines = [line for line in lines if line[0] <= to]
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


_COLUMNS = "f.pos, f.commit_no, f.table_name, f.row_id, f.rev, f.op, f.body"
_FOR_ALL = (
    f"SELECT {_COLUMNS} FROM feed f WHERE f.pos > ? AND f.audience IN ('catalogue', 'customer') "  # noqa: S608
    "ORDER BY f.pos LIMIT ?"
)
_CATALOGUE = f"SELECT {_COLUMNS} FROM feed f WHERE f.audience = 'catalogue' AND f.pos > ? ORDER BY f.pos LIMIT ?"  # noqa: S608
_NAMED = (
    f"SELECT {_COLUMNS} FROM feed_to t JOIN feed f ON f.pos = t.pos WHERE t.user_id = ? AND t.pos > ? "  # noqa: S608
    "ORDER BY t.pos LIMIT ?"
)


def _lines(connection: sa.Connection, user_id: str, everything: bool, start: int, limit: int) -> tuple[list[Any], bool]:
    """Whole commits, at least one, and whether more follow."""
    # A commit that begins within the page is taken whole, so as many more are read as one can have.
    most = limit + 501
    if everything:
        found = list(ask(connection, _FOR_ALL, start, most))
    else:
        found = [*ask(connection, _CATALOGUE, start, most), *ask(connection, _NAMED, user_id, start, most)]
        found.sort(key=lambda line: line[0])
    if len(found) <= limit:
        return found, False
    last = found[limit][1]
    whole = [line for line in found if line[1] < last] or [line for line in found if line[1] == last]
    return whole, len(whole) < len(found)


def _outcomes(connection: sa.Connection, device_id: str, start: int, to: int) -> list[dict[str, Any]]:
    text = (
        "SELECT seq, id, hash, detail, pos FROM operation WHERE device_id = ? AND pos > ? AND pos <= ? "
        "ORDER BY pos, seq, id LIMIT ?"
    )
    return [
        {"seq": seq, "id": op_id, "hash": digest, "outcome": canonical.loads(detail), "pos": pos}
        for seq, op_id, digest, detail, pos in ask(connection, text, device_id, start, to, OUTCOMES + 1)
    ]


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
    for name in TABLE_ORDER[TABLE_ORDER.index(first) :]:
        table = BY_NAME[name]
        names = ", ".join(f'"{column}"' for column in table.column_names)
        text = f'SELECT {names} FROM "{name}" WHERE id > ?'  # noqa: S608 - names come from the models
        values: list[Any] = [behind if name == first else ""]
        condition = None if everything else in_scope(name)
        if condition is not None:
            text += f" AND {condition[0]}"
            values += [user_id] * condition[1]
        for found in ask(connection, f"{text} ORDER BY id LIMIT ?", *values, room - len(rows) + 1):
            if len(rows) == room:
                return {"pos": head(connection), "rows": rows, "next": [rows[-1]["table"], rows[-1]["id"]]}
            row = table.from_values(found)
            rows.append({"table": name, "id": row.id, "rev": row.rev, "body": row.body()})
    return {"pos": head(connection), "rows": rows, "next": None}
