"""How a table is declared: a frozen dataclass that is a row, a SQL table, and who gets it.

`Synced` tables travel between laptop and headquarters; `Local` ones stay where they are. A feature writes

    class Note(Synced, scope=follows("order_id")):
        order_id: Id = ref("work_order")
        text: Prose

and has `Note(...)` as a row, `Note.__table__` and `Note.c.order_id` for queries, `Note.tablename == "note"`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import re
import sys
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING
from operator import itemgetter
from typing import Any, ClassVar, Self, dataclass_transform

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.store.types import COUNT, ID, FieldKind, Id, Moment

SYNCED = sa.MetaData()
"""Tables that travel: the same on laptop and headquarters."""
LAPTOP = sa.MetaData()
HEADQUARTERS = sa.MetaData()

BY_NAME: dict[str, type[Synced]] = {}
"""Every synced table by its SQL name, parents before children."""


@dataclass(frozen=True)
class Scope:
    """Who gets the rows of a table (sync.md, Feed).

    `catalogue`: everyone. `holder`: a column of this table names the user whose scope the row opens (a work order's
    assignee, a place's keeper). `follows`: columns naming rows whose members get this row too. Rows that are neither
    are shared: they are in a scope while a row there reaches them.
    """

    catalogue: bool = False
    holder: str | None = None
    follows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holds:
    """A column that holds the hash of a content; "" where the row has none. Contents travel behind the rows.

    `size` is the column with its length in bytes, "" where no column says it; `small` ones travel first.
    """

    column: str
    size: str = ""
    small: bool = False


CATALOGUE = Scope(catalogue=True)
SHARED = Scope()


def root(holder: str, *, catalogue: bool = False) -> Scope:
    return Scope(catalogue=catalogue, holder=holder)


def follows(*columns: str) -> Scope:
    return Scope(follows=columns)


def ref(table: str, *, reach: bool = False, back: bool = False, default: Any = MISSING) -> Any:
    """A column that names a row of another table.

    With `reach`, whoever has this row in scope gets the other one too. With `back`, whoever has the other one gets
    this row (the parts of a machine); then the row must be a member of scopes like the one it names.
    """
    return dataclasses.field(default=default, metadata={"ref": table, "reach": reach, "back": back})


def column(*, default: Any) -> Any:
    """A plain column with a default."""
    return dataclasses.field(default=default)


@dataclass(frozen=True)
class Column:
    """What the store knows of one column."""

    name: str
    kind: FieldKind
    optional: bool
    ref: str | None = None
    reach: bool = False
    back: bool = False

    def check(self, value: Any) -> Any:
        if value is None and self.optional:
            return None
        return self.kind.check(value)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What synced and local rows have in common."""

    tablename: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    column_names: ClassVar[tuple[str, ...]]
    key: ClassVar[tuple[str, ...]] = ("id",)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    partial: ClassVar[Mapping[tuple[str, ...], str]] = {}
    """Indexes that hold only the rows meeting a condition (SQLite). A query that states it in the same words, with no
    parameter in them, uses the index."""
    clustered: ClassVar[bool] = False
    """On SQLite the rows lie in the order of their key and have no row number: one tree to write instead of two.
    For small rows only: a page of the tree's inner part holds whole rows."""
    __table__: ClassVar[sa.Table]
    c: ClassVar[Any]

    @classmethod
    def from_values(cls, values: Iterable[Any]) -> Self:
        """A row from the values of its columns in order; nothing is checked, they come from the store."""
        row = object.__new__(cls)
        row.__dict__.update(zip(cls.column_names, values, strict=True))
        return row

    def values(self) -> tuple[Any, ...]:
        return self._values_of(self.__dict__)  # type: ignore[no-any-return]

    _values_of: ClassVar[Any]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(ref, column, dataclasses.field))
