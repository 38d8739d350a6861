"""One writer, two lanes: what a person does goes before what the machine does by itself."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

PEOPLE = 0
MACHINE = 1
"""Pulled pages, indexes, imports: each piece ends within 50 ms."""


class Writer(Protocol):
    """Runs what writes, one after the other."""

    def submit(self, lane: int, work: Callable[[], T]) -> Future[T]: ...

    def close(self) -> None: ...


class InlineWriter:
    """Writes at once, in the thread that asks; for command lines, tests and the simulator."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def submit(self, lane: int, work: Callable[[], T]) -> Future[T]:
        done: Future[T] = Future()
        with self._lock:
            try:
                done.set_result(work())
            except BaseException as problem:
                done.set_exception(problem)
                if not isinstance(problem, Exception):
                    raise
        return done

    def close(self) -> None:
        pass


class ThreadWriter:
    """Writes on a thread of its own, so that the window never waits."""

    def __init__(self) -> None:
        self._jobs: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, lane: int, work: Callable[[], T]) -> Future[T]:
        done: Future[T] = Future()

        def job() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                done.set_result(work())
            except BaseException as problem:
                done.set_exception(problem)

        if threading.current_thread() is self._thread:
            job()
        else:
            self._jobs.put((lane, next(self._numbers), job))
        return done

    def close(self) -> None:
        """Finish what people asked for, then end."""
        self._jobs.put((2, next(self._numbers), None))
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            job: Any = self._jobs.get()[2]
            if job is None:
                return
            job()
