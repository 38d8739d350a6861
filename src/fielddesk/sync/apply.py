"""The laptop's store as sync sees it: what waits, what was answered, pages and snapshots taken in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.store.actions import ids_in
from fielddesk.store.again import identity_in
from fielddesk.store.database import Store
from fielddesk.store.outbox import (
    NEEDS_PERSON,
    OPEN_OUTCOMES,
    STANDS,
    WAITS,
    OwnOperation,
    SeenRow,
    TouchedRow,
    put_setting,
    queue_end,
    setting,
)
from fielddesk.store.statements import ask
from fielddesk.store.tables import BY_NAME
from fielddesk.store.tx import Key, Reading, write
from fielddesk.sync.protocol import Fork, Mark, Op, Outcome, PullAnswer, PushAnswer, Sent, SnapshotAnswer
from fielddesk.sync.rebase import Incoming, apply_rows, read_incoming
from fielddesk.sync.state import Asks, Facts, SnapshotAt

MANY_REMOVED = 50
SHARE_REMOVED = 30
"""A pull that would remove more rows than both, in per cent, stops and asks (sync.md, Safety nets)."""

MAY_CHANGE = (*OPEN_OUTCOMES, "parked")
"""Outcomes that a row, or a person at headquarters, may still turn into a final one."""


class LaptopSync:
    """`SyncStore` over an open Store. Every method is one transaction of the machine's lane."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def load_state(self) -> Facts:
        with self.store.read() as read:
            return _facts(read)

    def waiting_ops(self, from_seq: int, limit: int, max_bytes: int) -> tuple[Op, ...]:
        own = OwnOperation.c
        with self.store.read() as read:
            asked = sa.select(own.seq, own.id, own.hash, own.body).where(
                own.incarnation == _incarnation(read), own.seq >= max(from_seq, 1)
            )
            # In two halves, each by its own index; the second where headquarters was restored and lacks them.
            query = asked.where(WAITS).union_all(asked.where(own.outcome.is_not(None))).order_by("seq").limit(limit)
            found: list[Op] = []
            size = 0
            for seq, op_id, digest, body in map(tuple, read.rows(query)):
                size += len(body.encode())
                if found and (size > max_bytes or seq != found[-1].seq + 1):
                    break
                found.append(Op(seq=seq, id=op_id, hash=digest, body=body))
        return tuple(found)

    def mark_sent(self, batch: tuple[Op, ...]) -> bool:
        def mark(connection: sa.Connection) -> tuple[bool, list[Key]]:
            read = Reading(connection)
            here = _incarnation(read)
            for op in batch:
                own = read.get(OwnOperation, op.id)
                if own is None or (own.seq, own.hash, own.incarnation) != (op.seq, op.hash, here):
                    return False, []
            sent = setting(read, "sent")
            if batch and (sent is None or batch[-1].seq > sent["seq"]):
                put_setting(connection, sent={"seq": batch[-1].seq, "id": batch[-1].id})
            return True, []

        return self.store.write(mark)

    def take_outcomes(self, answer: PushAnswer) -> Facts:
        def take(connection: sa.Connection) -> tuple[Facts, set[Key]]:
            read = Reading(connection)
            touched = _note_outcomes(read, answer.outcomes)
            cursor = setting(read, "cursor")
            if cursor is not None:
                touched |= apply_rows(self.store, connection, Incoming(), _to_clear(read, cursor))
            return _facts(read), touched

        return self.store.write(take)

    def apply_page(self, page: PullAnswer, agreed: int) -> Facts | Asks:
        def apply(connection: sa.Connection) -> tuple[Facts | Asks, set[Key]]:
            read = Reading(connection)
            if setting(read, "cursor") != page.from_:
                return _facts(read), set()
            incoming = read_incoming(page.rows)
            removed = int(setting(read, "removed", 0)) + len(_present(read, incoming.leaves))
            if removed > MANY_REMOVED and removed > agreed:
                of = _customer_rows(read) + int(setting(read, "removed", 0))
                if removed * 100 > SHARE_REMOVED * of:
                    return Asks(removed=removed, of=of), set()
            touched = _note_outcomes(read, page.outcomes)
            touched |= apply_rows(self.store, connection, incoming, _to_clear(read, page.to))
            self.store.point("before_cursor")
            if page.more:
                put_setting(connection, cursor=page.to, removed=removed)
            else:
                put_setting(connection, cursor=page.to, removed=0, synced_at=self.store.clock.now())
            return _facts(read), touched

        return self.store.write(apply)

    def apply_snapshot(self, page: SnapshotAnswer, after: tuple[str, str] | None, agreed: int = 0) -> Facts | Asks:
        def apply(connection: sa.Connection) -> tuple[Facts | Asks, set[Key]]:
            read = Reading(connection)
            known = setting(read, "snapshot")
            if after is not None and (known is None or tuple(known["after"]) != tuple(after)):
                return _facts(read), set()
            incoming = read_incoming(page.rows)
            asks = None if page.next else _would_remove(read, incoming, begins=after is None)
            if asks is not None and asks.removed > agreed:
                return asks, set()
            if after is None:
                connection.execute(sa.delete(SeenRow.__table__))
            pos = page.pos if after is None else known["pos"]
            touched = apply_rows(self.store, connection, incoming, set(), replace_newer=True)
            write(connection, SeenRow, "put", [SeenRow(row_id=row_id) for _, row_id in incoming.puts])
            self.store.point("before_cursor")
            if page.next is not None:
                put_setting(connection, snapshot={"pos": pos, "after": list(page.next)}, cursor=None)
                return _facts(read), touched
            # What a restored headquarters has to be told again lay in rows that are gone now: all of it runs anew.
            touched |= apply_rows(self.store, connection, _unseen(read), _to_clear(read, pos), every_operation=True)
            connection.execute(sa.delete(SeenRow.__table__))
            touched |= _ask_again(connection, read)
            put_setting(connection, cursor=pos, snapshot=None, removed=0)
            return _facts(read), touched

        return self.store.write(apply)

    def take_fork(self, fork: Fork) -> Facts:
        def take(connection: sa.Connection) -> tuple[Facts, set[Key]]:
            read = Reading(connection)
            if setting(read, "mark") != fork.incarnation:
                _renumber(connection, read, str(fork.incarnation), WAITS)
                put_setting(connection, mark=fork.incarnation, device_code=fork.device_code)
            return _facts(read), set()

        facts = self.store.write(take)
        self.store.identity = replace(self.store.identity, device_code=fork.device_code)
        return facts

    def take_epoch(self, epoch: Mark, incarnation: Mark) -> Facts:
        def take(connection: sa.Connection) -> tuple[Facts, set[Key]]:
            read = Reading(connection)
            if setting(read, "epoch") != epoch:
                _stand_again(connection, read)
                _renumber(connection, read, str(incarnation), WAITS)
                put_setting(connection, epoch=epoch, mark=incarnation)
            return _facts(read), {(OwnOperation.tablename, "")}

        return self.store.write(take)

    def take_enrolment(self, settings: Mapping[str, Any]) -> Facts:
        """The laptop was enrolled once more: another device with a queue of its own, and the same waiting work.

        The epoch stays as it is known: whether headquarters was restored meanwhile, hello finds out.
        """

        def take(connection: sa.Connection) -> tuple[Facts, set[Key]]:
            read = Reading(connection)
            if setting(read, "device") != settings["device"]:
                _renumber(connection, read, str(settings["mark"]), WAITS)
                put_setting(connection, **{name: value for name, value in settings.items() if name != "epoch"})
            return _facts(read), set()

        facts = self.store.write(take)
        with self.store.read() as read:
            self.store.identity = identity_in(read)
        return facts


