"""A disk that takes its time: what is asked for waits, in order, until the test lets it go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from fielddesk.store.database import Store

T = TypeVar("T")


class SlowWriter:
    """Runs nothing until `go_on`, then everything in the order it was asked for."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def submit(self, _lane: int, work: Callable[[], T]) -> Future[T]:
        done: Future[T] = Future()

        def job() -> None:
            try:
                done.set_result(work())
            except Exception as problem:
                done.set_exception(problem)

        self._waiting.append(job)
        return done

    def go_on(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()

    def close(self) -> None:
        self.go_on()


@contextmanager
def slow_disk(store: Store) -> Iterator[SlowWriter]:
    """Within, the store writes only at `go_on`; at the end what still waits is written."""
    usual: Any = store._writer
    slow = SlowWriter()
    store._writer = slow
    try:
        yield slow
    finally:
        slow.go_on()
        store._writer = usual
