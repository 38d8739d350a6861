"""PySide6 6.12 on Python 3.11 must not count None and True away (see `fielddesk/ui/__init__.py`)."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont

import fielddesk.ui  # noqa: F401


class Speaker(QObject):
    said = Signal()


def test_many_calls_that_return_nothing_leave_none_and_true_alive() -> None:
    font, speaker = QFont(), Speaker()
    for _call in range(20_000):
        font.setPixelSize(14)
        speaker.said.emit()
    assert sys.getrefcount(None) > 1_000_000
    assert sys.getrefcount(True) > 1_000_000
