"""Putting headquarters' rows under the work that waits: only what met is taken back, and run again on top.

Every standing operation knows the rows it wrote or named. Those that share a row with what came, and those that
share a row with these, are put back to their before-images; the rows are written; the operations run again in
order. The others are not touched, so ten thousand waiting operations cost a page that meets none of them nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

import sqlalchemy as sa
from pydantic_core import PydanticCustomError

from fielddesk.core import canonical
from fielddesk.core.errors import StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.store import outbox
from fielddesk.store.again import lay_on_top
from fielddesk.store.database import Store
from fielddesk.store.outbox import OwnOperation, SetAside, Stub, TouchedRow
from fielddesk.store.tables import BY_NAME, Synced
from fielddesk.store.tx import LOOKUP_BATCH, Key, Reading, write

WIRE_BATCH = 400


@dataclass
class Incoming:
    """Rows as headquarters sent them: `puts` by key, `leaves` without a body, `unknown` of tables not known here."""

    puts: dict[Key, Synced] = field(default_factory=dict)
    leaves: set[Key] = field(default_factory=set)
    unknown: list[SetAside] = field(default_factory=list)

    @property
    def keys(self) -> set[Key]:
        return set(self.puts) | self.leaves


def read_incoming(rows: Iterable[Mapping[str, Any]]) -> Incoming:
    """Check rows from the wire against the columns here; a later one of the same row replaces an earlier one.

    StoreProblem("row_refused") where a body does not fit its table: nothing may be written then.
    """
    incoming = Incoming()
    for row in rows:
        table = BY_NAME.get(row["table"])
        key: Key = (row["table"], row["id"])
        if row.get("op", "put") == "leave":
            incoming.puts.pop(key, None)
            incoming.leaves.add(key)
            continue
        if table is None:
            text = canonical.dumps(row["body"])
            incoming.unknown.append(SetAside(row_id=row["id"], tablename_=row["table"], rev=row["rev"], body=text))
            continue
        try:
            incoming.puts[key] = table.from_body(row["body"], row["rev"])
        except (PydanticCustomError, KeyError) as problem:
            raise StoreProblem("row_refused", table=row["table"], id=row["id"], why=str(problem)) from None
        incoming.leaves.discard(key)
    return incoming


def apply_rows(
    store: Store,
    connection: sa.Connection,
    incoming: Incoming,
    cleared: set[str],
    *,
    replace_newer: bool = False,
    every_operation: bool = False,
) -> set[Key]:
    """Bring rows in under the waiting operations, let go of the `cleared` ones; returns every row that changed.

    A row is replaced only by a higher revision, unless `replace_newer` (a snapshot knows better).
    With `every_operation` all that stand are run again, met or not.
    """
    read = Reading(connection)
    met = {own.id for own in outbox.standing(read)} if every_operation else _met(read, incoming.keys, cleared)
    operations = sorted(
        (own for own in _own(read, met) if own.standing), key=lambda own: own.place
    )  # those in `cleared` among them
    staying = [own for own in operations if own.id not in cleared]
    touched = outbox.rows_touched_by(read, [own.id for own in operations])
    base = _put_back(operations, touched)
    store.point("rebase_put_back")
    _lay_under(read, incoming, base, {row.row_id for row in touched if row.op_id not in cleared}, replace_newer)
    _write_base(connection, base)
    if incoming.unknown:
        write(connection, SetAside, "put", incoming.unknown)
    _let_go(connection, cleared, [row for row in touched if row.op_id in cleared])
    changed = set(base) | {(OwnOperation.tablename, op_id) for op_id in cleared}
    store.point("rebase_run_again")
    by_operation: dict[str, list[TouchedRow]] = {}
    for row in touched:
        by_operation.setdefault(row.op_id, []).append(row)
    for own in staying:
        changed |= lay_on_top(store.identity, connection, own, by_operation.get(own.id, []))
    changed |= _drop_idle_stubs(connection)
    return changed


def _met(read: Reading, keys: set[Key], cleared: set[str]) -> set[str]:
    """Operations that share a row with what came, with a cleared one, or with one of these."""
    met = set(cleared)
    ask = {row_id for _, row_id in keys}
    seen: set[str] = set()
    fresh = set(cleared)
    while ask or fresh:
        ask |= {row.row_id for row in outbox.rows_touched_by(read, sorted(fresh))} if fresh else set()
        ask -= seen
        seen |= ask
        fresh = outbox.touching(read, ask) - met if ask else set()
        met |= fresh
        ask = set()
    return met


def _own(read: Reading, op_ids: set[str]) -> list[OwnOperation]:
    wanted = sorted(op_ids)
    found: list[OwnOperation] = []
    for start in range(0, len(wanted), LOOKUP_BATCH):
        found += read.all(OwnOperation, OwnOperation.c.id.in_(wanted[start : start + LOOKUP_BATCH]))
    return found


def _put_back(operations: list[OwnOperation], touched: list[TouchedRow]) -> dict[Key, Synced | None]:
    """The rows as they were before the first of these operations."""
    place = {own.id: own.place for own in operations}
    base: dict[Key, Synced | None] = {}
    for row in sorted((row for row in touched if row.wrote), key=lambda row: place[row.op_id]):
        key: Key = (row.tablename_, row.row_id)
        if key not in base:
            base[key] = None if row.before is None else outbox.from_image(row.tablename_, row.before)
    return base


def _lay_under(
    read: Reading, incoming: Incoming, base: dict[Key, Synced | None], needed: set[str], replace_newer: bool
) -> None:
    revs = _revisions(read, [key for key in incoming.puts if key not in base])
    # What only stayed for unsent work gives way to the row itself: a restored headquarters counts revisions anew.
    stubbed = {stub.row_id for stub in read.all(Stub)} if incoming.puts else set()
    for key, row in incoming.puts.items():
        known = base[key].rev if base.get(key) is not None else revs.get(key, -1)  # type: ignore[union-attr]
        if replace_newer or row.rev > known or key[1] in stubbed:
            base[key] = row
    stubs = []
    for key in incoming.leaves:
        if key[0] not in BY_NAME:
            continue
        if key[1] in needed:
            stubs.append(Stub(row_id=key[1], tablename_=key[0]))
        else:
            base[key] = None
    write(read.connection, Stub, "put", stubs)
    back = [Stub(row_id=row_id, tablename_=table) for table, row_id in incoming.puts if row_id in stubbed]
    write(read.connection, Stub, "drop", back)


def _revisions(read: Reading, keys: list[Key]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    by_table: dict[str, list[str]] = {}
    for name, row_id in keys:
        by_table.setdefault(name, []).append(row_id)
    for name, ids in by_table.items():
        table = BY_NAME[name]
        for start in range(0, len(ids), LOOKUP_BATCH):
            query = sa.select(table.c.id, table.c.rev).where(table.c.id.in_(ids[start : start + LOOKUP_BATCH]))
            found.update({(name, row_id): rev for row_id, rev in map(tuple, read.rows(query))})
    return found


def _write_base(connection: sa.Connection, base: dict[Key, Synced | None]) -> None:
    """Put or delete rows; never REPLACE, which would delete and insert."""
    puts: dict[str, list[Synced]] = {}
    drops: dict[str, list[str]] = {}
    for (name, row_id), row in base.items():
        if row is None:
            drops.setdefault(name, []).append(row_id)
        else:
            puts.setdefault(name, []).append(row)
    for name, rows in puts.items():
        write(connection, BY_NAME[name], "put", rows)
    for name, ids in drops.items():
        table = BY_NAME[name]
        for start in range(0, len(ids), WIRE_BATCH):
            connection.execute(sa.delete(table.__table__).where(table.c.id.in_(ids[start : start + WIRE_BATCH])))


def _let_go(connection: sa.Connection, cleared: set[str], touched: list[TouchedRow]) -> None:
    ids = sorted(cleared)
    for start in range(0, len(ids), WIRE_BATCH):
        some = ids[start : start + WIRE_BATCH]
        connection.execute(sa.update(OwnOperation.__table__).where(OwnOperation.c.id.in_(some)).values(standing=0))
    write(connection, TouchedRow, "drop", touched)


def _drop_idle_stubs(connection: sa.Connection) -> set[Key]:
    """Rows that left the scope go as soon as no unsent work names them."""
    idle = sa.select(Stub.c.row_id, Stub.c.tablename_).where(
        ~sa.exists(sa.select(TouchedRow.c.op_id).where(TouchedRow.c.row_id == Stub.c.row_id))
    )
    keys: set[Key] = {(table, row_id) for row_id, table in connection.execute(idle)}
    if keys:
        _write_base(connection, dict.fromkeys(keys))
        write(connection, Stub, "drop", [Stub(row_id=row_id, tablename_=table) for table, row_id in keys])
    return keys
