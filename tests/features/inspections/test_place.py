"""Stories of the place of inspections: lists, calendar, one visit and what is decided on it, and its tabs elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.inspections.actions import visit_order_id
from fielddesk.features.inspections.model import Checklist, Inspection, PlanException
from fielddesk.features.inspections.page import InspectionsPage
from fielddesk.features.inspections.panel import InspectionPanel, InspectionsOf
from fielddesk.features.inspections.panel.visit_shown import visit_key
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.database import Store
from fielddesk.store.types import in_language
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.machine import INSPECTION, LIST, ORDER, PLAN, PRESS
from tests.support.region import put

Keys = Qt.Key


def place(desk: Workplace) -> InspectionsPage:
    page = desk.open("inspections")
    assert isinstance(page, InspectionsPage)
    return page


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def rows(page: InspectionsPage) -> list[str]:
    found = page.list.rows
    return [", ".join(found.row_at(at).told()) for at in range(found.rowCount())]


def exceptions(store: Store) -> list[tuple[str, str | None, str]]:
    with store.read() as read:
        found = read.all(PlanException, PlanException.c.archived_at.is_(None))
    return [(row.due_on, row.moved_to, row.reason) for row in found]


def test_what_is_due_is_listed_with_its_visit_in_words(desk: Workplace) -> None:
    page = place(desk)
    assert rows(page) == ["Quarterly inspection, Press HP-250 #2 · Harbour Stamping, today"]
    said = words(page.visit)
    assert "Every 3 months, on fixed days; 7 days early or late are on time" in said
    assert "11 Nov to 25 Nov: Due" in said
    assert "OK, 18 Aug 2026" in said
    assert page.visit.start.words() == "Start"


def test_done_inspections_show_their_result_and_open_to_be_looked_at(desk: Workplace) -> None:
    page = place(desk)
    page.show_view("done")
    desk.settle()
    assert len(rows(page)) == 4
    assert "passed" in rows(page)[0]
    page.list.choose_first()
    desk.settle()
    assert page.visit.start.words() == "Look at it"
    page.visit.start.click()
    desk.settle()
    assert page.is_running()
    assert page.running.next.words().startswith("Next") or page.running.next.words() == "Go to the order"


def test_lists_that_hold_nothing_say_what_will_appear(desk: Workplace) -> None:
    page = place(desk)
    page.finder.edit.setText("zzz")
    page.finder.edit._ask()
    desk.settle()
    assert "No inspection has these words" in words(page.left)
    page.finder.edit.setText("hp250")
    page.finder.edit._ask()
    desk.settle()
    assert len(rows(page)) == 1


def test_a_visit_is_moved_with_a_reason_and_put_back_by_undo(desk: Workplace, press: Store, qtbot: QtBot) -> None:
    page = place(desk)
    page.visit.move_button.click()
    fields = page.visit.move_asking.form.fields
    fields["moved_to"].write("2026-11-20")
    qtbot.keyClick(fields["reason"].editor, Keys.Key_Return)
    page.visit.move_asking.go.click()
    assert "This is needed." in words(page.visit.move_asking)
    qtbot.keyClicks(fields["reason"].editor, "Press runs a big lot")
    page.visit.move_asking.go.click()
    desk.settle()
    assert exceptions(press) == [("2026-11-18", "2026-11-20", "Press runs a big lot")]
    assert "moved from 18 Nov 2026" in words(page.visit)
    assert desk.desk.toast.words() == "Visit moved to 20 Nov 2026"
    assert desk.desk.toast.take_back()
    desk.settle()
    assert exceptions(press) == []
    with press.read() as read:
        assert read.one(WorkOrder, ORDER).due_on == "2026-11-18"


def test_a_move_too_far_is_refused_at_its_field(desk: Workplace, press: Store) -> None:
    page = place(desk)
    page.visit.move_button.click()
    page.visit.move_asking.form.fields["moved_to"].write("2028-11-20")
    page.visit.move_asking.form.fields["reason"].write("Later")
    page.visit.move_asking.go.click()
    desk.settle()
    assert "This is farther than one visit from the next." in words(page.visit.move_asking)
    assert exceptions(press) == []


def test_a_visit_is_skipped_with_its_reason_and_put_back(desk: Workplace, press: Store, qtbot: QtBot) -> None:
    page = place(desk)
    page.visit.skip.click()
    field = page.visit.skip_asking.form.fields["reason"]
    qtbot.keyClicks(field.editor, "Press is taken apart")
    qtbot.keyClick(field.editor, Keys.Key_Return)
    page.visit.skip_asking.go.click()
    desk.settle()
    assert exceptions(press) == [("2026-11-18", None, "Press is taken apart")]
    said = words(page.visit)
    assert "Skipped" in said
    assert "Press is taken apart" in said
    assert not page.visit.start.isVisible()
    page.visit.back_button.click()
    desk.settle()
    assert exceptions(press) == []
    assert page.visit.start.isVisible()


def test_an_inspection_handed_over_by_mistake_comes_back_by_undo(desk: Workplace, press: Store, qtbot: QtBot) -> None:
    page = place(desk)
    with press.read() as read:
        me = read.one(WorkOrder, ORDER).assignee_id
    page.visit.hand.click()
    asking = page.visit.hand_asking
    colleague = asking.form.fields["assignee_id"]
    colleague.editor.setCurrentIndex(colleague.editor.count() - 1)
    asking.go.click()
    desk.settle()
    with press.read() as read:
        assert read.one(WorkOrder, ORDER).assignee_id not in (me, None)
    assert desk.desk.toast.words().startswith("Handed over to")
    assert desk.desk.toast.take_back()
    desk.settle()
    with press.read() as read:
        assert read.one(WorkOrder, ORDER).assignee_id == me


def test_escape_leaves_a_visit_as_it_is(desk: Workplace, press: Store, qtbot: QtBot) -> None:
    page = place(desk)
    page.visit.skip.click()
    qtbot.keyClick(page.visit.skip_asking, Keys.Key_Escape)
    assert page.visit.skip_asking.isHidden()
    assert exceptions(press) == []


def test_the_calendar_shows_what_is_opened_and_what_will_be(desk: Workplace, press: Store, qtbot: QtBot) -> None:
    page = place(desk)
    page.show_view("calendar")
    desk.settle()
    assert rows(page) == ["Quarterly inspection, Press HP-250 #2 · Harbour Stamping, today"]
    qtbot.keyClick(page.month.days, Keys.Key_Right)
    desk.settle()
    assert "Nothing on 19 Nov 2026" in words(page.left)
    page.show_day("2027-02-18")
    desk.settle()
    assert rows(page) == ["Quarterly inspection, Press HP-250 #2 · Harbour Stamping, planned, 18 Feb"]
    page.list.choose_first()
    desk.settle()
    assert "18 February 2027" in words(page.visit)
    assert page.to_calendar.isVisible()
    page.visit.start.click()
    desk.settle()
    assert page.is_running()
    with press.read() as read:
        found = read.all(Inspection, Inspection.c.plan_id == PLAN, Inspection.c.due_on == "2027-02-18")
    assert len(found) == 1
    page.running.leave()
    desk.settle()
    page._show_calendar()
    desk.settle()
    assert page.month.days.isVisible()


def test_an_order_shows_its_inspection_and_leads_into_it(desk: Workplace) -> None:
    page = desk.open("orders")
    desk.bench.show("work_order", ORDER)
    desk.settle()
    panel = page.tabs.choose("inspection")  # type: ignore[attr-defined]
    desk.settle()
    assert isinstance(panel, InspectionPanel)
    assert "Quarterly inspection" in words(panel)
    panel.buttons[0].click()
    desk.settle()
    assert desk.desk.current_place() == "inspections"
    assert place(desk).running.shown_id() == INSPECTION


def test_an_order_without_an_inspection_says_how_one_comes(desk: Workplace) -> None:
    page = desk.open("orders")
    desk.bench.show("work_order", some_id("WO-A7-2026-1051"))
    desk.settle()
    panel = page.tabs.choose("inspection")  # type: ignore[attr-defined]
    desk.settle()
    assert "No inspection on this order" in words(panel)


def test_an_asset_lists_its_inspections_open_ones_first(desk: Workplace) -> None:
    page = desk.open("assets")
    desk.bench.show("asset", PRESS)
    desk.settle()
    panel = page.tabs.choose("inspections")  # type: ignore[attr-defined]
    desk.settle()
    assert isinstance(panel, InspectionsOf)
    assert panel.list.rows.rowCount() == 5
    assert panel.list.rows.row_at(0).id == INSPECTION


def test_the_search_box_and_the_palette_lead_here(desk: Workplace, press: Store) -> None:
    with press.read() as read:
        found = [
            hit for offer in desk.offers.searches if offer.key == "inspections" for hit in offer.find(read, "hp-250", 5)
        ]
    assert [hit.id for hit in found] == [INSPECTION]
    place(desk)
    for command in desk.offers.commands:
        if command.key == "inspection.calendar":
            command.run(desk.bench)
    desk.settle()
    assert place(desk).month.days.isVisible()


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(
    ("size", "width", "height"),
    [(100, 1366, 768), pytest.param(150, 1920, 960, marks=pytest.mark.slow), pytest.param(100, 900, 600)],
)
def test_the_place_is_whole_in_every_window(
    desk: Workplace, dressed: theme.Theme, language: str, size: int, width: int, height: int
) -> None:
    page = place(desk)
    i18n.set_language(language)
    dressed.choose("light", size)
    desk.desk.resize(width, height)
    found = []
    for view in ("due", "done", "calendar"):
        page.show_view(view)
        desk.settle()
        found += [f"{view}: {fault}" for fault in faults(desk.desk)]
    page.show_view("due")
    page.show_subject("inspection", INSPECTION)
    for button in (page.visit.move_button, page.visit.skip, page.visit.hand):
        desk.settle()
        button.click()
        desk.settle()
        found += [f"{button.words()}: {fault}" for fault in faults(desk.desk)]
    assert not found, "\n".join(found)


def test_an_empty_laptop_says_what_will_appear(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    with workplace(qtbot, laptop) as desk:
        page = place(desk)
        assert "Nothing is due" in words(page.left)
        for view in ("late", "open", "done", "calendar"):
            page.show_view(view)
            desk.settle()
            assert faults(desk.desk) == []


def test_a_visit_opened_here_is_called_as_its_customer_reads_it(desk: Workplace, press: Store) -> None:
    with press.read() as read:
        customer = read.one(Customer, read.one(Asset, PRESS).customer_id)
    put(press, [replace(customer, language="zh_cn")])
    page = place(desk)
    page.show_subject("inspection", visit_key(PLAN, "2027-02-18"))
    desk.settle()
    page.visit.begin()
    desk.settle()
    with press.read() as read:
        order = read.one(WorkOrder, visit_order_id(PLAN, "2027-02-18"))
        checklist = read.one(Checklist, LIST)
    assert order.title == in_language(checklist.names, "zh_CN")
    assert order.title != in_language(checklist.names, "en")
