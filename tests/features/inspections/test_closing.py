"""Stories of the way from the last item to the completed order: one press each, always at the same place."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from fielddesk.core import i18n
from fielddesk.core.errors import RuleBroken
from fielddesk.features.documents.actions import add_attachment, issue_document
from fielddesk.features.documents.queries import Owner, photo_count
from fielddesk.features.inspections.actions import answer_item, complete_inspection
from fielddesk.features.inspections.page import InspectionsPage
from fielddesk.features.inspections.page.telling import summary
from fielddesk.features.lists.panel.calendar import appointments as orders_in_calendar
from fielddesk.features.workorders.actions import sign_off
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.page import OrdersPage
from fielddesk.features.workorders.panel.sign_off import SignOffPanel
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from fielddesk.ui.seams import Appointment
from tests.support.benches import Workplace
from tests.support.machine import INSPECTION, ITEMS, ORDER, PRESS, TODAY, VERSION
from tests.support.safety import a_safe_start

IDS = {"inspection_id": INSPECTION, "order_id": ORDER, "asset_id": PRESS, "version_id": VERSION}
REQUIRED = {
    "guard": {"verdict": "passed"},
    "noise": {"verdict": "passed"},
    "seal": {"verdict": "failed", "text": "1 drop every 10 s"},
    "leak": {"verdict": "failed", "choice": "rod"},
    "pressure": {"verdict": "passed", "number": 93_200_000},
    "valve": {"verdict": "passed"},
}


def begin(store: Store) -> None:
    check, start = a_safe_start(ORDER, store.clock.now(), kind="inspection")
    store.do([check, start])


def answer(store: Store, *items: str) -> None:
    for item in items:
        store.do(call(answer_item, **IDS, item=item, **REQUIRED[item]))


def sign(store: Store) -> None:
    store.do(call(sign_off, order_id=ORDER, signer="", signature="", satisfaction=0, recommendation=-1, comment="",
                  not_signed_because="Nobody was there any more", shown=""))  # fmt: skip


def report(store: Store) -> None:
    digest = "d" * 64
    store.do(
        call(
            issue_document, subject_id=ORDER, order_id=ORDER, asset_id=PRESS, number="IR-A7-2026-0001",
            kind="inspection_report", language="en", title="Inspection report", size=100, sha256="a" * 64,
            digest=digest,
        )
    )  # fmt: skip


def orders(desk: Workplace) -> OrdersPage:
    page = desk.open("orders")
    assert isinstance(page, OrdersPage)
    desk.bench.show("work_order", ORDER)
    desk.settle()
    return page


def status(store: Store) -> str:
    with store.read() as read:
        return read.one(WorkOrder, ORDER).status


def said(page: OrdersPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def complete(desk: Workplace, page: OrdersPage) -> None:
    page.steps.step("completed")
    desk.settle()


def test_the_next_step_stands_at_one_place_from_the_last_item_to_the_end(desk: Workplace, press: Store) -> None:
    page = orders(desk)
    assert not page.steps.next.isVisible()  # not begun: the start is the next step
    begin(press)
    desk.settle()
    assert page.steps.next.words() == "Start inspection"
    place = page.steps.next.mapTo(page, page.steps.next.rect().bottomRight())
    answer(press, "guard")
    desk.settle()
    assert page.steps.next.words() == "Continue inspection"
    page.steps.next.click()
    desk.settle()
    inspections = desk.desk.page("inspections")
    assert isinstance(inspections, InspectionsPage)
    assert inspections.is_running()
    answer(press, "noise", "seal", "leak", "pressure", "valve")
    desk.settle()
    inspections.running.try_to_complete()
    desk.settle()
    assert page.tabs.tabs.current() == "sign_off"
    assert page.steps.next.words() == "Hand the screen to the customer"
    page.steps.next.click()
    desk.settle()
    panel = page.tabs.panel("sign_off")
    assert isinstance(panel, SignOffPanel)
    assert panel.signing is not None
    assert any("Rod seal, main cylinder" in label.text() for label in panel.signing.findChildren(QLabel))
    panel.signing.go_back()
    sign(press)
    desk.settle()
    assert page.steps.next.words() == "Inspection report"
    assert page.steps.next.mapTo(page, page.steps.next.rect().bottomRight()).y() == place.y()
    report(press)
    desk.settle()
    assert not page.steps.next.isVisible()
    assert page.foot_buttons()[-1].property("kind") == "primary"
    page.foot_buttons()[-1].click()
    desk.settle()
    assert status(press) == "completed"


def test_an_order_is_not_completed_before_its_inspection_and_a_word_of_the_customer(
    desk: Workplace, press: Store
) -> None:
    begin(press)
    answer(press, "guard", "noise")
    page = orders(desk)
    complete(desk, page)
    assert status(press) == "in_progress"
    assert "Not complete yet: 3 items have no answer yet: 3, 5, 6" in said(page)
    answer(press, "seal", "leak", "pressure", "valve")
    press.do(call(complete_inspection, inspection_id=INSPECTION, completed_on=TODAY))
    desk.settle()
    assert "Not complete yet: The customer has not signed yet" in said(page)
    complete(desk, page)
    assert status(press) == "in_progress"
    sign(press)
    desk.settle()
    assert "Not complete yet" not in said(page)
    complete(desk, page)  # the report may follow
    assert status(press) == "completed"
    assert page.steps.next.words() == "Inspection report"
    assert page.steps.next.property("kind") == "default"
    report(press)
    desk.settle()
    assert not page.steps.next.isVisible()


def test_an_item_that_was_not_answered_is_named_alone(desk: Workplace, press: Store) -> None:
    begin(press)
    answer(press, "guard", "noise", "seal", "leak", "pressure")
    page = orders(desk)
    complete(desk, page)
    assert "Item 6 has no answer yet: Pressure relief valve" in said(page)


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_the_customer_reads_what_it_came_to(press: Store, language: str) -> None:
    with press.read() as read:
        assert summary(read, ORDER) == []  # nothing was looked at yet
    answer(press, *REQUIRED)
    press.do(call(answer_item, **IDS, item="pressure", verdict="failed", number=80_000_000, questioned="limits"))
    with press.read() as read, i18n.speaking(language):
        lines = summary(read, ORDER)
    names = {each["key"]: each["names"][language] for each in ITEMS}  # type: ignore[index]
    assert len(lines) == 4
    assert names["seal"] in lines[1]
    assert "1 drop every 10 s" in lines[1]
    assert names["leak"] in lines[2]
    assert "80" in lines[3]
    assert "92" in lines[3]
    if language == "en":
        assert lines[0] == "Quarterly inspection: 3 items failed"
        assert lines[3] == "5  Accumulator pressure: 80.0\N{NO-BREAK SPACE}bar · Limits 92 to 108 bar"


def test_the_history_of_the_asset_tells_of_its_inspections_and_reports(desk: Workplace, press: Store) -> None:
    answer(press, *REQUIRED)
    press.do(call(complete_inspection, inspection_id=INSPECTION, completed_on=TODAY))
    report(press)
    page = desk.open("assets")
    desk.bench.show("asset", PRESS)
    desk.settle()
    panel = page.tabs.choose("history")
    desk.settle()
    entries = {entry.leads_to: entry for entry in panel.entries.entries()}
    told = entries["inspection", INSPECTION]
    assert told.text == "Quarterly inspection: 2 items failed"
    assert told.state == "bad"
    assert sum("1 item looked at, everything passed" in entry.text for entry in entries.values()) == 4
    assert any("IR-A7-2026-0001 issued" in entry.text for entry in entries.values())


def test_what_a_plan_brings_stands_in_the_calendar_once(desk: Workplace, press: Store) -> None:
    me, today = desk.bench.me, desk.bench.today()
    with press.read() as read:
        orders_of = orders_in_calendar(read, me, today)
        found: list[Appointment] = [each for one in desk.offers.appointments for each in one(read, me, today)]
    assert [each.day for each in found if each not in orders_of] == [
        "2027-02-18",
        "2027-05-18",
        "2027-08-18",
        "2027-11-18",
    ]
    assert len({each.uid for each in found}) == len(found)
    assert sum("Due: Quarterly inspection · Press HP-250 #2" in each.title for each in found) == 4
    assert any(each.uid == f"{ORDER}@fielddesk" for each in orders_of)  # the same as its plan would have given


def test_an_issued_report_is_no_photo(press: Store) -> None:
    report(press)
    with press.read() as read:
        assert photo_count(read, Owner(order_id=ORDER)) == 0
    by_hand = call(
        add_attachment, subject_id=ORDER, order_id=ORDER, kind="document", name="a.pdf", media_type="application/pdf",
        size=1, sha256="a" * 64,
    )  # fmt: skip
    with pytest.raises(RuleBroken):
        press.do(by_hand)
