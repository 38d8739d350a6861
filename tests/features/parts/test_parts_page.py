"""Stories with parts: adding by scanner and keyboard, taking back, stock in words, supersession."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.features.parts.actions import use_part
from fielddesk.features.parts.page import PartsPage
from fielddesk.features.parts.panel import PartStock, PartsUsed
from fielddesk.features.parts.queries import fitted
from fielddesk.features.people.panel import HistoryPanel
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui import theme
from fielddesk.ui.tables import Table
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import DEPOT, MILLION, VAN

ORDER = some_id("WO-A7-2026-1051")
BEARING, OLD, SEAL = some_id("7SR1-03-4"), some_id("7SR1-03-3"), some_id("4S-118")


def used(desk: Workplace) -> PartsUsed:
    desk.open("orders")
    desk.bench.show("work_order", ORDER)
    panel = desk.desk.page("orders").tabs.choose("parts")  # type: ignore[attr-defined]
    desk.settle()
    assert isinstance(panel, PartsUsed)
    return panel


def part(desk: Workplace, part_id: str) -> PartsPage:
    page = desk.open("parts")
    desk.bench.show("part", part_id)
    desk.settle()
    assert isinstance(page, PartsPage)
    return page


def cells(table: Table) -> list[list[str]]:
    rows = [table.rows.row_at(place) for place in range(table.rows.rowCount())]
    return [[column.text(row) for column in table.rows.columns] for row in rows]


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def on_order(store: Store) -> list[tuple[str, int, str]]:
    with store.read() as read:
        return [(row.number, row.quantity, row.place) for row in fitted(read, ORDER)]


def test_a_scan_adds_a_part_from_ones_own_van_and_undo_takes_it_back(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    panel = used(desk)
    edit = panel.adding.part.editor
    qtbot.keyClicks(edit, "4S-118")
    qtbot.keyClick(edit, Qt.Key.Key_Return)  # a scanner's Enter comes before anything was found
    desk.settle()
    assert panel.adding.place.editor.currentText() == "Van 12"
    qtbot.keyClick(panel.adding.quantity.editor, Qt.Key.Key_Return)
    desk.settle()
    assert on_order(laptop) == [("4S-118", MILLION, "Van 12")]
    assert panel.adding.part.text() == ""  # ready for the next one
    assert desk.desk.toast.take_back()
    desk.settle()
    assert on_order(laptop) == []
    assert "No parts yet" not in words(panel)  # the line to add one is open, which says enough


def test_the_stock_stands_beside_each_part_that_is_offered(desk: Workplace, qtbot: QtBot) -> None:
    panel = used(desk)
    qtbot.keyClicks(panel.adding.part.editor, "7sr1")
    qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Down)
    panel.adding.part.open_up()
    desk.settle()
    offered = [(row.title, row.right) for row in panel.adding.part._found]
    assert offered == [
        ("7SR1-03-3 Bearing, axis 3 (old)", "none in stock"),
        ("7SR1-03-4 Bearing, axis 3", "2 with you, 16 in all"),
    ]


def test_only_less_than_nothing_is_coloured_in_the_catalogue(desk: Workplace, laptop: Store) -> None:
    page = part(desk, some_id("LC-24"))
    rows = {row.number: row for row in map(page.list.rows.row_at, range(page.list.rows.rowCount()))}
    said = {number: (row.below, row.state, row.below_state) for number, row in rows.items()}
    assert said["LC-24"] == ("0 with you, 1 in all", "idle", "")
    assert said["7SR1-03-3"] == ("none in stock", "idle", "")
    assert (rows["7SR1-03-3"].second, rows["7SR1-03-3"].right) == ("7SR1-03-3", "replaced")
    assert page.pane._shown_chips[0].words() == "0 with you, 1 in all"
    assert page.pane._shown_chips[0].property("state") == "idle"
    laptop.do(call(use_part, order_id=ORDER, part_id=SEAL, quantity=2 * MILLION, place_id=VAN))
    desk.settle()
    page = part(desk, SEAL)
    row = page.list.currentIndex().data(Qt.ItemDataRole.UserRole)
    assert (row.below, row.state, row.below_state) == ("1 set below zero", "bad", "bad")
    assert page.pane._shown_chips[0].property("state") == "bad"


def test_that_there_is_none_matters_where_a_part_is_put_on_an_order(desk: Workplace, qtbot: QtBot) -> None:
    panel = used(desk)
    qtbot.keyClicks(panel.adding.part.editor, "7sr1")
    panel.adding.part.open_up()
    desk.settle()
    assert [row.right_state for row in panel.adding.part._found] == ["warn", ""]


def test_a_part_from_another_place_is_taken_there(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    panel = used(desk)
    qtbot.keyClicks(panel.adding.part.editor, "LC-24")
    qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Return)
    desk.settle()
    assert "None in stock here" in words(panel.adding)
    panel.adding.place.editor.setCurrentIndex(panel.adding.place.editor.findData(DEPOT))
    panel.adding.add.click()
    desk.settle()
    assert on_order(laptop) == [("LC-24", MILLION, "Depot Nord")]


@pytest.mark.parametrize(
    ("number", "quantity", "said"),
    [
        ("", "1", "This is needed."),
        ("LC-24", "0", "Type how many, more than zero."),
        ("LC-24", "many", "This is not a number."),
        ("LC-24", "9999999", "Nobody carries that many"),
        ("LC-24", "", "This is needed."),
    ],
)
def test_what_is_wrong_is_said_under_its_field(
    desk: Workplace, laptop: Store, qtbot: QtBot, number: str, quantity: str, said: str
) -> None:
    panel = used(desk)
    if number:
        qtbot.keyClicks(panel.adding.part.editor, number)
        qtbot.keyClick(panel.adding.part.editor, Qt.Key.Key_Return)
        desk.settle()
    panel.adding.quantity.editor.setText(quantity)
    panel.adding.add.click()
    desk.settle()
    assert said in words(panel.adding)
    assert on_order(laptop) == []


def test_words_that_fit_no_part_are_told_so(desk: Workplace, qtbot: QtBot) -> None:
    panel = used(desk)
    qtbot.keyClicks(panel.adding.part.editor, "qqqq")
    panel.adding.part.open_up()
    desk.settle()
    assert "Nothing has these words." in words(panel.adding)


def test_del_takes_the_chosen_part_back_and_the_history_keeps_both(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    laptop.do(call(use_part, order_id=ORDER, part_id=BEARING, quantity=2 * MILLION, place_id=VAN))
    panel = used(desk)
    panel.table.setCurrentIndex(panel.table.rows.index(0, 0))
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    desk.settle()
    assert on_order(laptop) == []
    history = desk.desk.page("orders").tabs.choose("history")  # type: ignore[attr-defined]
    desk.settle()
    assert isinstance(history, HistoryPanel)
    assert [entry.text for entry in history.entries.entries()] == [
        "2 × 7SR1-03-4 taken back to Van 12",
        "2 × 7SR1-03-4 fitted, from Van 12",
    ]


def test_del_pressed_twice_before_the_first_is_kept_takes_the_part_back_once(
    desk: Workplace, laptop: Store, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.do(call(use_part, order_id=ORDER, part_id=BEARING, quantity=2 * MILLION, place_id=VAN))
    panel = used(desk)
    asked = []
    do = desk.bench.do
    monkeypatch.setattr(desk.bench, "do", lambda calls, **more: (asked.append(calls), do(calls, **more)))
    panel.table.setCurrentIndex(panel.table.rows.index(0, 0))
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    desk.settle()
    assert len(asked) == 1
    assert on_order(laptop) == []


def test_stock_below_zero_is_flagged_in_words_and_stands(desk: Workplace, laptop: Store) -> None:
    laptop.do(call(use_part, order_id=ORDER, part_id=SEAL, quantity=3 * MILLION, place_id=VAN))
    panel = used(desk)
    assert "Van 12: 2 sets of Seal kit below zero." in words(panel)
    page = part(desk, SEAL)
    assert "2 sets below zero" in words(page.pane)
    stock = page.tabs.panel("stock")
    assert isinstance(stock, PartStock)
    assert cells(stock.table)[0][2:] == ["−2 sets", "−2 sets", "below zero; exact, every movement is on this laptop"]


def test_another_places_stock_says_since_when_and_what_waits(desk: Workplace, laptop: Store) -> None:
    laptop.do(call(use_part, order_id=ORDER, part_id=BEARING, quantity=3 * MILLION, place_id=DEPOT))
    stock = part(desk, BEARING).tabs.panel("stock")
    assert isinstance(stock, PartStock)
    assert cells(stock.table) == [
        ["Van 12 (yours)", "Van", "2", "2", "exact, every movement is on this laptop"],
        ["Depot Nord", "Depot", "11", "11", "headquarters, yesterday, 09:00; −3 of yours not sent yet"],
    ]


def test_a_replaced_part_leads_to_its_successor_and_back(desk: Workplace) -> None:
    page = part(desk, OLD)
    assert "Replaced by 7SR1-03-4" in words(page.pane)
    page.pane.banner._buttons[0].click()
    desk.settle()
    assert page.pane.title.text() == "Bearing, axis 3"
    assert page.pane.second.text() == "number 7SR1-03-4 · counted in pcs"
    stock = page.tabs.panel("stock")
    assert isinstance(stock, PartStock)
    older = stock._older.itemAt(0).widget()
    assert older.words() == "7SR1-03-3 Bearing, axis 3 (old)"
    older.click()
    desk.settle()
    assert page.pane.title.text() == "Bearing, axis 3 (old)"


def test_the_number_is_copied(desk: Workplace) -> None:
    page = part(desk, BEARING)
    page.copy_number.click()
    assert QGuiApplication.clipboard().text() == "7SR1-03-4"


@pytest.mark.parametrize(
    ("language", "name"), [("zh_CN", "轴承，3 轴"), ("zh_TW", "軸承，3 軸"), ("en", "Bearing, axis 3")]
)
def test_a_part_is_called_as_its_reader_speaks(desk: Workplace, language: str, name: str) -> None:
    page = part(desk, BEARING)
    i18n.set_language(language)
    desk.settle()
    assert page.pane.title.text() == name
    rows = page.list.rows
    assert name in [rows.row_at(place).title for place in range(rows.rowCount())]


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(
    ("scheme", "size", "room"),
    [("dark", 100, (1280, 640)), ("light", 150, (1920, 960)), ("light", 100, (1000, 600)), ("light", 125, (1366, 768))],
)
def test_every_tab_is_named_whole_and_large_enough_in_each_language(
    desk: Workplace,
    laptop: Store,
    dressed: theme.Theme,
    qapp: QApplication,
    language: str,
    scheme: str,
    size: int,
    room: tuple[int, int],
) -> None:
    laptop.do(call(use_part, order_id=ORDER, part_id=SEAL, quantity=3 * MILLION, place_id=VAN))
    i18n.set_language(language)
    dressed.choose(scheme, size)
    desk.desk.resize(*room)
    found = []
    for part_id in (SEAL, OLD):
        page = part(desk, part_id)
        for key in ("stock", "movements", "history"):
            page.tabs.choose(key)
            desk.settle()
            found += [f"{key}: {fault}" for fault in faults(desk.desk)]
    panel = used(desk)
    found += [f"used: {fault}" for fault in faults(desk.desk)]
    panel.adding.part.editor.setText("s")
    panel.adding.part.open_up()
    desk.settle()
    found += [f"adding: {fault}" for fault in faults(desk.desk)]
    assert found == []
