"""The laptop's store: `do` runs actions and keeps them, `read` looks, listeners hear what changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.clock import Clock, local_day, moment_and_zone
from fielddesk.core.errors import FieldDeskError, RuleBroken, StoreProblem
from fielddesk.core.frozen import dataclass
from fielddesk.core.ids import new_id
from fielddesk.store import again, connect, events, outbox
from fielddesk.store.actions import ACTIONS, Call, Ctx
from fielddesk.store.again import Identity
from fielddesk.store.blobs import Blobs
from fielddesk.store.instance import Instance
from fielddesk.store.lanes import MACHINE, PEOPLE, InlineWriter, Writer
from fielddesk.store.outbox import OwnOperation, TouchedRow
from fielddesk.store.second_copy import JournalLike
from fielddesk.store.tx import Key, Reading, Tx, write

T = TypeVar("T")
REPLAYED_TOGETHER = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Changes:
    """What a commit touched; screens that watch one of the tables ask again."""

    tables: frozenset[str]
    rows: frozenset[Key]


@dataclass(frozen=True)
class Done:
    """What came of `do`: ids of the operations, and what each action returned."""

    op_ids: tuple[str, ...]
    results: tuple[Any, ...]


class Store:
    """An open store. `do`, `submit` and `read` may be called from any thread."""

    def __init__(
        self,
        engine: sa.Engine,
        gate: connect.Gate,
        journal: JournalLike,
        clock: Clock,
        identity: Identity,
        *,
        writer: Writer | None = None,
        path: Path | None = None,
        draw_random: Callable[[int], bytes] | None = None,
        point: Callable[[str], None] | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.identity = identity
        self.path = path
        self._gate = gate
        self._journal = journal
        self._reopen: Callable[[], JournalLike] | None = None
        self._writer = writer or InlineWriter()
        self._random = draw_random
        self.point = point or (lambda name: None)
        """Called at named moments; tests and the simulator end the process there."""
        self.found: list[StoreProblem] = []
        """What opening met and mended by itself; each is shown once."""
        self.ended_badly = False
        """The program was killed, or the power failed, the last time; worth a `check` in the background."""
        self.blobs: Blobs | None = None
        """Contents of photos and files beside this database; None where there is no profile folder."""
        self.instance: Instance | None = None
        """The profile's lock, where opening took it; let go with the store."""
        self._queue: outbox.QueueEnd | None = None
        """Where the next operation goes, as this transaction or the last one left it; None where it must be read."""
        self._undone: list[tuple[str, str, str]] = []
        """What did not happen and the journal could not be told yet."""
        self._listeners: list[Callable[[Changes], None]] = []
        self._readers = threading.local()
        self._open_readers: dict[threading.Thread, sa.Connection] = {}
        self._connection = engine.connect()
        self._lock = threading.RLock()
        self._readers_lock = threading.Lock()

    # -- writing ---------------------------------------------------------------------------------------------------

    def do(self, calls: Call | Sequence[Call], *, drops: Sequence[tuple[str, str]] = ()) -> Done:
        """Run actions in one local transaction, keep each as an operation, and wait until it is on the disk.

        Order in one call: first what creates a row the others name, then facts, then other decisions. `drops` names
        the drafts (name, about_id) these calls save: they go with the same commit, so that nothing is there twice
        after a crash. Raises RuleBroken or Conflict with nothing written, StoreProblem where the disk refuses.
        """
        return self.submit(calls, drops=drops).result()

    def submit(
        self,
        calls: Call | Sequence[Call],
        *,
        settles: Sequence[str] = (),
        drops: Sequence[tuple[str, str]] = (),
    ) -> Future[Done]:
        """Like `do`, without waiting; `settles` names operations whose outcome a person dealt with by these calls."""
        together = (calls,) if isinstance(calls, Call) else tuple(calls)
        return self._writer.submit(PEOPLE, lambda: self._perform(together, settles, drops))

    def write(self, work: Callable[[sa.Connection], tuple[T, Iterable[Key]]], *, lane: int = MACHINE) -> T:
        """Run a piece of the machine's own writing in one transaction; `work` returns its answer and what changed."""
        return self._writer.submit(lane, lambda: self._write(work)).result()

    def write_later(self, work: Callable[[sa.Connection], tuple[T, Iterable[Key]]], *, lane: int) -> Future[T]:
        return self._writer.submit(lane, lambda: self._write(work))

    def draw_number(self, kind: str) -> str:
        """The next `<kind>-<device code>-<year>-<n>`: clash-free offline, never renumbered (architecture.md)."""
        year = local_day(*moment_and_zone(self.clock))[:4]
        name = again.number_setting(kind, self.identity.device_code, year)

        def draw(connection: sa.Connection) -> tuple[str, list[Key]]:
            count = int(outbox.setting(Reading(connection), name, 0)) + 1
            outbox.put_setting(connection, **{name: count})
            return f"{kind}-{self.identity.device_code}-{year}-{count}", []

        return self.write(draw, lane=PEOPLE)

    def _count_numbers(self, connection: sa.Connection, args: Any) -> None:
        """Numbers in an operation that is run again were drawn here: none of them may be drawn a second time."""
        for name, count in again.numbers_in(args, self.identity.device_code).items():
            if count > int(outbox.setting(Reading(connection), name, 0)):
                outbox.put_setting(connection, **{name: count})

    def _write(self, work: Callable[[sa.Connection], tuple[T, Iterable[Key]]]) -> T:
        with self._writing() as connection:
            answer, touched = work(connection)
            self.point("before_commit")
        self._queue = None  # the work may have given operations new places
        self._tell(touched)
        return answer

    def _perform(
        self, calls: Sequence[Call], settles: Sequence[str] = (), drops: Sequence[tuple[str, str]] = ()
    ) -> Done:
        records: list[tuple[str, str, str]] = []
        results: list[Any] = []
        touched: set[Key] = set()
        journaled = False
        try:
            with self._writing() as connection:
                for one in calls:
                    body, result, keys = self._run_new(connection, one)
                    records.append(body)
                    results.append(result)
                    touched |= keys | {(OwnOperation.tablename, body[1])}
                touched |= outbox.settle(connection, settles, self.clock.now())
                outbox.drop_drafts(connection, drops)
                self.point("before_journal")
                journaled = True
                self._note(records)
                self.point("after_journal")
                self.point("before_commit")
        except BaseException:
            if journaled:
                self._note_aborted([op_id for _, op_id, _ in records])
            raise
        self.point("after_commit")
        self._tell(touched)
        return Done(tuple(op_id for _, op_id, _ in records), tuple(results))

    def _note_aborted(self, op_ids: list[str]) -> None:
        """Say in the journal that these did not happen; where even that fails, the next record brings it along.

        Otherwise an action that a person was told had failed, and did once more, would happen twice at the next start.
        """
        self._undone += [("aborted", op_id, "") for op_id in op_ids]
        try:
            self._note([])
        except FieldDeskError as problem:
            log.warning("journal: could not note an aborted operation: %s", problem)

    def _note(self, records: list[tuple[str, str, str]]) -> None:
        """Write to the journal; one that a failing disk has shut is opened anew when it is needed again."""
        every = [*self._undone, *records]
        try:
            self._journal.append_many(every)
        except StoreProblem as problem:
            if problem.code != "journal_closed" or self._reopen is None:
                raise
            self._journal = self._reopen()
            self._journal.append_many(every)
        self._undone.clear()

    def _run_new(self, connection: sa.Connection, one: Call) -> tuple[tuple[str, str, str], Any, set[Key]]:
        now, zone = moment_and_zone(self.clock)  # headquarters takes no other, and the queue would stand there for ever
        op_id = one.op_id or new_id(now, self._random(10) if self._random else None)
        ctx = again.context(self.identity, op_id, now, zone, one.based_on)
        tx = Tx(connection)
        if self.identity.role not in one.action.may:
            raise RuleBroken("not_allowed", kind=one.action.kind)
        result = one.action.run(tx, ctx, **one.args)
        events.record(tx, ctx, one.action, one.args)
        needs = outbox.depends_on(tx, one.action.nature, one.args)
        body = outbox.body_of(
            ctx, one.action.kind, one.action.version, one.args, one.based_on, needs, self.clock.since_boot()
        )
        self._keep(connection, tx, ctx, one.action.kind, one.action.nature, one.args, body)
        return ("op", op_id, body), result, set(tx.changes)

    def _keep(
        self, connection: sa.Connection, tx: Tx, ctx: Ctx, kind: str, nature: str, args: Any, body: str,
        trouble: FieldDeskError | None = None,
    ) -> None:  # fmt: skip
        tx.flush()
        queue = self._queue or outbox.queue_end(Reading(connection))
        event = tx.changes.get(("event", ctx.op_id))
        about: Any = event.after if event else None
        touched = outbox.touched_rows(tx, ctx.op_id, args)
        own = OwnOperation(
            id=ctx.op_id, place=queue.place, incarnation=queue.incarnation, seq=queue.seq,
            kind=kind, nature=nature, body=body, hash=canonical.digest(body), at=ctx.at,
            about_table=about.about_table if about else None, about_id=about.about_id if about else None,
            trouble=None if trouble is None else again.trouble_text(trouble), touches=outbox.touches(touched),
        )  # fmt: skip
        write(connection, OwnOperation, "add", [own])
        write(connection, TouchedRow, "add", touched)
        self._queue = outbox.QueueEnd(queue.place + 1, queue.seq + 1, queue.incarnation)

    def replay_journal(self) -> int:
        """Run every operation that the journal holds and the outbox lacks; returns how many there were.

        One that no longer runs on the rows of now stays in the outbox with its trouble, and is sent all the same.
        """
        with self.read() as read:
            known = outbox.known_among(read, self._journal.standing_ids())
        missing = self._journal.standing(known)
        self.replay(missing)
        return len(missing)

    def replay(self, operations: Sequence[tuple[str, str]]) -> None:
        """Run operations (id, body) that were done here before, in order, and keep them in the outbox."""
        for start in range(0, len(operations), REPLAYED_TOGETHER):
            some = operations[start : start + REPLAYED_TOGETHER]
            self._writer.submit(PEOPLE, lambda some=some: self._replay(some)).result()  # type: ignore[misc]

    def take_journal(self, journal: JournalLike, reopen: Callable[[], JournalLike] | None = None) -> None:
        """Go on with this journal; it is closed with the store. `reopen` opens it anew."""
        self._journal, self._reopen = journal, reopen

    def let_go_of_journal(self, before: int) -> int:
        """Remove what the journal wrote before a moment (microseconds UTC), as far as all of it has its end at
        headquarters and in the rows here; how many files went."""

        def forget() -> int:
            with self.read() as read:
                return self._journal.forget(before, partial(outbox.has_ended, read))

        return self._writer.submit(MACHINE, forget).result()

    def _replay(self, operations: Sequence[tuple[str, str]]) -> None:
        touched: set[Key] = set()
        with self._writing() as connection:
            for op_id, body in operations:
                tx, trouble, tree = again.run_again(self.identity, connection, op_id, body)
                ctx = again.context(self.identity, op_id, tree["occurred_at"], tree["tz"], tree.get("based_on"))
                action = ACTIONS.get(tree["kind"])
                nature = action.nature if action else "fact"
                self._keep(connection, tx, ctx, tree["kind"], nature, tree["args"], body, trouble)
                self._count_numbers(connection, tree["args"])
                touched |= tx.changes.keys() | {(OwnOperation.tablename, op_id)}
        self._tell(touched)

    # -- reading ---------------------------------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """One moment of the store, on a connection of the calling thread."""
        with connect.told(self.path):
            connection = self._reader()
            if connection.in_transaction():  # asked within a read of this thread: the same moment
                yield Reading(connection)
                return
            connect.begin_read(connection)
            try:
                yield Reading(connection)
            finally:
                connection.rollback()

    def _reader(self) -> sa.Connection:
        """The connection of the calling thread; those of threads that have ended are closed."""
        connection: sa.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self.engine.connect()
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql(f"PRAGMA cache_size = -{connect.READER_CACHE_KIB}")
            connection.rollback()
            self._readers.connection = connection
            with self._readers_lock:
                for thread in [thread for thread in self._open_readers if not thread.is_alive()]:
                    self._open_readers.pop(thread).close()
                self._open_readers[threading.current_thread()] = connection
        return connection

    def interrupter(self) -> Callable[[], None]:
        """What stops the calling thread's look-ups, for another thread to call; never a write."""
        with self.read():
            driver: Any = self._readers.connection.connection.driver_connection
        return lambda: driver.interrupt()

    def check(self) -> None:
        """Read every page of the database; store_damaged where one is not what was written.

        About 5 ms a megabyte. A damaged page is also found when it is read, so this is for the background: after a
        bad end, or when a person asks.
        """
        # On a connection of its own: closing the store must not take it away from under a look that takes seconds.
        with connect.told(self.path), self.engine.connect() as connection:
            whole = connect.is_whole(connection)
        if not whole:
            raise StoreProblem("store_damaged", file=self.path.name if self.path else "")

    def interrupt(self) -> None:
        """Stop the calling thread's look-up; never a write."""
        connection: sa.Connection | None = getattr(self._readers, "connection", None)
        if connection is not None:
            connection.connection.driver_connection.interrupt()  # type: ignore[union-attr]

    # -- hearing ---------------------------------------------------------------------------------------------------

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call `listener` after each commit, on the writer's thread; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, touched: Iterable[Key]) -> None:
        rows = frozenset(touched)
        if not rows:
            return
        changes = Changes(frozenset(table for table, _ in rows), rows)
        for listener in list(self._listeners):
            try:
                listener(changes)
            except Exception:  # what was saved is saved; whoever asked for it must not hear that it failed
                log.exception("a listener failed")

    # -- ending ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Finish writing and let go of every file; the profile's lock last."""
        with ExitStack() as last:
            if self.instance is not None:
                last.callback(self.instance.release)
            last.callback(self._journal.close)
            last.callback(self.engine.dispose)
            last.callback(self._connection.close)
            for connection in self._open_readers.values():
                last.callback(connection.close)
            last.callback(self._writer.close)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._lock, connect.told(self.path):
            if self._connection.closed:
                self._connection = self.engine.connect()
            connection = self._connection
            self._gate.open = True
            try:
                connect.begin_write(connection)
                yield connection
                connection.commit()
            except BaseException:
                self._queue = None
                self._take_back(connection)
                raise
            finally:
                self._gate.open = False

    def _take_back(self, connection: sa.Connection) -> None:
        """Roll back; a connection whose COMMIT failed is replaced, for it would poison every later one."""
        try:
            connection.rollback()
            driver: Any = connection.connection.driver_connection
            if driver.in_transaction:
                driver.rollback()
        except sa.exc.DBAPIError:
            connection.invalidate()
            connection.close()
