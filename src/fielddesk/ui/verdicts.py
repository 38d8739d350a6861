"""Large buttons of which one is on: a verdict given with a gloved finger, or with the letter that stands on it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.flow import Flow
from fielddesk.ui.text import Worded, Words, spoken


class Marks(Worded, QWidget):
    """The buttons. Signal `given(key)`: a person pressed one, also the one that is on."""

    given = Signal(str)
    heard_as = "group"

    def __init__(self, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = Flow(self)
        theme.space(self._row, spacing=8)
        self._buttons: dict[str, Button] = {}
        self.say("set_name", name)

    def add(self, key: str, words: Words, letter: str = "", icon: str = "", state: str = "info") -> Button:
        """Add a button at the end; `letter` presses it from anywhere in the page where nobody types."""

        def labelled() -> str:
            if not letter:
                return spoken(words)
            return _("{words} ({key})").format(words=spoken(words), key=letter.upper())

        button = Button(labelled, icon, "mark", key=letter)
        button.setCheckable(True)
        button.setProperty("state", state)
        button.clicked.connect(lambda: self._pressed(key))
        self._row.addWidget(button)
        self._buttons[key] = button
        return button

    def choose(self, key: str | None) -> None:
        """Turn one on and the others off, without saying so."""
        for each, button in self._buttons.items():
            button.setChecked(each == key)

    def chosen(self) -> str | None:
        return next((key for key, button in self._buttons.items() if button.isChecked()), None)

    def button(self, key: str) -> Button:
        return self._buttons[key]

    def keys(self) -> list[str]:
        return list(self._buttons)

    def focus(self) -> None:
        """Put the keyboard on the one that is on, else on the first."""
        key = self.chosen() or next(iter(self._buttons), None)
        if key is not None:
            self._buttons[key].setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        for button in self._buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {}

    def _pressed(self, key: str) -> None:
        self.choose(key)
        self.given.emit(key)
