"""Long lists: read a page at a time, chosen by id, steady while the rows change under them."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.paging import PAGE, Source


class Ledger:
    """Rows somewhere else: answers come when `answer()` is called, as from another thread."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.fetched: list[tuple[int, int]] = []
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []

    def source(self, *, finds: bool = True) -> Source:
        find = self.find if finds else None
        return Source(self.fetch, lambda: len(self.rows), find, lambda job, done: self._waiting.append((job, done)))

    def fetch(self, offset: int, limit: int) -> list[Row]:
        self.fetched.append((offset, limit))
        return self.rows[offset : offset + limit]

    def find(self, row_id: str) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.id == row_id), None)

    def answer(self) -> None:
        """Answer all that waits, and what that leads to."""
        for _turn in range(20):
            QApplication.processEvents()
            waiting, self._waiting = self._waiting, []
            for job, done in waiting:
                done(job())


def orders(count: int, first: int = 0) -> list[Row]:
    return [Row(f"o{n}", f"{n} Order", "Harbour Stamping", "tomorrow") for n in range(first, first + count)]


@pytest.fixture
def rows(qtbot) -> RowList:
    view = RowList("Orders")
    qtbot.addWidget(view)
    view.resize(380, 600)
    view.show()
    return view


def title(view: RowList, place: int) -> str:
    return view.rows.index(place, 0).data()


def test_rows_in_memory_are_there_at_once(rows: RowList) -> None:
    rows.show_rows(orders(3))
    assert [title(rows, place) for place in range(3)] == ["0 Order", "1 Order", "2 Order"]


def test_rows_elsewhere_show_as_waiting_until_they_arrive(rows: RowList) -> None:
    ledger = Ledger(orders(200))
    rows.show_source(ledger.source())
    assert rows.rows.rowCount() == 0
    ledger.answer()
    assert rows.rows.rowCount() == 200
    assert title(rows, 0) == "0 Order"
    assert title(rows, 190) == "Loading…"
    rows.grab()
    ledger.answer()
    assert title(rows, 190) == "190 Order"


def test_a_hundred_thousand_rows_are_not_read_to_show_twenty(rows: RowList) -> None:
    ledger = Ledger(orders(100_000))
    rows.show_source(ledger.source())
    ledger.answer()
    rows.grab()
    ledger.answer()
    assert sum(limit for _offset, limit in ledger.fetched) <= 2 * PAGE
    rows.scrollToBottom()
    rows.grab()
    ledger.answer()
    assert title(rows, 99_999) == "99999 Order"
    assert sum(limit for _offset, limit in ledger.fetched) <= 6 * PAGE


def test_what_is_scrolled_past_is_never_asked_for(rows: RowList) -> None:
    ledger = Ledger(orders(100_000))
    rows.show_source(ledger.source())
    ledger.answer()
    for place in range(0, 100_000, 500):
        rows.rows.row_at(place)
    ledger.answer()
    assert len(ledger.fetched) < 10


def test_the_chosen_row_is_kept_by_id_when_the_list_comes_back_in_another_order(rows: RowList, qtbot) -> None:
    ledger = Ledger(orders(300))
    rows.show_source(ledger.source())
    ledger.answer()
    rows.setCurrentIndex(rows.rows.index(2, 0))
    assert rows.chosen_id() == "o2"
    said: list[str] = []
    rows.chosen.connect(said.append)
    ledger.rows = list(reversed(ledger.rows))
    rows.reload()
    ledger.answer()
    assert rows.chosen_id() == "o2"
    assert rows.currentIndex().row() == 297
    assert rows.selectionModel().selectedIndexes()[0].row() == 297
    assert said == []  # nobody chose anything


def test_rows_that_come_in_above_do_not_change_what_is_chosen(rows: RowList) -> None:
    ledger = Ledger(orders(50, first=10))
    rows.show_source(ledger.source())
    ledger.answer()
    rows.choose("o20")
    ledger.answer()
    ledger.rows = orders(60)
    rows.reload()
    ledger.answer()
    assert (rows.chosen_id(), rows.currentIndex().row()) == ("o20", 20)


def test_a_chosen_row_that_left_the_list_is_told_and_let_go(rows: RowList) -> None:
    ledger = Ledger(orders(50))
    rows.show_source(ledger.source())
    ledger.answer()
    rows.choose("o7")
    ledger.answer()
    gone: list[str] = []
    rows.gone.connect(gone.append)
    ledger.rows = [row for row in ledger.rows if row.id != "o7"]
    rows.reload()
    ledger.answer()
    assert gone == ["o7"]
    assert rows.chosen_id() == ""
    assert not rows.currentIndex().isValid()


