"""Stories of safety before work (EX1): nobody begins on site without having looked, and what happens is reported."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical
from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import RuleBroken
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.workorders.actions import (
    as_before_safety,
    record_safety_check,
    report_incident,
    set_order_status,
)
from fielddesk.features.workorders.model import SafetyCheck, SafetyIncident, WorkOrder
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel import SafetyPanel
from fielddesk.features.workorders.queries import INCIDENTS, OrderFilter, order_page, order_view
from fielddesk.store.actions import ACTIONS, call
from fielddesk.store.database import Store
from fielddesk.store.outbox import Draft
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import faults
from tests.support.region import ANNA, put
from tests.support.safety import ASSIGNED, WORKS, a_check, a_safe_start, all_clear, the_works

ORDER = some_id("WO-A7-2026-1038")
RUNNING = some_id("WO-A7-2026-1051")


def safety(desk: Workplace, order_id: str = ORDER) -> tuple[OrdersPage, SafetyPanel]:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", order_id)
    desk.settle()
    panel = page.tabs.choose("safety")
    assert isinstance(panel, SafetyPanel)
    desk.settle()
    return page, panel


def on_site(store: Store) -> None:
    """The order is at a site that wants an induction and a permit."""
    with store.read() as read:
        order = read.one(WorkOrder, ORDER)
    put(store, [*the_works(), replace(order, site_id=WORKS)])


def order_of(store: Store, order_id: str = ORDER) -> WorkOrder:
    with store.read() as read:
        return read.one(WorkOrder, order_id)


def checks(store: Store) -> list[SafetyCheck]:
    with store.read() as read:
        return read.all(SafetyCheck, order=[SafetyCheck.c.at])


def words(page: object) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def keyboard(desk: Workplace) -> QWidget | None:
    """Who has the keyboard, whether or not the window is in front."""
    return desk.desk.focusWidget()


def press(qtbot: QtBot, desk: Workplace, key: Qt.Key) -> None:
    qtbot.keyClick(keyboard(desk), key)


def test_start_leads_to_the_check_and_one_key_a_question_begins_the_work(
    desk: Workplace, laptop: Store, qtbot: QtBot
) -> None:
    on_site(laptop)
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", ORDER)
    desk.settle()
    page.foot_buttons()[-1].click()
    desk.settle()
    assert order_of(laptop).status == "assigned"
    panel = page.tabs.panel()
    assert isinstance(panel, SafetyPanel)
    assert list(panel.questions.rows) == ["hazards", "energy", "protection", "induction", "permit"]
    assert "Overhead crane" in words(panel)
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_1):
        press(qtbot, desk, key)
    assert keyboard(desk) is panel.permit.editor
    qtbot.keyClicks(panel.permit.editor, "PTW-88")
    panel.go.setFocus()
    assert panel.go.words() == "Record and start work"
    press(qtbot, desk, Qt.Key.Key_Space)
    desk.settle()
    assert order_of(laptop).status == "in_progress"
    [check] = checks(laptop)
    assert (canonical.loads(check.answers)["energy"], check.permit) == ("not_applicable", "PTW-88")
    assert panel.check.isHidden()
    assert "Looked at by Anna Berg" in words(panel)
    assert faults(desk.desk) == []
    assert desk.desk.toast.take_back()
    desk.settle()
    assert order_of(laptop).status == "assigned"
    page.foot_buttons()[-1].click()  # the check still counts: nothing is asked twice
    desk.settle()
    assert order_of(laptop).status == "in_progress"


def test_a_no_needs_its_reason_and_puts_the_order_on_hold(desk: Workplace, laptop: Store, qtbot: QtBot) -> None:
    page, panel = safety(desk)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1):
        press(qtbot, desk, key)
    assert keyboard(desk) is panel.remark.editor
    assert panel.go.words() == "Record and put on hold"
    panel.go.click()
    desk.settle()
    assert "Say what is not safe" in words(panel)
    assert order_of(laptop).status == "assigned"
    assert checks(laptop) == []
    qtbot.keyClicks(panel.remark.editor, "No lock for the pump.")
    panel.go.click()
    desk.settle()
    assert (order_of(laptop).status, order_of(laptop).status_reason) == ("on_hold", "No lock for the pump.")
    assert "It was not safe to begin" in words(page)
    assert page.foot_buttons()[-1].words() == "Resume work"
    page.foot_buttons()[-1].click()
    desk.settle()
    assert order_of(laptop).status == "on_hold"  # asked again
    assert not panel.check.isHidden()


def test_an_order_nobody_has_yet_waits_too_when_the_place_is_not_safe(laptop: Store) -> None:
    order = some_id("WO-A7-2026-1053")
    laptop.do(
        call(set_order_status, based_on={"status": "open", "status_reason": ""}, order_id=order, status="on_hold",
             reason="Gas alarm")
    )  # fmt: skip
    assert order_of(laptop, order).status == "on_hold"


def test_after_a_wait_of_more_than_a_day_it_is_asked_again(desk: Workplace, laptop: Store, clock: FixedClock) -> None:
    laptop.do(list(a_safe_start(ORDER, clock.now())))
    shown = {"status": "in_progress", "status_reason": ""}
    laptop.do(call(set_order_status, based_on=shown, order_id=ORDER, status="on_hold", reason="Part ordered"))
    clock.pass_time(25 * 3600)
    page, panel = safety(desk)
    assert not panel.check.isHidden()
    assert "more than a day old" in words(panel)
    page.foot_buttons()[-1].click()
    desk.settle()
    assert order_of(laptop).status == "on_hold"
    for row in panel.questions.rows.values():
        row.buttons["yes"].click()
    assert panel.go.words() == "Record and resume work"
    panel.go.click()
    desk.settle()
    assert order_of(laptop).status == "in_progress"


def test_what_was_answered_and_typed_is_there_again_in_the_next_window(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    with workplace(qtbot, laptop) as desk:
        _page, panel = safety(desk)
        panel.questions.rows["hazards"].buttons["yes"].click()
        qtbot.keyClicks(panel.remark.editor, "Crane moves")
        panel.report()
        qtbot.keyClicks(panel.incident.form.fields["text"].editor, "Oil on the fl")
        assert panel.may_leave()
        desk.settle()
    with workplace(qtbot, laptop) as desk:
        _page, panel = safety(desk)
        assert panel.questions.answers == {"hazards": "yes"}
        assert panel.remark.text() == "Crane moves"
        panel.report()
        assert panel.incident.form.fields["text"].text() == "Oil on the fl"
        panel.questions.rows["energy"].buttons["yes"].click()
        panel.questions.rows["protection"].buttons["yes"].click()
        panel.go.click()
        desk.settle()
        with laptop.read() as read:
            assert [draft.name for draft in read.all(Draft)] == ["incident.text"]


def test_an_incident_is_reported_from_the_palette_and_seen_by_the_office(
    dressed: theme.Theme, laptop: Store, qtbot: QtBot
) -> None:
    with workplace(qtbot, laptop) as desk:
        page = desk.open("orders")
        assert isinstance(page, OrdersPage)
        desk.bench.show("work_order", RUNNING)
        desk.settle()
        command = next(one for one in desk.offers.commands if one.key == "order.incident")
        command.run(desk.bench)
        desk.settle()
        panel = page.tabs.panel("safety")
        assert isinstance(panel, SafetyPanel)
        form = panel.incident.form
        assert keyboard(desk) is form.fields["kind"].editor
        form.fields["kind"].write("near_miss")
        qtbot.keyClicks(form.fields["text"].editor, "Guard open while the arm moved")
        panel.incident.send.click()
        desk.settle()
        assert "1 incident was reported here" in words(page)
        assert panel.entries.entries()[0].text == "Near miss"
    with laptop.read() as read:
        [incident] = read.all(SafetyIncident)
        assert incident.text == "Guard open while the arm moved"
        seen = order_page(read, OrderFilter(ANNA, "2027-01-15", INCIDENTS), 0, 10)
        assert [row.id for row in seen] == [RUNNING]
    with workplace(qtbot, laptop, role=DISPATCHER) as desk:
        page = desk.open("orders")
        assert isinstance(page, OrdersPage)
        page.filters._buttons["incidents"].click()
        desk.settle()
        assert page.list.rows.rowCount() == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"answers": "[]"}, "answers_missing"),
        ({"answers": "{}"}, "answers_missing"),
        ({"answers": '{"hazards":true}'}, "answers_missing"),
        ({"answers": '{"sunshine":"yes"}'}, "answer_unknown"),
        ({"answers": '{"hazards":"perhaps"}'}, "answer_unknown"),
        ({"answers": '{"hazards":"not_applicable"}'}, "answer_needed"),
        ({"answers": '{"permit":"yes"}', "permit": " "}, "permit_missing"),
        ({"answers": '{"hazards":"no"}', "remark": " \n"}, "unsafe_reason_missing"),
        ({"answers": "no json"}, "not_json"),
    ],
)
def test_a_check_that_says_nothing_is_refused(laptop: Store, args: dict[str, str], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        laptop.do(call(record_safety_check, order_id=ORDER, **args))
    assert refused.value.code == code


def test_the_action_refuses_a_start_without_a_check_of_its_own_that_is_young_and_safe(
    laptop: Store, clock: FixedClock
) -> None:
    def start(check: str | None) -> str:
        with pytest.raises(RuleBroken) as refused:
            laptop.do(
                call(set_order_status, based_on=ASSIGNED, order_id=ORDER, status="in_progress", safety_check_id=check)
            )
        return refused.value.code

    elsewhere, elsewhere_id = a_check(RUNNING, clock.now())
    little = call(record_safety_check, order_id=ORDER, answers='{"hazards":"yes"}')
    unsafe = call(record_safety_check, order_id=ORDER, answers='{"energy":"no","hazards":"yes","protection":"yes"}',
                  remark="no lock")  # fmt: skip
    old, old_id = a_check(ORDER, clock.now())
    done = laptop.do([elsewhere, little, unsafe, old])
    assert start(None) == "safety_missing"
    assert start(some_id("nowhere")) == "safety_missing"
    assert start(elsewhere_id) == "safety_missing"
    assert start(done.results[1]) == "not_safe"
    assert start(done.results[2]) == "not_safe"
    clock.pass_time(24 * 3600 + 60)
    assert start(old_id) == "safety_too_old"
    laptop.do(call(set_order_status, based_on=ASSIGNED, order_id=ORDER, status="in_progress", unasked=1))


def test_what_an_older_laptop_began_is_not_asked_for_a_check_it_could_not_know(laptop: Store) -> None:
    args, shown = ACTIONS["set_order_status"].upcast(
        1, {"order_id": ORDER, "status": "in_progress", "reason": ""}, dict(ASSIGNED)
    )
    assert (args, shown) == as_before_safety({"order_id": ORDER, "status": "in_progress", "reason": ""}, dict(ASSIGNED))
    laptop.do(call(set_order_status, based_on=shown, **args))
    assert order_of(laptop).status == "in_progress"


def test_work_from_a_desk_asks_nothing(laptop: Store, clock: FixedClock) -> None:
    order = WorkOrder(
        id=some_id("remote"), number="WO-R", kind="remote_assistance", title="Look at the log",
        customer_id=some_id("Harbour Stamping"), status="assigned", assignee_id=ANNA, opened_at=clock.now(), rev=1,
    )  # fmt: skip
    put(laptop, [order])
    with laptop.read() as read:
        view = order_view(read, order.id)
        assert view is not None
        assert view.safety_asked(clock.now()) == ()
    laptop.do(call(set_order_status, based_on=ASSIGNED, order_id=order.id, status="in_progress"))


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("sabotage", "x", "incident_kind_unknown"),
        ("accident", " \n", "incident_empty"),
        ("accident", "\x00", "text_has_nul"),
    ],
)
def test_an_incident_says_what_it_was(laptop: Store, kind: str, text: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        laptop.do(call(report_incident, order_id=RUNNING, kind=kind, text=text, happened_at=0))
    assert refused.value.code == code


def test_all_clear_covers_what_each_kind_asks() -> None:
    assert set(canonical.loads(all_clear("repair"))) == {"hazards", "energy", "protection"}
    assert set(canonical.loads(all_clear("training"))) == {"hazards", "protection"}
