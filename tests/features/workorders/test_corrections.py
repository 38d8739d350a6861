"""Stories of an order corrected where it stands: visit, site, contact and words; linked orders; quick filters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fielddesk.core.clock import FixedClock, moment_at
from fielddesk.core.errors import Conflict, RuleBroken
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import edit_order, link_orders, unlink_orders
from fielddesk.features.workorders.model import OrderLink, WorkOrder
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel import LinksPanel, OverviewPanel
from fielddesk.features.workorders.queries import (
    BY_VISIT,
    TODAY,
    WEEK,
    OrderFilter,
    days_of,
    linked_orders,
    order_count,
    order_page,
    order_place,
)
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.region import ANNA, DAY, put
from tests.support.safety import KIM, WORKS, the_works

ORDER, OTHER = some_id("WO-A7-2026-1051"), some_id("WO-A7-2026-1038")
HOUR = 3_600_000_000


def overview(desk: Workplace, order_id: str = ORDER) -> OverviewPanel:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", order_id)
    desk.settle()
    panel = page.tabs.choose("overview")
    assert isinstance(panel, OverviewPanel)
    desk.settle()
    return panel


def order_of(store: Store, order_id: str = ORDER) -> WorkOrder:
    with store.read() as read:
        return read.one(WorkOrder, order_id)


def test_an_engineer_agrees_a_visit_in_the_time_of_the_site_and_undoes_it(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    put(laptop, [*the_works(), replace(order_of(laptop), site_id=WORKS)])
    panel = overview(desk)
    assert set(panel.form.fields) == {"planned_at", "contact_id", "description"}  # the rest is the office's
    visit = panel.form.fields["planned_at"]
    qtbot.keyClicks(visit.editor, "2027-01-18 09:30")
    assert visit.said.text() == "09:30 in Shanghai, 02:30 here"
    qtbot.keyClick(visit.editor, Qt.Key.Key_Return)
    desk.settle()
    assert order_of(laptop).planned_at == moment_at("2027-01-18", 9 * 60 + 30, "Asia/Shanghai")
    assert desk.desk.toast.take_back()
    desk.settle()
    assert order_of(laptop).planned_at is None
    assert visit.text() == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2027-01-18", "at what time"), ("2027-01-18 25:00", "no such time"), ("some day 9:00", "not a day")],
)
def test_a_visit_without_its_time_is_asked_for_in_words(
    desk: Workplace, laptop: Store, qtbot: QtBot, typed: str, said: str
) -> None:
    visit = overview(desk).form.fields["planned_at"]
    qtbot.keyClicks(visit.editor, typed)
    qtbot.keyClick(visit.editor, Qt.Key.Key_Return)
    assert said in visit._trouble_words.text()
    assert order_of(laptop).planned_at is None


def test_the_office_names_a_site_and_whom_to_ask_for(dressed: theme.Theme, laptop: Store, qtbot: QtBot) -> None:
    put(laptop, the_works())
    laptop.identity = laptop.identity.__class__(ANNA, DISPATCHER, laptop.identity.device, "A7")
    with workplace(qtbot, laptop) as desk:
        panel = overview(desk)
        for key, text, wanted in (("site_id", "press hall", WORKS), ("contact_id", "kim", KIM)):
            editor = panel.form.fields[key].editor
            editor.setFocus()
            qtbot.keyClicks(editor, text)
            qtbot.keyClick(editor, Qt.Key.Key_Return)
            desk.settle()
            assert getattr(order_of(laptop), key) == wanted
        title = panel.form.fields["title"].editor
        title.selectAll()
        qtbot.keyClicks(title, "Robot cell stands still")
        qtbot.keyClick(title, Qt.Key.Key_Return)
        desk.settle()
        assert order_of(laptop).title == "Robot cell stands still"
        assert "Gate 3" in panel.facts._values["access"].text()
        for _turn in range(3):
            assert desk.bench.undo.take_last()
            desk.settle()
        order = order_of(laptop)
        assert (order.title, order.site_id, order.contact_id) == ("Robot cell stops", None, None)


def test_what_is_typed_of_a_description_is_a_draft_until_it_is_left(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    with workplace(qtbot, laptop) as desk:
        panel = overview(desk)
        field = panel.form.fields["description"]
        field.editor.setPlainText("Half a sent")
        field.flush_draft()
        desk.settle()
    with workplace(qtbot, laptop) as desk:
        assert overview(desk).form.fields["description"].text() == "Half a sent"
    assert order_of(laptop).description.startswith("Stops under load")


def test_a_site_and_its_contact_merge_as_one_and_other_fields_by_themselves(laptop: Store) -> None:
    put(laptop, the_works())
    shown = {"site_id": None, "contact_id": None}
    laptop.identity = laptop.identity.__class__(ANNA, DISPATCHER, laptop.identity.device, "A7")
    laptop.do(call(edit_order, based_on=shown, order_id=ORDER, site_id=WORKS))
    with pytest.raises(Conflict):
        laptop.do(call(edit_order, based_on=shown, order_id=ORDER, contact_id=KIM))
    laptop.do(call(edit_order, based_on={"title": "Robot cell stops"}, order_id=ORDER, title="Other words"))
    assert (order_of(laptop).site_id, order_of(laptop).title) == (WORKS, "Other words")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({}, "nothing_to_change"),
        ({"title": "mine"}, "field_of_the_office"),
        ({"emptied": ["number"]}, "field_of_the_office"),
        ({"emptied": ["description"]}, "value_missing"),
    ],
)
def test_field_staff_correct_only_what_is_theirs(laptop: Store, args: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        laptop.do(call(edit_order, based_on={}, order_id=ORDER, **args))
    assert refused.value.code == code


# ---------------------------------------------------------------- a new order


def test_a_new_order_goes_to_its_site_and_undo_cancels_it(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    put(laptop, the_works())
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    page.show_new()
    desk.settle()
    form = page.new_pane.form
    qtbot.keyClicks(form.fields["title"].editor, "Change the filter")
    for key, text in (("customer_id", "harbour"), ("site_id", "works"), ("contact_id", "kim")):
        editor = form.fields[key].editor
        editor.setFocus()
        qtbot.keyClicks(editor, text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        desk.settle()
    qtbot.keyClicks(form.fields["planned_at"].editor, "2027-01-18 09:30")
    page.new_pane.make.click()
    desk.settle()
    with laptop.read() as read:
        [made] = read.all(WorkOrder, WorkOrder.c.title == "Change the filter")
    assert (made.site_id, made.contact_id) == (WORKS, KIM)
    assert made.planned_at == moment_at("2027-01-18", 570, "Asia/Shanghai")
    assert desk.desk.toast.take_back()
    desk.settle()
    assert (order_of(laptop, made.id).status, order_of(laptop, made.id).status_reason) == (
        "cancelled", "Opened by mistake",
    )  # fmt: skip


# ---------------------------------------------------------------- links


def test_two_orders_are_linked_by_keyboard_seen_from_both_and_let_go(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", ORDER)
    desk.settle()
    panel = page.tabs.choose("links")
    assert isinstance(panel, LinksPanel)
    desk.settle()
    qtbot.keyClicks(panel.other.editor, "1038")
    qtbot.keyClick(panel.other.editor, Qt.Key.Key_Return)
    desk.settle()
    panel.how.write("follow_up")
    panel.add.click()
    desk.settle()
    with laptop.read() as read:
        [link] = linked_orders(read, ORDER)
        [back] = linked_orders(read, OTHER)
    assert (link.id, link.kind, link.back) == (OTHER, "follow_up", False)
    assert (back.id, back.kind, back.back) == (ORDER, "follow_up", True)
    row = panel.list.rows.row_at(0)
    assert row.second == "WO-A7-2026-1038 · Follow-up of this order"
    there = overview(desk, OTHER)
    assert "WO-A7-2026-1051" in there.facts._links["origin"].words()
    desk.bench.show("work_order", ORDER)
    desk.settle()
    page.tabs.choose("links")
    desk.settle()
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    desk.settle()
    with laptop.read() as read:
        assert linked_orders(read, ORDER) == []
        [kept] = read.all(OrderLink)
        assert kept.archived_at is not None
    assert desk.desk.toast.take_back()
    desk.settle()
    with laptop.read() as read:
        assert [one.id for one in linked_orders(read, OTHER)] == [ORDER]


def test_a_link_is_refused_to_itself_and_from_a_stranger(laptop: Store) -> None:
    def code(*calls: Any) -> str:
        with pytest.raises(RuleBroken) as refused:
            laptop.do(list(calls))
        return refused.value.code

    assert code(call(link_orders, order_id=ORDER, other_id=ORDER, kind="related")) == "link_to_itself"
    assert code(call(link_orders, order_id=ORDER, other_id=OTHER, kind="twins")) == "link_kind_unknown"
    link = laptop.do(call(link_orders, order_id=ORDER, other_id=OTHER, kind="related")).results[0]
    stranger = some_id("WO-A7-2026-1042")
    assert code(call(unlink_orders, order_id=stranger, order_link_id=link)) == "link_of_another_order"


def test_an_order_that_is_elsewhere_is_named_so(laptop: Store) -> None:
    laptop.do(call(link_orders, order_id=ORDER, other_id=some_id("far away"), kind="related"))
    with laptop.read() as read:
        [link] = linked_orders(read, ORDER)
    assert (link.number, link.title) == ("", "")


# ---------------------------------------------------------------- today and this week


def test_today_and_this_week_hold_visits_and_what_is_due_without_one(laptop: Store, clock: FixedClock) -> None:
    now = clock.now()
    put(laptop, [
        replace(order_of(laptop), planned_at=None),
        replace(order_of(laptop, OTHER), planned_at=now + 2 * HOUR),
        replace(order_of(laptop, some_id("WO-A7-2026-1047")), planned_at=now + DAY),
        replace(order_of(laptop, some_id("WO-A7-2026-1054")), planned_at=now + HOUR),  # a colleague's
    ])  # fmt: skip
    mine = OrderFilter(ANNA, "2027-01-15", TODAY, zone="Europe/Berlin", sort=BY_VISIT)
    with laptop.read() as read:
        assert [row.title for row in order_page(read, mine, 0, 9)] == ["Pressure drifts", "Robot cell stops"]
        week = [row.title for row in order_page(read, replace(mine, view=WEEK), 0, 9)]
        assert week[:2] == ["Pressure drifts", "Oil change 2 000 h"]
        everybody = replace(mine, everybody=True)
        assert order_count(read, everybody) == 3
        rows = [row.id for row in order_page(read, everybody, 0, 9)]
        assert [order_place(read, everybody, row) for row in rows] == [0, 1, 2]


@pytest.mark.parametrize(
    ("view", "today", "days"),
    [
        (TODAY, "2027-01-15", ("2027-01-15", "2027-01-16")),
        (WEEK, "2027-01-15", ("2027-01-11", "2027-01-18")),
        (WEEK, "2027-01-11", ("2027-01-11", "2027-01-18")),
        (WEEK, "2027-01-17", ("2027-01-11", "2027-01-18")),
        (WEEK, "2027-01-01", ("2026-12-28", "2027-01-04")),
    ],
)
def test_a_week_goes_from_monday_to_sunday(view: str, today: str, days: tuple[str, str]) -> None:
    assert days_of(view, today) == days


# ---------------------------------------------------------------- the reason line


def test_a_reason_half_written_comes_up_again_with_its_order(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", ORDER)
    desk.settle()
    page.steps.step("on_hold")
    qtbot.keyClicks(page.reason.edit, "Crane is")
    desk.bench.show("work_order", OTHER)
    desk.settle()
    assert page.reason.isHidden()
    desk.bench.show("work_order", ORDER)
    desk.settle()
    assert not page.reason.isHidden()
    assert page.reason.edit.text() == "Crane is"
    qtbot.keyClicks(page.reason.edit, " away")
    qtbot.keyClick(page.reason.edit, Qt.Key.Key_Return)
    desk.settle()
    assert order_of(laptop).status_reason == "Crane is away"
    desk.bench.show("work_order", OTHER)
    desk.settle()
    desk.bench.show("work_order", ORDER)
    desk.settle()
    assert page.reason.isHidden()