@dataclass(frozen=True, kw_only=True)
class Synced(Row):
    """A row that travels. `rev` is headquarters' count of its changes; 0 until headquarters has it."""

    id: Id
    archived_at: Moment | None = None
    rev: int = 0

    scope: ClassVar[Scope]
    groups: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Fields that belong together and merge as one."""
    body_names: ClassVar[tuple[str, ...]]
    contents: ClassVar[tuple[Holds, ...]] = ()
    """Columns that name contents of files."""

    def __init_subclass__(cls, *, scope: Scope) -> None:
        cls.scope = scope
        _declare(cls, SYNCED)
        cls.body_names = tuple(name for name in cls.column_names if name != "rev")
        cls._in_order = tuple(sorted(cls.body_names))
        cls.checks = tuple((col.name, col.kind.check, col.optional) for col in cls.columns if col.name != "rev")
        cls.refs = tuple((col.name, col.ref) for col in cls.columns if col.ref and col.ref != "*")
        cls.grouped = {name: group for group in cls.groups for name in group}
        BY_NAME[cls.tablename] = cls

    grouped: ClassVar[dict[str, tuple[str, ...]]]
    checks: ClassVar[tuple[tuple[str, Any, bool], ...]]
    refs: ClassVar[tuple[tuple[str, str], ...]]
    """Columns that name a row of another table, with the table."""
    _in_order: ClassVar[tuple[str, ...]]

    def body(self) -> dict[str, Any]:
        """What the row says, without its revision."""
        own = self.__dict__
        return {name: own[name] for name in self.body_names}

    def body_text(self) -> str:
        """The body as canonical JSON."""
        own = self.__dict__
        return canonical.dumps_sorted({name: own[name] for name in self._in_order})

    @classmethod
    def from_body(cls, body: Mapping[str, Any], rev: int) -> Self:
        """A checked row from outside; unknown fields are ignored here and kept by the caller.

        Raises pydantic_core's custom errors (see types.py) or KeyError for a missing required field.
        """
        row = object.__new__(cls)
        own = row.__dict__
        for name, check, optional in cls.checks:
            value = body.get(name) if optional else body[name]
            own[name] = None if value is None and optional else check(value)
        own["rev"] = rev
        return row


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(ref, column, dataclasses.field))
class Local(Row):
    """A row that stays on this machine: laptop's or headquarters' own book-keeping."""

    def __init_subclass__(cls, *, side: sa.MetaData) -> None:
        _declare(cls, side)


def _declare(cls: type[Row], metadata: sa.MetaData) -> None:
    dataclass(frozen=True, kw_only=True)(cls)
    hints = _hints_of(cls)
    columns = []
    for spec in dataclasses.fields(cls):
        kind, optional = _kind_of(cls, spec.name, hints[spec.name])
        said = spec.metadata
        columns.append(
            Column(spec.name, kind, optional, said.get("ref"), said.get("reach", False), said.get("back", False))
        )
    cls.tablename = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
    cls.columns = tuple(columns)
    cls.column_names = tuple(col.name for col in columns)
    cls._values_of = itemgetter(*cls.column_names) if len(columns) > 1 else staticmethod(_only_value)
    table = sa.Table(
        cls.tablename,
        metadata,
        *(
            sa.Column(
                col.name, col.kind.sql, primary_key=col.name in cls.key, nullable=col.optional, autoincrement=False
            )
            for col in columns
        ),
        sqlite_with_rowid=not cls.clustered,
    )
    for names, where in (*((names, None) for names in cls.indexes), *cls.partial.items()):
        condition = None if where is None else sa.text(where)
        sa.Index(f"ix_{cls.tablename}_{'_'.join(names)}", *(table.c[name] for name in names), sqlite_where=condition)
    cls.__table__ = table
    cls.c = table.c


def _only_value(own: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(own.values())


def _hints_of(cls: type[Row]) -> dict[str, Any]:
    """The types of a row's fields. `typing.get_type_hints` reads the same words anew for each table."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        names = vars(sys.modules[base.__module__])
        for name, words in inspect.get_annotations(base).items():
            if "ClassVar" not in words:
                key = (base.__module__, words)
                if key not in _READ:
                    _READ[key] = eval(words, names)
                found[name] = _READ[key]
    return found


_READ: dict[tuple[str, str], Any] = {}


def _kind_of(cls: type, name: str, hint: Any) -> tuple[FieldKind, bool]:
    optional = type(None) in typing.get_args(hint)
    if optional:
        hint = next(arg for arg in typing.get_args(hint) if arg is not type(None))
    if name == "rev":
        return COUNT, False
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, FieldKind):
            return extra, optional
    raise TypeError(f"{cls.__name__}.{name}: only the types of store/types.py may be columns")


def row_digest(tablename: str, body: Mapping[str, Any]) -> int:
    """64 bits of SHA-256 over a row's canonical body; a table's digest is their sum modulo 2**64 (sync.md)."""
    text = f"{tablename}\n{canonical.dumps(body)}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


__all__ = [
    "BY_NAME", "CATALOGUE", "HEADQUARTERS", "ID", "LAPTOP", "SHARED", "SYNCED", "Column", "Holds", "Local", "Row",
    "Scope", "Synced", "column", "follows", "ref", "root", "row_digest",
]  # fmt: skip
