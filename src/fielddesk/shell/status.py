"""Keeps the status bar true: connection, what waits, what needs a person, always in words."""

from __future__ import annotations

from PySide6.QtCore import QObject

from fielddesk.features.sync_centre.panel import ICONS, STATES, connection_words, needs_words, waiting_words
from fielddesk.features.sync_centre.queries import counts
from fielddesk.shell.bench import WindowBench
from fielddesk.shell.line import SyncLine
from fielddesk.store.outbox import OwnOperation
from fielddesk.sync.status import Status
from fielddesk.ui.desk import StatusBar


class StatusWords(QObject):
    """The counts come from the store, so that they are right while sync rests or is off."""

    def __init__(self, bar: StatusBar, line: SyncLine, bench: WindowBench) -> None:
        super().__init__(bar)
        self._bar, self._bench = bar, bench
        line.listen(self._show)
        bench.watch({OwnOperation.tablename}, self._count)
        self._count()

    def _show(self, status: Status) -> None:
        zone = self._bench.zone()
        self._bar.show_connection(lambda: connection_words(status, zone), ICONS[status.code], STATES[status.tone])

    def _count(self) -> None:
        self._bench.look_up(counts, self._show_counts, "status.counts")

    def _show_counts(self, found: tuple[int, int]) -> None:
        waiting, needs = found
        self._bar.show_waiting(lambda: waiting_words(waiting))
        self._bar.show_needs_you(lambda: needs_words(needs))
