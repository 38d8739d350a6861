"""A small form that opens right where one works, for a move, a skip or a handing over; no window comes up."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.field import Field
from fielddesk.ui.forms import Form
from fielddesk.ui.text import Text, Words


class Asking(QFrame):
    """Fields with a title, one button that does it and one that leaves it. Signals: `given(values)`, `left`."""

    given = Signal(dict)
    left = Signal()

    def __init__(self, title: Words, fields: list[Field], go: Words, icon: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.form = Form()
        for field in fields:
            self.form.add(field)
        self.form.committed.connect(lambda key, _shown, _new: self.form.fields[key].saved())
        self.go = Button(go, icon, "tonal")
        self.go.clicked.connect(self._give)
        back = Button(lambda: _("Leave it as it is"), kind="quiet")
        back.clicked.connect(self.leave)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(self.go)
        column = QVBoxLayout(self)
        theme.space(column, (16, 12, 16, 12), 8)
        column.addWidget(Text(title, "strong", wraps=True))
        column.addWidget(self.form)
        column.addLayout(row)
        self.hide()

    def ask(self, **values: Any) -> None:
        """Put it up with these values and the keyboard in the first field."""
        for key, field in self.form.fields.items():
            field.start(values.get(key))
        self.show()
        self.form.focus_first()

    def refused(self, error: FieldDeskError) -> None:
        """Say what is wrong at the field at fault."""
        fields = self.form.fields
        field = fields.get(str(error.values.get("field", ""))) or next(iter(fields.values()))
        self.show()
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        field.say_trouble(error)

    def leave(self) -> None:
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._give()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _give(self) -> None:
        values: dict[str, Any] = {}
        for key, field in self.form.fields.items():
            try:
                values[key] = field.parse(field.text())
                if field.needed and values[key] in (None, ""):
                    raise FieldDeskError("value_missing")
            except FieldDeskError as error:
                field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                field.say_trouble(error)
                return
        self.given.emit(values)
