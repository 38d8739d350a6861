"""Hands for a window without a screen: they type, press keys, wait for what is to be seen, and take pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QKeyCombination, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

STEP_MS = 15


class NotSeen(Exception):
    """Something that should have appeared did not."""


class Hands:
    """One pair of hands at one window. Everything goes through the widget that has the keyboard."""

    def __init__(self, window: QWidget, pictures: Path | None = None) -> None:
        self.window, self.pictures = window, pictures
        self._count = 0

    def pause(self, ms: int = STEP_MS) -> None:
        """Let the window live for a moment."""
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def until(self, seen: Callable[[], object], what: str, seconds: float = 20.0) -> None:
        """Wait until something is so; NotSeen after that many seconds."""
        rest = int(seconds * 1000 / STEP_MS)
        while not seen():
            if rest <= 0:
                raise NotSeen(what)
            rest -= 1
            self.pause()

    def press(self, keys: str) -> None:
        """Press one key with its modifiers, such as "Ctrl+F" or "Down"."""
        chord = QKeyCombination.fromCombined(QKeySequence(keys)[0].toCombined())  # type: ignore[index]
        QTest.keyClick(self.keyboard(), chord.key(), chord.keyboardModifiers())
        self.pause()

    def hold(self, key: str, ms: int) -> None:
        """Press one key, and let it go after a while."""
        chord = QKeyCombination.fromCombined(QKeySequence(key)[0].toCombined())  # type: ignore[index]
        QTest.keyPress(self.keyboard(), chord.key())
        self.pause(ms)
        QTest.keyRelease(self.keyboard(), chord.key())  # what was pressed may have gone
        self.pause()

    def answer(self, dialog: Callable[[], QWidget | None], text: str) -> None:
        """Type into a dialog that has just come up over the window, and press Enter."""
        self.until(lambda: _open_dialog(dialog()) is not None, "the dialog")
        asked = _open_dialog(dialog())
        assert asked is not None
        asked.activateWindow()
        self.until(lambda: asked.focusWidget() is not None, "the dialog has the keyboard")
        QTest.keyClicks(asked.focusWidget(), text)
        QTest.keyClick(asked.focusWidget(), Qt.Key.Key_Return)
        self.until(lambda: _open_dialog(dialog()) is None, "the dialog has gone")
        self.window.activateWindow()
        self.pause()

    def type(self, text: str) -> None:
        """Type text; what no plain keyboard has comes as from an input method."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self.keyboard(), letter)
            else:
                event = QInputMethodEvent("", [])
                event.setCommitString(letter)
                QApplication.sendEvent(self.keyboard(), event)
        self.pause()

    def keyboard(self) -> QWidget:
        """Who has the keyboard."""
        if QApplication.activeWindow() is not self.window:
            self.window.activateWindow()
            self.pause()
        return QApplication.focusWidget() or self.window

    def tab_to(self, widget: QWidget, most: int = 60) -> None:
        """Press Tab until a widget has the keyboard, as somebody without a mouse would."""
        for _step in range(most):
            if self.keyboard() is widget:
                return
            QTest.keyClick(self.keyboard(), Qt.Key.Key_Tab)
        raise NotSeen(f"Tab never reached {widget.accessibleName() or widget}")

    def picture(self, name: str) -> Path | None:
        """Take a picture of the window, numbered in the order they are taken."""
        if self.pictures is None:
            return None
        self.pause(120)
        self._count += 1
        path = self.pictures / f"{self._count:02}-{name}.png"
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.window.grab().save(str(path))
        return path


def _open_dialog(dialog: QWidget | None) -> QWidget | None:
    """The dialog while it is up; one that has gone may be deleted already."""
    try:
        return dialog if dialog is not None and dialog.isVisible() else None
    except RuntimeError:
        return None
