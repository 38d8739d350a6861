"""Visits as a calendar takes them in: with zones and reminders, and a second time as news of the same visits."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar

from fielddesk.core import i18n
from fielddesk.features.customers.model import Site
from fielddesk.features.lists.panel.calendar import export_visits
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.database import Store
from fielddesk.ui.seams import Appointment
from tests.support.benches import Workplace
from tests.support.laptops import some_id
from tests.support.region import CUSTOMERS, put

AT = 1_800_000_000_000_000  # 2027-01-15 08:00 UTC


def entries(desk: Workplace, path: Path) -> dict[str, Any]:
    export_visits(desk.bench, path)
    desk.settle()
    book = Calendar.from_ical(path.read_bytes())
    assert book.errors == []
    return {str(event["uid"]): event for event in book.walk("VEVENT")}


def with_visits(store: Store) -> str:
    customer = some_id(CUSTOMERS[4][0])
    site = Site(id=some_id("site"), customer_id=customer, name="青岛厂", city="青岛", zone="Asia/Shanghai", rev=1)
    order = WorkOrder(
        id=some_id("visit"), number="V-1", kind="inspection", title="点检; with, signs\\ and\nlines",
        customer_id=customer, site_id=site.id, planned_at=AT, due_on="2027-01-20", opened_at=1, rev=1,
    )  # fmt: skip
    put(store, [site, order])
    return f"{order.id}@fielddesk"


def test_a_visit_stands_on_the_clocks_of_its_site_and_reminds(desk: Workplace, laptop: Store, tmp_path: Path) -> None:
    uid = with_visits(laptop)
    event = entries(desk, tmp_path / "visits.ics")[uid]
    begins = event["dtstart"].dt
    assert (begins.hour, begins.utcoffset()) == (16, timedelta(hours=8))
    assert "Asia/Shanghai" in (tmp_path / "visits.ics").read_text("utf-8")
    assert "BEGIN:VTIMEZONE" in (tmp_path / "visits.ics").read_text("utf-8")
    assert str(event["summary"]).startswith("V-1 点检; with, signs")
    assert "青岛" in str(event["location"])
    [alarm] = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=-1)


def test_what_is_only_due_stands_on_its_day(desk: Workplace, tmp_path: Path) -> None:
    found = entries(desk, tmp_path / "visits.ics")
    event = found[some_id("WO-A7-2026-1038") + "@fielddesk"]
    assert isinstance(event["dtstart"].dt, date)
    assert str(event["summary"]).startswith("Due: ")
    finished = some_id("WO-A7-2026-1029") + "@fielddesk"
    assert finished not in found


def test_the_second_file_replaces_the_visits_of_the_first(desk: Workplace, laptop: Store, tmp_path: Path) -> None:
    uid = with_visits(laptop)
    first = entries(desk, tmp_path / "1.ics")
    laptop.clock.pass_time(60)  # type: ignore[attr-defined]
    second = entries(desk, tmp_path / "2.ics")
    assert set(first) == set(second)
    assert second[uid]["sequence"] > first[uid]["sequence"]


def test_other_features_put_in_what_is_due_with_them(desk: Workplace, tmp_path: Path) -> None:
    due = Appointment("plan-7@fielddesk", "Quarterly inspection", "2027-03-01")
    desk.offers.appointments.append(lambda _read, _me, _today: [due])
    assert str(entries(desk, tmp_path / "v.ics")["plan-7@fielddesk"]["summary"]) == "Quarterly inspection"
    with i18n.speaking("zh_CN"):
        assert entries(desk, tmp_path / "w.ics")
