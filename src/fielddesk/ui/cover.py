"""A page over the whole window: a picture to draw on, or the page the customer is handed.

While it is up nothing else of the window takes the pointer, the keyboard or a shortcut. A locked one stays on top
of toasts too, and there is no key that leaves it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from shiboken6 import isValid

from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Worded, Words, spoken
from fielddesk.ui.toast import Toast

HOLD_MS = 1_000
_STEP_MS = 40
_DROPS = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop})


class Cover(Worded, QFrame):
    """Signal `left` when it has gone. It deletes itself then: a cover is made anew for each use."""

    left = Signal()

    def __init__(self, window: QWidget, name: Words, *, locked: bool = False) -> None:
        super().__init__(window)
        self._window, self._locked = window, locked
        self._off: list[QWidget] = []
        self._before: QWidget | None = None
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.say("set_name", name)
        self.hide()

    def is_up(self) -> bool:
        return not self.isHidden()

    def open_up(self) -> None:
        """Cover the window and take the keyboard."""
        self._before = QApplication.focusWidget()
        for each in self._window.children():
            if isinstance(each, QWidget) and each is not self and each.isEnabled() and not each.isWindow():
                if isinstance(each, Toast) and not self._locked:
                    continue
                each.setEnabled(False)
                self._off.append(each)
        self._place()
        self.show()
        self.raise_()
        self._application().installEventFilter(self)

    def close_up(self) -> None:
        """Uncover the window and give the keyboard back."""
        if self.isHidden():
            return
        self._application().removeEventFilter(self)
        self.hide()
        for each in self._off:
            if isValid(each):  # another cover has gone meanwhile
                each.setEnabled(True)
        self._off = []
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.left.emit()
        self.deleteLater()

    def _application(self) -> QObject:
        app = QApplication.instance()
        assert app is not None
        return app

    def _place(self) -> None:
        self.setGeometry(self._window.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _DROPS and self._locked:
            event.ignore()  # what is dropped on the page would reach the window behind it
            return True
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()  # no shortcut of the window: the key goes to what has the focus
            return True
        window = getattr(self, "_window", None)  # emptied by the collector, it may still hear of the window
        if kind == QEvent.Type.Resize and watched is window:
            self._place()
        elif kind == QEvent.Type.Close and watched is window and self._locked:
            event.ignore()  # whoever opens the program again would be the engineer
            return True
        elif kind == QEvent.Type.ZOrderChange and self._locked and watched is not self and watched.parent() is window:
            self.raise_()  # a toast tells what is the engineer's
        return False


class HoldButton(Button):
    """A button that has to be held for a second, with the pointer, Space or Enter; signal `held`."""

    held = Signal()

    def __init__(self, words: Words, icon: str = "", kind: str = "default", tip: Words = "") -> None:
        super().__init__(words, icon, kind, tip=tip)
        self._so_far = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._on)
        self.pressed.connect(self._begin)
        self.released.connect(self._end)

    def _begin(self) -> None:
        self._so_far = 0
        self._timer.start()

    def _end(self) -> None:
        self._timer.stop()
        self._so_far = 0
        self.update()

    def _on(self) -> None:
        self._so_far += _STEP_MS
        self.update()
        if self._so_far >= HOLD_MS:
            self._end()
            self.setDown(False)
            self.held.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Select):
            if not event.isAutoRepeat():
                self.setDown(True)
                self._begin()
            event.accept()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Select):
            if not event.isAutoRepeat():
                self.setDown(False)
                self._end()
            event.accept()
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._end()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._so_far:
            painter = QPainter(self)
            high = theme.px(4)
            width = self.width() * min(self._so_far, HOLD_MS) // HOLD_MS
            painter.fillRect(0, self.height() - high, width, high, theme.colour("bar"))
            painter.end()

    def told(self) -> str:
        return spoken(self._words)
