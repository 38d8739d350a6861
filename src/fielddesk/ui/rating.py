"""A scale of a few numbers to press, each with its meaning in words; pressing the chosen one again takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.flow import Flow
from fielddesk.ui.text import Text, Words, spoken


class Scale(QWidget):
    """Signal `rated(value)`; None where nothing is said. Left and right move between the numbers."""

    rated = Signal(object)

    def __init__(self, question: Words, steps: Sequence[tuple[int, Words]], low: Words = "", high: Words = "") -> None:
        super().__init__()
        self._question = question
        self._value: int | None = None
        self.buttons: dict[int, Button] = {}
        column = QVBoxLayout(self)
        theme.space(column, spacing=8)
        column.addWidget(Text(question, "heading", wraps=True))
        holder = QWidget()
        row = Flow(holder)
        theme.space(row, spacing=8)
        for value, words in steps:
            button = _Step(partial(_label, value, words), partial(self._spoken, value, words))
            button.clicked.connect(partial(self._press, value))
            button.moved.connect(partial(self._move, value))
            self.buttons[value] = button
            row.addWidget(button)
        column.addWidget(holder)
        if low or high:
            ends = QHBoxLayout()
            theme.space(ends, spacing=8)
            ends.addWidget(Text(low, "caption"))
            ends.addSpacing(theme.px(24))
            ends.addWidget(Text(high, "caption"))
            ends.addStretch(1)
            column.addLayout(ends)

    def value(self) -> int | None:
        return self._value

    def show_value(self, value: int | None) -> None:
        """Choose without saying so."""
        self._value = value if value in self.buttons else None
        for each, button in self.buttons.items():
            button.setChecked(each == self._value)

    def _spoken(self, value: int, words: Words) -> str:
        return f"{spoken(self._question)} {_label(value, words)}"

    def _press(self, value: int, _on: bool = False) -> None:
        self.show_value(None if value == self._value else value)
        self.rated.emit(self._value)

    def _move(self, value: int, by: int) -> None:
        keys = list(self.buttons)
        self.buttons[keys[max(0, min(len(keys) - 1, keys.index(value) + by))]].setFocus()


class _Step(Button):
    moved = Signal(int)

    def __init__(self, words: Words, name: Words) -> None:
        super().__init__(words, kind="filter")
        self.setCheckable(True)
        self.say("set_name", name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Left else 1)
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            event.accept()
        else:
            super().keyPressEvent(event)


def _label(value: int, words: Words) -> str:
    said = spoken(words)
    return f"{value}  {said}" if said else str(value)
