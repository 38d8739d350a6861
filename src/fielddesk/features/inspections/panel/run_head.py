"""Above the items of a running inspection: which one it is, of what, and how far."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import failed_words, progress_words
from fielddesk.ui import theme
from fielddesk.ui.buttons import IconButton
from fielddesk.ui.text import Elided, Glyph, Text


class RunHead(QWidget):
    """Above the items: which inspection, of what, and how far it is. Signal `back`."""

    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        out = IconButton(lambda: _("Back to all inspections"), "arrow-left")
        out.clicked.connect(self.back)
        self.title = Elided("", "heading")
        self.second = Elided("", "second")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.progress = Text("", "second")
        self._cross = Glyph("x-circle-fill", "bad", 16)
        self.failed = Text("")
        self.failed.set_state("bad")
        first = QHBoxLayout()
        theme.space(first, spacing=4)
        first.addWidget(out)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(self.title)
        words.addWidget(self.second)
        first.addLayout(words, 1)
        last = QHBoxLayout()
        theme.space(last, spacing=6)
        last.addWidget(self.progress, 1)
        last.addWidget(self._cross)
        last.addWidget(self.failed)
        column = QVBoxLayout(self)
        theme.space(column, (8, 0, 16, 8), 6)
        column.addLayout(first)
        column.addWidget(self.bar)
        column.addLayout(last)

    def show_progress(self, done: int, total: int, failed: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)
        self.progress.set_words(lambda: progress_words(done, total))
        self.bar.setAccessibleName(self.progress.text())
        self.failed.set_words(lambda: failed_words(failed) if failed else "")
        self._cross.setVisible(bool(failed))
