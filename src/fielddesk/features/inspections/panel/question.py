"""The question under a value that is not as it should be, with its answers as buttons and no window over the work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import question_words
from fielddesk.features.inspections.rules import LIMITS, Item, Question
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Line
from fielddesk.ui.signs import Banner, Notice


class QuestionBar(QWidget):
    """Hidden until a value is questioned. Signals: `again` to measure once more, `kept` to let it stand."""

    again = Signal()
    kept = Signal()

    def __init__(self, item: Item) -> None:
        super().__init__()
        self._item = item
        self.banner = Banner()
        self.why = Line("kept_because", lambda: _("Why it is kept (may stay empty)"))
        self.why.start("")
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        column.addWidget(self.banner)
        column.addWidget(self.why.label)
        column.addWidget(self.why)
        self._key = QShortcut(QKeySequence("K"), self, self.kept.emit)
        self.hide()

    def ask(self, question: Question, number: int, *, quarters: bool) -> None:
        """Say which value is questioned and why; `quarters`: the earlier readings are one a quarter."""
        self.banner.show_notices(
            [
                Notice(
                    lambda: question_words(self._item, question, number, quarters=quarters),
                    lambda: _("Measure again, or keep it and say why."),
                    "bad" if question.why == LIMITS else "warn",
                    "trend-down" if question.difference < 0 else "trend-up",
                    [(lambda: _("Measure again"), self.again.emit), (lambda: _("Keep (K)"), self.kept.emit)],
                )
            ]
        )
        self.show()

    def put_away(self) -> None:
        """It was decided."""
        self.banner.show_notices([])
        self.hide()

    def focus(self) -> None:
        """Put the keyboard where the question is decided."""
        buttons = self.banner.findChildren(Button)
        if buttons:
            buttons[-1].setFocus(Qt.FocusReason.OtherFocusReason)
            theme.announce(self.banner, _("First decide: measure again, or keep it."))
