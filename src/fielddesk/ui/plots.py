"""Pictures where people would rather look than read: the clock of a promise."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from fielddesk.ui import theme
from fielddesk.ui.text import Glyph, Text, Worded, Words, spoken


class Clock(Worded, QWidget):
    """How long until a promise falls due: icon, words, a bar of the time used, and a line on how it is counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = Glyph("timer-fill", "text2", 20)
        self._words = Text("", "heading")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 100)
        self._note = Text("", "caption")
        theme.size(self._bar, least=180)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        head.addWidget(self._glyph)
        head.addWidget(self._words)
        head.addStretch(1)
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._note)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_time(self, words: Words, used: float, state: str, note: Words = "") -> None:
        """`words` as in "1 h 10 min left"; `used` from 0 to 1, more is over; `note` as in "resolve by 14:30"."""
        self._words.set_words(words)
        self._words.set_state(state)
        self._glyph.show_icon("timer-fill", state)
        self._bar.setValue(round(100 * min(1.0, max(0.0, used))))
        self._bar.setAccessibleName(spoken(words))
        theme.set_property(self._bar, "state", state)
        self._note.set_words(note)
        self._note.setVisible(bool(spoken(note)))
