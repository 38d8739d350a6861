"""What this laptop did and headquarters has not confirmed yet, with what is needed to put it back and run it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.store import connect
from fielddesk.store.actions import Ctx, ids_in
from fielddesk.store.tables import BY_NAME, LAPTOP, Local, Synced
from fielddesk.store.tx import LOOKUP_BATCH, Key, Reading, Tx, write
from fielddesk.store.types import Code, Count, Flag, Id, Json, Moment, Opaque


class LocalSetting(Local, side=LAPTOP):
    """One value the laptop keeps for itself: cursor, identity, window state."""

    name: Code
    value: Json
    key = ("name",)


class OwnOperation(Local, side=LAPTOP):
    """One operation made here, kept until headquarters' backup horizon has passed."""

    id: Id
    place: Count
    """Order in which operations were done on this laptop, for ever."""
    incarnation: Code
    seq: Count
    """Place in the queue of this incarnation."""
    kind: Code
    nature: Code
    body: Json
    """Exactly the text that travels; never rewritten."""
    hash: Opaque
    about_table: Code | None = None
    about_id: Id | None = None
    at: Moment
    standing: Flag = 1
    """1 while its effect lies on top of what headquarters confirmed."""
    outcome: Code | None = None
    detail: Json | None = None
    outcome_pos: Count | None = None
    trouble: Json | None = None
    """Why it does not run on the newest rows: it will conflict, and stays."""
    settled_at: Moment | None = None
    """When a person dealt with an outcome that asked for it."""
    touches: Json = "[]"
    """Ids of the rows it wrote or named, always with those its arguments name; TouchedRows are found by them."""

    partial = {  # noqa: RUF012 - a ClassVar, frozen like the rows
        ("place", "standing", "outcome", "incarnation", "seq", "about_id"): "standing = 1 OR outcome IS NULL",
        ("outcome",): "outcome IS NOT NULL",
        ("seq",): "outcome IS NOT NULL",
    }
    """Only the first is written by an action. It holds the operations at hand, few beside the history, and what is
    asked of them, so that even a look at them all is short."""


class TouchedRow(Local, side=LAPTOP):
    """One row that a standing operation wrote or named; lies by row, for that is what an action and a page ask."""

    row_id: Id
    wrote: Flag
    op_id: Id
    tablename_: Code
    before: Json | None = None
    """The row's body and revision before this operation; None where it added the row."""
    fields: Json = "[]"

    key = ("row_id", "wrote", "op_id")
    clustered = True


class Draft(Local, side=LAPTOP):
    """What a person typed and has not left yet."""

    name: Code
    about_id: Code
    text: Json
    at: Moment
    key = ("name", "about_id")


class Stub(Local, side=LAPTOP):
    """A row that left the scope and stays, read only, until unsent work on it is safe."""

    row_id: Id
    tablename_: Code
    key = ("row_id",)


class SetAside(Local, side=LAPTOP):
    """A row of a table this version does not know; kept until the upgrade."""

    row_id: Id
    tablename_: Code
    rev: Count
    body: Json
    key = ("row_id",)


class SeenRow(Local, side=LAPTOP):
    """A row that the running snapshot brought; what it did not bring goes at its end."""

    row_id: Id
    key = ("row_id",)


STANDS = OwnOperation.c.standing == sa.literal_column("1")
"""The operations that stand; a parameter instead of the 1 would miss their index."""
WAITS = OwnOperation.c.outcome.is_(None)
"""Those without an outcome; one that had lost its effect waits once more without standing."""
OPEN_OUTCOMES = ("held", "quarantined")
"""Outcomes that are replaced later; the operation stays on top of the rows."""
NEEDS_PERSON = ("conflict", "rejected", "parked", "held", "quarantined")


class QueueEnd(NamedTuple):
    """Where the next operation goes: its place on this laptop, its seq in the queue of an incarnation."""

    place: int
    seq: int
    incarnation: str


