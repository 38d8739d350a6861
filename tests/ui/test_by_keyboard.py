"""Tab goes as one reads, Escape leaves what came up for a while, and tabs without room stand behind More."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.desk import Desk, Place
from fielddesk.ui.page import PlainPage
from fielddesk.ui.reading import reading_order
from fielddesk.ui.signs import Notice
from fielddesk.ui.tabs import Tabs
from tests.support.look import faults

NAMES = ("Overview", "Safety", "Inspection", "Parts", "Notes", "Photos and files", "Sign-off", "Documents", "History")


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    window = Desk()
    qtbot.addWidget(window)
    window.set_places(
        [Place("a", "A", "sun"), Place("b", "B", "wrench")], {"a": PlainPage, "b": PlainPage, "c": PlainPage}
    )
    window.resize(1000, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_place("a")
    return window


def tabs_in(desk: Desk) -> Tabs:
    page = desk.page("a")
    assert isinstance(page, PlainPage)
    tabs = Tabs("Work order")
    for name in NAMES:
        tabs.add(name, name, QWidget())
    page.pane.add(tabs, 1)
    QApplication.processEvents()
    return tabs


def hidden(tabs: Tabs) -> list[str]:
    return [name for name in NAMES if name not in tabs.shown()]


@pytest.mark.parametrize("size", [100, 150, 200])
def test_tabs_without_room_stand_behind_more_and_are_reached_by_keyboard(
    desk: Desk, qtbot: QtBot, qapp: QApplication, size: int
) -> None:
    tabs = tabs_in(desk)
    theme.start(qapp).choose("light", size)
    desk.resize(700, 500)
    qtbot.waitUntil(lambda: bool(hidden(tabs)))
    assert tabs.shown()[0] == "Overview"
    assert [fault for fault in faults(desk) if "tab" in fault.lower()] == []
    tabs.bar.setFocus()
    qtbot.keyClick(tabs.bar, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is tabs.more
    qtbot.keyClick(tabs.more, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == hidden(tabs)
    qtbot.keyClick(menu, Qt.Key.Key_Up)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert tabs.current() == "History"
    assert "History" in tabs.shown()
    assert QApplication.focusWidget() is tabs.bar
    qtbot.keyClick(tabs.bar, Qt.Key.Key_Left)
    assert tabs.current() == "Documents"
    assert "Documents" in tabs.shown()


def test_all_tabs_are_in_sight_where_there_is_room(desk: Desk, qtbot: QtBot) -> None:
    tabs = tabs_in(desk)
    desk.resize(500, 500)
    qtbot.waitUntil(tabs.more.isVisible)
    desk.resize(1366, 768)
    qtbot.waitUntil(lambda: not tabs.more.isVisible())
    assert tabs.shown() == list(NAMES)
    tabs.clear()
    tabs.add("only", "Only", QWidget())
    assert tabs.bar.isHidden()


def test_tab_goes_as_one_reads_whatever_was_made_first(desk: Desk, qtbot: QtBot) -> None:
    page = desk.page("a")
    assert isinstance(page, PlainPage)
    last, first = Button("Last"), Button("First")
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.addWidget(last)
    row.insertWidget(0, first)
    page.pane.add(holder)
    page.pane.add_action(Button("Foot"))
    page.pane.show_notices([Notice("A fact", answers=[("Answer", lambda: None)])])
    QApplication.processEvents()
    said = [each.accessibleName() for each in reading_order(page)]
    assert said == ["Answer", "First", "Last", "Foot"]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is last
    qtbot.keyClick(last, Qt.Key.Key_Backtab)
    qtbot.keyClick(first, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget().accessibleName() == "Answer"


def test_a_place_that_is_not_in_the_navigation_marks_none_there(desk: Desk) -> None:
    shown: list[str] = []
    desk.place_shown.connect(shown.append)
    desk.show_place("c")
    assert not desk.navigation.currentIndex().isValid()
    desk.navigation.setCurrentIndex(desk.navigation.model().index(0, 0))  # and back to where one came from
    assert shown == ["c", "a"]


def test_of_two_buttons_with_one_key_the_inner_one_is_pressed(qtbot: QtBot) -> None:
    pressed: list[str] = []
    window, inner = QWidget(), QWidget()
    qtbot.addWidget(window)
    column, deeper = QVBoxLayout(window), QVBoxLayout(inner)
    page, record = (Button(words, key="Alt+Left") for words in ("All customers", "All sites"))
    page.clicked.connect(lambda: pressed.append("page"))
    record.clicked.connect(lambda: pressed.append("record"))
    column.addWidget(page)
    column.addWidget(inner)
    deeper.addWidget(record)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for _time in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    inner.hide()
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert pressed == ["record", "record", "page"]
