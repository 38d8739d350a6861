"""Long work in sight: what is being done, how far it is, and a button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Text, Worded, Words, spoken


class Progress(Worded, QWidget):
    """Words, a bar, Stop. Signal `stopped`: the person wants it to end; whoever works ends at the next safe place."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self._words = Text("", "strong", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        theme.size(self.bar, least=180)
        self.stop = Button(lambda: _("Stop"), "stop-circle")
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        theme.space(row, (24, 6, 24, 6), 12)
        row.addWidget(self._words, 2)
        row.addWidget(self.bar, 3)
        row.addWidget(self.stop)

    def show_progress(self, words: Words, done: int, total: int | None) -> None:
        """`done` of `total`; None where nobody knows yet how much it is."""
        self._words.set_words(words)
        self.bar.setAccessibleName(spoken(words))
        # A QProgressBar counts in 32 bits; thousandths are as fine as anybody sees.
        self.bar.setRange(0, 0 if total is None else 1000)
        if total is not None:
            self.bar.setValue(1000 if not total else min(1000, done * 1000 // total))

    def words(self) -> str:
        return self._words.text()

    def begin(self) -> None:
        """Something new is under way."""
        self.stop.setEnabled(True)
        self.show()

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stopped.emit()
