"""The only way to read rows and the only way to write them: `get`, `all`, `rows`, `add`, `add_many`, `change`.

Writes are gathered and sent to the database together. The list of what changed is the one source of before-images,
of what screens reload, and of headquarters' feed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import PydanticCustomError

from fielddesk.core.errors import Conflict, RowMissing, RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.store import connect
from fielddesk.store.tables import Row, Synced

R = TypeVar("R", bound=Row)
S = TypeVar("S", bound=Synced)
Key = tuple[str, str]
"""(table, row id)."""

LOOKUP_BATCH = 500


def _statement(table: Any, what: str, style: str) -> str:
    mark = "?" if style == "qmark" else "%s"
    names = ", ".join(f'"{name}"' for name in table.column_names)
    where = " AND ".join(f'"{name}" = {mark}' for name in table.key)
    if what == "get":
        return f'SELECT {names} FROM "{table.tablename}" WHERE {where}'  # noqa: S608 - names come from the models
    marks = ", ".join([mark] * len(table.column_names))
    insert = f'INSERT INTO "{table.tablename}" ({names}) VALUES ({marks})'  # noqa: S608
    if what == "add":
        return insert
    rest = [name for name in table.column_names if name not in table.key]
    if what == "put":
        keys = ", ".join(f'"{name}"' for name in table.key)
        news = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
        return f"{insert} ON CONFLICT ({keys}) DO " + (f"UPDATE SET {news}" if rest else "NOTHING")
    if what == "update":
        news = ", ".join(f'"{name}" = {mark}' for name in rest)
        return f'UPDATE "{table.tablename}" SET {news} WHERE {where}'  # noqa: S608
    if what == "drop":
        return f'DELETE FROM "{table.tablename}" WHERE {where}'  # noqa: S608
    raise ValueError(what)


_sql: Callable[[Any, str, str], str] = functools.cache(_statement)


class Reading:
    """What can be asked of a store within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.style = "qmark" if connection.dialect.paramstyle == "qmark" else "format"

    def get(self, table: type[R], *key: Any) -> R | None:
        """The row with this key, or None."""
        found = connect.run(self.connection, _sql(table, "get", self.style), key).fetchone()
        return None if found is None else table.from_values(found)

    def one(self, table: type[S], row_id: str) -> S:
        """The row with this id; RowMissing where there is none."""
        row = self.get(table, row_id)
        if row is None:
            raise RowMissing(table.tablename, row_id)
        return row

    def all(self, table: type[R], *where: sa.ColumnElement[bool], order: Sequence[Any] = (), limit: int = 0) -> list[R]:
        """Rows of one table that meet all conditions."""
        query = sa.select(table.__table__).where(*where).order_by(*order)
        if limit:
            query = query.limit(limit)
        return [table.from_values(values) for values in self.connection.execute(query)]

    def among(self, table: type[S], ids: Iterable[str], *, lock: bool = False) -> list[S]:
        """Rows with these ids; with `lock`, in id order and held until commit (PostgreSQL)."""
        wanted = sorted(set(ids))
        found: list[S] = []
        for start in range(0, len(wanted), LOOKUP_BATCH):
            query = sa.select(table.__table__).where(table.c.id.in_(wanted[start : start + LOOKUP_BATCH]))
            if lock:
                query = query.order_by(table.c.id).with_for_update()
            found.extend(table.from_values(values) for values in self.connection.execute(query))
        return found

    def rows(self, query: sa.Executable) -> Sequence[sa.Row[Any]]:
        """Answer of a query."""
        return self.connection.execute(query).fetchall()

    def value(self, query: sa.Executable) -> Any:
        """First column of the first row, or None."""
        return self.connection.execute(query).scalar()


@dataclass(slots=True)  # frozen would double the price of making one
class Change:
    """One row as it was when this transaction first touched it, and as it is now; never changed itself."""

    table: type[Synced]
    before: Synced | None
    after: Synced | None
    fields: frozenset[str] = frozenset()
    """Fields that a change named; empty where the row was added."""


