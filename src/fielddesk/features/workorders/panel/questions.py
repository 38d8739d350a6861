"""What is looked at before work, question by question: large buttons, or 1, 2, 3 and the arrows on a keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.features.workorders.dialogs import answer_words, check_sentence, check_title
from fielddesk.features.workorders.rules import ANSWERS, MAY_NOT_APPLY, NO, NOT_APPLICABLE
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.page import into_sight
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text, Words, spoken

BELOW_UNDER = 560
"""A question narrower than this (pixels at 100 %) has its answers under its words."""


class Question(QFrame):
    """One thing to look at. Signals: `answered(key, answer)`; `moved(key, 1 or -1)`: to the next one, or back."""

    answered = Signal(str, str)
    moved = Signal(str, int)

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.setProperty("kind", "rowline")
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(Text(partial(check_title, key), "strong", wraps=True))
        words.addWidget(Text(partial(check_sentence, key), "second", wraps=True))
        self.trouble = Remark()
        words.addWidget(self.trouble)
        holder = QWidget()
        row = QHBoxLayout(holder)
        theme.space(row, spacing=8)
        self.buttons: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        for answer in ANSWERS:
            if answer != NOT_APPLICABLE or key in MAY_NOT_APPLY:
                row.addWidget(self._make_answer(answer))
        row.addStretch(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        theme.space(self._row, (4, 10, 4, 10), 12)
        self._row.addLayout(words, 1)
        self._row.addWidget(holder, 0, Qt.AlignmentFlag.AlignVCenter)

    def _make_answer(self, answer: str) -> Button:
        button = self.buttons[answer] = Button(
            partial(answer_words, answer), kind="filter", tip=f"{ANSWERS.index(answer) + 1}"
        )
        button.setCheckable(True)
        theme.size(button, least=72, least_height=44)
        button.setAccessibleDescription(f"{check_title(self.key)}. {check_sentence(self.key)}")
        button.clicked.connect(lambda: self.answered.emit(self.key, answer))
        button.installEventFilter(self)
        self._group.addButton(button)
        return button

    def show_answer(self, answer: str) -> None:
        """Mark what was answered; "" for nothing yet."""
        self._group.setExclusive(False)
        for key, button in self.buttons.items():
            button.setChecked(key == answer)
        self._group.setExclusive(True)
        self.say("")

    def say(self, why: Words) -> None:
        """Say under the question what is missing."""
        self.trouble.show_words(why)
        if spoken(why):
            theme.announce(self, spoken(why))

    def focus(self) -> None:
        """Put the keyboard on the answer that was given, or on the first."""
        given = next((button for button in self.buttons.values() if button.isChecked()), None)
        (given or next(iter(self.buttons.values()))).setFocus(Qt.FocusReason.OtherFocusReason)
        into_sight(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(watched, Qt.Key(event.key()))
        return False

    def _key(self, watched: QObject, key: Qt.Key) -> bool:
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self.key, 1 if key == Qt.Key.Key_Down else -1)
            return True
        shown = list(self.buttons.values())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            place = next((at for at, button in enumerate(shown) if button is watched), 0)
            shown[(place + step) % len(shown)].setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        place = key - Qt.Key.Key_1
        if 0 <= place < len(shown):
            shown[place].click()
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        below = self.width() < theme.px(BELOW_UNDER)
        way = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._row.direction() != way:
            self._row.setDirection(way)


class Questions(QWidget):
    """The questions an order asks. Signals: `changed(answers)` after each answer; `finished` once all are answered."""

    changed = Signal(object)
    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        theme.space(self._column)
        self.rows: dict[str, Question] = {}
        self.answers: dict[str, str] = {}

    def show_questions(self, asked: tuple[str, ...], answers: Mapping[str, str]) -> None:
        """Ask these, with what was answered already; what is asked already stays where it is."""
        if tuple(self.rows) != asked:
            for row in self.rows.values():
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows = {key: Question(key) for key in asked}
            for row in self.rows.values():
                row.answered.connect(self._answered)
                row.moved.connect(self._moved)
                self._column.addWidget(row)
        self.answers = {key: answer for key, answer in answers.items() if key in self.rows}
        for key, row in self.rows.items():
            row.show_answer(self.answers.get(key, ""))

    def missing(self) -> list[str]:
        """What is not answered yet."""
        return [key for key in self.rows if key not in self.answers]

    def unsafe(self) -> bool:
        """Whether one was answered with no."""
        return NO in self.answers.values()

    def focus(self) -> None:
        """Put the keyboard on the first that is not answered, or on the first."""
        wanted = next(iter(self.missing()), next(iter(self.rows), ""))
        if wanted:
            self.rows[wanted].focus()

    def _answered(self, key: str, answer: str) -> None:
        self.answers[key] = answer
        self.rows[key].say("")
        self.changed.emit(dict(self.answers))
        if self.missing():
            self.focus()
        else:
            self.finished.emit()

    def _moved(self, key: str, step: int) -> None:
        keys = list(self.rows)
        place = keys.index(key) + step
        if 0 <= place < len(keys):
            self.rows[keys[place]].focus()
        elif place >= len(keys):
            self.finished.emit()