def test_without_a_finder_a_row_is_followed_within_what_arrived(rows: RowList) -> None:
    ledger = Ledger(orders(40))
    rows.show_source(ledger.source(finds=False))
    ledger.answer()
    rows.choose("o7")
    ledger.rows = list(reversed(ledger.rows))
    rows.reload()
    ledger.answer()
    assert (rows.chosen_id(), rows.currentIndex().row()) == ("o7", 32)


def test_a_row_can_be_chosen_by_id_before_its_page_is_read(rows: RowList) -> None:
    ledger = Ledger(orders(5_000))
    rows.show_source(ledger.source())
    ledger.answer()
    rows.choose("o4321")
    ledger.answer()
    assert rows.currentIndex().row() == 4321
    assert title(rows, 4321) == "4321 Order"


def test_an_answer_to_yesterdays_question_is_dropped(rows: RowList) -> None:
    late = Ledger(orders(3))
    rows.show_source(late.source())
    fresh = Ledger(orders(5, first=100))
    rows.show_source(fresh.source())
    fresh.answer()
    late.answer()
    assert rows.rows.rowCount() == 5
    assert title(rows, 0) == "100 Order"


def test_old_rows_stay_readable_while_new_ones_are_on_their_way(rows: RowList) -> None:
    ledger = Ledger(orders(10))
    rows.show_source(ledger.source())
    ledger.answer()
    ledger.rows = orders(10, first=500)
    rows.reload()
    assert title(rows, 0) == "0 Order"
    rows.grab()
    ledger.answer()
    assert title(rows, 0) == "500 Order"


def test_arrows_choose_and_enter_opens(rows: RowList, qtbot) -> None:
    rows.show_rows(orders(5))
    rows.choose_first()
    rows.setFocus()
    with qtbot.waitSignal(rows.chosen) as chosen:
        qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert chosen.args == ["o1"]
    with qtbot.waitSignal(rows.opened) as opened:
        qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert opened.args == ["o1"]


def test_a_row_reads_as_one_sentence_to_assistive_technology(rows: RowList) -> None:
    rows.show_rows([Row("1", "1042 Kiln\ndrive trips", "Northfield", "35 min late", "bad")])
    spoken = QAccessible.queryAccessibleInterface(rows)
    names = [spoken.child(place).text(QAccessible.Text.Name) for place in range(spoken.childCount())]
    assert [name for name in names if name] == ["1042 Kiln\ndrive trips, Northfield, 35 min late"]
    assert rows.accessibleName() == "Orders"


def test_a_chosen_row_differs_by_fill_and_bar_and_a_focused_one_by_a_ring(rows: RowList) -> None:
    rows.show_rows(orders(3))
    plain = rows.grab().toImage()
    rows.clearFocus()
    rows.choose("o1")
    chosen = rows.grab().toImage()
    x, y = 1, 72 + 36
    assert plain.pixelColor(x, y).name() == "#ffffff"
    assert chosen.pixelColor(x, y).name() == "#1f6dc2"
    assert chosen.pixelColor(200, y + 30).name() == "#dce9f8"
    rows.setFocus()
    rows.activateWindow()
    QApplication.processEvents()
    assert rows.grab().toImage().pixelColor(200, 72).name() == "#0e1720"


def test_an_empty_list_has_no_current_row(rows: RowList) -> None:
    counted: list[int] = []
    rows.counted.connect(counted.append)
    rows.show_rows([])
    rows.choose_first()
    assert counted == [0]
    assert rows.currentIndex() == QModelIndex()


def test_a_key_pressed_right_after_new_rows_meets_the_new_rows(rows: RowList, qtbot) -> None:
    rows.show_rows(orders(3))
    rows.show_rows(orders(3, first=7))
    rows.choose_first()
    assert rows.chosen_id() == "o7"


def test_home_and_end_go_to_the_first_and_the_last_row(rows: RowList, qtbot) -> None:
    rows.show_rows(orders(200))
    rows.choose_first()
    qtbot.keyClick(rows, Qt.Key.Key_End)
    assert rows.currentIndex().row() == 199
    qtbot.keyClick(rows, Qt.Key.Key_Home)
    assert rows.chosen_id() == "o0"


def test_a_list_that_is_given_the_keyboard_shows_its_first_row_as_chosen(rows: RowList, qtbot) -> None:
    rows.clearFocus()
    rows.show_rows(orders(3))
    rows.selectionModel().clear()
    rows.choose("")
    rows.activateWindow()
    rows.setFocus()
    qtbot.waitUntil(lambda: rows.chosen_id() == "o0")
    assert [index.row() for index in rows.selectionModel().selectedRows()] == [0]