class Tx(Reading):
    """One action's reads and writes.

    `fresh` says that ids of added rows cannot be there yet (a new operation); without it an added row that stands
    already with this id is no change. `known` answers from rows that were read ahead: (sure, row). With `can_undo`
    a savepoint is set before the first write, and `undo` takes back what was written.
    """

    def __init__(
        self,
        connection: sa.Connection,
        *,
        fresh: bool = True,
        known: Callable[[type[Synced], str], tuple[bool, Synced | None]] | None = None,
        can_undo: bool = False,
    ) -> None:
        super().__init__(connection)
        self.can_undo = can_undo
        self.fresh = fresh
        self.changes: dict[Key, Change] = {}
        self.merged = False
        self._known = known
        self._flushed: dict[Key, Synced | None] = {}
        self._savepoint = False

    def get(self, table: type[R], *key: Any) -> R | None:
        if not issubclass(table, Synced):
            return super().get(table, *key)
        name: Key = (table.tablename, key[0])
        if name in self.changes:
            return self.changes[name].after  # type: ignore[return-value]
        if self._known is not None:
            sure, row = self._known(table, key[0])
            if sure:
                return row  # type: ignore[return-value]
        return super().get(table, *key)

    def all(self, table: type[R], *where: sa.ColumnElement[bool], order: Sequence[Any] = (), limit: int = 0) -> list[R]:
        self.flush()
        return super().all(table, *where, order=order, limit=limit)

    def rows(self, query: sa.Executable) -> Sequence[sa.Row[Any]]:
        self.flush()
        return super().rows(query)

    def value(self, query: sa.Executable) -> Any:
        self.flush()
        return super().value(query)

    def add(self, row: Synced) -> str:
        """Add a row and return its id; values are checked against its columns. RuleBroken with the field."""
        checked = _checked(row)
        key: Key = (row.tablename, row.id)
        if key in self.changes:
            raise RuleBroken("row_exists", table=row.tablename, id=row.id)
        if not self.fresh:
            there = self.get(type(row), row.id)
            if there is not None:
                return row.id
        self.changes[key] = Change(type(row), None, checked)
        return row.id

    def add_many(self, rows: Iterable[Synced]) -> list[str]:
        """Add rows; returns their ids."""
        return [self.add(row) for row in rows]

    def change(self, row: S, based_on: Mapping[str, Any] | None, /, **fields: Any) -> S:
        """Set fields, merging with what happened since the form showed `based_on`.

        Field by field, or group by group where fields belong together: an equal new value is no conflict, an
        untouched one takes mine, anything else raises Conflict and nothing is changed. `based_on` None means that
        nothing was shown (a job or an import), and the newest value is replaced.
        """
        table = type(row)
        current = self.one(table, row.id)
        mine = {name: _check_field(table, name, value) for name, value in fields.items()}
        if based_on is not None:
            missing = [name for name in mine if name not in based_on]
            if missing:
                raise RuleBroken("shown_value_missing", field=missing[0])
            self._merge(table, current, based_on, mine)
        news = {name: value for name, value in mine.items() if getattr(current, name) != value}
        key: Key = (table.tablename, row.id)
        before = self.changes.get(key)
        after = replace(current, **news) if news else current
        touched = frozenset(mine)
        if before is None:
            self.changes[key] = Change(table, current, after, touched)
        else:
            self.changes[key] = Change(table, before.before, after, before.fields | touched)
        return after

    def _merge(self, table: type[Synced], current: Synced, shown: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
        bad: dict[str, dict[str, Any]] = {}
        for name in mine:
            group = table.grouped.get(name, (name,))
            theirs = {field: getattr(current, field) for field in group}
            base = {field: shown.get(field, theirs[field]) for field in group}
            wanted = {field: mine.get(field, base[field]) for field in group}
            if theirs in (base, wanted):
                continue
            for field in group:
                if not base[field] == theirs[field] == wanted[field]:
                    bad[field] = {"base": base[field], "mine": wanted[field], "theirs": theirs[field]}
        if bad:
            raise Conflict(table.tablename, current.id, bad)
        # Without a conflict a field of mine has my base or my very value: only others' other fields are kept beside it.
        if any(getattr(current, name, value) != value for name, value in shown.items() if name not in mine):
            self.merged = True

    def flush(self) -> None:
        """Send what was gathered to the database."""
        adds: dict[type[Synced], list[Synced]] = {}
        updates: dict[tuple[type[Synced], tuple[str, ...]], list[Synced]] = {}
        for key, change in self.changes.items():
            if change.after is None or self._flushed.get(key) is change.after:
                continue
            if change.before is change.after:
                continue
            there = self._flushed.get(key) or change.before
            if there is None:
                adds.setdefault(change.table, []).append(change.after)
            elif names := _differing(there, change.after):
                updates.setdefault((change.table, names), []).append(change.after)
            self._flushed[key] = change.after
        if (adds or updates) and self.can_undo and not self._savepoint:
            self.connection.exec_driver_sql("SAVEPOINT one_action")
            self._savepoint = True
        for table, rows in adds.items():
            write(self.connection, table, "add", rows)
        for (table, names), rows in updates.items():
            _update(self.connection, table, names, rows)

    def undo(self) -> None:
        """Take back everything this transaction gathered or wrote."""
        if self._savepoint:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT one_action")
            self.connection.exec_driver_sql("RELEASE SAVEPOINT one_action")
            self._savepoint = False
        self.changes.clear()
        self._flushed.clear()
        self.merged = False

    def hand_over(self) -> dict[Key, Synced | None]:
        """Give up the way back without writing the rest; returns what the database has already, as it was written."""
        if self._savepoint:
            self.connection.exec_driver_sql("RELEASE SAVEPOINT one_action")
            self._savepoint = False
        return self._flushed

    def keep(self) -> None:
        """Write what was gathered and give up the way back."""
        self.flush()
        if self._savepoint:
            self.connection.exec_driver_sql("RELEASE SAVEPOINT one_action")
            self._savepoint = False


def insert_text(table: type[Row], *, put: bool) -> str:
    """The statement that adds a row on SQLite, or with `put` replaces one that stands already."""
    return _sql(table, "put" if put else "add", "qmark")


def write(connection: sa.Connection, table: type[Row], how: str, rows: Sequence[Row]) -> None:
    """Write rows at once: `add`, `update`, `put` (add or update) or `drop`."""
    if not rows:
        return
    style = "qmark" if connection.dialect.paramstyle == "qmark" else "format"
    statement = _sql(table, how, style)
    if how in ("add", "put"):
        values: list[tuple[Any, ...]] = [row.values() for row in rows]
    elif how == "update":
        rest = [name for name in table.column_names if name not in table.key]
        values = [tuple(row.__dict__[name] for name in (*rest, *table.key)) for row in rows]
    else:
        values = [tuple(row.__dict__[name] for name in table.key) for row in rows]
    connect.run(connection, statement, *values)


def _differing(one: Synced, other: Synced) -> tuple[str, ...]:
    left, right = one.__dict__, other.__dict__
    return tuple([name for name in one.column_names if left[name] != right[name]])


def _update(connection: sa.Connection, table: type[Synced], names: tuple[str, ...], rows: Sequence[Synced]) -> None:
    """Write these columns only: every index of a column that is named is written anew, even with the same value."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    news = ", ".join(f'"{name}" = {mark}' for name in names)
    statement = f'UPDATE "{table.tablename}" SET {news} WHERE "id" = {mark}'  # noqa: S608 - names from the models
    connect.run(connection, statement, *[(*(row.__dict__[name] for name in names), row.id) for row in rows])


def _checked(row: S) -> S:
    own = row.__dict__
    for name, check, optional in row.checks:
        value = own[name]
        if value is None and optional:
            continue
        try:
            clean = check(value)
        except PydanticCustomError as problem:
            raise RuleBroken(problem.type, **{**(problem.context or {}), "field": name}) from None
        if clean is not value:
            own[name] = clean
    return row


def _check_field(table: type[Synced], name: str, value: Any) -> Any:
    for col in table.columns:
        if col.name == name:
            try:
                return col.check(value)
            except PydanticCustomError as problem:
                raise RuleBroken(problem.type, **{**(problem.context or {}), "field": name}) from None
    raise RuleBroken("field_unknown", field=name)
