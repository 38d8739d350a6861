"""What every page works with: it asks the store and has things done there without the window ever waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from fielddesk.core import canonical
from fielddesk.core.clock import Clock, local_day
from fielddesk.core.errors import FieldDeskError, StoreProblem
from fielddesk.core.i18n import _
from fielddesk.shell.undo import UndoStack
from fielddesk.store.actions import Call
from fielddesk.store.blobs import Blob, Blobs
from fielddesk.store.contents import want
from fielddesk.store.database import Changes, Done, Store
from fielddesk.store.lanes import PEOPLE
from fielddesk.store.outbox import Draft, put_setting
from fielddesk.store.tx import Key, Reading, write
from fielddesk.ui.desk import Desk
from fielddesk.ui.seams import Me, Offers, SubjectPage
from fielddesk.ui.tasks import Tasks
from fielddesk.ui.text import Words
from fielddesk.ui.wording import sentence

T = TypeVar("T")
RELOAD_AFTER_MS = 50
RELOAD_APART_MS = 500
"""While a sync brings one page after another, what is shown is asked again twice a second and not at each of them."""


class WindowBench(QObject):
    """`Bench` over an opened store, or one that is still being opened: questions then wait for it.

    Signals: `changed(tables)` on the main thread, many commits at once; `broke(exception)` for mistakes of ours;
    `trouble(problem)` for what the disk did to us; `wanted` when somebody waits for a content that is not here.
    """

    changed = Signal(object)
    broke = Signal(object)
    trouble = Signal(object)
    wanted = Signal()
    _came = Signal()

    def __init__(self, opened: Future[Store], me: Me, offers: Offers, clock: Clock, desk: Desk) -> None:
        super().__init__(desk)
        self._opened, self._clock, self._desk = opened, clock, desk
        self.me, self.offers = me, offers
        self.undo = UndoStack()
        self._readers = Tasks(name="reader", opens=self._reader, interrupts=_interrupt, parent=self)
        self._look_ups = Tasks(name="look-up", opens=self._reader, interrupts=_interrupt, parent=self)
        self._workers = Tasks(2, name="work", parent=self)
        for tasks in (self._readers, self._look_ups, self._workers):
            tasks.broke.connect(self._failed_unasked)
        self._watchers: list[tuple[frozenset[str], Callable[[], None]]] = []
        self._touched: set[str] = set()
        self._drafts: dict[tuple[str, str], str | None] = {}
        self._drafts_on_the_way = 0
        self._lock = threading.Lock()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._tell)
        self._came.connect(self._wait_a_little)
        desk.export_asked.connect(self._export)
        desk.dropped.connect(self._dropped)
        desk.can_export = offers.exporter is not None
        desk.takes_file = offers.takes_file
        self._unlisten: Callable[[], None] = lambda: None
        self._told = QElapsedTimer()

    # ---------------------------------------------------------------- the store

    def store_opened(self, store: Store) -> None:
        """Listen to the store from now on."""
        self._unlisten = store.listen(self._heard)

    @property
    def store(self) -> Store:
        """The open store; only after it was opened."""
        return self._opened.result(timeout=0)

    def _is_open(self) -> bool:
        return self._opened.done() and self._opened.exception() is None

    def _reader(self) -> tuple[Store, Callable[[], None]]:
        store = self._opened.result()
        return store, store.interrupter()

    def close(self) -> None:
        """Answer nothing any more; what was asked to be written is written by the store's own closing."""
        self._unlisten()
        self._soon.stop()
        self._readers.close()
        self._look_ups.close()
        self._workers.close()

    # ---------------------------------------------------------------- time

    def now(self) -> int:
        return self._clock.now()

    def zone(self) -> str:
        return self._clock.zone()

    def today(self) -> str:
        return local_day(self.now(), self.zone())

    # ---------------------------------------------------------------- doing

    def do(
        self,
        calls: Call | Sequence[Call],
        *,
        then: Callable[[Done], None] | None = None,
        failed: Callable[[FieldDeskError], None] | None = None,
        said: Words = "",
        undo: Callable[[Done], Call | Sequence[Call]] | None = None,
        drops: Sequence[tuple[str, str]] = (),
    ) -> None:
        def done(result: Done) -> None:
            self._tell()  # who has just done something sees it at once, whatever else arrives
            if undo is not None:
                take_back = self.undo.push(partial(self._take_back, undo, result))
            if said:
                self.toast(said, take_back if undo is not None else None)
            if then is not None:
                then(result)

        refused = partial(self._refused, failed)
        for draft in drops:
            self._drafts.pop(draft, None)  # it goes with the save; nobody may be given it meanwhile
        if self._is_open():
            self._readers.follow(self.store.submit(calls, drops=drops), done, refused)
        else:
            self._readers.ask(lambda owned: owned[0].submit(calls, drops=drops).result(), done, refused)

    def settle(
        self,
        op_ids: Sequence[str],
        calls: Sequence[Call],
        then: Callable[[], None],
        failed: Callable[[FieldDeskError], None],
    ) -> None:
        """Do the calls and mark these operations as dealt with: both, or neither."""
        future = self.store.submit(calls, settles=op_ids)
        self._readers.follow(future, lambda _done: then(), partial(self._refused, failed))

    def _take_back(self, undo: Callable[[Done], Call | Sequence[Call]], done: Done) -> None:
        try:
            calls = undo(done)
        except FieldDeskError as error:
            self._refused(None, error)
            return
        self.do(calls, said=lambda: _("Undone"))

    def _refused(self, failed: Callable[[FieldDeskError], None] | None, error: Exception) -> None:
        if not isinstance(error, FieldDeskError):
            self.broke.emit(error)
            return
        if isinstance(error, StoreProblem):
            self.trouble.emit(error)
        elif failed is None:
            self.toast(lambda: sentence(error), icon="warning-fill")
        if failed is not None:
            failed(error)

    def draw_number(
        self, kind: str, then: Callable[[str], None], failed: Callable[[FieldDeskError], None] | None = None
    ) -> None:
        self._readers.ask(lambda _owned: self.store.draw_number(kind), then, partial(self._refused, failed))

    # ---------------------------------------------------------------- asking

    def read(
        self,
        question: Callable[[Reading], T],
        then: Callable[[T], None],
        *,
        key: str = "",
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        # Rows of lists come in the order they were asked for; what has a key stands for itself, and has a thread of
        # its own, so that counting ninety thousand orders does not keep the first page of them waiting.
        tasks = self._look_ups if key else self._readers
        tasks.ask(partial(_ask, question), then, failed, key=key)

    def look_up(self, question: Callable[[Reading], T], then: Callable[[T], None], key: str) -> None:
        """As `read` with a key, for the window's own questions."""
        self._look_ups.ask(partial(_ask, question), then, key=key)

    def _failed_unasked(self, error: Exception) -> None:
        if not self._is_open():
            return  # the page that tells why the store did not open says it once
        if isinstance(error, StoreProblem):
            self.trouble.emit(error)
        elif isinstance(error, FieldDeskError):
            self.toast(lambda: sentence(error), icon="warning-fill")
        else:
            self.broke.emit(error)

    # ---------------------------------------------------------------- drafts

    def draft(self, name: str, about_id: str, then: Callable[[str | None], None]) -> None:
        def look(read: Reading) -> str | None:
            found = read.get(Draft, name, about_id)
            return None if found is None else str(canonical.loads(found.text))

        def found(kept: str | None) -> None:
            then(self._drafts.get((name, about_id), kept))

        self.read(look, found)

    def keep_draft(self, name: str, about_id: str, text: str | None) -> None:
        def keep(connection: sa.Connection) -> tuple[None, list[Key]]:
            draft = Draft(name=name, about_id=about_id, text=canonical.dumps(text or ""), at=self.now())
            write(connection, Draft, "drop" if text is None else "put", [draft])
            return None, []

        def kept(_nothing: None) -> None:
            self._drafts_on_the_way -= 1
            if not self._drafts_on_the_way:
                self._drafts.clear()

        if self._is_open():
            # Until the writer has it, whoever asks for it must not be given the one before.
            self._drafts[name, about_id] = text
            self._drafts_on_the_way += 1
            refused = partial(self._refused, None)
            self._readers.follow(self.store.write_later(keep, lane=PEOPLE), kept, refused)

    def keep_setting(self, name: str, value: Any) -> None:
        def keep(connection: sa.Connection) -> tuple[None, list[Key]]:
            put_setting(connection, **{name: value})
            return None, []

        if self._is_open():
            self._readers.follow(self.store.write_later(keep, lane=PEOPLE), None, partial(self._refused, None))

    # ---------------------------------------------------------------- files and long work

    def work(
        self,
        job: Callable[[], T],
        then: Callable[[T], None],
        *,
        failed: Callable[[FieldDeskError], None] | None = None,
        key: str = "",
    ) -> None:
        self._workers.ask(job, then, partial(self._refused, failed), key=key)

    def keep_blob(
        self,
        content: bytes | Path,
        then: Callable[[Blob], None],
        *,
        failed: Callable[[FieldDeskError], None] | None = None,
    ) -> None:
        self.work(lambda: _keep(self._contents(), content), then, failed=failed)

    def read_blob(self, sha256: str, then: Callable[[bytes | None], None], *, key: str = "") -> None:
        def found(content: bytes | None) -> None:
            if content is None and sha256:
                self._want(sha256)
            then(content)

        self.work(lambda: _content(self._contents(), sha256, self.now()), found, key=key)

    def _want(self, sha256: str) -> None:
        """Have a content fetched before all others; `Content` is touched when it is there."""
        blobs = self._contents()
        asking = self.store.write_later(lambda connection: want(connection, sha256, blobs), lane=PEOPLE)
        self._readers.follow(asking, self._tell_wanted, partial(self._refused, None))

    def _tell_wanted(self, asked: bool) -> None:
        if asked:
            self.wanted.emit()

    def has_blob(self, sha256: str) -> bool:
        return bool(sha256) and self._contents().has(sha256)

    def _contents(self) -> Blobs:
        blobs = self._opened.result().blobs
        assert blobs is not None, "a window's store has its folder"
        return blobs

    # ---------------------------------------------------------------- the window

    def show(self, table: str, row_id: str) -> None:
        place = self.offers.place_of(table)
        if place is None:
            return
        self._desk.show_place(place.key)
        page = self._desk.page(place.key)
        if self._desk.current_place() == place.key and isinstance(page, SubjectPage):
            page.show_subject(table, row_id)

    def go(self, place: str) -> None:
        if any(each.key == place for each in self.offers.places):
            self._desk.show_place(place)

    def toast(self, words: Words, undo: Callable[[], None] | None = None, *, icon: str = "check-circle-fill") -> None:
        self._desk.show_toast(words, undo, icon=icon)

    def _export(self, view: object) -> None:
        if self.offers.exporter is not None:
            self.offers.exporter(self, view)

    def _dropped(self, path: Path) -> None:
        if self.offers.take_file is not None:
            self.offers.take_file(self, path)

    # ---------------------------------------------------------------- hearing

    def watch(self, tables: Iterable[str], callback: Callable[[], None]) -> Callable[[], None]:
        entry = (frozenset(tables), callback)
        self._watchers.append(entry)

        def end() -> None:
            if entry in self._watchers:
                self._watchers.remove(entry)

        return end

    def _heard(self, changes: Changes) -> None:
        """On the writer's thread."""
        with self._lock:
            self._touched |= changes.tables
        try:
            self._came.emit()
        except RuntimeError:
            pass  # the window is gone

    def _wait_a_little(self) -> None:
        if not self._soon.isActive():
            quiet = not self._told.isValid() or self._told.elapsed() > RELOAD_APART_MS
            self._soon.start(RELOAD_AFTER_MS if quiet else RELOAD_APART_MS)

    def _tell(self) -> None:
        self._soon.stop()
        self._told.start()
        with self._lock:
            touched, self._touched = frozenset(self._touched), set()
        if not touched:
            return
        for tables, callback in list(self._watchers):
            if tables & touched:
                callback()
        self.changed.emit(touched)


def _ask(question: Callable[[Reading], T], owned: tuple[Store, Callable[[], None]]) -> T:
    with owned[0].read() as read:
        return question(read)


def _keep(blobs: Blobs, content: bytes | Path) -> Blob:
    if isinstance(content, bytes):
        return blobs.keep(content)
    try:
        with content.open("rb") as file:
            return blobs.keep(file)
    except OSError as problem:
        raise FieldDeskError("file_unreadable", file=content.name, why=type(problem).__name__) from None


def _content(blobs: Blobs, sha256: str, now: int) -> bytes | None:
    try:
        return blobs.read_bytes(sha256)
    except StoreProblem as problem:
        if problem.code == "file_damaged":
            blobs.put_aside(sha256, now)
        return None


def _interrupt(owned: tuple[Store, Callable[[], None]] | None) -> None:
    if owned is not None:
        owned[1]()
