"""The line to headquarters as the window sees it: the sync thread behind it, its status on the main thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fielddesk.core.clock import Clock
from fielddesk.store.database import Store
from fielddesk.sync.status import Status

if TYPE_CHECKING:
    from fielddesk.sync.protocol import Hq
    from fielddesk.sync.worker import SyncWorker

CLOSES_WITHIN_S = 2.0


class SyncLine(QObject):
    """Starts, stops and asks sync; nothing here waits.

    Signals: `changed(status)` on the main thread; `broke(exception)` for mistakes of ours in the sync thread;
    `enrolment_asked` when headquarters no longer knows this laptop and a person has a new code.
    """

    changed = Signal(object)
    broke = Signal(object)
    enrolment_asked = Signal()
    _said = Signal(object)

    def __init__(self, parent: QObject | None = None, *, rests: bool = False) -> None:
        super().__init__(parent)
        self.status = Status("stopped" if rests else "starting")
        self._worker: SyncWorker | None = None
        self._begin: Callable[[], None] = lambda: None
        self._listeners: list[Callable[[Status], None]] = []
        self._said.connect(self._hear)

    def prepare(self, begin: Callable[[], None]) -> None:
        """What starts the line, should a person ask for a sync before it runs."""
        self._begin = begin

    def start(self, store: Store, hq: Hq, clock: Clock) -> None:
        """Begin with a first round on a thread of its own."""
        from fielddesk.features.workorders.queries import open_orders_of
        from fielddesk.sync.together import driver_for
        from fielddesk.sync.worker import SyncWorker

        if self._worker is not None:
            return
        user = store.identity.user
        near = partial(open_orders_of, user_id=user)
        driver = driver_for(store, hq, clock, SystemRandom(), near=near, listener=self._tell)
        self._worker = SyncWorker(driver, hq, self._bug)
        self._worker.start()

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Call back on the main thread whenever the status changes, and once now."""
        self._listeners.append(listener)
        listener(self.status)

    def sync_now(self) -> None:
        if self._worker is not None:
            self._worker.sync_now()
        else:
            self._begin()

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()

    def wake(self) -> None:
        if self._worker is not None:
            self._worker.wake()

    def content_wanted(self) -> None:
        """A person waits for a content that is not on this laptop: it was noted in the store."""
        if self._worker is not None:
            self._worker.wanted()

    def answer_removal(self, agreed: bool) -> None:
        if self._worker is not None:
            self._worker.answer_removal(agreed)

    def enrol_again(self) -> None:
        self.enrolment_asked.emit()

    def local_work(self, count: int) -> None:
        if self._worker is not None:
            self._worker.local_work(count)

    def close(self) -> bool:
        """End the thread; False where it did not end in time (it is then left behind, and dies with the program)."""
        worker, self._worker, self._begin = self._worker, None, lambda: None
        return worker is None or worker.close(CLOSES_WITHIN_S)

    # ---------------------------------------------------------------- from the sync thread

    def _tell(self, status: Status) -> None:
        try:
            self._said.emit(status)
        except RuntimeError:
            pass  # the window is gone

    def _bug(self, error: BaseException) -> None:
        try:
            self.broke.emit(error)
        except RuntimeError:
            pass

    def _hear(self, status: Status) -> None:
        self.status = status
        for listener in list(self._listeners):
            listener(status)
        self.changed.emit(status)
