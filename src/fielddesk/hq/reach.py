"""What the tables declare about who has their rows, read once: roots, what they reach, what follows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from fielddesk.features.registry import tables
from fielddesk.store.tables import BY_NAME, Column, Synced
from fielddesk.store.tx import Key

EVERYONE = "catalogue"
MEMBERS = "customer"
ADDRESSED = "addressed"
ANY = "*"

Nature = Literal["catalogue", "member", "follower"]


def nature_of(table: str) -> Nature:
    """catalogue: every row goes to everyone; member: a root or reached from one; follower: where its row is."""
    scope = BY_NAME[table].scope
    if scope.follows:
        return "follower"
    return "catalogue" if scope.catalogue and scope.holder is None else "member"


NATURE: Mapping[str, Nature] = {name: nature_of(name) for name in tables()}
ROOTS: Mapping[str, str] = {name: table.scope.holder for name, table in tables().items() if table.scope.holder}
"""Table of roots to the column that names the holder."""
OPEN: frozenset[str] = frozenset(name for name, table in tables().items() if table.scope.catalogue)
"""Tables whose own rows everyone has, whoever holds them."""
REACH: Mapping[str, tuple[Column, ...]] = {
    name: found for name, table in tables().items() if (found := tuple(col for col in table.columns if col.reach))
}
BACK: Mapping[str, tuple[tuple[str, Column], ...]] = {
    target: tuple(
        (name, col) for name, table in tables().items() for col in table.columns if col.back and col.ref == target
    )
    for target in sorted({str(col.ref) for table in tables().values() for col in table.columns if col.back})
}
"""Table to the (table, column) through which its rows are named by rows they take along: the parts of a machine."""
FOLLOWS: Mapping[str, tuple[Column, ...]] = {
    name: tuple(col for col in table.columns if col.name in table.scope.follows)
    for name, table in tables().items()
    if table.scope.follows
}


_POINTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    name: tuple((col.name, col.ref or "", col.name.removesuffix("_id") + "_table") for col in columns)
    for name, columns in FOLLOWS.items()
}
"""(column, table it points into, column that names the table where that is any)."""


def holder_of(row: Synced) -> str | None:
    column = ROOTS.get(row.tablename)
    return None if column is None else getattr(row, column)


def followed(row: Synced) -> list[Key]:
    """(table, id) of the rows that this row follows."""
    found = []
    own = row.__dict__
    for column, table, kind in _POINTS[row.tablename]:
        target = own[column]
        if target is None:
            continue
        if table == ANY:
            table = own[kind]
        if table in NATURE:
            found.append((table, target))
    return found


def in_scope(table: str) -> tuple[str, int] | None:
    """A condition in SQL on a row of this table for one user, and how often it takes the user's id; None: always."""
    if table in OPEN:
        return None
    if NATURE[table] == "member":
        return _members(table, "id")
    parts: list[tuple[str, int]] = []
    for col in FOLLOWS[table]:
        parts += _followed_in_scope(table, col)
    return "(" + " OR ".join(text for text, _ in parts) + ")", sum(count for _, count in parts)


def _members(table: str, column: str) -> tuple[str, int]:
    return f"\"{column}\" IN (SELECT row_id FROM member WHERE user_id = ? AND table_name = '{table}')", 1  # noqa: S608


def _followed_in_scope(table: str, col: Column) -> Iterable[tuple[str, int]]:
    """One condition for each table the column may point into."""
    if col.ref != ANY:
        targets: list[str] = [col.ref or ""]
        kind = ""
    else:
        targets = [name for name in NATURE if name != table]
        kind = col.name.removesuffix("_id") + "_table"
    for target in targets:
        here = f"\"{kind}\" = '{target}' AND " if kind else ""
        if NATURE[target] == "catalogue":
            yield f'({here}"{col.name}" IS NOT NULL)', 0
        elif NATURE[target] == "member":
            text, count = _members(target, col.name)
            yield f"({here}{text})", count
        elif (inside := in_scope(target)) is not None:
            yield f'({here}"{col.name}" IN (SELECT id FROM "{target}" WHERE {inside[0]}))', inside[1]  # noqa: S608
