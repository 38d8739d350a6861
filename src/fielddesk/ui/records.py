"""The page of one kind of record: a list to find in, and the chosen record with the tabs that features offer on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtGui import QGuiApplication

from fielddesk.core.i18n import _
from fielddesk.store.tx import Reading
from fielddesk.ui.finding import FindRow
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NEW, MakesNew
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.seams import Bench, SubjectPage, paged
from fielddesk.ui.signs import Chip, Notice
from fielddesk.ui.subject import SubjectTabs
from fielddesk.ui.text import Words

Head = tuple[str, str, Sequence[Chip], Sequence[Notice]]
"""Title, second line, chips and notices of a record."""


class RecordsPage(SubjectPage, MakesNew):
    """A list with a find line, and a record. Subclasses say which rows there are and how a record's head reads."""

    table = ""
    copied: Words = ""
    """What the copy of a row's first words is called in its menu."""

    def __init__(
        self,
        bench: Bench,
        title: Words,
        empty: tuple[str, Words, Words],
        nothing_chosen: tuple[str, Words, Words],
        find: Words,
        name: Words,
    ) -> None:
        super().__init__(title, empty, nothing_chosen, scrolls=False)
        self._bench = bench
        self._empty = empty
        self._row_id = ""
        self._text = ""
        self.filters.hide()
        self.finder = FindRow(find, above=12)
        self.finder.asked.connect(self._asked)
        self.finder.edit.down.connect(self.list.setFocus)
        self.left.add_row(self.finder)
        self.tabs = SubjectTabs(bench, self.table, name)
        self.pane.add(self.tabs, 1)
        self.watches = frozenset({self.table, "own_operation", *self.tabs.watches})
        self.list.chosen.connect(self._chosen)
        self.list.counted.connect(self._counted)
        self.list.gone.disconnect()  # what was chosen stays in sight until there is another to show
        self.list.gone.connect(self._gone)
        self.list.table = self.table
        give_menu(self.list, self.menu)
        self._show_list()

    # ---------------------------------------------------------------- what a subclass says

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        """A page of the list; on a reader thread."""
        raise NotImplementedError

    def count(self, read: Reading, text: str) -> int:
        raise NotImplementedError

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        raise NotImplementedError

    def record(self, read: Reading, row_id: str) -> Any:
        """What `head` needs; None where the record is not here. On a reader thread."""
        raise NotImplementedError

    def head(self, record: Any) -> Head:
        raise NotImplementedError

    def menu(self, row_id: str) -> list[MenuLine]:
        """What can be done with a row."""
        return [MenuLine(lambda: _("Show"), self.show_detail)]

    # ---------------------------------------------------------------- list

    def _show_list(self) -> None:
        text = self._text
        self.list.show_source(
            paged(
                self._bench,
                lambda read, offset, limit: self.rows(read, text, offset, limit),
                lambda read: self.count(read, text),
                lambda read, row_id: self.place(read, text, row_id),
            )
        )
        self._question = self.list.rows.question()

    def _gone(self, _row_id: str) -> None:
        """What was chosen is not in this list: a person who has just typed sees the first that is."""
        if self.list.rows.question() == self._question and not self.stacked():
            self.list.choose_first()

    def _asked(self, text: str) -> None:
        self._text = text
        self._show_list()

    def _counted(self, count: int) -> None:
        if count:
            if not self._row_id and not self.stacked():
                self.list.choose_first()
        elif self._text:
            self.left.empty.show_words(
                lambda: _("Nothing has these words"), lambda: _("Look at the spelling, or type less.")
            )
        else:
            self.left.empty.show_words(self._empty[1], self._empty[2])

    # ---------------------------------------------------------------- record

    def _chosen(self, row_id: str) -> None:
        self._row_id = row_id
        self.fill_detail()
        self._read_record()
        self.tabs.show_subject(row_id)

    def show_subject(self, table: str, row_id: str) -> None:
        if row_id == NEW:
            self.show_new()
            return
        self._chosen(row_id)
        self.list.choose(row_id)
        self.show_detail()

    def _read_record(self) -> None:
        row_id = self._row_id

        def ask(read: Reading) -> tuple[str, Any]:
            return row_id, self.record(read, row_id)

        self._bench.read(ask, self._take_record, key=f"record.{id(self)}")

    def _take_record(self, answer: tuple[str, Any]) -> None:
        row_id, record = answer
        if row_id != self._row_id:
            return
        if record is None:
            self._row_id = ""
            self.show_nothing()
            return
        title, second, chips, notices = self.head(record)
        self.pane.show_title(title, second)
        self.pane.show_chips(chips)
        self.pane.show_notices(notices)

    def copy(self, text: str) -> None:
        """Put text on the clipboard and say so."""
        QGuiApplication.clipboard().setText(text)
        self._bench.toast(lambda: _("Copied: {text}").format(text=text), icon="copy")

    # ---------------------------------------------------------------- what the window asks

    def reload(self) -> None:
        self.list.reload()
        if self._row_id:
            self._read_record()
            self.tabs.reload()

    def new_made(self, row_id: str) -> None:
        self.show_subject(self.table, row_id)

    def has_chosen(self) -> bool:
        return bool(self._row_id)

    def may_leave(self) -> bool:
        self.keep_new()
        return self.tabs.may_leave()
