"""Questions and work away from the window: run on a thread, answered on the main one, overtaken answers dropped."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import field
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from fielddesk.core.frozen import dataclass
from fielddesk.ui.garbage import keep_to_main_thread

_Job = Callable[..., Any]


@dataclass
class Question:
    """One question on its way. `cancel()` drops its answer, and interrupts it where the thread knows how."""

    job: _Job
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    key: str = ""
    dropped: bool = False
    lane: Tasks | None = field(default=None, repr=False)

    def cancel(self) -> None:
        if not self.dropped:
            self.dropped = True
            if self.lane is not None:
                self.lane._overtaken(self)


class Tasks(QObject):
    """A few threads that answer questions.

    `opens` makes what each thread owns (a reading connection) and is handed to every job as its only argument; without
    it jobs take none. `interrupts` is called, from the main thread, with that thing when the question being answered
    was overtaken. `closes` puts it away.
    Signal `broke(exception)`: a job failed and nobody asked to be told; that is our bug and belongs in a crash report.
    """

    broke = Signal(object)
    _answered = Signal(object, object, object)

    def __init__(
        self,
        threads: int = 1,
        *,
        name: str = "reader",
        opens: Callable[[], Any] | None = None,
        interrupts: Callable[[Any], None] | None = None,
        closes: Callable[[Any], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        keep_to_main_thread()
        self._opens, self._interrupts, self._closes = opens, interrupts, closes
        self._waiting: deque[Question] = deque()
        self._latest: dict[str, Question] = {}
        self._running: dict[int, tuple[Question, Any]] = {}
        self._more = threading.Condition()
        self._closed = False
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def ask(
        self,
        job: _Job,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
    ) -> Question:
        """Run `job` on a thread and call `done(answer)` or `failed(exception)` here.

        With a `key` the latest question wins: an older one under that key is dropped, whether it waits, runs or has
        just been answered. Without a key nothing is dropped and one thread keeps the order.
        """
        question = Question(job, done, failed, key, lane=self)
        older = self._latest.get(key) if key else None
        if key:
            self._latest[key] = question
        if older is not None:
            older.cancel()
        with self._more:
            if self._closed:
                question.dropped = True
                return question
            self._waiting.append(question)
            self._more.notify()
        return question

    def run(self, job: _Job, done: Callable[[Any], None]) -> None:
        """`ask` in the shape that lists and tables take."""
        self.ask(job, done)

    def follow(
        self,
        future: Future[Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> Question:
        """Deliver what a future of another thread (the writer) brings, here."""
        question = Question(lambda: None, done, failed, lane=self)

        def came(finished: Future[Any]) -> None:
            error = finished.exception()
            if isinstance(error, Exception) or error is None:
                self._send(question, None if error else finished.result(), error)

        future.add_done_callback(came)
        return question

    def busy(self) -> bool:
        """Whether a question waits or is being answered."""
        with self._more:
            return bool(self._waiting or self._running)

    def close(self, seconds: float = 5.0) -> None:
        """Drop what waits, let what runs end, close what the threads own."""
        with self._more:
            self._closed = True
            self._waiting.clear()
            self._more.notify_all()
        for thread in self._threads:
            thread.join(seconds)

    # ---------------------------------------------------------------- on the threads

    def _work(self) -> None:
        owned: Any = None
        opened = False
        while (question := self._next()) is not None:
            try:
                if self._opens is not None and not opened:
                    owned, opened = self._opens(), True
                with self._more:
                    self._running[threading.get_ident()] = (question, owned)
                answer, error = question.job(owned) if self._opens is not None else question.job(), None
            except Exception as caught:  # whatever it was goes to who asked, or to the crash report
                answer, error = None, caught
            with self._more:
                self._running.pop(threading.get_ident(), None)
            self._send(question, answer, error)
        if opened and self._closes is not None:
            self._closes(owned)

    def _next(self) -> Question | None:
        with self._more:
            while True:
                while self._waiting:
                    question = self._waiting.popleft()
                    if not question.dropped:
                        return question
                if self._closed:
                    return None
                self._more.wait()

    def _send(self, question: Question, answer: Any, error: Exception | None) -> None:
        try:
            self._answered.emit(question, answer, error)
        except RuntimeError:
            pass  # the window is gone; nobody waits for this answer

    # ---------------------------------------------------------------- on the main thread

    def _overtaken(self, question: Question) -> None:
        if self._interrupts is None:
            return
        with self._more:
            for running, owned in self._running.values():
                if running is question:
                    self._interrupts(owned)

    def _deliver(self, question: Question, answer: Any, error: Exception | None) -> None:
        if question.key and self._latest.get(question.key) is question:
            del self._latest[question.key]
        if question.dropped:
            return
        if error is None:
            if question.done is not None:
                question.done(answer)
        elif question.failed is not None:
            question.failed(error)
        else:
            self.broke.emit(error)
