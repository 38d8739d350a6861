"""What this laptop did, as the sync centre shows it: what needs a person, what waits, what headquarters has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.store.contents import Receipt
from fielddesk.store.events import Event
from fielddesk.store.outbox import NEEDS_PERSON, OwnOperation
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import Reading

_OWN = OwnOperation.c
_OPEN = sa.and_(_OWN.outcome.in_(NEEDS_PERSON), _OWN.settled_at.is_(None))
_WAITS = _OWN.outcome.is_(None)
_CLASHES = sa.and_(_WAITS, _OWN.trouble.is_not(None))


@dataclass(frozen=True)
class Work:
    """One thing that was done on this laptop.

    `told` are the values of its sentence, `detail` what headquarters said of it, `trouble` why it does not fit the
    newest rows. `chain` are the ones that wait for this one (they were parked with it).
    """

    id: str
    kind: str
    nature: str
    at: int
    about_table: str | None
    about_id: str | None
    outcome: str | None
    args: Mapping[str, Any]
    based_on: Mapping[str, Any] | None
    told: Mapping[str, Any]
    detail: Mapping[str, Any]
    trouble: Mapping[str, Any] | None
    settled_at: int | None
    chain: tuple[Work, ...] = ()

    @property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """Of a conflict: field to base, mine, theirs; empty for anything else."""
        found = self.detail.get("fields") if self.outcome == "conflict" else None
        if found is None and self.trouble is not None and self.trouble["code"] == "conflict":
            found = self.trouble["values"].get("fields")
        columns = BY_NAME[self.table].column_names if self.table in BY_NAME else ()
        clashes: Mapping[str, Mapping[str, Any]] = found or {}
        return {name: clashes[name] for name in sorted(clashes, key=lambda name: _place(columns, name))}

    @property
    def table(self) -> str | None:
        """The table whose fields clash."""
        said = self.detail if self.outcome == "conflict" else (self.trouble or {}).get("values", {})
        return said.get("table") or self.about_table


def _place(columns: Sequence[str], name: str) -> tuple[int, str]:
    """Where a field stands in its record; what is not known there comes last."""
    return (columns.index(name) if name in columns else len(columns), name)


def counts(read: Reading) -> tuple[int, int]:
    """How many operations have no outcome, and how many things need a person."""
    waiting = int(read.value(sa.select(sa.func.count()).where(_WAITS)) or 0)
    return waiting, len(_heads(read))


def needing(read: Reading) -> list[Work]:
    """What needs a person, newest first; parked work stands under what it waits for."""
    # Asked one after the other, since each has an index; for both in one condition the database reads all history.
    rows = sorted(read.all(OwnOperation, _OPEN) + read.all(OwnOperation, _CLASHES), key=lambda own: own.place)
    works = {work.id: work for work in _works(read, rows)}
    chains: dict[str, list[Work]] = {}
    heads = []
    for work in works.values():
        root = _root(works, work)
        if root == work.id:
            heads.append(work)
        else:
            chains.setdefault(root, []).append(work)
    return [replace(head, chain=tuple(chains.get(head.id, ()))) for head in reversed(heads)]


def _root(works: Mapping[str, Work], work: Work) -> str:
    """The operation at the head of a parked chain; itself where that one is settled or gone."""
    seen = {work.id}
    while work.outcome == "parked":
        on = str(work.detail.get("on"))
        if on not in works or on in seen:
            break
        seen.add(on)
        work = works[on]
    return work.id


def _heads(read: Reading) -> list[str]:
    query = sa.select(_OWN.id, _OWN.outcome, _OWN.detail)
    found = (*read.rows(query.where(_OPEN)), *read.rows(query.where(_CLASHES)))
    rows = {op_id: (outcome, detail) for op_id, outcome, detail in map(tuple, found)}
    return [
        op_id
        for op_id, (outcome, detail) in rows.items()
        if not (outcome == "parked" and canonical.loads(detail or "{}").get("on") in rows)
    ]


def waiting(read: Reading, offset: int, limit: int) -> list[Work]:
    """What waits to be sent, oldest first: the order in which it goes."""
    query = sa.select(OwnOperation.__table__).where(_WAITS).order_by(_OWN.place).offset(offset).limit(limit)
    return _works(read, [OwnOperation.from_values(row) for row in read.rows(query)])


def waiting_count(read: Reading) -> int:
    return int(read.value(sa.select(sa.func.count()).where(_WAITS)) or 0)


@dataclass(frozen=True)
class Sought:
    """What the history is searched for: words, and the rows that have these words in their name or number."""

    text: str = ""
    about: frozenset[str] = frozenset()


def _history(sought: Sought) -> sa.ColumnElement[bool]:
    done = sa.and_(_OWN.outcome.is_not(None), sa.or_(_OWN.outcome.not_in(NEEDS_PERSON), _OWN.settled_at.is_not(None)))
    if not sought.text:
        return done
    # Bodies are JSON with every character as itself but for these two, so a plain look is enough.
    piece = sought.text.replace("\\", "\\\\").replace('"', '\\"')
    return sa.and_(done, sa.or_(_OWN.body.contains(piece, autoescape=True), _OWN.about_id.in_(sorted(sought.about))))


def history(read: Reading, sought: Sought, offset: int, limit: int) -> list[Work]:
    """What headquarters has taken, or a person has settled, newest first."""
    query = sa.select(OwnOperation.__table__).where(_history(sought)).order_by(_OWN.place.desc())
    found = read.rows(query.offset(offset).limit(limit))
    return _works(read, [OwnOperation.from_values(row) for row in found])


def history_count(read: Reading, sought: Sought) -> int:
    return int(read.value(sa.select(sa.func.count()).where(_history(sought))) or 0)


def place_of(read: Reading, list_name: str, sought: Sought, op_id: str) -> int | None:
    """Where an operation stands in one of the lists."""
    own = read.get(OwnOperation, op_id)
    if own is None:
        return None
    if list_name == "waiting":
        query = sa.select(sa.func.count()).where(_WAITS, _OWN.place < own.place)
        return int(read.value(query) or 0) if own.outcome is None else None
    here = sa.select(sa.func.count()).where(_history(sought))
    if not read.value(here.where(_OWN.id == op_id)):
        return None
    return int(read.value(here.where(_OWN.place > own.place)) or 0)


def work(read: Reading, op_id: str) -> Work | None:
    """One operation, with what is parked on it."""
    own = read.get(OwnOperation, op_id)
    if own is None:
        return None
    for head in needing(read):
        if head.id == op_id:
            return head
    return _works(read, [own])[0]


def _works(read: Reading, rows: Iterable[OwnOperation]) -> list[Work]:
    rows = list(rows)
    events = {event.id: event for event in read.among(Event, [row.id for row in rows])}
    return [_work(row, events.get(row.id)) for row in rows]


def _work(row: OwnOperation, event: Event | None) -> Work:
    tree = canonical.loads(row.body)
    args, based_on = tree["args"], tree.get("based_on")
    told = dict(args) | ({} if event is None else canonical.loads(event.told))
    if "changed" not in told and based_on:
        # A conflict or a rejection leaves no event of its own; what was wanted is told from the operation itself.
        told["changed"] = {name: [old, args[name]] for name, old in based_on.items() if name in args}
    return Work(
        row.id, row.kind, row.nature, row.at, row.about_table, row.about_id, row.outcome, args, based_on, told,
        canonical.loads(row.detail or "{}"), None if row.trouble is None else canonical.loads(row.trouble),
        row.settled_at,
    )  # fmt: skip


# ---------------------------------------------------------------- what each session carried


@dataclass(frozen=True)
class Carried:
    """What went one way: rows (answers of inspections for themselves), photos and files with their bytes."""

    records: int
    answers: int
    files: int
    file_bytes: int
    on_line: int
    """Bytes of everything, as it was packed."""


@dataclass(frozen=True)
class ReceiptLine:
    """One session of sync; `ended_at` None: it was cut off. `how`: complete, stopped, or the problem that ended it."""

    id: str
    began_at: int
    ended_at: int | None
    how: str
    out: Carried
    into: Carried


ANSWERS, HISTORY_ROWS = "answer", "event"


def receipts(read: Reading, offset: int, limit: int) -> list[ReceiptLine]:
    """What the sessions carried, the newest first."""
    c = Receipt.c
    query = sa.select(Receipt.__table__).order_by(c.began_at.desc(), c.id.desc()).offset(offset).limit(limit)
    return [_receipt(Receipt.from_values(row)) for row in read.rows(query)]


def receipts_count(read: Reading) -> int:
    return int(read.value(sa.select(sa.func.count()).select_from(Receipt.__table__)) or 0)


def receipt(read: Reading, receipt_id: str) -> ReceiptLine | None:
    found = read.get(Receipt, receipt_id)
    return None if found is None else _receipt(found)


def place_of_receipt(read: Reading, receipt_id: str) -> int | None:
    """Where a receipt stands in the list."""
    found = read.get(Receipt, receipt_id)
    if found is None:
        return None
    newer = sa.tuple_(Receipt.c.began_at, Receipt.c.id) > sa.tuple_(sa.literal(found.began_at), found.id)
    return int(read.value(sa.select(sa.func.count()).where(newer)) or 0)


def _receipt(row: Receipt) -> ReceiptLine:
    out = _carried(row.rows_out, row.files_out, row.file_bytes_out, row.bytes_out)
    into = _carried(row.rows_in, row.files_in, row.file_bytes_in, row.bytes_in)
    return ReceiptLine(row.id, row.began_at, row.ended_at, row.how, out, into)


def _carried(rows: str, files: int, file_bytes: int, on_line: int) -> Carried:
    counts = canonical.loads(rows)
    # Each action leaves a line of history beside what it writes; a person counts the record alone.
    records = sum(count for table, count in counts.items() if table not in (ANSWERS, HISTORY_ROWS))
    return Carried(records, int(counts.get(ANSWERS, 0)), files, file_bytes, on_line)


# ---------------------------------------------------------------- whom it names


def named_by(works: Iterable[Work], names_of: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    """Row ids by table that the sentences of these works name; `names_of[kind]` says which told value is whose id."""
    wanted: dict[str, set[str]] = {}
    for one in works:
        if one.about_table and one.about_id:
            wanted.setdefault(one.about_table, set()).add(one.about_id)
        for key, table in names_of.get(one.kind, {}).items():
            value = one.told.get(key)
            values = value if isinstance(value, list) else [value]
            wanted.setdefault(table, set()).update(str(each) for each in values if each)
        for key, pair in dict(one.told.get("changed") or {}).items():
            if named := names_of.get(one.kind, {}).get(key):
                wanted.setdefault(named, set()).update(str(each) for each in pair if each)
        for named, ids in named_by(one.chain, names_of).items():
            wanted.setdefault(named, set()).update(ids)
    return wanted
