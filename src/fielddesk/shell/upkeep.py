"""Looks after the open profile on a thread of its own: over it after a bad end, a second copy a day, old journal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, QTimer, Signal

from fielddesk.core.errors import StoreProblem
from fielddesk.features.settings.panel import Copies, Reports
from fielddesk.shell.crash import REPORT, kept_reports, told_outside
from fielddesk.shell.opening import Opened
from fielddesk.ui.tasks import Tasks

FIRST_AFTER_MS = 60_000
"""The first minute belongs to the person and to the first sync."""
AGAIN_MS = 3_600_000
CLOSES_WITHIN_S = 2.0


class ProfileUpkeep(QObject):
    """`Keeper` of the settings page over an open profile.

    Signals: `damaged(problem)`: the store is not what was written; `trouble(problem)`: the disk refuses a copy;
    `broke(exception)`: a mistake of ours. Nothing here waits.
    """

    damaged = Signal(object)
    trouble = Signal(object)
    broke = Signal(object)

    def __init__(self, opening: Future[Opened], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opening = opening
        self._closed = False
        self._tasks = Tasks(1, name="upkeep", parent=self)
        self._tasks.broke.connect(self.broke)
        self._told = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.keep_up)
        self._timer.start(AGAIN_MS)
        QTimer.singleShot(FIRST_AFTER_MS, self, self.keep_up)

    def keep_up(self) -> None:
        """Do what is due; most hours that is nothing."""

        def work() -> None:
            from fielddesk.store.upkeep import keep_up

            opened = self._opening.result()
            keep_up(opened.store, opened.folder, opened.vault.keys)

        self._tasks.ask(work, None, self._refused, key="due")

    def look_over(self, then: Callable[[StoreProblem | None], None]) -> None:
        """Read every page of the store; None where all of it is what was written."""

        def work() -> None:
            self._opening.result().store.check()

        self._tasks.ask(work, lambda _whole: then(None), lambda error: self._answer(error, then))

    def copy_now(self, then: Callable[[StoreProblem | None], None]) -> None:
        """Make a copy because a person asks for it."""

        def work() -> None:
            from fielddesk.store import backup, upkeep

            opened = self._opening.result()
            backup.make(opened.folder, opened.vault.keys, opened.store.clock, why=upkeep.WISHED)

        self._tasks.ask(work, lambda _made: then(None), lambda error: self._answer(error, then))

    def copies(self, then: Callable[[Copies], None]) -> None:
        """The sound copies, newest first, and where they lie."""

        def work() -> Copies:
            from fielddesk.store.backup import backups, moment_of

            opened = self._opening.result()
            found = backups(opened.folder, opened.vault.keys)
            return Copies(opened.vault.folder_of("backups"), [(moment_of(each), each.size) for each in found])

        self._tasks.ask(work, then, self._refused, key="copies")

    def reports(self, then: Callable[[Reports], None]) -> None:
        """The problem reports that are kept, and what the newest may tell outside."""

        def work() -> Reports:
            vault = self._opening.result().vault
            found = kept_reports(vault)
            if not found:
                return Reports([], "")
            newest = vault.read_bytes("crash", f"{REPORT}{found[0]}").decode("utf-8", "replace")
            return Reports(found, told_outside(newest))

        self._tasks.ask(work, then, self._refused, key="reports")

    def close(self) -> None:
        """Let what runs come to its end, if that is soon; a copy that is cut short is swept away at the next start."""
        self._closed = True
        self._timer.stop()
        self._tasks.close(CLOSES_WITHIN_S)

    def _answer(self, error: Exception, then: Callable[[StoreProblem | None], None]) -> None:
        if isinstance(error, StoreProblem) and error.code != "store_damaged":
            then(error)
        else:
            self._refused(error)

    def _refused(self, error: Exception) -> None:
        if self._closed:
            return
        if not isinstance(error, StoreProblem):
            self.broke.emit(error)
        elif error.code == "store_damaged":
            self.damaged.emit(error)
        elif error.code != self._told:  # a full disk is told once, not every hour
            self._told = error.code
            self.trouble.emit(error)
