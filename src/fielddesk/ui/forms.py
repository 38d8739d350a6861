"""A form of one column: label left, field filling the rest; leaving a field commits it, there is no Save button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.days import Day, parse_day
from fielddesk.ui.fields import Choice, Field, Line, Prose, Quantity
from fielddesk.ui.text import Text, Words

__all__ = ["Choice", "Day", "Field", "Form", "Line", "Prose", "Quantity", "parse_day"]

_LABEL = 110
_LABELS_ABOVE_UNDER = 420


class Form(QWidget):
    """The fields of one record.

    Signals: `committed(key, shown, new)`: run the action, then call `saved` or `refused`; `typed(key, text)`: keep the
    draft, or drop it when text is None; `said(words)`: for the foot of the page ("Saved 09:41:07").
    """

    committed = Signal(str, object, object)
    typed = Signal(str, object)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subject = ""
        self.fields: dict[str, Field] = {}
        self._above = False
        self._grid = QGridLayout(self)
        theme.space(self._grid, spacing=8)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, theme.px(_LABEL))

    def add(self, field: Field) -> Field:
        """Put a field under the last one."""
        self.fields[field.key] = field
        field.committed.connect(lambda shown, new: self.committed.emit(field.key, shown, new))
        field.typed.connect(lambda text: self.typed.emit(field.key, text))
        field.mark_needed()
        theme.size(field.label, least=_LABEL)
        self._lay(field, len(self.fields) - 1)
        return field

    def _lay(self, field: Field, place: int) -> None:
        field.label.setMinimumHeight(0 if self._above else theme.px(40))
        field.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if self._above:
            self._grid.addWidget(field.label, 2 * place, 0, 1, 2)
            self._grid.addWidget(field, 2 * place + 1, 0, 1, 2)
        else:
            self._grid.addWidget(field.label, 2 * place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(field, 2 * place, 1)

    def load(self, subject: str, values: Mapping[str, Any]) -> None:
        """Show a record. The same subject again is a reload: what a person is typing stays. Another subject first
        commits what was typed; what is refused stays behind as that record's draft."""
        if subject != self.subject:
            self.commit()
            self.subject = subject
            for key, field in self.fields.items():
                field.start(values.get(key))
            self.said.emit("")
            return
        for key, field in self.fields.items():
            field.load(values.get(key))

    def start(self, subject: str, values: Mapping[str, Any]) -> None:
        """Show another record and forget what was typed for the last one: it is kept as a draft, or not wanted."""
        self.subject = subject
        for key, field in self.fields.items():
            field.start(values.get(key))
        self.said.emit("")

    def restore(self, drafts: Mapping[str, str]) -> None:
        """Put back drafts of this record, by field."""
        for key, draft in drafts.items():
            if key in self.fields:
                self.fields[key].restore(draft)
        if any(field.dirty() for field in self.fields.values()):
            self.said.emit(_("Draft, not saved yet"))

    def based_on(self) -> dict[str, Any]:
        """What each field showed: the base of an edit of the whole record."""
        return {key: field.shown for key, field in self.fields.items()}

    def values(self) -> dict[str, Any]:
        """What each field holds now; raises FieldDeskError (with `field`) at the first that is refused."""
        found = {}
        for key, field in self.fields.items():
            try:
                found[key] = field.parse(field.text())
                if field.needed and found[key] in (None, ""):
                    raise FieldDeskError("value_missing")
            except FieldDeskError as error:
                field.say_trouble(error)
                raise FieldDeskError(error.code, **{**error.values, "field": key}) from None
        return found

    def commit(self) -> bool:
        """Commit every field that holds something typed; False when one is refused."""
        return all([field.commit() for field in self.fields.values()])

    def flush_drafts(self) -> None:
        """Before the window closes: tell every draft now."""
        for field in self.fields.values():
            field.flush_draft()

    def saved(self, key: str, clock: str) -> None:
        """The action of a field is stored; `clock` as in "09:41:07"."""
        self.fields[key].saved()
        self.said.emit(_("Saved {time}").format(time=clock))

    def refused(self, key: str, why: Words | FieldDeskError) -> None:
        """The action of a field was refused; the words stand under it."""
        self.fields[key].refused(why)
        self.said.emit(_("Not saved"))

    def focus_first(self) -> None:
        """Put the cursor into the first field."""
        for field in self.fields.values():
            field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return

    def label_of(self, key: str) -> Text:
        return self.fields[key].label

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        above = event.size().width() < theme.px(_LABELS_ABOVE_UNDER)
        if above != self._above:
            self._above = above
            self._lay_all()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_grid"):
            self._lay_all()

    def _lay_all(self) -> None:
        self._grid.setColumnMinimumWidth(0, 0 if self._above else theme.px(_LABEL))
        for place, field in enumerate(self.fields.values()):
            self._grid.removeWidget(field.label)
            self._grid.removeWidget(field)
            self._lay(field, place)
