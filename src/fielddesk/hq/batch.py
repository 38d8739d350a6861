"""Operations that arrive together are run in memory over rows read ahead, and written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from fielddesk.core.ids import is_id
from fielddesk.features.registry import tables
from fielddesk.store.statements import add_rows, ask_together, change_rows
from fielddesk.store.tables import BY_NAME, Synced
from fielddesk.store.tx import Change, Key, S, Tx

RANK: Mapping[str, int] = {name: place for place, name in enumerate(tables())}
"""Parents first."""
TABLE_OF: Mapping[str, str] = {f"{name}_id": name for name in tables()} | {
    col.name: col.ref for table in tables().values() for col in table.columns if col.ref and col.ref != "*"
} | {"order_id": "work_order"}  # fmt: skip
"""Which table an argument of this name points into; what it lacks is read when an action asks for it."""


def named_rows(args: dict[str, Any]) -> list[Key]:
    """(table, row id) that the arguments of an operation name."""
    found: list[Key] = []
    _collect(args, found)
    return found


def _collect(tree: Any, found: list[Key]) -> None:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if value.__class__ is str:
                table = TABLE_OF.get(name)
                if table is not None and is_id(value):
                    found.append((table, value))
            elif value.__class__ is not int:
                _collect(value, found)
    elif isinstance(tree, list):
        for value in tree:
            _collect(value, found)


class Batch:
    """Rows read ahead, what operations made of them, and what of that the database has."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.rows: dict[Key, Synced | None] = {}
        self.changes: dict[Key, Change] = {}
        self._held: set[Key] = set()
        self._pending: dict[Key, None] = {}
        self._written: dict[Key, Synced | None] = {}
        self._locks = connection.dialect.name != "sqlite"

    # -- reading ---------------------------------------------------------------------------------------------------

    def read_ahead(self, named: Iterable[Key], *, lock: bool) -> None:
        """Fetch rows, a table at a time and in id order, so that two batches never wait for each other in a ring."""
        wanted: dict[str, list[str]] = {}
        for key in named:
            if key not in self._held and (lock or key not in self.rows):
                wanted.setdefault(key[0], []).append(key[1])
        self._fetch([(BY_NAME[name], sorted(set(wanted[name]))) for name in sorted(wanted, key=RANK.__getitem__)], lock)

    def known(self, table: type[Synced], row_id: str) -> tuple[bool, Synced | None]:
        """The row as an action may change it: locked until commit."""
        key = (table.tablename, row_id)
        if key not in self._held:
            self._fetch([(table, [row_id])], True)
        return True, self.rows[key]

    def look(self, table: str, row_id: str) -> Synced | None:
        """The row, for looking only."""
        key = (table, row_id)
        if key not in self.rows:
            self._fetch([(BY_NAME[table], [row_id])], False)
        return self.rows[key]

    def forget_missing(self) -> None:
        """Look again for rows that were not there: they may have been committed meanwhile."""
        for key in [key for key, row in self.rows.items() if row is None]:
            del self.rows[key]
            self._held.discard(key)

    def _fetch(self, wanted: Sequence[tuple[type[Synced], list[str]]], lock: bool) -> None:
        answers = ask_together(self.connection, [(_by_ids(table, lock), ids) for table, ids in wanted])
        for (table, ids), found in zip(wanted, answers, strict=True):
            for row_id in ids:
                self.rows[(table.tablename, row_id)] = None
            for values in found:
                self.keep(table.from_values(values))
            if lock or not self._locks:
                self._held.update((table.tablename, row_id) for row_id in ids)

    def keep(self, row: Synced, *, held: bool = False) -> None:
        """Remember a row that was just read."""
        key = (row.tablename, row.id)
        if key in self.changes:
            return
        self.rows[key] = row
        if held:
            self._held.add(key)

    # -- writing ---------------------------------------------------------------------------------------------------

    def take_in(self, tx: Tx) -> None:
        """Make what one operation did part of the batch; from here on the next operation sees it."""
        self._written.update(tx.hand_over())
        for key, change in tx.changes.items():
            if change.after is None or change.after is change.before:
                continue
            self._take(key, change)

    def add(self, row: Synced) -> None:
        """Add a row that no operation made: headquarters' own account."""
        self._take((row.tablename, row.id), Change(type(row), None, row))

    def put_instead(self, row: Synced) -> None:
        """Replace a row of this batch before anybody else sees it."""
        key = (row.tablename, row.id)
        self._take(key, Change(type(row), self.changes[key].before, row))

    def _take(self, key: Key, change: Change) -> None:
        first = self.changes.get(key)
        if first is not None:
            change = Change(change.table, first.before, change.after, first.fields | change.fields)
        before, after = change.before, change.after
        assert after is not None
        # The row was made by this batch and nobody else has it yet: setting its revision in place saves a copy.
        after.__dict__["rev"] = before.rev + 1 if before else 1
        self.changes[key] = change
        self.rows[key] = after
        self._held.add(key)
        self._pending[key] = None

    def flush(self) -> None:
        """Send to the database what it has not yet."""
        adds: dict[str, list[Synced]] = {}
        updates: dict[str, list[Synced]] = {}
        for key in self._pending:
            change = self.changes[key]
            known = change.before is not None or key in self._written
            (updates if known else adds).setdefault(key[0], []).append(change.after)  # type: ignore[arg-type]
            self._written[key] = change.after
        self._pending.clear()
        for name in sorted(adds, key=RANK.__getitem__):
            add_rows(self.connection, BY_NAME[name], adds[name])
        for name in sorted(updates, key=RANK.__getitem__):
            change_rows(self.connection, BY_NAME[name], updates[name])

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Write what is done inside at once under a savepoint; what the database refuses leaves nothing behind."""
        kept = (dict(self.rows), dict(self.changes), set(self._held), dict(self._pending), dict(self._written))
        self.connection.exec_driver_sql("SAVEPOINT one_operation")
        try:
            yield
            self.flush()
            self.connection.exec_driver_sql("RELEASE SAVEPOINT one_operation")
        except BaseException:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one_operation")
            self.connection.exec_driver_sql("RELEASE SAVEPOINT one_operation")
            self.rows, self.changes, self._held, self._pending, self._written = kept
            raise


def _by_ids(table: type[Synced], lock: bool) -> str:
    names = ", ".join(f'"{name}"' for name in table.column_names)
    text = f'SELECT {names} FROM "{table.tablename}" WHERE id IN (?..) ORDER BY id'  # noqa: S608 - from the models
    return text + " FOR UPDATE" if lock else text


class OperationTx(Tx):
    """One operation's reads and writes within a batch; what it asks the database sees the operations before it."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch.connection, fresh=True, known=batch.known, can_undo=True)
        self._batch = batch

    def flush(self) -> None:
        self._batch.flush()
        super().flush()

    def among(self, table: type[S], ids: Iterable[str], *, lock: bool = True) -> list[S]:
        self.flush()
        found = super().among(table, ids, lock=lock)
        for row in found:
            if (row.tablename, row.id) not in self.changes:
                self._batch.keep(row, held=lock)
        return found
