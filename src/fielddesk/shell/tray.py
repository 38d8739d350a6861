"""The sign beside the clock, on systems that have a place for one: how one stands, and three commands.

Nothing needs it: closing the window ends the program, with or without a tray.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from fielddesk.core import i18n
from fielddesk.core.i18n import _
from fielddesk.features.sync_centre.panel import connection_words
from fielddesk.shell.frame import Frame
from fielddesk.sync.status import Status
from fielddesk.ui import icons
from fielddesk.ui.text import no_mnemonic


class Tray(QObject):
    """Follows the line to headquarters in words; a press brings the window to the front."""

    def __init__(self, window: Frame, to_front: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._to_front = window, to_front
        self.icon = QSystemTrayIcon(icons.icon("wrench-fill", "bar"), self)
        self._menu = QMenu()
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._pressed)
        self._status: Status | None = None
        self._unlisten = i18n.on_language_change(self._say)
        self._say()

    def end(self) -> None:
        """Take the sign away."""
        self._unlisten()
        self.icon.hide()

    def hear(self, status: Status) -> None:
        """The words under the pointer."""
        self._status = status
        words = connection_words(status, self._window.parts.clock.zone())
        self.icon.setToolTip(f"FieldDesk – {words}")

    def _say(self) -> None:
        self._menu.clear()
        for words, run in (
            (_("Show FieldDesk"), self._to_front),
            (_("Sync now"), self._sync_now),
            (_("End FieldDesk"), self._end),
        ):
            self._menu.addAction(no_mnemonic(words)).triggered.connect(lambda _on=False, run=run: run())
        if self._status is not None:
            self.hear(self._status)

    def _pressed(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._to_front()

    def _sync_now(self) -> None:
        if self._window.line is not None:
            self._window.line.sync_now()

    def _end(self) -> None:
        self._window.desk.close()


def make_tray(window: Frame, to_front: Callable[[], None]) -> Tray | None:
    """A sign beside the clock, or None where this system has no place for it."""
    if not QSystemTrayIcon.isSystemTrayAvailable():
        return None
    tray = Tray(window, to_front)
    tray.icon.show()
    return tray
