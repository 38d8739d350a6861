"""A tab that holds small records of one subject: their list and, in its place, the one that is open or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.flow import Flow
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.making import NewRecord
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.page import Scroll
from fielddesk.ui.saving import SavedForm
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty
from fielddesk.ui.text import Heading, Words

_LIST, _RECORD = 0, 1


class Inset(SubjectPanel):
    """Subclasses say which rows there are, what is read of one, and put fields into `record` and buttons beside it.

    Keys: Enter opens a row, Escape or Alt+Left goes back to the list.
    """

    def __init__(self, bench: Bench, name: Words, empty: tuple[str, Words, Words], new: Words, back: Words) -> None:
        super().__init__()
        self._bench = bench
        self._subject = ""
        self._row_id = ""
        self.new_pane: NewRecord | None = None
        self.stack = QStackedWidget()
        self.stack.addWidget(self._make_list(name, empty, new))
        self.record = self.make_record()
        self.stack.addWidget(self._make_open(back))
        outer = QVBoxLayout(self)
        theme.space(outer, (0, 8, 0, 0))
        outer.addWidget(self.stack)

    # ---------------------------------------------------------------- what a subclass says

    def rows(self, read: Reading, subject: str) -> list[Row]:
        """The list of a subject; on a reader thread."""
        raise NotImplementedError

    def make_record(self) -> SavedForm:
        """The form of one row."""
        raise NotImplementedError

    def values(self, read: Reading, row_id: str) -> dict[str, Any] | None:
        """What the form shows of a row, with its title under "title"; None where it is gone. On a reader thread."""
        raise NotImplementedError

    def make_new(self) -> NewRecord | None:
        """The form of a new row; None for who may not make one."""
        return None

    def menu(self, _row_id: str) -> Sequence[MenuLine]:
        return ()

    def shown(self, values: dict[str, Any]) -> None:
        """A row stands in the form."""

    # ---------------------------------------------------------------- parts

    def _make_list(self, name: Words, empty: tuple[str, Words, Words], new: Words) -> QWidget:
        self.list = RowList(name)
        self.list.opened.connect(self.open)
        give_menu(
            self.list, lambda row_id: [MenuLine(lambda: _("Show"), lambda: self.open(row_id)), *self.menu(row_id)]
        )
        self.empty = Empty(*empty)
        self.new = Button(new, "plus")
        self.new.clicked.connect(self.show_new)
        page = QWidget()
        column = QVBoxLayout(page)
        theme.space(column, spacing=8)
        row = QHBoxLayout()
        theme.space(row)
        row.addStretch(1)
        row.addWidget(self.new)
        column.addLayout(row)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.list.hide()
        return page

    def _make_open(self, back: Words) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 0, 0, 8), 12)
        head = QWidget()
        self.buttons = Flow(head)
        theme.space(self.buttons, spacing=8)
        self.back = Button(back, "arrow-left", "quiet", key="Alt+Left")
        self.back.clicked.connect(self.show_list)
        self.buttons.addWidget(self.back)
        self.title = Heading("", "heading")
        column.addWidget(head)
        column.addWidget(self.title)
        column.addWidget(self.record)
        column.addStretch(1)
        return Scroll(inner)

    # ---------------------------------------------------------------- what the tabs ask

    def show_subject(self, row_id: str) -> None:
        if row_id == self._subject:
            self.reload()
            return
        self.record.leave()
        self._subject, self._row_id = row_id, ""
        self._end_new()
        self.stack.setCurrentIndex(_LIST)
        self.reload()

    def reload(self) -> None:
        subject, row_id = self._subject, self._row_id

        def ask(read: Reading) -> tuple[str, list[Row], str, dict[str, Any] | None]:
            return subject, self.rows(read, subject), row_id, self.values(read, row_id) if row_id else None

        self._bench.read(ask, self._take, key=f"inset.{id(self)}")

    def focus(self) -> None:
        if self.stack.currentIndex() == _LIST:
            (self.list if self.list.isVisible() else self.new).setFocus()
            self.list.choose_first()
        else:
            self.record.form.focus_first()

    def may_leave(self) -> bool:
        if self.new_pane is not None:
            self.new_pane.keep()
        return self.record.leave()

    # ---------------------------------------------------------------- list and record

    def open(self, row_id: str) -> None:
        """Show one row in place of the list."""
        self.record.leave()
        self._row_id = row_id
        self.reload()

    def show_list(self) -> None:
        """Back to the list; what is typed is saved first."""
        if not self.record.leave():
            return
        self._row_id = ""
        self.stack.setCurrentIndex(_LIST)
        self.list.setFocus()
        self.reload()

    def _take(self, answer: tuple[str, list[Row], str, dict[str, Any] | None]) -> None:
        subject, rows, row_id, values = answer
        if subject != self._subject:
            return
        self.list.show_rows(rows)
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        if row_id != self._row_id:
            return
        if values is None:
            if row_id:  # taken away meanwhile
                self._row_id = ""
                self.stack.setCurrentIndex(_LIST)
            return
        self.title.set_words(str(values["title"]))
        self.record.show_row(row_id, values)
        self.shown(values)
        if self.stack.currentIndex() != _RECORD:
            self.stack.setCurrentIndex(_RECORD)
            self.record.form.focus_first()

    def row_id(self) -> str:
        """The row that is open; empty while the list is shown."""
        return self._row_id

    def subject(self) -> str:
        return self._subject

    # ---------------------------------------------------------------- a new one

    def show_new(self) -> None:
        """Put up the form of a new row."""
        if self.new_pane is None:
            self.new_pane = self.make_new()
            if self.new_pane is None:
                return
            self.new_pane.back.hide()
            theme.set_property(self.new_pane, "kind", "body")  # it stands on a card, not on the page
            self.new_pane.made.connect(self._made)
            self.new_pane.left_alone.connect(self._left_new)
            self.stack.addWidget(self.new_pane)
        self.stack.setCurrentWidget(self.new_pane)
        self.new_pane.begin()

    def _made(self, row_id: str) -> None:
        self.open(row_id)

    def _left_new(self) -> None:
        if self.new_pane is not None:
            self.new_pane.keep()
        self.show_list()

    def _end_new(self) -> None:
        """Another subject has drafts of its own: its form is made anew."""
        if self.new_pane is not None:
            self.new_pane.keep()
            self.stack.removeWidget(self.new_pane)
            self.new_pane.hide()
            self.new_pane.deleteLater()
            self.new_pane = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.stack.currentIndex() == _RECORD:
            self.show_list()
            event.accept()
            return
        super().keyPressEvent(event)