def _incarnation(read: Reading) -> str:
    return str(setting(read, "incarnation", "none"))


_COUNTS = (
    "SELECT (SELECT count(*) FROM own_operation WHERE outcome IS NULL), "
    "(SELECT min(seq) FROM own_operation WHERE outcome IS NULL AND incarnation = ?), "
    "(SELECT count(*) FROM own_operation WHERE standing = 1 AND outcome IS NOT NULL AND NOT outcome IN (?..)), "
    "(SELECT count(*) FROM own_operation WHERE outcome IN (?..) AND settled_at IS NULL)"
)
_SETTINGS = "SELECT name, value FROM local_setting WHERE name IN (?..)"
_NAMES = [
    "hq_id", "epoch", "device", "mark", "incarnation", "cursor", "sent", "snapshot", "synced_at",
]  # fmt: skip


def _facts(read: Reading) -> Facts:
    """Few statements, since sync asks after each thing it does."""
    known = {name: canonical.loads(value) for name, value in ask(read.connection, _SETTINGS, _NAMES)}
    sent, snapshot = known.get("sent"), known.get("snapshot")
    here = str(known.get("incarnation", "none"))
    counts = ask(read.connection, _COUNTS, here, list(OPEN_OUTCOMES), list(NEEDS_PERSON))
    waiting, first, unconfirmed, needs_person = counts[0]
    return Facts(
        hq_id=known["hq_id"],
        epoch=known["epoch"],
        device=known["device"],
        incarnation=known["mark"],
        cursor=known.get("cursor"),
        sent=None if sent is None else Sent(seq=sent["seq"], id=sent["id"]),
        next_seq=int(first if first is not None else queue_end(read).seq),
        waiting=waiting,
        unconfirmed=unconfirmed,
        needs_person=needs_person,
        snapshot=None if snapshot is None else SnapshotAt(pos=snapshot["pos"], after=tuple(snapshot["after"])),
        synced_at=known.get("synced_at"),
    )


