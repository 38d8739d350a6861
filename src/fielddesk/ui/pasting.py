"""Editors that look at the size of what is pasted or dropped before they take it in.

A text of ten megabytes laid out line by line holds the window up for many seconds, only to be refused afterwards.
"""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QClipboard, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent

from fielddesk.ui.editing import EditLine, EditProse

_MAY_SHRINK = 4
"""NFC makes no text shorter than a quarter for any script people write; longer ones need not be looked at."""


def fits(text: str, room: int) -> bool:
    """Whether a text has at most `room` characters as it will be stored (NFC)."""
    return len(text) <= room or (len(text) <= _MAY_SHRINK * room and len(unicodedata.normalize("NFC", text)) <= room)


class ProseEditor(EditProse):
    """Signal `too_long`: what was pasted or dropped did not fit; nothing of it was taken."""

    too_long = Signal()

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def insertFromMimeData(self, source: QMimeData) -> None:
        taken = len(self.toPlainText()) - len(self.textCursor().selectedText())
        if fits(source.text(), max(0, self._limit - taken)):
            super().insertFromMimeData(source)
        else:
            self.too_long.emit()


class LineEditor(EditLine):
    """Signal `too_long`: what was pasted or dropped did not fit; nothing of it was taken."""

    too_long = Signal()

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def paste(self) -> None:
        if self._takes_clipboard(QClipboard.Mode.Clipboard):
            super().paste()

    def _takes_clipboard(self, mode: QClipboard.Mode) -> bool:
        return self._takes(QGuiApplication.clipboard().text(mode))

    def _takes(self, text: str) -> bool:
        room = self._limit - len(self.text()) + len(self.selectedText())
        if fits(text.strip(), max(0, room)):
            return True
        self.too_long.emit()
        return False

    # A line edit has no one door for what is pasted: these, and `paste` itself, are all there are.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
            event.accept()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pastes = event.button() == Qt.MouseButton.MiddleButton and QGuiApplication.clipboard().supportsSelection()
        if pastes and not self._takes_clipboard(QClipboard.Mode.Selection):
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if event.source() is self or self._takes(event.mimeData().text()):
            super().dropEvent(event)
        else:
            event.ignore()
