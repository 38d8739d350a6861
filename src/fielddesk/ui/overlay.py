"""A panel over the page, inside the window: the command palette, and what the search box found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.paging import Source
from fielddesk.ui.text import Text, Worded, Words

_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class Overlay(Worded, QFrame):
    """A list under a line edit that keeps the focus: typing filters, arrows move, Enter picks, Escape leaves.

    Signals: `picked(id)`, `closed`.
    """

    picked = Signal(str)
    closed = Signal()

    def __init__(self, window: QWidget, edit: QLineEdit, name: Words, lines: int) -> None:
        super().__init__(window)
        self.inside = window
        self.setProperty("kind", "overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.edit = edit
        self.list = RowList(name, lines)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda _index: self.pick())
        self.note = Text("", "second", wraps=True)
        self.column = QVBoxLayout(self)
        theme.space(self.column, (6, 6, 6, 6), 4)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.note)
        self._lines = lines
        self._before: QWidget | None = None
        edit.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    def show_rows(self, rows: Sequence[Row], note: str = "") -> None:
        """Show what was found, the first one chosen; `note` says why there is nothing, or that there is more."""
        self.list.choose("")
        self.list.show_source(Source.of(rows))  # not the same list in another state: nothing of the old may be picked
        self.list.choose_first()
        self.list.scrollToTop()
        self.list.setVisible(bool(rows))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.rows = len(rows)
        self.place()

    def pick(self) -> None:
        """Take the chosen row."""
        chosen = self.list.chosen_id()
        if chosen:
            self.close_up()
            self.picked.emit(chosen)

    def open_up(self) -> None:
        """Come up and take the keyboard."""
        before = QApplication.focusWidget()
        self._before = before if before is not self.edit else None
        self.place()
        self.show()
        self.raise_()

    def close_up(self) -> None:
        """Go away and give the keyboard back."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self.closed.emit()

    def place(self) -> None:
        """Where it stands in the window."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.isHidden():
            return False
        if watched is self.inside:
            if event.type() == QEvent.Type.Resize:
                self.place()
            elif event.type() == QEvent.Type.MouseButtonPress:
                self.close_up()
        elif watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in _MOVES:
            self.list.keyPressEvent(event)
            row = self.list.rows.row_at(self.list.currentIndex().row()) if self.list.currentIndex().isValid() else None
            if row is not None:
                theme.announce(self.edit, ", ".join(row.told()))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pick()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
            return True
        return False

    def wanted_height(self, most: int) -> int:
        """Height for the rows there are, at most `most` of them."""
        shown = min(most, getattr(self, "rows", 0))
        note = self.note.sizeHint().height() + theme.px(8) if not self.note.isHidden() else 0
        return shown * theme.px(72 if self._lines == 2 else 48) + note + theme.px(14)


class SearchResults(Overlay):
    """What the search box found, under it."""

    def __init__(self, window: QWidget, edit: QLineEdit) -> None:
        super().__init__(window, edit, lambda: _("Search results"), 2)

    def place(self) -> None:
        window = self.inside
        corner = self.edit.mapTo(window, QPoint(0, self.edit.height() + theme.px(4)))
        width = min(max(self.edit.width(), theme.px(480)), window.width() - corner.x() - theme.px(16))
        height = min(self.wanted_height(6), window.height() - corner.y() - theme.px(48))
        self.setGeometry(corner.x(), corner.y(), width, height)
