"""The morning: which visits are ready, what the others lack, what is late, what runs out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical, i18n
from fielddesk.core.clock import FixedClock, local_day
from fielddesk.features.customers.model import Site
from fielddesk.features.documents.model import Attachment
from fielddesk.features.inspections.model import Checklist, ChecklistVersion, HelpPicture, Inspection
from fielddesk.features.inspections.page import InspectionsPage
from fielddesk.features.inspections.rules import parse_items, to_json
from fielddesk.features.parts.model import Reservation
from fielddesk.features.people.rules import DISPATCHER
from fielddesk.features.today import queries, rules
from fielddesk.features.today.page import TOMORROW, TodayPage, span_of
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.database import Store
from fielddesk.store.tables import Synced
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import some_id
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import ANNA, DAY, MILLION, VAN, put
from tests.support.safety import a_safe_start

ROBOT, PRESSURE = some_id("WO-A7-2026-1051"), some_id("WO-A7-2026-1038")
HOUR = 3_600_000_000
ONE = to_json(parse_items(canonical.dumps([{"key": "guard", "kind": "tick", "names": {"en": "Guard closed"}}])))


def order(store: Store, order_id: str) -> WorkOrder:
    with store.read() as read:
        return read.one(WorkOrder, order_id)


def planned(store: Store, order_id: str, at: int, **more: object) -> WorkOrder:
    found = replace(order(store, order_id), planned_at=at, **more)  # type: ignore[arg-type]
    put(store, [found])
    return found


def today(desk: Workplace) -> TodayPage:
    page = desk.open("today")
    assert isinstance(page, TodayPage)
    return page


def words(page: TodayPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def checklist(*, picture: str = "") -> list[Synced]:
    found: list[Synced] = [
        Checklist(id=some_id("press quarterly"), number="press-quarterly", names='{"en":"Press"}', rev=1),
        ChecklistVersion(
            id=some_id("press 1"), checklist_id=some_id("press quarterly"), version=1, items=ONE,
            by_id=ANNA, at=1, rev=1,
        ),
    ]  # fmt: skip
    if picture:
        found.append(
            HelpPicture(
                id=some_id("picture"), version_id=some_id("press 1"), item="seal", media_type="image/png", size=9,
                sha256=picture, rev=1,
            )
        )  # fmt: skip
    return found


def inspection_of(found: WorkOrder) -> Inspection:
    return Inspection(
        id=some_id("inspection"), order_id=found.id, asset_id=found.asset_id or "", version_id=some_id("press 1"), rev=1
    )


def test_visits_stand_in_the_order_of_the_day_each_with_what_it_lacks(
    desk: Workplace, laptop: Store, clock: FixedClock
) -> None:
    put(laptop, [*checklist(picture="ab" * 32)])
    first = planned(laptop, PRESSURE, clock.now() + HOUR, kind="inspection")
    planned(laptop, ROBOT, clock.now() + 3 * HOUR)
    keep = Reservation(
        id=some_id("keep"), order_id=ROBOT, part_id=some_id("LC-24"), quantity=40 * MILLION, by_id=ANNA, at=1, rev=1
    )
    put(laptop, [keep])
    page = today(desk)
    assert "The checklist has not arrived yet. Sync before you leave." in words(page)
    assert words(page).index("Pressure drifts") < words(page).index("Robot cell stops")
    assert "1 part missing" in words(page)
    assert "Part LC-24: " in words(page)
    put(laptop, [inspection_of(first)])
    desk.bench.changed.emit(frozenset({"inspection"}))
    page.reload()
    desk.settle()
    assert "1 help picture has not arrived yet. Stay connected a little longer." in words(page)
    assert "2 visits planned, first at" in page.pane.second.text()


def test_a_visit_with_everything_on_board_is_ready_and_opens_with_one_press(
    desk: Workplace, laptop: Store, clock: FixedClock, qtbot: QtBot
) -> None:
    put(laptop, checklist())
    found = planned(laptop, PRESSURE, clock.now() + HOUR, kind="inspection", due_on=None)
    put(laptop, [inspection_of(found), replace(order(laptop, ROBOT), due_on=None)])
    page = today(desk)
    assert "Ready" in words(page)
    assert "Not ready" not in words(page)
    page.focus()
    button = QApplication.focusWidget()
    assert button is not None
    assert button.accessibleName() == "Open WO-A7-2026-1038 Pressure drifts"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    desk.settle()
    assert desk.desk.current_place() == "orders"
    assert desk.desk.page("orders").pane.title.text() == "Pressure drifts"


def test_an_inspection_begins_with_a_look_around_and_then_goes_on_where_it_was(
    desk: Workplace, laptop: Store, clock: FixedClock, qtbot: QtBot
) -> None:
    put(laptop, checklist())
    found = planned(laptop, PRESSURE, clock.now() + HOUR, kind="inspection", status="assigned", due_on=None)
    put(laptop, [inspection_of(found), replace(order(laptop, ROBOT), due_on=None)])
    page = today(desk)
    page.focus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    desk.settle()
    assert desk.desk.current_place() == "orders"
    assert desk.desk.page("orders").tabs.tabs.current() == "safety"
    laptop.do(list(a_safe_start(PRESSURE, clock.now(), kind="inspection")))
    page = today(desk)
    page.reload()
    desk.settle()
    go_on = page.visits._buttons[PRESSURE]
    assert go_on.words() == "Continue"
    go_on.click()
    desk.settle()
    running = desk.desk.page("inspections")
    assert isinstance(running, InspectionsPage)
    assert running.is_running()


def test_what_is_due_says_how_it_stands_to_its_window_and_leads_to_it(
    desk: Workplace, laptop: Store, clock: FixedClock, qtbot: QtBot
) -> None:
    put(laptop, checklist())
    today_is = local_day(clock.now(), clock.zone())
    before = local_day(clock.now() - 3 * DAY, clock.zone())
    late = replace(order(laptop, PRESSURE), kind="inspection", due_on=before, status="assigned")
    put(laptop, [late, inspection_of(late)])
    page = today(desk)
    said = words(page.due)  # type: ignore[arg-type]
    assert "Overdue" in said
    assert "Press" in said
    page.due.focus_first()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    desk.settle()
    assert desk.desk.current_place() == "inspections"
    put(laptop, [replace(late, due_on=today_is)])
    page = today(desk)
    page.reload()
    desk.settle()
    assert "Overdue" not in words(page.due)  # type: ignore[arg-type]
    assert "Due" in words(page.due)  # type: ignore[arg-type]


def test_files_of_the_order_that_are_on_their_way_are_named(desk: Workplace, laptop: Store, clock: FixedClock) -> None:
    planned(laptop, ROBOT, clock.now() + HOUR)
    kept = laptop.blobs.keep(b"here") if laptop.blobs is not None else None
    assert kept is not None
    put(
        laptop,
        [
            Attachment(id=some_id(sha), order_id=ROBOT, kind="file", name="plan.pdf", media_type="application/pdf",
                       size=4, sha256=sha, by_id=ANNA, at=1, rev=1)
            for sha in (kept.sha256, "ab" * 32, "cd" * 32)
        ],
    )  # fmt: skip
    page = today(desk)
    assert "2 photos or files of the order have not arrived yet." in words(page)
    assert "Not ready" in words(page)


def test_the_evening_before_one_looks_at_tomorrow(desk: Workplace, laptop: Store, clock: FixedClock) -> None:
    planned(laptop, PRESSURE, clock.now() + DAY, due_on=None)
    page = today(desk)
    assert "Pressure drifts" not in "".join(str(visit) for visit in page.visits._told[0])
    page.days.choose(TOMORROW)
    page.days.chosen.emit(TOMORROW)
    desk.settle()
    assert page.pane.title.text() == "Tomorrow"
    assert "1 visit" in page.pane.second.text()


def test_a_reload_keeps_the_keyboard_and_leaves_what_did_not_change(
    desk: Workplace, laptop: Store, clock: FixedClock
) -> None:
    planned(laptop, PRESSURE, clock.now() + HOUR)
    page = today(desk)
    page.focus()
    before = QApplication.focusWidget()
    assert before is not None
    name = before.accessibleName()
    page.reload()
    desk.settle()
    assert QApplication.focusWidget() is before
    planned(laptop, PRESSURE, clock.now() + 2 * HOUR)
    page.reload()
    desk.settle()
    after = QApplication.focusWidget()
    assert after is not before
    assert after is not None
    assert after.accessibleName() == name


def test_parts_that_run_out_and_what_is_late_are_named(desk: Workplace, laptop: Store) -> None:
    keep = Reservation(
        id=some_id("keep"), order_id=ROBOT, part_id=some_id("4S-118"), place_id=VAN, quantity=400 * MILLION, by_id=ANNA,
        at=1, rev=1,
    )  # fmt: skip
    put(laptop, [keep])
    page = today(desk)
    assert "needed for 1 order this week" in words(page)
    assert "Kiln drive trips" in words(page)
    assert "3 days late" in words(page)


def test_the_office_sees_what_is_late_of_everybody(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> None:
    with workplace(qtbot, laptop, role=DISPATCHER) as desk, laptop.read() as read:
        day = local_day(laptop.clock.now() + 30 * DAY, laptop.clock.zone())
        everybody = queries.late(read, None, day, 50)
        mine = queries.late(read, ANNA, day, 50)
        assert {each.order_id for each in mine} < {each.order_id for each in everybody}
        assert "Late and soon late" in words(today(desk))


def test_an_order_is_put_into_the_day_with_one_press_and_taken_out_again(
    desk: Workplace, laptop: Store, clock: FixedClock, qtbot: QtBot
) -> None:
    page = today(desk)
    qtbot.keyClick(page.add, Qt.Key.Key_Space)
    button = QApplication.focusWidget()
    assert button is not None
    assert button.accessibleName().startswith("Add WO-A7-2026-1038")
    qtbot.keyClick(button, Qt.Key.Key_Space)
    desk.settle()
    at = order(laptop, PRESSURE).planned_at
    assert at is not None
    assert at > clock.now()
    assert "Pressure drifts" in "".join(str(visit) for visit in page.visits._told[0])
    desk.bench.undo.take_last()
    desk.settle()
    assert order(laptop, PRESSURE).planned_at is None


@given(now=st.integers(0, 24 * HOUR), taken=st.lists(st.integers(0, 20 * HOUR), max_size=4))
def test_a_proposed_time_is_ahead_and_never_within_another_visit(now: int, taken: list[int]) -> None:
    at = rules.free_time(0, now, taken)
    assert at >= now
    assert at >= rules.FIRST_HOUR * HOUR
    assert all(at >= other + rules.VISIT for other in taken)


def test_an_empty_day_says_what_will_appear_there(qtbot: QtBot, dressed: theme.Theme, laptop: Store) -> None:
    put(laptop, [replace(order(laptop, ROBOT), due_on=None)])
    with workplace(qtbot, laptop) as desk:
        page = today(desk)
        assert "No visits" in words(page)
        assert "Nothing waits for an answer" in words(page)


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
def test_nothing_is_cut_off_in_any_language(
    desk: Workplace, dressed: theme.Theme, laptop: Store, clock: FixedClock, language: str
) -> None:
    put(
        laptop,
        [*checklist(), Site(id=some_id("site"), customer_id=some_id("海港冲压有限公司"), name="Dock", permit_needed=1)],
    )
    planned(laptop, PRESSURE, clock.now() + HOUR, kind="inspection", site_id=some_id("site"))
    i18n.set_language(language)
    today(desk)
    for size in (100, 150):
        dressed.choose("light", size)
        desk.settle()
        assert faults(desk.desk) == []


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "No/Where", "UTC"])
def test_a_day_lies_between_its_midnights_also_when_the_clocks_change(zone: str) -> None:
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)):
        span = span_of(day, zone)
        assert (span.ends - span.begins) // HOUR == (
            hours if zone == "Europe/Berlin" else (span.ends - span.begins) // HOUR
        )
        assert local_day(span.begins, zone) == day
        assert local_day(span.ends - 1, zone) == day
