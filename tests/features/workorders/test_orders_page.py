"""Stories of a day with work orders: the window over a real store, by keyboard, in three languages."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.core.errors import Conflict
from fielddesk.features.parts.panel import PartsUsed
from fielddesk.features.people.panel import HistoryPanel
from fielddesk.features.people.rules import DISPATCHER, ENGINEER
from fielddesk.features.workorders import queries
from fielddesk.features.workorders.actions import assign_order
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel import NotesPanel, OverviewPanel
from fielddesk.features.workorders.queries import MINE, OPEN
from fielddesk.store.actions import ACTIONS, call
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft, OwnOperation
from fielddesk.ui import fonts, theme
from fielddesk.ui.lists import Mark, Row
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import ANNA, BENNO, put
from tests.support.safety import a_check

ORDER = some_id("WO-A7-2026-1051")


def orders(desk: Workplace) -> OrdersPage:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    return page


def shown(desk: Workplace, order_id: str = ORDER) -> OrdersPage:
    page = orders(desk)
    desk.bench.show("work_order", order_id)
    desk.settle()
    return page


def titles(page: OrdersPage) -> list[str]:
    rows = page.list.rows
    return [rows.row_at(place).title for place in range(rows.rowCount())]


def words(page: object) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def status(store: Store) -> tuple[str, str]:
    with store.read() as read:
        order = read.one(WorkOrder, ORDER)
    return order.status, order.status_reason


def looked_around(store: Store, number: str) -> None:
    """The safety check of an order is done."""
    store.do(a_check(some_id(number), store.clock.now())[0])


def notes(store: Store) -> list[str]:
    with store.read() as read:
        return [note.text for note in read.all(Note, Note.c.order_id == ORDER, order=[Note.c.at.desc()])]


def test_an_order_is_found_noted_given_a_part_and_completed_by_keyboard_alone(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    page = orders(desk)
    page.focus()
    page.finder.edit.setFocus()
    qtbot.keyClicks(page.finder.edit, "robot")
    qtbot.keyClick(page.finder.edit, Qt.Key.Key_Return)
    desk.settle()
    assert page.pane.title.text() == "Robot cell stops"  # the first that fits is shown at once
    qtbot.keyClick(page.finder.edit, Qt.Key.Key_Down)
    assert page.list.hasFocus() or not page.list.isActiveWindow()

    page.tabs.choose("notes")
    desk.settle()
    panel = page.tabs.panel()
    assert isinstance(panel, NotesPanel)
    qtbot.keyClicks(panel.field.editor, "Bearing is worn.")
    qtbot.keyClick(panel.field.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert notes(laptop)[0] == "Bearing is worn."
    assert panel.entries.entries()[0].mark == ("not sent yet", "idle")

    used = page.tabs.choose("parts")
    desk.settle()
    assert isinstance(used, PartsUsed)
    edit = used.adding.part.editor
    qtbot.keyClicks(edit, "7SR1-03-4")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    desk.settle()
    assert used.adding.part.shown == some_id("7SR1-03-4")
    qtbot.keyClicks(used.adding.quantity.editor, "2")
    qtbot.keyClick(used.adding.quantity.editor, Qt.Key.Key_Return)
    desk.settle()
    assert [line.row.number for line in map(used.table.rows.row_at, range(used.table.rows.rowCount()))] == ["7SR1-03-4"]
    assert desk.desk.toast.words() == "7SR1-03-4 fitted"

    complete = page.foot_buttons()[-1]
    assert complete.words() == "Complete order"
    complete.setFocus()
    qtbot.keyClick(complete, Qt.Key.Key_Space)
    desk.settle()
    assert status(laptop) == ("completed", "")
    assert page.pane.title.text() == "Robot cell stops"  # it left the list of mine and stays in sight
    assert page.foot_buttons()[-1].words() == "Open again"


def test_an_order_on_hold_needs_its_reason_and_undo_takes_it_back(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = shown(desk)
    hold = next(button for button in page.foot_buttons() if button.words() == "Put on hold")
    hold.click()
    qtbot.keyClick(page.reason.edit, Qt.Key.Key_Return)
    assert "Say why in a few words" in words(page.reason)
    assert status(laptop) == ("in_progress", "")
    qtbot.keyClicks(page.reason.edit, "Seal kit ordered")
    qtbot.keyClick(page.reason.edit, Qt.Key.Key_Return)
    desk.settle()
    assert status(laptop) == ("on_hold", "Seal kit ordered")
    assert page.reason.isHidden()
    assert desk.desk.toast.take_back()
    desk.settle()
    assert status(laptop) == ("in_progress", "")


def test_a_start_pressed_by_mistake_is_taken_back_to_assigned(desk: Workplace, laptop: Store) -> None:
    page = shown(desk, some_id("WO-A7-2026-1038"))
    looked_around(laptop, "WO-A7-2026-1038")
    desk.settle()
    page.foot_buttons()[-1].click()
    desk.settle()
    assert desk.desk.toast.words() == "WO-A7-2026-1038 is in progress"
    assert desk.desk.toast.take_back()
    desk.settle()
    with laptop.read() as read:
        assert read.one(WorkOrder, some_id("WO-A7-2026-1038")).status == "assigned"
    assert page.foot_buttons()[-1].words() == "Start work"


def test_escape_leaves_an_order_as_it_is(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = shown(desk)
    page.foot_buttons()[0].click()
    assert not page.reason.isHidden()
    qtbot.keyClick(page.reason.edit, Qt.Key.Key_Escape)
    assert page.reason.isHidden()
    assert status(laptop) == ("in_progress", "")


def test_a_note_half_written_is_there_again_after_the_window_was_closed(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    with workplace(qtbot, laptop) as desk:
        page = shown(desk)
        panel = page.tabs.choose("notes")
        assert isinstance(panel, NotesPanel)
        qtbot.keyClicks(panel.field.editor, "Half a th")
        qtbot.waitUntil(lambda: _draft(laptop) == '"Half a th"', timeout=700)
    with workplace(qtbot, laptop) as desk:
        page = shown(desk)
        panel = page.tabs.choose("notes")
        desk.settle()
        assert isinstance(panel, NotesPanel)
        assert panel.field.text() == "Half a th"
        assert len(notes(laptop)) == 3
        panel.add.click()
        desk.settle()
        assert notes(laptop)[0] == "Half a th"
        assert _draft(laptop) is None


def _draft(store: Store) -> str | None:
    with store.read() as read:
        row = read.get(Draft, "note.text", ORDER)
    return None if row is None else row.text


def test_a_note_typed_on_one_order_never_lands_on_another(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = shown(desk)
    panel = page.tabs.choose("notes")
    assert isinstance(panel, NotesPanel)
    qtbot.keyClicks(panel.field.editor, "For 1051 only")
    desk.bench.show("work_order", some_id("WO-A7-2026-1042"))
    desk.settle()
    assert panel.field.text() == ""
    desk.bench.show("work_order", ORDER)
    desk.settle()
    assert panel.field.text() == "For 1051 only"


def test_an_empty_note_is_refused_in_words(desk: Workplace, laptop: Store) -> None:
    panel = shown(desk).tabs.choose("notes")
    assert isinstance(panel, NotesPanel)
    panel.add.click()
    desk.settle()
    assert "Type the note first." in words(panel)
    assert len(notes(laptop)) == 3


def test_the_key_that_adds_a_note_says_too_that_there_is_none(desk: Workplace, qtbot: QtBot) -> None:
    panel = shown(desk).tabs.choose("notes")
    assert isinstance(panel, NotesPanel)
    qtbot.keyClick(panel.field.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Type the note first." in words(panel)
    i18n.set_language("zh_TW")
    desk.settle()
    assert "請先輸入備註。" in words(panel)


def test_a_new_order_needs_no_window_of_its_own(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = orders(desk)
    page.new.click()
    desk.settle()
    form = page.new_pane
    form.make.click()
    assert words(form).count("This is needed.") == 2
    qtbot.keyClicks(form.title_field.editor, "Gearbox hums")
    qtbot.keyClicks(form.customer.editor, "northf")
    qtbot.keyClick(form.customer.editor, Qt.Key.Key_Return)
    desk.settle()
    assert form.customer.text() == "Northfield Castings"
    assert [words for _key, words in form.asset._options] == ["Compressor C-75 (C75-1207)", "Kiln drive (KD-881)"]
    form.make.click()
    desk.settle()
    assert page.pane.title.text() == "Gearbox hums"
    with laptop.read() as read:
        (order,) = read.all(WorkOrder, WorkOrder.c.title == "Gearbox hums")
    assert (order.kind, order.status, order.assignee_id) == ("repair", "assigned", ANNA)
    assert order.number.startswith("WO-A7-")
    page.new.click()
    desk.settle()
    assert form.title_field.text() == ""  # the next form begins empty


def test_a_new_order_half_typed_waits_for_its_person(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    with workplace(qtbot, laptop) as desk:
        page = orders(desk)
        page.new.click()
        desk.settle()
        qtbot.keyClicks(page.new_pane.title_field.editor, "Pump lea")
        qtbot.keyClicks(page.new_pane.customer.editor, "lindq")
        qtbot.keyClick(page.new_pane.customer.editor, Qt.Key.Key_Return)
        desk.settle()
        assert page.may_leave()  # the window asks before it closes
    with workplace(qtbot, laptop) as desk:
        page = orders(desk)
        page.new.click()
        desk.settle()
        assert page.new_pane.title_field.text() == "Pump lea"
        assert page.new_pane.customer.text() == "Lindqvist Metall"


def test_the_office_begins_with_what_is_open_and_an_engineer_with_their_own(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    for role, view in ((DISPATCHER, OPEN), (ENGINEER, MINE)):
        with workplace(qtbot, laptop, role=role, user=BENNO) as desk:
            page = orders(desk)
            assert page.filters.current() == view
            assert page.list.rows.rowCount() == order_count(laptop, view)
    assert order_count(laptop, OPEN) > order_count(laptop, MINE)


def order_count(laptop: Store, view: str) -> int:
    with laptop.read() as read:
        return queries.order_count(read, queries.OrderFilter(BENNO, "2027-01-15", view))


def test_the_office_gives_an_order_to_somebody_and_takes_it_back(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    laptop.identity = laptop.identity.__class__(ANNA, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as desk:
        panel = shown(desk).tabs.panel("overview")
        assert isinstance(panel, OverviewPanel)
        panel._assignee.editor.setCurrentIndex(panel._assignee.editor.findData(BENNO))
        panel._assignee.commit()
        desk.settle()
        with laptop.read() as read:
            assert read.one(WorkOrder, ORDER).assignee_id == BENNO
        history = shown(desk).tabs.choose("history")
        desk.settle()
        assert isinstance(history, HistoryPanel)
        first = history.entries.entries()[0]
        assert (first.text, first.details) == ("Order given to Benno Okafor", ("Given to: Anna Berg → Benno Okafor",))
        assert desk.desk.toast.take_back()
        desk.settle()
        with laptop.read() as read:
            assert read.one(WorkOrder, ORDER).assignee_id == ANNA


def due(store: Store) -> str | None:
    with store.read() as read:
        return read.one(WorkOrder, ORDER).due_on


@pytest.mark.parametrize("way", ["button", "keyboard"])
def test_a_due_day_is_taken_away_and_undo_brings_it_back(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot, way: str
) -> None:
    laptop.identity = laptop.identity.__class__(ANNA, DISPATCHER, laptop.identity.device, "A7")
    before = due(laptop)
    with workplace(qtbot, laptop) as desk:
        page = shown(desk)
        panel = page.tabs.panel("overview")
        assert isinstance(panel, OverviewPanel)
        field = panel._due
        assert field.none.isVisible()
        if way == "button":
            field.none.click()
        else:
            field.editor.setFocus()
            qtbot.keyClick(field.editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            qtbot.keyClick(field.editor, Qt.Key.Key_Delete)
            qtbot.keyClick(field.editor, Qt.Key.Key_Return)
        desk.settle()
        assert due(laptop) is None
        assert field.text() == ""
        assert not field.none.isVisible()
        assert not page.due.isVisible()
        with laptop.read() as read:
            assert read.one(WorkOrder, ORDER).assignee_id == ANNA
        assert desk.desk.toast.take_back()
        desk.settle()
        assert due(laptop) == before
        assert field.text() == before
        history = shown(desk).tabs.choose("history")
        desk.settle()
        assert isinstance(history, HistoryPanel)
        assert [entry.text for entry in history.entries.entries()] == ["Due day set", "Due day taken away"]


def test_a_due_day_set_by_mistake_is_taken_back_to_none(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    laptop.identity = laptop.identity.__class__(ANNA, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as desk:
        panel = shown(desk).tabs.panel("overview")
        assert isinstance(panel, OverviewPanel)
        panel._due.none.click()
        desk.settle()
        qtbot.keyClicks(panel._due.editor, "2027-03-01")
        qtbot.keyClick(panel._due.editor, Qt.Key.Key_Return)
        desk.settle()
        assert due(laptop) == "2027-03-01"
        assert desk.desk.toast.take_back()
        desk.settle()
        assert due(laptop) is None


def test_giving_an_order_away_leaves_a_due_day_of_which_it_knew_nothing(laptop: Store) -> None:
    """What a laptop of the first version sends, or one whose form showed no day: the day that stands stays."""
    laptop.identity = laptop.identity.__class__(ANNA, DISPATCHER, laptop.identity.device, "A7")
    before = due(laptop)
    old, _ = ACTIONS["assign_order"].upcast(1, {"order_id": ORDER, "assignee_id": BENNO, "due_on": None}, {})
    laptop.do(call(assign_order, based_on={"assignee_id": ANNA, "due_on": None}, **old))
    with laptop.read() as read:
        order = read.one(WorkOrder, ORDER)
    assert (order.assignee_id, order.due_on) == (BENNO, before)


def test_a_status_changed_meanwhile_is_told_and_nothing_is_overwritten(desk: Workplace, laptop: Store) -> None:
    page = shown(desk)
    with laptop.read() as read:
        body = read.one(WorkOrder, ORDER).body() | {"status": "cancelled", "status_reason": "Customer closed"}
    laptop._listeners, kept = [], laptop._listeners  # the pull came in this very moment: the page has not heard of it
    put(laptop, [WorkOrder.from_body(body, 2)])
    laptop._listeners = kept
    page.foot_buttons()[-1].click()
    desk.settle()
    assert status(laptop) == ("cancelled", "Customer closed")
    assert "Somebody else changed this" in desk.desk.toast.words()
    assert page.foot_buttons()[-1].words() == "Open again"


def test_what_a_pull_brings_is_shown_without_a_click(desk: Workplace, laptop: Store) -> None:
    page = shown(desk)
    with laptop.read() as read:
        body = read.one(WorkOrder, ORDER).body() | {"title": "Robot cell stops again"}
    put(laptop, [WorkOrder.from_body(body, 2)])
    desk.settle()
    assert page.pane.title.text() == "Robot cell stops again"
    assert "Robot cell stops again" in titles(page)


def test_the_keyboard_stays_on_the_next_step_while_something_else_of_the_order_comes_in(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    """The buttons were made anew with each reload: what was pressed then went nowhere."""
    page = shown(desk)
    step = page.foot_buttons()[-1]
    step.setFocus()
    with laptop.read() as read:
        body = read.one(WorkOrder, ORDER).body() | {"title": "Robot cell stops again"}
    put(laptop, [WorkOrder.from_body(body, 2)])
    desk.settle()
    assert page.pane.title.text() == "Robot cell stops again"
    assert desk.desk.focusWidget() is step
    qtbot.keyClick(step, Qt.Key.Key_Space)
    desk.settle()
    assert status(laptop) == ("completed", "")
    assert [button.words() for button in page.foot_buttons()] == ["Open again"]


def test_an_order_that_left_this_laptop_leaves_the_page(desk: Workplace, laptop: Store) -> None:
    page = shown(desk)

    def leave(connection: object) -> tuple[None, list[tuple[str, str]]]:
        connection.execute(WorkOrder.__table__.delete().where(WorkOrder.c.id == ORDER))  # type: ignore[attr-defined]
        return None, [("work_order", ORDER)]

    laptop.write(leave)
    desk.settle()
    assert not page.pane.isVisible()


def test_work_that_will_conflict_is_marked_in_words(desk: Workplace, laptop: Store) -> None:
    page = shown(desk)
    page.foot_buttons()[-1].click()
    desk.settle()
    clash = Conflict("work_order", ORDER, {"status": {"base": "in_progress", "mine": "completed", "theirs": "on_hold"}})
    _change_own(laptop, trouble=f'{{"code":"{clash.code}","values":{{}}}}')
    page.reload()
    desk.settle()
    assert "will conflict" in words(page)
    assert "What you changed here will meet another change" in words(page)


@pytest.mark.parametrize(("outcome", "said"), [("held", "held at headquarters"), ("rejected", "needs you")])
def test_an_outcome_that_asks_for_a_person_is_marked_on_the_order(
    desk: Workplace, laptop: Store, outcome: str, said: str
) -> None:
    page = shown(desk)
    page.foot_buttons()[-1].click()
    desk.settle()
    _change_own(laptop, outcome=outcome)
    page.reload()
    desk.settle()
    assert said in words(page)


def _change_own(store: Store, **fields: str) -> None:
    def work(connection: object) -> tuple[None, list[tuple[str, str]]]:
        connection.execute(OwnOperation.__table__.update().values(**fields))  # type: ignore[attr-defined]
        return None, []

    store.write(work)


def test_another_filter_shows_its_first_order_and_an_empty_one_leaves_what_is_shown(desk: Workplace) -> None:
    page = shown(desk)
    page.filters._buttons["late"].click()
    desk.settle()
    assert page.pane.title.text() == "Kiln drive trips"
    page.finder.edit.setText("nothing like it")
    page.finder.edit._ask()
    desk.settle()
    assert page.pane.title.text() == "Kiln drive trips"


def test_a_right_click_offers_what_can_be_done_with_the_row(desk: Workplace, qtbot: QtBot) -> None:
    page = shown(desk)
    page.list.customContextMenuRequested.emit(page.list.visualRect(page.list.currentIndex()).center())
    menu = page.list.findChild(QMenu)
    assert menu is not None
    offered = [action.text() for action in menu.actions() if action.text()]
    assert offered == ["Show", "Copy number", "Copy", "Export this list…"]
    menu.actions()[1].trigger()
    assert QGuiApplication.clipboard().text() == "WO-A7-2026-1051"
    menu.close()


def test_markup_in_a_title_is_shown_as_text(desk: Workplace) -> None:
    page = orders(desk)
    page.filters._buttons["all"].click()
    desk.settle()
    desk.bench.show("work_order", some_id("WO-A7-2026-1054"))
    desk.settle()
    assert page.pane.title.text() == "Check the <b>emergency stop</b> & guard"
    assert page.pane.title.textFormat() == Qt.TextFormat.PlainText


def test_a_row_is_copied_whole_with_ctrl_c(desk: Workplace, qtbot: QtBot) -> None:
    page = shown(desk)
    page.list.setFocus()
    desk.settle()
    qtbot.keyClick(page.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = "Robot cell stops\tWO-A7-2026-1051 · Harbour Stamping\tin progress\ttoday"
    assert QGuiApplication.clipboard().text() == copied


def row_of(page: OrdersPage, number: str) -> Row:
    rows = page.list.rows
    return next(row for row in map(rows.row_at, range(rows.rowCount())) if row.number == number)


def test_a_row_leads_with_its_title_and_its_icon_goes_with_a_word(desk: Workplace) -> None:
    page = orders(desk)
    late, today, held = (row_of(page, f"WO-A7-2026-{n}") for n in (1042, 1051, 1050))
    assert late.told() == ["Kiln drive trips", "WO-A7-2026-1042 · Northfield Castings", "in progress", "3 days late"]
    assert (late.state, late.right_state, late.below_state) == ("bad", "", "bad")
    assert (today.below, today.state, today.right_state, today.below_state) == ("today", "warn", "", "warn")
    assert (held.right, held.below, held.icon) == ("on hold", "21 Jan", "pause-circle-fill")
    assert (held.state, held.right_state, held.below_state) == ("info", "info", "")
    page.filters._buttons["all"].click()
    desk.settle()
    done = row_of(page, "WO-A7-2026-1029")
    assert (done.right, done.right_state, done.below) == ("completed", "ok", "")


def test_a_row_shows_what_waits_beside_its_state_and_what_asks_instead_of_it(desk: Workplace, laptop: Store) -> None:
    page = shown(desk, some_id("WO-A7-2026-1038"))
    looked_around(laptop, "WO-A7-2026-1038")
    desk.settle()
    page.foot_buttons()[-1].click()
    desk.settle()
    row = row_of(page, "WO-A7-2026-1038")
    assert row.mark == Mark("not sent yet", "idle", "cloud-arrow-up")
    assert row.told()[2:] == ["in progress", "tomorrow", "not sent yet"]
    _change_own(laptop, outcome="rejected")
    page.reload()
    desk.settle()
    row = row_of(page, "WO-A7-2026-1038")
    assert row.told()[2:] == ["needs you", "tomorrow"]
    assert row.right_state == "bad"


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
def test_number_and_due_day_are_whole_in_the_narrowest_list(desk: Workplace, language: str) -> None:
    i18n.set_language(language)
    page = orders(desk)
    desk.desk.resize(1000, 700)
    desk.settle()
    assert not page.stacked()
    room = page.list.viewport().width() - page.list.verticalScrollBar().sizeHint().width() - theme.px(48 + 15 + 8)
    metrics = QFontMetrics(fonts.sized(page.list.font(), theme.px(14)))
    for row in map(page.list.rows.row_at, range(page.list.rows.rowCount())):
        assert metrics.horizontalAdvance(f"{row.number} · …") + metrics.horizontalAdvance(row.below) <= room


@pytest.mark.parametrize(
    ("view", "text", "said"),
    [
        ("mine", "nothing like it", "No order has these words"),
        ("late", "", "Nothing is late"),
        ("mine", "", "Nothing is given to you"),
        ("open", "", "Nothing is open"),
        ("all", "", "No work orders yet"),
    ],
)
def test_an_empty_list_says_what_will_appear_there(
    desk: Workplace, laptop: Store, view: str, text: str, said: str
) -> None:
    def clear(connection: object) -> tuple[None, list[tuple[str, str]]]:
        connection.execute(WorkOrder.__table__.delete())  # type: ignore[attr-defined]
        return None, [("work_order", ORDER)]

    laptop.write(clear)
    page = orders(desk)
    page.filters._buttons[view].click()
    page.finder.edit.setText(text)
    page.finder.edit._ask()
    desk.settle()
    assert said in words(page.left)


def test_a_list_of_thousands_is_walked_without_loading_them_all(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    put(laptop, [
        WorkOrder(id=some_id(f"n{n}"), number=f"WO-B2-2026-{n:05d}", kind="repair", title=f"Order {n}", rev=1,
                  customer_id=some_id("Harbour Stamping"), status="open", due_on="2027-06-01", opened_at=n)
        for n in range(3000)
    ])  # fmt: skip
    page = orders(desk)
    page.filters._buttons["all"].click()
    desk.settle()
    assert page.list.rows.rowCount() == 3010
    qtbot.keyClick(page.list, Qt.Key.Key_End)
    desk.settle()
    assert page.pane.title.text() == "Order 2999"
    assert len(page.list.rows._pages) < 20


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(
    ("scheme", "size", "room"),
    [("light", 100, (1280, 640)), ("contrast", 150, (1920, 960)), ("dark", 100, (1000, 600))],
)
def test_every_tab_is_named_whole_and_large_enough_in_each_language(
    desk: Workplace,
    dressed: theme.Theme,
    qapp: QApplication,
    language: str,
    scheme: str,
    size: int,
    room: tuple[int, int],
) -> None:
    i18n.set_language(language)
    dressed.choose(scheme, size)
    desk.desk.resize(*room)
    page = shown(desk)
    found = []
    for key in ("overview", "parts", "notes", "history"):
        page.tabs.choose(key)
        desk.settle()
        found += [f"{key}: {fault}" for fault in faults(desk.desk)]
    page.show_new()
    desk.settle()
    found += [f"new: {fault}" for fault in faults(desk.desk)]
    assert found == []
