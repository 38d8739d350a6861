"""A text one reads and may want elsewhere: it is marked with the pointer and copied as it was written."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QTextLayout
from PySide6.QtWidgets import QWidget

from fielddesk.ui import theme
from fielddesk.ui.editing import copying, marking_all, open_menu
from fielddesk.ui.text import Text, Words
from fielddesk.ui.wrapping import Formats, place_of, units


class Copyable(Text):
    """A wrapped text that can be marked with the pointer and copied: right click, or Ctrl+C while it has the focus."""

    def __init__(self, words: Words = "", kind: str = "", parent: QWidget | None = None) -> None:
        self._written = ""
        self._marked = (0, 0)
        """From the place of the press to where the pointer went, as Qt counts letters."""
        super().__init__(words, kind, wraps=True, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def setText(self, text: str) -> None:
        if text != self._written:
            self._written, self._marked = text, (0, 0)
        super().setText(text)

    # ---------------------------------------------------------------- marking and copying

    def selectedText(self) -> str:
        """What is marked, as it was written."""
        first, last = (place_of(self._lines.text, count) for count in sorted(self._marked))
        return self._written[first:last]

    def mark_all(self) -> None:
        self._mark(0, units(self._written, len(self._written)))

    def copy(self) -> None:
        """Put what is marked on the clipboard, or all of it when nothing is."""
        QGuiApplication.clipboard().setText(self.selectedText() or self._written)

    def _mark(self, first: int, last: int) -> None:
        self._marked = first, last
        self.update()

    def _letter(self, event: QMouseEvent) -> int:
        return self._lines.letter_at(event.position(), self._place(), self.font(), self._side())

    def _formats(self) -> Formats:
        first, last = sorted(self._marked)
        if first == last:
            return ()
        marked = QTextLayout.FormatRange()
        marked.start, marked.length = first, last - first
        marked.format.setBackground(theme.colour("accent"))
        marked.format.setForeground(theme.colour("on_accent"))
        return (marked,)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            place = self._letter(event)
            self._mark(place, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._mark(self._marked[0], self._letter(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Mark a word."""
        room = self._place()
        layout = self._lines.layout(int(room.width()), self.font(), self._side())
        place, words = self._letter(event), QTextLayout.CursorMode.SkipWords
        first, last = layout.previousCursorPosition(place, words), layout.nextCursorPosition(place, words)
        self._mark(first, last)
        blanks = len(self.selectedText()) - len(self.selectedText().rstrip())
        self._mark(first, last - blanks)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.mark_all()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._mark(0, 0)
        super().focusOutEvent(event)

    def _menu(self, where: QPoint) -> None:
        some = bool(self._written)
        open_menu(self, self.mapToGlobal(where), [[copying(self.copy, some)], [marking_all(self.mark_all, some)]])