def queue_end(read: Reading) -> QueueEnd:
    """Read off the operation that was done last, so that an action need not count beside it; sync says `next_seq`
    where it has given out places in the queue itself."""
    seq, here, last = connect.run(read.connection, _QUEUE_END).fetchone()
    incarnation = "none" if here is None else str(canonical.loads(here))
    after = 1 if seq is None else int(canonical.loads(seq))
    place, last_seq, its = (0, 0, "") if last is None else canonical.loads(last)
    return QueueEnd(place + 1, max(after, last_seq + 1) if its == incarnation else after, incarnation)


# Rows lie in the order in which they were added, and that is the order of their places.
_QUEUE_END = (
    "SELECT (SELECT value FROM local_setting WHERE name = 'next_seq'), "
    "(SELECT value FROM local_setting WHERE name = 'incarnation'), "
    "(SELECT json_array(place, seq, incarnation) FROM own_operation "
    "WHERE rowid = (SELECT max(rowid) FROM own_operation))"
)


def setting(read: Reading, name: str, default: Any = None) -> Any:
    row = read.get(LocalSetting, name)
    return default if row is None else canonical.loads(row.value)


def settings(read: Reading) -> dict[str, Any]:
    """All of them."""
    return {row.name: canonical.loads(row.value) for row in read.all(LocalSetting)}


def put_setting(connection: sa.Connection, **values: Any) -> None:
    write(connection, LocalSetting, "put", [LocalSetting(name=n, value=canonical.dumps(v)) for n, v in values.items()])


def body_of(ctx: Ctx, kind: str, version: int, args: Any, based_on: Any, depends_on: list[str], boot: Any) -> str:
    """The text of an operation: all of it but its place in the queue."""
    return canonical.dumps(
        {
            "id": ctx.op_id, "kind": kind, "version": version, "args": args, "based_on": based_on,
            "depends_on": depends_on, "occurred_at": ctx.at, "tz": ctx.zone, "boot_s": boot,
        }
    )  # fmt: skip


# CROSS JOIN keeps the order of the tables: left to itself SQLite began with all operations that stand.
_MAKERS = (
    "SELECT DISTINCT t.op_id FROM json_each(?) named CROSS JOIN touched_row t ON t.row_id = named.value "
    "CROSS JOIN own_operation o ON o.id = t.op_id WHERE t.wrote = 1 AND t.before IS NULL AND o.standing = 1"
)
_DECIDERS = (
    "SELECT t.op_id, t.fields FROM touched_row t CROSS JOIN own_operation o ON o.id = t.op_id "
    "WHERE t.row_id = ? AND t.wrote = 1 AND o.standing = 1 AND o.nature = 'decision' ORDER BY o.place DESC"
)


def depends_on(tx: Tx, nature: str, args: Any) -> list[str]:
    """The standing operations this one needs: those that made a row it names, and for a decision the last one that
    decided on the same fields."""
    named = canonical.dumps(sorted(ids_in(args)))
    found = {row[0] for row in connect.run(tx.connection, _MAKERS, (named,))}
    if nature == "decision":
        for (_, row_id), change in tx.changes.items():
            if change.before is None:
                continue
            for op_id, fields in connect.run(tx.connection, _DECIDERS, (row_id,)):
                if not change.fields.isdisjoint(canonical.loads(fields)):
                    found.add(op_id)
                    break
    return sorted(found)


def touched_rows(tx: Tx, op_id: str, args: Any) -> list[TouchedRow]:
    """What an operation that was just run wrote, and which other rows it named."""
    rows = [
        TouchedRow(
            op_id=op_id, row_id=row_id, tablename_=table, wrote=1, before=image(change.before),
            fields=canonical.dumps(sorted(change.fields)) if change.fields else "[]",
        )
        for (table, row_id), change in tx.changes.items()
    ]  # fmt: skip
    written = {row.row_id for row in rows}
    rows.extend(
        TouchedRow(op_id=op_id, row_id=named, tablename_="row", wrote=0) for named in sorted(ids_in(args) - written)
    )
    return rows