def _note_outcomes(read: Reading, outcomes: Iterable[Outcome]) -> set[Key]:
    """Store outcomes by id and hash; a final one is never replaced by one that stays open."""
    touched: set[Key] = set()
    for outcome in outcomes:
        own = read.get(OwnOperation, outcome.id)
        if own is None or own.hash != outcome.hash:
            continue
        final = own.outcome is not None and own.outcome not in MAY_CHANGE
        if final and outcome.is_ in MAY_CHANGE:
            continue
        news: dict[str, Any] = {
            "outcome": outcome.is_,
            "detail": canonical.dumps(outcome.detail),
            "outcome_pos": outcome.pos,
        }
        if any(getattr(own, name) != value for name, value in news.items()):
            table = OwnOperation.__table__
            read.connection.execute(sa.update(table).where(table.c.id == own.id).values(**news))
            touched.add((OwnOperation.tablename, own.id))
    return touched


GIVEN_UP = ("conflict", "rejected", "parked", "void")


def _stand_again(connection: sa.Connection, read: Reading) -> None:
    """Let every kept operation wait once more but those that a person settled or the office gave up: done again or
    let go, they would come a second time. Each names its rows, so that these stay while headquarters lacks them."""
    own = OwnOperation.c
    settled = sa.and_(own.outcome.in_(GIVEN_UP), sa.or_(own.settled_at.is_not(None), own.outcome == "void"))
    again = sa.or_(own.outcome.is_(None), ~settled)
    known = {row[0] for row in read.rows(sa.select(TouchedRow.c.op_id).distinct())}
    named = [
        TouchedRow(op_id=op_id, row_id=row_id, tablename_="row", wrote=0)
        for op_id, body in map(tuple, read.rows(sa.select(own.id, own.body).where(again)))
        if op_id not in known
        for row_id in sorted(ids_in(canonical.loads(body)["args"]))
    ]
    news = {"outcome": None, "detail": None, "outcome_pos": None, "settled_at": None, "standing": 1}
    connection.execute(sa.update(OwnOperation.__table__).where(again).values(**news))
    write(connection, TouchedRow, "add", named)


