"""Who has which row: made from what the tables declare, kept as membership, changed in the commit that causes it.

Roots (a work order, a stock place) open a scope for the user one of their columns names; from there rows are reached
along `ref(reach=True)`. What is reached is a member, once for each root. Rows that follow (notes, movements, events)
have no membership of their own: they are where one of the rows they name is. A finished order stays with its
assignee until it is given away; history of the same asset by other orders is not sent yet. All of this runs while the
counter row is locked, so that it sees every change stamped before and none is computed beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa

from fielddesk.hq.batch import RANK
from fielddesk.hq.reach import (
    ADDRESSED,
    ANY,
    BACK,
    EVERYONE,
    FOLLOWS,
    MEMBERS,
    NATURE,
    OPEN,
    REACH,
    ROOTS,
    followed,
    holder_of,
)
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME, Synced
from fielddesk.store.tx import Change, Key


@dataclass(slots=True)
class Entry:
    """One line of the feed before it has a position."""

    table: str
    row_id: str
    rev: int
    op: Literal["put", "leave"]
    row: Synced | None
    audience: str
    users: set[str] = field(default_factory=set)


@dataclass
class Movement:
    """What a commit does to scopes: feed lines in order, and membership rows to add and drop."""

    entries: list[Entry]
    joined: set[tuple[str, str, str, str]]
    """(user, table, row, root)."""
    parted: set[tuple[str, str, str, str]]
    lost: set[tuple[str, str]]
    """(user, row) that left a scope."""


class Scopes:
    """The scopes a set of changes touches, before and after them; used once."""

    def __init__(self, connection: sa.Connection, changes: Mapping[Key, Change]) -> None:
        self.connection = connection
        self.changes = {key: change for key, change in changes.items() if change.after is not None}
        self.rows: dict[Key, Synced | None] = {key: change.after for key, change in self.changes.items()}
        self.joined: set[tuple[str, str, str, str]] = set()
        self.parted: set[tuple[str, str, str, str]] = set()
        self._old: dict[str, set[str]] = {}
        self._new: dict[str, set[str]] = {}
        self._others: dict[str, set[str]] = {}
        self._rebuilt: list[str] = []
        self._anchors: dict[Key, tuple[frozenset[str], bool]] = {}

    def movement(self) -> Movement:
        """Work it all out."""
        self._rebuild(self._touched_roots())
        gained, lost = self._gained_and_lost()
        entries = [entry for change in self.changes.values() for entry in self._changed(change)]
        entries += self._entering(gained)
        entries += self._leaving(lost)
        self._followers(gained, lost, entries)
        depths = _depths(self.rows.get((entry.table, entry.row_id)) for entry in entries)
        entries.sort(key=lambda entry: _parents_first(entry, depths.get((entry.table, entry.row_id), 0)))
        gone = {(user, row_id) for user, (table, row_id) in lost if table not in OPEN}
        return Movement(entries, self.joined, self.parted, gone)

    # -- membership ------------------------------------------------------------------------------------------------

    def _touched_roots(self) -> dict[tuple[str, Key], bool]:
        """(user, root) whose closure must be made anew; True where the user holds the root, False where no more."""
        touched: dict[tuple[str, Key], bool] = {}
        edges: list[str] = []
        for key, change in self.changes.items():
            table = key[0]
            reached = table in REACH and change.before is not None and any(
                getattr(change.before, col.name) != getattr(change.after, col.name) for col in REACH[table]
            )  # fmt: skip
            if reached:
                edges.append(key[1])
            edges += self._named_back(change)
            if table in ROOTS:
                assert change.after is not None
                old = holder_of(change.before) if change.before else None
                new = holder_of(change.after)
                if old is not None and old != new:
                    touched[(old, key)] = False
                if new is not None and (old != new or reached):
                    touched[(new, key)] = True
        if edges:
            known = {(user, root[1]) for user, root in touched}
            for user, root in ask(
                self.connection, "SELECT DISTINCT user_id, root_id FROM member WHERE row_id IN (?..)", edges
            ):
                if (user, root) not in known:
                    touched[(user, (self._table_of_root(root), root))] = True
        return touched

    @staticmethod
    def _named_back(change: Change) -> list[str]:
        """Rows that gain or lose this row, which names them: the machine a part was put into or taken out of."""
        found: list[str] = []
        for col in change.table.columns:
            if col.back:
                old = getattr(change.before, col.name) if change.before is not None else None
                new = getattr(change.after, col.name)
                found += [row_id for row_id in (old, new) if row_id is not None and old != new]
        return found

    def _table_of_root(self, root_id: str) -> str:
        found = ask(self.connection, "SELECT table_name FROM member WHERE root_id = ? AND row_id = ?", root_id, root_id)
        return str(found[0][0])

    def _rebuild(self, touched: Mapping[tuple[str, Key], bool]) -> None:
        if not touched:
            return
        old: dict[tuple[str, str], set[Key]] = {}
        standing = sorted({root[1] for _, root in touched if not self._is_new(root)})
        self._rebuilt = sorted({root[1] for _, root in touched})
        if standing:
            text = "SELECT user_id, root_id, table_name, row_id FROM member WHERE root_id IN (?..)"
            for user, root_id, table, row_id in ask(self.connection, text, standing):
                old.setdefault((user, root_id), set()).add((table, row_id))
        closures = self._closures([root for (_, root), holds in touched.items() if holds])
        news: dict[tuple[str, str], set[Key]] = dict(old)
        for (user, root), holds in touched.items():
            news[(user, root[1])] = closures[root] if holds else set()
        for (user, root_id), rows in old.items():
            for _, row_id in rows:
                self._old.setdefault(row_id, set()).add(user)
            self.parted |= {(user, table, row, root_id) for table, row in rows - news[(user, root_id)]}
        for (user, root_id), rows in news.items():
            for _, row_id in rows:
                self._new.setdefault(row_id, set()).add(user)
            self.joined |= {(user, table, row, root_id) for table, row in rows - old.get((user, root_id), set())}

    def _is_new(self, key: Key) -> bool:
        change = self.changes.get(key)
        return change is not None and change.before is None

    def _closures(self, roots: Iterable[Key]) -> dict[Key, set[Key]]:
        """Every row reached from each root, itself included."""
        found: dict[Key, set[Key]] = {root: {root} for root in roots}
        edge: dict[Key, set[Key]] = {root: {root} for root in found}
        while any(edge.values()):
            self._load(key for keys in edge.values() for key in keys)
            back = self._naming({key for keys in edge.values() for key in keys})
            for root, keys in edge.items():
                further = {target for key in keys for target in (*self._reached(key), *back.get(key, ()))}
                further -= found[root]
                found[root] |= further
                edge[root] = further
        return found

    def _reached(self, key: Key) -> list[Key]:
        row = self.rows.get(key)
        if row is None:
            return []
        targets = [(col.ref, getattr(row, col.name)) for col in REACH.get(key[0], ())]
        return [(table, target) for table, target in targets if table and target and NATURE[table] == "member"]

    def _naming(self, keys: Iterable[Key]) -> dict[Key, list[Key]]:
        """By row, the rows that name it and that it takes along; what this commit changed counts as it is now."""
        by_table: dict[str, set[str]] = {}
        for table, row_id in keys:
            if table in BACK:
                by_table.setdefault(table, set()).add(row_id)
        found: dict[Key, list[Key]] = {}
        for table, ids in by_table.items():
            for name, col in BACK[table]:
                stored = rows_where(self.connection, BY_NAME[name], col.name, sorted(ids))
                now = {(name, row.id): row for row in stored} | {
                    k: r for k, r in self.rows.items() if k in self.changes
                }
                self.rows = now | self.rows
                for key, row in now.items():
                    if key[0] == name and row is not None and (target := getattr(row, col.name)) in ids:
                        found.setdefault((table, target), []).append(key)
        return found

    def _load(self, keys: Iterable[Key]) -> None:
        """Read rows as they stand now; what this commit changed it knows."""
        wanted: dict[str, set[str]] = {}
        for key in keys:
            if key not in self.rows:
                wanted.setdefault(key[0], set()).add(key[1])
        for table, ids in wanted.items():
            for row in rows_where(self.connection, BY_NAME[table], "id", sorted(ids)):
                self.rows[(table, row.id)] = row
            for row_id in ids:
                self.rows.setdefault((table, row_id), None)

    # -- who has a row ---------------------------------------------------------------------------------------------

    def _know_members(self, row_ids: Iterable[str]) -> None:
        """Fetch who has these rows through roots that this commit does not touch."""
        wanted = sorted(set(row_ids) - self._others.keys())
        if not wanted:
            return
        for row_id in wanted:
            self._others[row_id] = set()
        if self._rebuilt:
            text = "SELECT DISTINCT row_id, user_id FROM member WHERE row_id IN (?..) AND NOT root_id IN (?..)"
            found = ask(self.connection, text, wanted, self._rebuilt)
        else:
            found = ask(self.connection, "SELECT DISTINCT row_id, user_id FROM member WHERE row_id IN (?..)", wanted)
        for row_id, user in found:
            self._others[row_id].add(user)

    def _before(self, row_id: str) -> set[str]:
        return self._others[row_id] | self._old.get(row_id, set())

    def _after(self, row_id: str) -> set[str]:
        return self._others[row_id] | self._new.get(row_id, set())

    def anchors(self, row: Synced) -> tuple[frozenset[str], bool]:
        """Ids of the member rows a following row hangs on, and whether it also names a row that everyone has."""
        found: set[str] = set()
        everyone = False
        for key in followed(row):
            nature = NATURE[key[0]]
            if nature == "member":
                found.add(key[1])
            elif nature == "catalogue":
                everyone = True
            elif key[0] != row.tablename:
                if key not in self._anchors:
                    self._load([key])
                    parent = self.rows[key]
                    self._anchors[key] = self.anchors(parent) if parent else (frozenset(), False)
                above, open_above = self._anchors[key]
                found |= above
                everyone = everyone or open_above
        return frozenset(found), everyone

    def _gained_and_lost(self) -> tuple[set[tuple[str, Key]], set[tuple[str, Key]]]:
        """(user, row) that came into a scope or left it, by membership."""
        ids = {row for _, _, row, _ in self.joined | self.parted}
        for key, change in self.changes.items():
            if NATURE[key[0]] == "member":
                ids.add(key[1])
            elif NATURE[key[0]] == "follower":
                for row in (change.before, change.after):
                    if row is not None:
                        ids |= self.anchors(row)[0]
        self._know_members(ids)
        gained = {(user, (table, row)) for user, table, row, _ in self.joined if user not in self._before(row)}
        lost = {(user, (table, row)) for user, table, row, _ in self.parted if user not in self._after(row)}
        return gained, lost

    # -- feed lines ------------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> list[Entry]:
        """What a changed row itself makes: one put, and a leave for those who no longer have it."""
        row = change.after
        assert row is not None
        table = row.tablename
        if table in OPEN:
            return [Entry(table, row.id, row.rev, "put", row, EVERYONE)]
        if NATURE[table] == "member":
            old, new = self._before(row.id) if change.before else set(), self._after(row.id)
        else:
            anchors, everyone = self.anchors(row)
            if everyone and not anchors:
                return [Entry(table, row.id, row.rev, "put", row, EVERYONE)]
            new = {user for anchor in anchors for user in self._after(anchor)}
            old = set()
            if change.before is not None:
                old = {user for anchor in self.anchors(change.before)[0] for user in self._before(anchor)}
        found = [Entry(table, row.id, row.rev, "put", row, MEMBERS, new)]
        if gone := old - new:
            found.append(Entry(table, row.id, row.rev, "leave", None, ADDRESSED, gone))
        return found

    def _entering(self, gained: Iterable[tuple[str, Key]]) -> list[Entry]:
        unchanged = [(user, key) for user, key in gained if key not in self.changes and key[0] not in OPEN]
        self._load(key for _, key in unchanged)
        return list(self._gathered(unchanged, "put"))

    def _leaving(self, lost: Iterable[tuple[str, Key]]) -> list[Entry]:
        unchanged = [(user, key) for user, key in lost if key not in self.changes and key[0] not in OPEN]
        self._load(key for _, key in unchanged)
        return list(self._gathered(unchanged, "leave"))

    def _gathered(self, pairs: Iterable[tuple[str, Key]], op: Literal["put", "leave"]) -> Iterable[Entry]:
        users: dict[Key, set[str]] = {}
        for user, key in pairs:
            users.setdefault(key, set()).add(user)
        for key, them in users.items():
            row = self.rows[key]
            if row is not None:
                yield Entry(key[0], key[1], row.rev, op, row if op == "put" else None, ADDRESSED, them)

    def _followers(
        self, gained: Iterable[tuple[str, Key]], lost: Iterable[tuple[str, Key]], entries: list[Entry]
    ) -> None:
        """Notes, movements and events that come or go with the rows they follow, and what follows those."""
        users = {user for user, _ in gained} | {user for user, _ in lost}
        edge = {key for _, key in gained if not self._is_new(key)} | {key for _, key in lost}
        seen: set[Key] = set()
        while edge and users:
            rows = [row for row in self._following(edge) if (row.tablename, row.id) not in seen]
            edge = {(row.tablename, row.id) for row in rows}
            seen |= edge
            self.rows.update({(row.tablename, row.id): row for row in rows if (row.tablename, row.id) not in self.rows})
            anchors = {(row.tablename, row.id): self.anchors(row) for row in rows}
            self._know_members(anchor for found, _ in anchors.values() for anchor in found)
            come: list[tuple[str, Key]] = []
            go: list[tuple[str, Key]] = []
            for key, (found, _) in anchors.items():
                if key in self.changes:
                    continue  # its own line goes to whoever has it now
                before = {user for anchor in found for user in self._before(anchor)} & users
                after = {user for anchor in found for user in self._after(anchor)} & users
                come += [(user, key) for user in after - before]
                go += [(user, key) for user in before - after]
            entries += self._gathered(come, "put")
            entries += self._gathered(go, "leave")

    def _following(self, keys: Iterable[Key]) -> Iterable[Synced]:
        by_table: dict[str, list[str]] = {}
        for table, row_id in keys:
            by_table.setdefault(table, []).append(row_id)
        for name, columns in FOLLOWS.items():
            for col in columns:
                named = [table for table in by_table if col.ref in (ANY, table) and table != name]
                ids = [row_id for table in named for row_id in by_table[table]]
                if ids:
                    yield from rows_where(self.connection, BY_NAME[name], col.name, sorted(ids))


def rows_where(connection: sa.Connection, table: type[Synced], column: str, values: list[str]) -> Iterable[Synced]:
    """Rows whose column is one of these values."""
    names = ", ".join(f'"{name}"' for name in table.column_names)
    text = f'SELECT {names} FROM "{table.tablename}" WHERE "{column}" IN (?..)'  # noqa: S608 - from the models
    return [table.from_values(found) for found in ask(connection, text, values)]


def _parents_first(entry: Entry, depth: int) -> tuple[int, int, int, str]:
    """Puts from parents to children, then leaves from children to parents: every prefix has its closure."""
    rank = RANK[entry.table]
    return (0, rank, depth, entry.row_id) if entry.op == "put" else (1, -rank, -depth, entry.row_id)


def _depths(rows: Iterable[Synced | None]) -> dict[Key, int]:
    """How many rows of the same table stand above a row among these: a part comes after its machine.

    A ring has no top; its rows get the depth at which it would come round.
    """
    own = {(row.tablename, row.id): row for row in rows if row is not None and row.tablename in _OWN}
    found: dict[Key, int] = {}
    for key, row in own.items():
        seen = {key}
        here: Synced | None = row
        while here is not None:
            above = {(here.tablename, getattr(here, col.name)) for col in _OWN[here.tablename]} - seen
            here = next((own[each] for each in above if each in own), None)
            if here is not None:
                seen.add((here.tablename, here.id))
        found[key] = len(seen) - 1
    return found


_OWN = {
    name: own for name, columns in REACH.items() if (own := tuple(col for col in columns if col.ref == name))
}  # fmt: skip
"""Columns through which a row reaches one of its own table."""
