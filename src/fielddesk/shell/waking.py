"""Notices when a try is worth it: the network is back, the computer woke up, the person came back to the window.

It only says so to the line, which tries at a moment of its own and never sooner than its rules allow. Without any of
these signs sync goes on as before, by its own timer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

from fielddesk.core.clock import SECOND, Clock

LOOK_EVERY_MS = 30_000
AWAY = 60 * SECOND
"""Who looks away for less has missed nothing."""
SLEPT = 60 * SECOND
"""By how much more than the timer's own time the clock went on: timers stand still while a computer sleeps."""
LISTEN_AFTER_MS = 5_000
"""Asking the system about its network loads a library, and not in the way of the first keystrokes."""


class Waking(QObject):
    """Calls `wake` when there is a reason to try."""

    def __init__(
        self,
        wake: Callable[[], None],
        clock: Clock,
        parent: QObject | None = None,
        *,
        network: Callable[[], Any] | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._wake, self._clock, self._elapsed = wake, clock, elapsed
        self._network = network or system_network
        self._away_since: int | None = None
        self._looked = (clock.now(), elapsed())
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._state_changed)
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(LOOK_EVERY_MS)
        QTimer.singleShot(LISTEN_AFTER_MS, self, self.listen)

    def listen(self) -> None:
        """Hear of the network from the system, where the system tells."""
        network = self._network()
        if network is not None:
            network.reachabilityChanged.connect(self._network_changed)

    def look(self) -> None:
        """Whether the computer has slept since the last look."""
        (at, ticks), self._looked = self._looked, (self._clock.now(), self._elapsed())
        if self._looked[0] - at - (self._looked[1] - ticks) * SECOND > SLEPT:
            self._wake()

    def _network_changed(self, reachability: Any) -> None:
        if getattr(reachability, "name", "") in ("Local", "Site", "Online"):
            self._wake()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self._away_since = self._away_since or self._clock.now()
            return
        since, self._away_since = self._away_since, None
        if since is not None and self._clock.now() - since > AWAY:
            self._wake()


def system_network() -> Any:
    """What the system knows of its network; None where Qt has no way to ask it."""
    try:
        from PySide6.QtNetwork import QNetworkInformation
    except ImportError:
        return None  # a library that QtNetwork wants is not installed
    # A backend that finds no service of its own says so in warnings; nobody can do anything about that.
    before = qInstallMessageHandler(lambda *_words: None)
    try:
        there = QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability)
        return QNetworkInformation.instance() if there else None
    finally:
        qInstallMessageHandler(before)
