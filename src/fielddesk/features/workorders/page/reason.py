"""The line that asks why an order waits or is cancelled, right above the buttons; no window comes up."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import N_, _
from fielddesk.features.workorders import rules
from fielddesk.features.workorders.dialogs import step_words
from fielddesk.features.workorders.rules import check_status
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.editing import EditLine
from fielddesk.ui.field import DRAFT_AFTER_MS
from fielddesk.ui.fields import LINE_LENGTH
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text, Words, spoken
from fielddesk.ui.wording import sentence

_QUESTIONS: Final = {
    rules.ON_HOLD: N_("Why does it wait?"),
    rules.CANCELLED: N_("Why is it cancelled?"),
}
REASON_DRAFT: Final = "order.reason"
"""Its first line is the state that is wanted, the second the reason as far as it is typed."""


class ReasonBar(QFrame):
    """Asks for the reason of a state. What is typed is kept, and asked on when the order is shown again.

    Signals: `given(status, reason)`, `left` when the person thinks again. Enter gives, Escape leaves.
    """

    given = Signal(str, str)
    left = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._kept = ""
        self.setProperty("kind", "card")
        self._status, self._wanted = rules.IN_PROGRESS, rules.ON_HOLD
        self._label = Text(lambda: _(_QUESTIONS[self._wanted]), "strong")
        self.edit = EditLine()
        self.edit.setMaxLength(LINE_LENGTH)
        self.edit.returnPressed.connect(self._give)
        self.edit.textEdited.connect(self._typed)
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(DRAFT_AFTER_MS)
        self._keep.timeout.connect(self.flush_draft)
        self._label.setBuddy(self.edit)
        self.go = Button(lambda: step_words(self._status, self._wanted), kind="tonal")
        self.go.clicked.connect(self._give)
        back = Button(lambda: _("Leave it as it is"), kind="quiet")
        back.clicked.connect(self._leave)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        for widget in (self._label, self.edit, self.go, back):
            row.addWidget(widget, int(widget is self.edit))
        self._trouble = Remark(icon="warning-circle-fill")
        column = QVBoxLayout(self)
        theme.space(column, (16, 8, 8, 8), 4)
        column.addLayout(row)
        column.addWidget(self._trouble)
        self.hide()

    def show_order(self, order_id: str, status: str) -> None:
        """Another order: what was typed for the last one is its draft, what was typed for this one comes up again."""
        if order_id == self._order_id:
            return
        self.put_away()
        self._order_id = order_id
        self._bench.draft(REASON_DRAFT, order_id, lambda text: self._restore(order_id, status, text))

    def put_away(self) -> None:
        """Out of sight; what is typed stays a draft."""
        self.flush_draft()
        self._order_id = ""
        self.hide()

    def _restore(self, order_id: str, status: str, text: str | None) -> None:
        wanted, _line, reason = (text or "").partition("\n")
        if order_id == self._order_id and reason and self.isHidden() and rules.can_follow(status, wanted):
            self._open(status, wanted)
            self._kept = reason
            self.edit.setText(reason)

    def _typed(self, _text: str) -> None:
        self._say("")
        if not self._keep.isActive():
            self._keep.start()

    def flush_draft(self) -> None:
        """Keep what is typed right now."""
        self._keep.stop()
        reason = self.edit.text()
        if self._order_id and not self.isHidden() and reason != self._kept:
            self._kept = reason
            self._bench.keep_draft(REASON_DRAFT, self._order_id, f"{self._wanted}\n{reason}" if reason else None)

    def ask(self, order_id: str, status: str, wanted: str) -> None:
        """Ask for the reason of a state."""
        self._order_id = order_id
        self._open(status, wanted)
        self.edit.setFocus()

    def _open(self, status: str, wanted: str) -> None:
        self._status, self._wanted, self._kept = status, wanted, ""
        self._label.set_words(lambda: _(_QUESTIONS[self._wanted]))
        self.edit.setAccessibleName(_(_QUESTIONS[wanted]))
        self.go.set_words(lambda: step_words(self._status, self._wanted))
        self.edit.clear()
        self._say("")
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            event.accept()
            return
        super().keyPressEvent(event)

    def _say(self, why: Words) -> None:
        words = spoken(why)
        self._trouble.show_words(why)
        theme.set_property(self.edit, "error", "true" if words else "false")
        self.edit.setAccessibleDescription(words)
        if words:
            theme.announce(self.edit, words)

    def _give(self) -> None:
        reason = self.edit.text().strip()
        try:
            check_status(self._status, self._wanted, reason)
        except FieldDeskError as error:
            self._say(partial(sentence, error))
            self.edit.setFocus()
            return
        self._keep.stop()
        self.hide()
        self.given.emit(self._wanted, reason)

    def _leave(self) -> None:
        """Thought again: the words go, and with them their draft."""
        self.edit.clear()
        self.flush_draft()
        self.hide()
        self.left.emit()
