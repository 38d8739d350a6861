"""The thread in which sync runs beside the window; every call here returns at once, save `close`."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from fielddesk.core.errors import FieldDeskError

if TYPE_CHECKING:  # the window loads this module before its first picture; the engine may come later
    from fielddesk.sync.driver import Driver
    from fielddesk.sync.protocol import Hq
    from fielddesk.sync.status import Status

LONGEST_NAP = 60.0
"""Seconds after which the thread looks at its timer again: some systems' clocks stand still while they sleep."""


class SyncWorker:
    """Runs a Driver in a thread of its own.

    `on_bug` hears of what is our mistake, in that thread; sync then rests as after any failure. The driver's listener
    is called in that thread too.
    """

    def __init__(self, driver: Driver, hq: Hq, on_bug: Callable[[BaseException], None]) -> None:
        self._driver, self._hq, self._on_bug = driver, hq, on_bug
        self._wishes: deque[Callable[[], None]] = deque()
        self._work: int | None = None
        self._news = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin with a first round."""
        self._thread.start()

    @property
    def status(self) -> Status:
        return self._driver.status

    def sync_now(self) -> None:
        self._wish(self._driver.sync_now)

    def wake(self) -> None:
        self._wish(self._driver.wake)

    def wanted(self) -> None:
        self._wish(self._driver.wanted)

    def local_work(self, count: int) -> None:
        """As often as one likes: only the last count is heard."""
        with self._news:
            self._work = count
            self._news.notify()

    def answer_removal(self, agreed: bool) -> None:
        self._wish(lambda: self._driver.answer_removal(agreed))

    def stop(self) -> None:
        """End what is under way within two seconds and rest until `sync_now`."""
        # Wish and cancel are one under the lock, as hearing and `ready` are in the thread: an exchange that begins
        # just now is refused, and none after the stop was heard.
        with self._news:
            self._wishes.append(self._driver.stop)
            self._hq.cancel()
            self._news.notify()

    def close(self, timeout: float = 2.0) -> bool:
        """End the thread; False if it has not ended in `timeout` seconds."""
        with self._news:
            self._closing = True
            self._hq.cancel()
            self._news.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _wish(self, wish: Callable[[], None]) -> None:
        with self._news:
            self._wishes.append(wish)
            self._news.notify()

    def _run(self) -> None:
        self._driver.start()
        try:
            while not self._closing:
                self._hear()
                self._driver.ring()
                self._one_step()
                self._nap()
        finally:
            self._driver.close()
            self._hq.close()

    def _nap(self) -> None:
        with self._news:
            if self._driver.effects or self._wishes or self._work is not None or self._closing:
                return
            at = self._driver.timer
            self._news.wait(LONGEST_NAP if at is None else min(LONGEST_NAP, max(0, at - self._driver.elapsed()) / 1e6))

    def _hear(self) -> None:
        while True:
            with self._news:
                work, self._work = self._work, None
                wish = self._wishes.popleft() if self._wishes else None
                if wish == self._driver.stop and not self._closing:
                    self._hq.ready()
            if work is not None:
                self._driver.local_work(work)
            if wish is None:
                return
            wish()

    def _one_step(self) -> None:
        """As Driver.step, but a mistake of ours ends the round and not the thread."""
        effect = self._driver.take()
        if effect is None:
            return
        try:
            event = self._driver.execute(effect)
            if event is not None:
                self._driver.feed(event)
        except Exception as bug:
            self._on_bug(bug)
            event = self._driver.broken(effect, FieldDeskError("program_error", what=type(bug).__name__))
            if event is not None:
                self._driver.feed(event)
