"""The window frame: places, room, words about headquarters, the toast, and everything by keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from fielddesk.core import i18n
from fielddesk.ui.buttons import Button
from fielddesk.ui.desk import Desk, Place
from fielddesk.ui.finding import FindRow
from fielddesk.ui.lists import Row
from fielddesk.ui.overlay import SearchResults
from fielddesk.ui.page import ListPane, Page, PlainPage, Scroll, SplitPage
from fielddesk.ui.palette import Command, Palette, rank
from fielddesk.ui.signs import Banner, Chip, Notice
from fielddesk.ui.tabs import Tabs
from tests.support.look import faults
from tests.ui.gallery import PLACES
from tests.ui.samples import said


@pytest.fixture
def desk(qtbot) -> Desk:
    window = Desk()
    window.set_places(PLACES, {place.key: PlainPage for place in PLACES})
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    return window


def test_a_page_is_made_when_its_place_is_first_shown(desk: Desk) -> None:
    assert desk.made_pages() == {}
    desk.show_place("orders")
    assert list(desk.made_pages()) == ["orders"]
    page = desk.page("orders")
    desk.show_place("today")
    desk.show_place("orders")
    assert desk.page("orders") is page


def test_arrows_in_the_navigation_go_from_place_to_place_over_the_gap(desk: Desk, qtbot) -> None:
    desk.show_place("sync")
    shown: list[str] = []
    desk.place_shown.connect(shown.append)
    desk.navigation.setFocus()
    qtbot.keyClick(desk.navigation, Qt.Key.Key_Down)
    qtbot.keyClick(desk.navigation, Qt.Key.Key_Up)
    assert shown == ["settings", "sync"]


def test_a_page_that_holds_something_wrong_keeps_the_person_there(desk: Desk) -> None:
    class Stubborn(PlainPage):
        def may_leave(self) -> bool:
            return False

    desk.set_places([*PLACES, Place("x", "X", "sun")], {"x": Stubborn})
    desk.show_place("x")
    desk.show_place("today")
    assert desk.current_place() == "x"
    assert desk.navigation.currentIndex().data() == "X"


@pytest.mark.parametrize(("width", "rail"), [(1366, False), (1360, False), (1359, True), (1000, True)])
def test_the_navigation_becomes_a_rail_where_there_is_no_room(desk: Desk, width: int, rail: bool) -> None:
    desk.resize(width, 768)
    QApplication.processEvents()
    assert desk.navigation.is_rail() is rail
    assert desk.navigation.width() == (64 if rail else 216)


def test_a_page_that_wants_room_has_the_places_as_icons_while_it_is_shown(desk: Desk) -> None:
    desk.show_place("orders")
    page = desk.page("orders")
    assert isinstance(page, Page)
    page.want_room(True)
    assert desk.navigation.is_rail()
    desk.show_place("today")
    assert not desk.navigation.is_rail()
    desk.show_place("orders")
    assert desk.navigation.is_rail()
    page.want_room(False)
    assert not desk.navigation.is_rail()


def test_places_in_the_rail_have_names_counts_and_tooltips(desk: Desk) -> None:
    desk.resize(1100, 700)
    desk.set_count("orders", 9)
    QApplication.processEvents()
    index = desk.navigation.model().index(1, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Work orders, 9 wait"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Work orders, 9 wait"
    assert desk.navigation.accessibleName() == "Places"


def test_settings_stand_at_the_lower_end_and_low_windows_scroll(desk: Desk) -> None:
    QApplication.processEvents()
    last = desk.navigation.visualRect(desk.navigation.model().index(11, 0))
    assert abs(desk.navigation.viewport().height() - last.bottom()) < 30
    desk.resize(1366, 460)
    QApplication.processEvents()
    assert desk.navigation.verticalScrollBar().maximum() > 0


def test_the_window_speaks_another_language_at_once(desk: Desk) -> None:
    desk.show_place("today")
    desk.status.show_waiting(said("12 changes wait to be sent"))
    i18n.set_language("zh_CN")
    QApplication.processEvents()
    assert desk.navigation.model().index(1, 0).data() == "工单"
    assert desk.top.search.placeholderText() == "搜索或扫描：工单、设备、备件、客户"
    assert desk.top.commands.words() == "命令"
    assert desk.status.waiting.text() == "12 项更改等待发送"
    assert desk.status.saved.text() == "您所做的一切都已保存在这台电脑上"


def test_the_status_bar_says_in_words_what_needs_a_person_and_goes_there(desk: Desk, qtbot) -> None:
    assert desk.status.needs_you.isHidden()
    desk.status.show_connection("Offline since 07:42")
    desk.status.show_needs_you("2 need you")
    assert desk.status.needs_you.height() >= 40
    assert desk.status.needs_you.accessibleName() == "2 need you"
    with qtbot.waitSignal(desk.needs_you_pressed):
        qtbot.mouseClick(desk.status.needs_you, Qt.MouseButton.LeftButton)
    desk.status.show_needs_you("")
    assert desk.status.needs_you.isHidden()


def test_a_toast_stands_over_the_status_bar_and_undoes(desk: Desk, qtbot) -> None:
    undone: list[bool] = []
    desk.show_toast("Bearing 7SR1-03-4 fitted", lambda: undone.append(True))
    toast = desk.toast
    assert toast.height() == 40
    assert toast.x() >= desk.width() // 2
    assert toast.geometry().bottom() <= desk.height()
    assert toast.y() >= desk.height() - 44
    qtbot.mouseClick(toast.undo, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert toast.isHidden()
    assert not desk.status.saved.isHidden()


def test_a_toast_goes_by_itself_but_not_under_the_focus(desk: Desk, qtbot) -> None:
    toast = desk.toast
    assert toast._timer.interval() == 8_000
    toast._timer.setInterval(30)
    desk.show_toast("Saved", lambda: None)
    toast.undo.setFocus()
    assert not toast._timer.isActive()
    desk.top.search.setFocus()
    qtbot.waitUntil(toast.isHidden)


def test_ctrl_z_undoes_what_the_toast_offers_and_then_asks_for_more(desk: Desk, qtbot) -> None:
    undone: list[str] = []
    desk.undo_asked.connect(lambda: undone.append("asked"))
    desk.show_toast("Fitted", lambda: undone.append("toast"))
    desk.navigation.setFocus()
    for _press in range(2):
        qtbot.keyClick(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["toast", "asked"]


def test_a_newer_toast_takes_the_place_of_the_older(desk: Desk) -> None:
    desk.show_toast("One", lambda: None)
    desk.show_toast("Two")
    assert desk.toast.words() == "Two"
    assert not desk.toast.can_undo()
    assert desk.toast.undo.isHidden()


def test_a_scanner_types_into_the_search_box_and_ends_with_enter(desk: Desk, qtbot) -> None:
    asked: list[str] = []
    desk.searched.connect(asked.append)
    qtbot.keyClick(desk, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert desk.top.search.hasFocus()
    with qtbot.waitSignal(desk.search_entered) as entered:
        qtbot.keyClicks(desk.top.search, "7SR-1033")
        qtbot.keyClick(desk.top.search, Qt.Key.Key_Return)
    assert entered.args == ["7SR-1033"]
    assert asked == []  # Enter was faster than the pause after typing
    with qtbot.waitSignal(desk.searched) as searched:
        qtbot.keyClicks(desk.top.search, "x")
    assert searched.args == ["7SR-1033x"]


def test_f6_goes_between_places_and_page(desk: Desk, qtbot) -> None:
    page = SplitPage("Orders", ("tray", "None", "How"), ("tray", "None", "How"))
    desk.set_places([Place("a", "A", "sun")], {"a": page})
    page.list.show_rows([Row("1", "One")])
    desk.show_place("a")
    desk.navigation.setFocus()
    qtbot.keyClick(desk, Qt.Key.Key_F6)
    assert page.list.hasFocus()
    qtbot.keyClick(desk, Qt.Key.Key_F6)
    assert desk.navigation.hasFocus()


def test_what_a_reload_does_not_change_stays_where_it_is_with_its_focus(qtbot) -> None:
    page = PlainPage("Order")
    qtbot.addWidget(page)
    runs: list[int] = []

    def reload(state: str = "In progress", turn: int = 0) -> None:
        page.pane.show_chips([Chip(lambda: state, "info"), Chip("High", "warn")])
        page.pane.show_notices([Notice("Late", "Call", answers=[("Call", lambda: runs.append(turn))])])

    reload()
    page.show()
    page.activateWindow()
    chips, answer = page.findChildren(Chip), page.pane.banner._buttons[0]
    qtbot.waitUntil(page.isActiveWindow)
    answer.setFocus()
    qtbot.mousePress(answer, Qt.MouseButton.LeftButton)
    reload(turn=1)
    assert answer.hasFocus()
    qtbot.mouseRelease(answer, Qt.MouseButton.LeftButton)
    assert runs == [1]  # the press counts, and does what the answer does now
    assert [chip for chip in page.findChildren(Chip) if chip.isVisible()] == chips
    reload("Completed")
    QApplication.processEvents()
    assert [chip.words() for chip in page.findChildren(Chip) if chip.isVisible()] == ["Completed", "High"]


def test_buttons_that_come_later_have_room_in_the_foot(qtbot) -> None:
    page = PlainPage("Order")
    qtbot.addWidget(page)
    page.resize(460, 500)
    page.show()
    page.pane.add_action(Button("Note", "note-pencil"), left=True)
    for words in ("Cancel the order", "Put it on hold", "Complete it"):
        page.pane.add_action(Button(words, "check"))
    for _turn in range(6):
        QApplication.processEvents()
    assert faults(page) == []
    buttons = [button for button in page.findChildren(Button) if button.isVisible()]
    last = next(button for button in buttons if button.words() == "Complete it")
    assert last.mapTo(page, last.rect().bottomRight()) == QPoint(460 - 24 - 1, 500 - 16 - 1)


def test_in_a_window_too_low_for_it_a_page_scrolls_whole_and_squashes_nothing(qtbot) -> None:
    page = SplitPage("Orders", ("tray", "None", "They come."), ("tray", "None", "Choose."))
    qtbot.addWidget(page)
    page.left.add_row(FindRow("Find", [("a", "By day")]))
    page.filters.add("mine", "Mine", 4)
    page.list.show_rows([Row(str(n), f"Order {n}") for n in range(30)])
    page.pane.show_title("Order 1", "Somewhere")
    page.pane.add_action(Button("Complete it"))
    page.show_detail()
    page.show()
    for height, scrolls in ((700, False), (200, True)):
        page.resize(1100, height)
        for _turn in range(6):
            QApplication.processEvents()
        assert faults(page) == []
        for side in (page.left, page.pane):
            assert (side.findChild(Scroll).verticalScrollBar().maximum() > 0) is scrolls
        assert page.list.height() >= 112


def test_four_filters_with_their_numbers_stand_in_one_line_of_a_narrow_list(qtbot) -> None:
    pane = ListPane("Orders", ("tray", "None", "They come."))
    qtbot.addWidget(pane)
    for key, words, count in (("mine", "Mine", 12), ("late", "Late", 3), ("open", "Open", 128), ("all", "All", None)):
        pane.filters.add(key, words, count)
    pane.resize(352, 500)
    pane.show()
    QApplication.processEvents()
    assert len({button.y() for button in pane.filters.findChildren(Button)}) == 1


def test_in_a_narrow_window_of_large_letters_the_frame_keeps_its_parts_apart(desk: Desk, dressed) -> None:
    desk.top.user.set_words("Maximiliane von Hohenstein-Okafor")
    desk.resize(1000, 600)
    dressed.choose("light", 200)
    for _turn in range(12):
        QApplication.processEvents()
    assert [fault for fault in faults(desk) if "over each other" in fault or "cut off" in fault] == []
    assert desk.top.commands.text() == desk.top.user.text() == ""
    assert desk.top.commands.accessibleName() == "Commands"
    assert desk.top.user.toolTip() == desk.top.user.words() == "Maximiliane von Hohenstein-Okafor"
    dressed.choose("light", 100)
    desk.resize(1366, 768)
    QApplication.processEvents()
    assert desk.top.user.words() == "Maximiliane von Hohenstein-Okafor"
    assert "Maximiliane" in desk.top.user.text()


def test_everything_of_the_frame_is_reached_by_tab(desk: Desk, qtbot) -> None:
    desk.show_place("today")
    desk.top.user.set_words("M. Okafor")
    desk.status.show_needs_you("2 need you")
    desk.show_toast("Fitted", lambda: None)
    desk.top.search.setFocus()
    seen = []
    for _press in range(8):
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    wanted = (
        desk.top.search,
        desk.top.commands,
        desk.top.user,
        desk.navigation,
        desk.status.needs_you,
        desk.toast.undo,
    )
    assert [widget.accessibleName() for widget in wanted if widget not in seen] == []


# ---------------------------------------------------------------- pages


def test_list_and_chosen_thing_cover_each_other_in_a_narrow_window(desk: Desk, qtbot) -> None:
    page = SplitPage("Orders", ("tray", "None yet", "They come."), ("tray", "None chosen", "Choose."))
    desk.set_places([Place("a", "A", "sun")], {"a": page})
    page.list.show_rows([Row("1", "One"), Row("2", "Two")])
    desk.show_place("a")
    page.list.choose("1")
    page.fill_detail()
    assert not page.stacked()
    assert page.left.isVisible()
    assert page.pane.isVisible()
    desk.resize(980, 640)
    QApplication.processEvents()
    assert page.stacked()
    assert page.left.isVisible()
    assert not page.pane.isVisible()
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert page.pane.isVisible()
    assert not page.left.isVisible()
    qtbot.mouseClick(page.pane.back, Qt.MouseButton.LeftButton)
    assert page.left.isVisible()
    assert page.list.hasFocus()


def test_an_empty_list_says_what_will_appear_and_how(desk: Desk) -> None:
    page = SplitPage("Orders", ("tray", "None yet", "They come from the office."), ("tray", "None chosen", "Choose."))
    desk.set_places([Place("a", "A", "sun")], {"a": page})
    desk.show_place("a")
    page.list.show_rows([])
    words = [label.text() for label in page.left.findChildren(QLabel) if label.isVisible()]
    assert "They come from the office." in words
    page.list.show_rows([Row("1", "One")])
    assert page.list.isVisible()


def test_a_page_shows_one_banner_and_counts_the_others(qtbot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    pressed: list[str] = []
    notices = [
        Notice("Parts end 2031", "Advise replacement.", answers=[("Advise", lambda: pressed.append("advise"))]),
        Notice("Another", "thing"),
    ]
    banner.show_notices(notices)
    words = [label.text() for label in banner.findChildren(QLabel)]
    assert words == ["Parts end 2031", "and 1 more"]
    banner.findChildren(Button)[0].click()
    assert pressed == ["advise"]
    banner.show_notices(notices[:1])
    assert "Advise replacement." in [label.text() for label in banner.findChildren(QLabel)]
    banner.show_notices([])
    assert banner.isHidden()


def test_a_change_of_language_lets_each_page_read_again(desk: Desk) -> None:
    read: list[str] = []

    class Reading(Page):
        def reload(self) -> None:
            read.append(i18n.language())

    desk.set_places([Place("a", "A", "sun")], {"a": Reading})
    desk.show_place("a")
    i18n.set_language("zh_TW")
    QApplication.processEvents()
    assert read == ["zh_TW"]


def test_tabs_make_their_panels_when_they_are_wanted(qtbot) -> None:
    made: list[str] = []

    def panel() -> QWidget:
        made.append("history")
        return QLineEdit()

    tabs = Tabs("Order")
    qtbot.addWidget(tabs)
    tabs.show()
    tabs.add("overview", said("Overview"), QWidget())
    tabs.add("history", said("History"), panel, 3)
    assert (made, tabs.current(), tabs.bar.tabText(1)) == ([], "overview", "History 3")
    with qtbot.waitSignal(tabs.chosen) as chosen:
        qtbot.keyClick(tabs.bar, Qt.Key.Key_Right)
    assert (chosen.args, made) == (["history"], ["history"])
    i18n.set_language("zh_CN")
    QApplication.processEvents()
    assert tabs.bar.tabText(1) == "历史 3"


# ---------------------------------------------------------------- palette and search


def commands(ran: list[str]) -> list[Command]:
    return [
        Command("new", said("New"), lambda: ran.append("new"), "Ctrl+N", "plus", said("Work orders")),
        Command("part", said("Scan or add part"), lambda: ran.append("part"), icon="barcode", also="fit spare"),
        Command("end", said("Complete order"), lambda: ran.append("end"), blocked=lambda: "Advice first"),
    ]


def test_the_palette_finds_a_command_by_typing_and_enter_runs_it(desk: Desk, qtbot) -> None:
    ran: list[str] = []
    palette = Palette(desk)
    desk.commands_asked.connect(lambda: palette.open_with(commands(ran)))
    desk.navigation.setFocus()
    qtbot.keyClick(desk, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert palette.edit.hasFocus()
    assert palette.list.rows.rowCount() == 3
    qtbot.keyClicks(palette.edit, "spare")
    assert [palette.list.rows.row_at(0).title, palette.list.rows.rowCount()] == ["Scan or add part", 1]
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    assert ran == ["part"]
    assert palette.isHidden()
    assert desk.navigation.hasFocus()


def test_the_palette_shows_keys_and_why_a_command_is_off(desk: Desk, qtbot) -> None:
    ran: list[str] = []
    palette = Palette(desk)
    palette.open_with(commands(ran))
    assert [palette.list.rows.row_at(place).right for place in range(3)] == ["Ctrl+N", "", "Advice first"]
    for _press in range(2):
        qtbot.keyClick(palette.edit, Qt.Key.Key_Down)
    qtbot.keyClick(palette.edit, Qt.Key.Key_Return)
    assert ran == []


def test_what_cannot_be_done_now_stands_last_in_the_palette(desk: Desk) -> None:
    palette = Palette(desk)
    palette.open_with(
        [
            Command("new", "New customer", lambda: None, blocked=lambda: "for the office"),
            Command("orders", "Work orders", lambda: None),
            Command("undo", "Undo", lambda: None, blocked=lambda: ""),
        ]
    )
    assert [palette.list.rows.row_at(place).id for place in range(3)] == ["orders", "undo", "new"]


def settle() -> None:
    for _turn in range(12):  # a change of height climbs one layout a turn
        QApplication.processEvents()


def test_a_long_title_has_a_second_line_before_it_is_cut(desk: Desk) -> None:
    page = PlainPage()
    desk.set_places([Place("a", "A", "sun")], {"a": page})
    desk.resize(1366, 768)
    page.pane.show_title("Robot cell stops", "1051")
    settle()
    title = page.pane.title
    assert title.lines(title.width()) == ["Robot cell stops"]
    page.pane.show_title("REPLACE STEERING PILOT HOSE 维修 \U0001f527 " * 2, "1051")
    page.pane.show_chips([Chip("In progress", "info"), Chip("not sent yet")])
    desk.resize(1000, 768)
    settle()
    first, second = title.lines(title.width())
    assert title.height() == 2 * title.sizeHint().height()
    assert not first.endswith("…")
    assert "".join(f"{first} {second}".split()) == "".join(title.text().split())
    page.pane.show_title("REPLACE STEERING PILOT HOSE " * 20, "1051")
    settle()
    title.grab()
    assert title.height() == 2 * title.sizeHint().height()
    assert title.lines(title.width())[1].endswith("…")
    assert title.toolTip() == title.text()


def test_the_palette_goes_away_with_escape_or_a_second_ctrl_k_and_says_when_nothing_fits(desk: Desk, qtbot) -> None:
    palette = Palette(desk)
    palette.open_with(commands([]))
    qtbot.keyClicks(palette.edit, "zzz")
    assert palette.note.text() == "No command has these words."
    qtbot.keyClick(palette.edit, Qt.Key.Key_Escape)
    assert palette.isHidden()
    palette.open_with(commands([]))
    palette.open_with(commands([]))
    assert palette.isHidden()


@pytest.mark.parametrize(
    ("typed", "words", "fits"),
    [
        ("new", "New work order", 0),
        ("ord wo", "New work order", 1),
        ("ork", "New work order", 2),
        ("nwo", "New work order", 3),
    ],
)
def test_better_matches_come_first(typed: str, words: str, fits: int) -> None:
    assert rank(typed, words) == fits


def test_typing_finds_chinese_and_ignores_case_and_accents() -> None:
    assert rank("工单", "新建工单") == 2
    assert rank("gerat", "Gerät öffnen") == 0
    assert rank("xyz", "New work order") is None


def test_search_results_are_walked_from_the_search_box(desk: Desk, qtbot) -> None:
    results = SearchResults(desk, desk.top.search)
    desk.focus_search()
    results.show_rows([Row("o1", "1051 Robot cell", "Order"), Row("a1", "Robot RC-4", "Asset")])
    results.open_up()
    assert results.geometry().top() >= desk.top.search.geometry().bottom()
    qtbot.keyClick(desk.top.search, Qt.Key.Key_Down)
    assert desk.top.search.hasFocus()
    with qtbot.waitSignal(results.picked) as picked:
        qtbot.keyClick(desk.top.search, Qt.Key.Key_Return)
    assert picked.args == ["a1"]


def test_a_toast_is_announced_to_assistive_technology(desk: Desk, monkeypatch) -> None:
    said_aloud: list[str] = []
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", staticmethod(lambda event: said_aloud.append(event.message()))
    )
    desk.show_toast("Bearing fitted")
    assert said_aloud == ["Bearing fitted"]
