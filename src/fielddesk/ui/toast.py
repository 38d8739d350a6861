"""The short word after an action: what happened, with Undo, over the right half of the status bar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Elided, Glyph, Words, spoken

SHOWN_MS = 8_000


class Toast(QFrame):
    """One sentence at a time; a newer one takes its place. Signals: `shown`, `ended`."""

    shown = Signal()
    ended = Signal()
    heard_as = "notice"

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.setProperty("kind", "toast")
        self._glyph = Glyph("check-circle-fill", "toast_ok", 20)
        self._words = Elided("")
        self.undo = Button(lambda: _("Undo"), kind="toast")
        self.undo.clicked.connect(self.take_back)
        self.undo.installEventFilter(self)
        row = QHBoxLayout(self)
        theme.space(row, (14, 0, 6, 0), 10)
        row.addWidget(self._glyph)
        row.addWidget(self._words, 1)
        row.addWidget(self.undo)
        self._undo: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self._end)
        parent.installEventFilter(self)
        self.hide()

    def show_words(
        self, words: Words, undo: Callable[[], None] | None = None, *, icon: str = "check-circle-fill"
    ) -> None:
        """Show a sentence for eight seconds, and longer while the pointer or the focus is on it."""
        self._words.set_words(words)
        self._glyph.show_icon(icon, "toast_ok" if icon == "check-circle-fill" else "on_toast")
        self._undo = undo
        self.undo.setVisible(undo is not None)
        self.place()
        self.setAccessibleName(self._words.text())
        self.show()
        self.raise_()
        self.shown.emit()
        self._timer.start()
        if self.isEnabled():  # behind the page a customer was handed, it is not said aloud either
            theme.announce(self, spoken(words))

    def words(self) -> str:
        return self._words.text()

    def take_back(self) -> bool:
        """Run the Undo that is offered; False when none is."""
        undo, self._undo = self._undo, None
        self._end()
        if undo is None:
            return False
        undo()
        return True

    def can_undo(self) -> bool:
        return self._undo is not None

    def place(self) -> None:
        """Over the right half of the window's lower edge."""
        room = self._window.rect()
        wanted = self.sizeHint().width()
        width = max(min(wanted, room.width() // 2 - theme.px(20)), min(theme.px(240), room.width() - theme.px(40)))
        height = theme.px(40)
        self.setGeometry(room.right() - width - theme.px(20), room.bottom() - height - theme.px(1), width, height)

    def _end(self) -> None:
        if self.isVisible() and (self.underMouse() or self.undo.hasFocus()) and self._undo is not None:
            self._timer.start()
            return
        self._timer.stop()
        if not self.isHidden():
            self.hide()
            self.ended.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.isVisible():
            self._timer.start()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not hasattr(self, "_window"):
            return False  # the collector has emptied it already, and its window is just going
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        elif watched is self.undo and event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif watched is self.undo and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._timer.start()
        return False
