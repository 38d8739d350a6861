"""Python's collector of unreachable objects works on the main thread only, while the window is idle.

Left to itself it runs in whichever thread happens to allocate; when it then finds a widget that nobody needs any more,
that widget is destroyed on a thread where Qt does not allow it, and the program dies. Seen at an enrolment: the modules
that were loaded on the opening thread set it off.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer

LOOK_EVERY_MS = 500
FIRST_LOOK_MS = 4_000
"""Not in the way of the first keystrokes."""


class Collector(QObject):
    """Looks twice a second whether there is enough to collect, as Python itself would."""

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        QTimer.singleShot(FIRST_LOOK_MS, self, self._begin)

    def _begin(self) -> None:
        # What the start has loaded stays for good and need not be looked at again; nor once now, which would stop the
        # window for a quarter of a second over a hundred thousand things of which three in a hundred are unreachable.
        gc.freeze()
        self._timer.start(LOOK_EVERY_MS)

    def look(self) -> None:
        """Collect the oldest generation that has reached its threshold."""
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > limits[generation] > 0:
                gc.collect(generation)
                return


_collector: Collector | None = None


def keep_to_main_thread() -> None:
    """From now on only the main thread collects; called before a thread is started beside widgets."""
    global _collector
    gc.disable()  # also where somebody has turned it on since
    app = QCoreApplication.instance()
    if app is not None and (_collector is None or _collector.parent() is not app):
        _collector = Collector(app)
