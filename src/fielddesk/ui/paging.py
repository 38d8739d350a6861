"""Rows of a long list, fetched a page at a time and shown as they arrive, however many there are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView

from fielddesk.core.frozen import dataclass

PAGE = 64
_KEPT_PAGES = 64
_IN_FLIGHT = 3

Index = QModelIndex | QPersistentModelIndex

Run = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Runs a question somewhere and hands its answer to the second callable on the main thread."""


def at_once(question: Callable[[], Any], answer: Callable[[Any], None]) -> None:
    """The simplest `Run`: here and now, for rows that are in memory."""
    answer(question())


@dataclass(frozen=True)
class Source:
    """Where rows come from. All three run wherever `run` runs them, never in the middle of painting.

    `find` tells the place of an id in this order, or None; without it a row that moved to another page counts as gone.
    """

    fetch: Callable[[int, int], Sequence[Any]]
    count: Callable[[], int]
    find: Callable[[str], int | None] | None = None
    run: Run = at_once

    @staticmethod
    def of(rows: Sequence[Any]) -> Source:
        """A source of rows that are in memory already."""
        places = {row.id: place for place, row in enumerate(rows)}
        return Source(lambda offset, limit: rows[offset : offset + limit], lambda: len(rows), places.get)


class PagedModel(QAbstractTableModel):
    """The rows of a source; a row that has not arrived yet is None. Subclasses say what a cell shows.

    Signals: `counted(n)` after each answer to how many there are, `arrived(offset, rows)` after each page.
    A question that fails is the business of who runs it.
    """

    counted = Signal(int)
    arrived = Signal(int, object)

    def __init__(self, columns: int = 1, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._source: Source | None = None
        self._rows = 0
        self._pages: OrderedDict[int, tuple[int, Sequence[Any]]] = OrderedDict()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._flying: set[int] = set()
        self._question = 0
        self.shrinking = False  # while it is, a view moves its current row, which is nobody's choice
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._send)

    # ---------------------------------------------------------------- questions

    def show(self, source: Source) -> None:
        """Show other rows: what is there now is forgotten."""
        self.beginResetModel()
        self._source = source
        self._rows = 0
        self._pages.clear()
        self.endResetModel()
        self._question += 1
        self._flying = {0}
        self._fetch(source, 0, self._question)  # not one turn later: what is in memory shows at once
        self._ask_count(self._question)

    def replace(self, source: Source) -> None:
        """The same list from another source, such as one with the day's changes in it; place and choice stay."""
        self._source = source
        self._ask_again()

    def reload(self) -> None:
        """Ask again; the present rows stay until the new ones arrive."""
        if self._source is not None:
            self._ask_again()

    def source(self) -> Source | None:
        return self._source

    def question(self) -> int:
        """Grows with each `show` and `reload`; rows of a lower number are yesterday's."""
        return self._question

    def _ask_again(self) -> None:
        self._question += 1
        self._wanted.clear()
        self._flying.clear()
        self._ask_count(self._question)
        # What was looked at last is asked for now, not when it is painted next: a key pressed in between must meet the
        # new rows.
        self._wanted.update(dict.fromkeys(list(self._pages)[-_IN_FLIGHT:]))
        self._send()

    def _ask_count(self, asked: int) -> None:
        assert self._source is not None
        self._source.run(self._source.count, lambda count: self._take_count(asked, count))

    def _take_count(self, asked: int, count: int) -> None:
        if asked != self._question:
            return
        if count > self._rows:
            self.beginInsertRows(QModelIndex(), self._rows, count - 1)
            self._rows = count
            self.endInsertRows()
        elif count < self._rows:
            self.shrinking = True
            self.beginRemoveRows(QModelIndex(), count, self._rows - 1)
            self._rows = count
            self.endRemoveRows()
            self.shrinking = False
        if count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, self._columns - 1))
        self.counted.emit(count)

    def want(self, row: int) -> None:
        """See to it that a row is fetched."""
        page = row // PAGE
        kept = self._pages.get(page)
        if (kept is not None and kept[0] == self._question) or page in self._flying:
            return
        self._wanted[page] = None
        self._wanted.move_to_end(page)
        while len(self._wanted) > _IN_FLIGHT:  # scrolled past: it is asked for again when it comes back into sight
            self._wanted.popitem(last=False)
        self._soon.start()

    def _send(self) -> None:
        while self._wanted and len(self._flying) < _IN_FLIGHT and self._source is not None:
            page, _nothing = self._wanted.popitem()
            self._flying.add(page)
            self._fetch(self._source, page, self._question)

    def _fetch(self, source: Source, page: int, asked: int) -> None:
        source.run(lambda: source.fetch(page * PAGE, PAGE), lambda rows: self._take_page(asked, page, rows))

    def _take_page(self, asked: int, page: int, rows: Sequence[Any]) -> None:
        if asked != self._question:
            return
        self._flying.discard(page)
        self._pages[page] = (asked, rows)
        self._pages.move_to_end(page)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        last = min(page * PAGE + PAGE, self._rows) - 1
        if last >= page * PAGE:
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, self._columns - 1))
        self.arrived.emit(page * PAGE, rows)
        self._send()

    # ---------------------------------------------------------------- answers

    def row_at(self, row: int) -> Any | None:
        """The row at a place, or None while it is on its way; asks for it if need be."""
        self.want(row)
        kept = self._pages.get(row // PAGE)
        if kept is None or row % PAGE >= len(kept[1]):
            return None
        self._pages.move_to_end(row // PAGE)
        return kept[1][row % PAGE]

    def present(self) -> list[Any]:
        """The rows that have arrived, in no promised order."""
        return [row for _asked, rows in self._pages.values() for row in rows]

    def place_of(self, row_id: str) -> int | None:
        """Where an id is among the rows that have arrived for the present question."""
        for page, (asked, rows) in self._pages.items():
            if asked == self._question:
                for place, row in enumerate(rows):
                    if row.id == row_id:
                        return page * PAGE + place
        return None

    def is_fresh(self, row: int) -> bool:
        """Whether the page of this row answers the present question."""
        kept = self._pages.get(row // PAGE)
        return kept is not None and kept[0] == self._question

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._columns


class Chosen(QObject):
    """Keeps one row of a view chosen by its id, also when the list is read again in another order.

    Signals: `changed(id)` when a person or `choose` takes another row, `gone(id)` when it left the list.
    """

    changed = Signal(str)
    gone = Signal(str)

    def __init__(self, view: QAbstractItemView, model: PagedModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._id = ""
        self._moving = False
        model.arrived.connect(self._seek)
        model.counted.connect(self._seek)
        model.modelReset.connect(self._seek)
        view.selectionModel().currentChanged.connect(self._moved)

    def id(self) -> str:
        return self._id

    def choose(self, row_id: str) -> None:
        """Choose a row by id, wherever it is; an empty id chooses none."""
        if row_id == self._id:
            return
        self._id = row_id
        if not row_id:
            self._move(None)
            return
        self._seek()
        self.changed.emit(row_id)

    def choose_first(self) -> None:
        """Choose the first row if nothing is chosen."""
        if not self._id and self._model.rowCount():
            self._view.setCurrentIndex(self._model.index(0, 0))

    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if self._moving or self._model.shrinking or not now.isValid():
            return
        if not self._view.selectionModel().hasSelection():
            # A view that is given the keyboard makes its first row the current one and does not select it.
            select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            self._view.selectionModel().select(now, select)
        row = self._model.row_at(now.row())
        if row is None:
            self._id = ""  # still on its way; `_seek` takes its id when it arrives
        elif row.id != self._id:
            self._id = row.id
            self.changed.emit(row.id)

    def _seek(self) -> None:
        now = self._view.currentIndex()
        if not self._id:
            if now.isValid():
                self._moved(now, now)
            return
        place = self._model.place_of(self._id)
        if place is not None:
            self._move(place)
        elif not now.isValid() or self._model.is_fresh(now.row()) or now.row() >= self._model.rowCount():
            self._find()
        else:
            self._model.want(now.row())

    def _find(self) -> None:
        source, wanted, asked = self._model.source(), self._id, self._model.question()
        if source is None:
            return
        if source.find is None:
            if self._view.currentIndex().isValid():
                self._found(wanted, asked, None)
            return
        find = source.find
        source.run(lambda: find(wanted), lambda place: self._found(wanted, asked, place))

    def _found(self, wanted: str, asked: int, place: int | None) -> None:
        if wanted != self._id or asked != self._model.question():
            return
        if place is None:
            self._id = ""
            self._move(None)
            self.gone.emit(wanted)
        elif place < self._model.rowCount():
            self._move(place)
            self._model.want(place)

    def _move(self, place: int | None) -> None:
        index = QModelIndex() if place is None else self._model.index(place, 0)
        now = self._view.currentIndex()
        if now.isValid() and place is not None and now.row() == place:
            return
        self._moving = True
        try:
            if place is None:
                self._view.selectionModel().clear()
            else:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
                self._view.selectionModel().setCurrentIndex(index, flags)
        finally:
            self._moving = False
