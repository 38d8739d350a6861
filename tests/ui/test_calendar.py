"""A month with what falls on its days: by keyboard alone, today marked, every day told with what is on it."""

from datetime import date

import pytest
from PySide6.QtCore import Qt

from fielddesk.core import i18n
from fielddesk.ui.calendar import DayEntry, MonthSheet
from tests.support.look import faults

TODAY = "2028-02-29"


@pytest.fixture
def sheet(qtbot) -> MonthSheet:
    view = MonthSheet(lambda: "Inspections", TODAY)
    qtbot.addWidget(view)
    view.resize(760, 520)
    view.show_entries({TODAY: [DayEntry("a", "Press HP-250 #2", "warn"), DayEntry("b", "Kiln <b>drive</b>")]})
    view.show()
    return view


def told(sheet: MonthSheet, day: str) -> str:
    row, column = sheet.days.sheet.place(date.fromisoformat(day))
    return str(sheet.days.sheet.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole))


def test_a_day_tells_its_date_that_it_is_today_and_what_falls_on_it(sheet: MonthSheet) -> None:
    assert told(sheet, TODAY) == "Tuesday 29 February 2028, today, Press HP-250 #2, Kiln <b>drive</b>"
    i18n.set_language("zh_CN")
    assert "2028年2月29日" in told(sheet, TODAY)
    assert sheet.days.sheet.headerData(0, Qt.Orientation.Horizontal) == "一"


def test_arrows_walk_over_the_end_of_a_month_and_pages_over_months(sheet: MonthSheet, qtbot) -> None:
    spans: list[tuple[str, str]] = []
    days: list[str] = []
    sheet.shown.connect(lambda first, last: spans.append((first, last)))
    sheet.picked.connect(days.append)
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_End,
        Qt.Key.Key_Home,
        Qt.Key.Key_PageDown,
    ):
        qtbot.keyClick(sheet.days, key)
    assert days == ["2028-03-01", "2028-02-23", "2028-01-23", "2028-01-31", "2028-01-01", "2028-02-01"]
    assert spans[0] == ("2028-02-28", "2028-04-09")


def test_enter_opens_the_day_and_today_brings_back(sheet: MonthSheet, qtbot) -> None:
    opened: list[str] = []
    sheet.opened.connect(opened.append)
    qtbot.keyClick(sheet.days, Qt.Key.Key_PageDown)
    sheet.go_today()
    qtbot.keyClick(sheet.days, Qt.Key.Key_Return)
    assert opened == [TODAY]


@pytest.mark.parametrize("scheme", ["light", "contrast"])
def test_nothing_of_a_month_is_cut_off(sheet: MonthSheet, dressed, scheme: str) -> None:
    dressed.choose(scheme, 150)
    sheet.resize(900, 640)
    assert faults(sheet) == []
    assert not sheet.grab().isNull()
