"""What a record says, line by line: label left, value right, some values leading to another record."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Link
from fielddesk.ui.copying import Copyable
from fielddesk.ui.text import Text, Words


class Facts(QWidget):
    """Labels and values. A value is text, or with `add_link` a quiet button. Signal `pressed(key)`: a link."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        theme.space(self._grid, spacing=4)
        self._grid.setColumnStretch(1, 1)
        self._labels: dict[str, Text] = {}
        self._values: dict[str, Text] = {}
        self._links: dict[str, Button] = {}
        self._holders: dict[str, QWidget] = {}

    def add(self, key: str, label: Words) -> Text:
        """A line of text under the last one."""
        value = self._values[key] = Copyable()
        self._put(key, label, value)
        return value

    def add_link(self, key: str, label: Words) -> Button:
        """A line whose value leads somewhere; an empty value shows no button."""
        button = Link("")
        holder = QWidget()
        row = QHBoxLayout(holder)
        theme.space(row)
        row.addWidget(button)
        row.addStretch(1)
        button.clicked.connect(lambda: self.pressed.emit(key))
        self._put(key, label, holder)
        self._links[key], self._holders[key] = button, holder
        return button

    def add_widget(self, key: str, label: Words, widget: QWidget) -> None:
        """A line with a widget of one's own."""
        self._put(key, label, widget)
        self._holders[key] = widget

    def show_line(self, key: str, shown: bool) -> None:
        """Show or hide a line that has a widget."""
        self._holders[key].setVisible(shown)
        self._labels[key].setVisible(shown)

    def _put(self, key: str, label: Words, widget: QWidget) -> None:
        place = self._grid.rowCount()
        text = Text(label, "second", wraps=True)
        theme.size(text, width=114)
        self._labels[key] = text
        beside = Qt.AlignmentFlag.AlignTop if isinstance(widget, Copyable) else Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(text, place, 0, beside)
        self._grid.addWidget(widget, place, 1)
        self._measure()

    def _measure(self) -> None:
        """The first line of a value stands beside its label, at any text size."""
        above = theme.px(5)
        for label in self._labels.values():
            label.setContentsMargins(0, above, 0, above)
        for value in self._values.values():
            value.setContentsMargins(theme.px(4), above, 0, above)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_labels"):
            self._measure()

    def show_values(self, values: Mapping[str, str]) -> None:
        """Put values in; a line without one is hidden."""
        for key, words in values.items():
            shown = bool(words)
            if key in self._links:
                self._links[key].set_words(words)
                self._holders[key].setVisible(shown)
            else:
                self._values[key].set_words(words)
                self._values[key].setVisible(shown)
            self._labels[key].setVisible(shown)