def _ask_again(connection: sa.Connection, read: Reading) -> set[Key]:
    """Let operations whose outcome was not final wait once more, behind the others where they have lost their place.

    The feed tells what became of them, and a snapshot skips a piece of it; headquarters answers a known operation
    with the outcome it has by now.
    """
    own, here = OwnOperation.c, _incarnation(read)
    free = queue_end(read).seq
    found = read.all(OwnOperation, own.outcome.in_(MAY_CHANGE), order=[own.place])
    for one in found:
        keeps = one.seq > 0 and one.incarnation == here
        news = {"outcome": None, "detail": None, "outcome_pos": None, "incarnation": here}
        query = sa.update(OwnOperation.__table__).where(own.id == one.id)
        connection.execute(query.values(**news, seq=one.seq if keeps else free))
        free += not keeps
    put_setting(connection, next_seq=free)
    return {(OwnOperation.tablename, one.id) for one in found}


def _to_clear(read: Reading, cursor: int) -> set[str]:
    """Operations whose outcome's rows are in what was pulled so far. Held ones stay on top, marked."""
    own = OwnOperation.c
    done = sa.select(own.id).where(
        STANDS, own.outcome.is_not(None), ~own.outcome.in_(OPEN_OUTCOMES), own.outcome_pos <= cursor
    )
    return {row[0] for row in read.rows(done)}


def _present(read: Reading, leaves: set[Key]) -> set[Key]:
    found: set[Key] = set()
    for name in {table for table, _ in leaves if table in BY_NAME}:
        ids = [row_id for table, row_id in leaves if table == name]
        found |= {(name, row.id) for row in read.among(BY_NAME[name], ids)}
    return found


def _customer_rows(read: Reading) -> int:
    return _row_count(read, [name for name, table in BY_NAME.items() if not table.scope.catalogue])


def _would_remove(read: Reading, incoming: Incoming, begins: bool) -> Asks | None:
    """What the end of a snapshot would take away, where that is so much that a person must say yes first.

    The catalogue and customers' rows each for themselves: a thousand parts must not hide that all orders go. What is
    asked about is counted together, so that a yes is one to all of it and to no more.
    """
    unseen = _unseen(read, seen=not begins).leaves - incoming.puts.keys()
    asked = Asks(removed=0, of=0)
    for catalogue in (False, True):
        tables = {name for name, table in BY_NAME.items() if table.scope.catalogue is catalogue}
        removed = sum(1 for table, _ in unseen if table in tables)
        of = _row_count(read, tables) if removed > MANY_REMOVED else 0
        if removed > MANY_REMOVED and removed * 100 > SHARE_REMOVED * of:
            asked = Asks(removed=asked.removed + removed, of=asked.of + of)
    return asked if asked.removed else None


def _row_count(read: Reading, tables: Iterable[str]) -> int:
    counted = sa.func.count()
    return sum(int(read.value(sa.select(counted).select_from(BY_NAME[name].__table__)) or 0) for name in tables)


def _unseen(read: Reading, *, seen: bool = True) -> Incoming:
    """Confirmed rows that the snapshot did not bring; rows made here and not confirmed yet are not among them.

    Without `seen` what was noted belongs to an older snapshot.
    """
    incoming = Incoming()
    for name, table in BY_NAME.items():
        query = sa.select(table.c.id).where(table.c.rev > 0)
        if seen:
            query = query.where(~sa.exists(sa.select(SeenRow.c.row_id).where(SeenRow.c.row_id == table.c.id)))
        incoming.leaves |= {(name, row[0]) for row in read.rows(query)}
    return incoming


def _renumber(connection: sa.Connection, read: Reading, incarnation: str, which: sa.ColumnElement[bool]) -> None:
    """Give operations new places from 1 in the order they were done; ids, hashes and bodies stay."""
    own = OwnOperation.c
    table = OwnOperation.__table__
    again = [row[0] for row in read.rows(sa.select(own.id).where(which).order_by(own.place))]
    connection.execute(sa.update(table).values(seq=0))
    for seq, op_id in enumerate(again, 1):
        connection.execute(sa.update(table).where(own.id == op_id).values(seq=seq, incarnation=incarnation))
    put_setting(
        connection, incarnation=incarnation, next_seq=len(again) + 1, sent=None, cursor=None, snapshot=None, removed=0
    )