def image(row: Synced | None) -> str | None:
    """A row as text that can be put back."""
    return None if row is None else canonical.dumps([row.rev, row.body()])


def from_image(table: str, text: str) -> Synced:
    rev, body = canonical.loads(text)
    return BY_NAME[table].from_values(
        [rev if name == "rev" else body.get(name) for name in BY_NAME[table].column_names]
    )


def standing(read: Reading, *more: sa.ColumnElement[bool]) -> list[OwnOperation]:
    """Operations whose effect lies on top of the confirmed rows, in the order they were done."""
    return read.all(OwnOperation, STANDS, *more, order=[OwnOperation.c.place])


def waiting_count(read: Reading) -> int:
    """How many operations have no outcome yet."""
    return int(read.value(sa.select(sa.func.count()).where(WAITS)) or 0)


def has_ended(read: Reading, op_id: str) -> bool:
    """Whether nothing can come of an operation any more: its rows came back with a pull, or a person settled it."""
    own = read.get(OwnOperation, op_id)
    if own is None or own.standing or own.outcome is None:
        return False
    return own.outcome not in NEEDS_PERSON or own.settled_at is not None


def known_among(read: Reading, op_ids: Sequence[str]) -> set[str]:
    """Which of these operations the outbox has."""
    found: set[str] = set()
    for start in range(0, len(op_ids), LOOKUP_BATCH):
        query = sa.select(OwnOperation.c.id).where(OwnOperation.c.id.in_(op_ids[start : start + LOOKUP_BATCH]))
        found.update(row[0] for row in read.rows(query))
    return found


def touching(read: Reading, row_ids: Iterable[str]) -> set[str]:
    """Ids of the standing operations that wrote or named one of these rows."""
    found: set[str] = set()
    ids = list(row_ids)
    for start in range(0, len(ids), LOOKUP_BATCH):
        query = sa.select(TouchedRow.c.op_id).where(TouchedRow.c.row_id.in_(ids[start : start + LOOKUP_BATCH]))
        found.update(row[0] for row in read.rows(query.distinct()))
    return found


def rows_touched_by(read: Reading, op_ids: Sequence[str]) -> list[TouchedRow]:
    found = connect.run(read.connection, _TOUCHED_BY, (canonical.dumps(list(op_ids)),))
    return [TouchedRow.from_values(values) for values in found]


_TOUCHED_BY = (
    f"SELECT {', '.join('t.' + name for name in TouchedRow.column_names)} FROM json_each(?) named "  # noqa: S608
    "CROSS JOIN own_operation o ON o.id = named.value CROSS JOIN json_each(o.touches) touched "
    "CROSS JOIN touched_row t ON t.row_id = touched.value AND t.wrote IN (0, 1) AND t.op_id = o.id"
)


def touches(rows: Iterable[TouchedRow]) -> str:
    """What an operation remembers of them."""
    return canonical.dumps(sorted({row.row_id for row in rows}))


def settle(connection: sa.Connection, op_ids: Sequence[str], at: int) -> set[Key]:
    """A person dealt with the outcomes of these operations; they stay in the history.

    RuleBroken settled_already where one of them was dealt with before: what is done instead must not happen twice.
    """
    table = OwnOperation.__table__
    for op_id in op_ids:
        still_open = sa.and_(table.c.id == op_id, table.c.settled_at.is_(None))
        if not connection.execute(sa.update(table).where(still_open).values(settled_at=at)).rowcount:
            raise RuleBroken("settled_already", id=op_id)
    return {(OwnOperation.tablename, op_id) for op_id in op_ids}


def drop_drafts(connection: sa.Connection, drafts: Sequence[tuple[str, str]]) -> None:
    """Forget drafts (name, about_id); one that is not there is no mistake."""
    table = Draft.__table__
    for name, about_id in drafts:
        connection.execute(sa.delete(table).where(table.c.name == name, table.c.about_id == about_id))
