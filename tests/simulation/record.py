"""What the simulator itself remembers of a run: what people saved, what was lost with a disk, and every message."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.store.tx import Key, Reading

SHOWN = 400
Made: TypeAlias = tuple[Key, ...]
"""(table, id) of the rows that an operation added on its laptop."""


class Trace:
    """A hash over everything that happened, and the last lines of it for reading."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.lines: deque[str] = deque(maxlen=SHOWN)
        self.count = 0

    def note(self, *words: Any) -> None:
        text = repr(words)
        self._hash.update(text.encode())
        self.count += 1
        self.lines.append(f"{self.count:5} {text if len(text) < 1500 else text[:1500] + '…'}")

    def rows(self, name: str, connection: sa.Connection, tables: sa.MetaData, without: frozenset[str]) -> None:
        """Add every row of a store; `without` are columns and tables that are made of real randomness."""
        read = Reading(connection)
        for table in sorted(tables.tables.values(), key=lambda table: table.name):
            if table.name in without:
                continue
            columns = [column for column in table.columns if f"{table.name}.{column.name}" not in without]
            rows = read.rows(sa.select(*columns).order_by(*table.primary_key.columns))
            self._hash.update(repr((name, table.name, [tuple(row) for row in rows])).encode())

    def digest(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True)
class Saved:
    """An operation that a laptop has kept, by its own account."""

    id: str
    hash: str
    kind: str
    args: dict[str, Any]
    at: int
    user: str
    laptop: str
    made: Made = ()


@dataclass
class Committed:
    """Everything that people saved. `lost`: what went with a disk that was replaced by an older image of itself."""

    saved: dict[str, Saved] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def take(
        self, laptop: str, user: str, op_id: str, digest: str, body: str, made: tuple[tuple[str, str], ...]
    ) -> Saved | None:
        """Remember an operation; the one known before where this is another with the same id."""
        tree = canonical.loads(body)
        before = self.saved.get(op_id)
        if before is None:
            self.saved[op_id] = Saved(
                op_id, digest, tree["kind"], tree["args"], tree["occurred_at"], user, laptop, made
            )
        return before if before is not None and before.hash != digest else None


@dataclass(frozen=True)
class Broken:
    """A law that does not hold, and where it was seen."""

    law: str
    text: str

    def __str__(self) -> str:
        return f"{self.law}: {self.text}"
