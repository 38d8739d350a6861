"""Headquarters opens the inspections that come due, once, and takes checklists from files."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import local_day
from fielddesk.core.errors import RuleBroken
from fielddesk.features.inspections.actions import (
    complete_inspection,
    create_plan,
    move_visit,
    open_visit,
    skip_visit,
    visit_inspection_id,
    visit_order_id,
)  # fmt: skip
from fielddesk.features.inspections.queries import items_of
from fielddesk.features.inspections.rules import SECTION
from fielddesk.hq.__main__ import main
from fielddesk.hq.checklists import is_checklist_file, publish_checklist_file, shipped
from fielddesk.hq.service import Headquarters, on_sqlite
from fielddesk.hq.visits import Visits, draw_number, open_visits
from tests.support.offices import Office

DAY = 86_400 * 1_000_000
PRESS, MONTHLY, QUARTERLY = "press-quarterly", "compressor-monthly", "compressor-quarterly"
BY_NUMBER = {path.stem: path for path in shipped()}


class Plant:
    """A press at a customer's, its checklist, and an engineer."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.eve = office.person("eve")
        self.press = office.asset(office.customer())
        self.today = local_day(office.clock.now(), office.clock.zone())
        self.versions: dict[str, Any] = {}

    def checklist(self, number: str = PRESS) -> str:
        found = publish_checklist_file(self.office.hq, self.office.dispatcher, BY_NUMBER[number])
        self.versions[number] = found.version_id
        return found.checklist_id

    def plan(self, in_days: int = 10, number: str = PRESS, rule: str = "FREQ=MONTHLY;INTERVAL=3", **more: Any) -> str:
        return str(
            self.office.do(
                create_plan, asset_id=self.press, checklist_id=self.checklist(number), rule=rule,
                starts_on=self.day(in_days), engineer_id=self.eve, **more,
            )
        )  # fmt: skip

    def day(self, after: int) -> str:
        return local_day(self.office.clock.now() + after * DAY, self.office.clock.zone())

    def orders(self) -> list[dict[str, Any]]:
        found = [body for (table, _), body in self.office.rows().items() if table == "work_order"]
        return sorted(found, key=lambda body: body["due_on"] or "")


@pytest.fixture
def plant(office: Office) -> Plant:
    return Plant(office)


def test_a_visit_is_opened_four_weeks_ahead_and_is_on_the_engineers_laptop(plant: Plant) -> None:
    plan = plant.plan(in_days=10)
    plant.plan(in_days=29)
    assert open_visits(plant.office.hq, plant.today) == 1
    [order] = plant.orders()
    assert (order["kind"], order["status"], order["assignee_id"]) == ("inspection", "assigned", plant.eve)
    assert (order["due_on"], order["number"]) == (plant.day(10), f"WO-HQ-{plant.today[:4]}-1")
    assert order["title"] == "Quarterly inspection, hydraulic press"
    inspection = plant.office.row("inspection", visit_inspection_id(plan, plant.day(10)))
    assert (inspection["order_id"], inspection["version_id"]) == (order["id"], plant.versions[PRESS])
    laptop = plant.office.laptop("eve")
    laptop.catch_up()
    assert laptop.has("inspection") == {inspection["id"]}
    assert laptop.bodies() == plant.office.scope(plant.eve)


def test_opening_again_changes_nothing_and_the_job_looks_only_where_something_moved(plant: Plant) -> None:
    plant.plan()
    visits = Visits(plant.office.hq)
    assert (visits.open_due(), visits.open_due()) == (1, 0)
    before = plant.office.rows()
    assert open_visits(plant.office.hq, plant.today) == 0
    assert plant.office.rows() == before
    plant.office.clock.pass_time(20 * 86_400)
    plant.plan(in_days=5)
    assert visits.open_due() == 1


def test_a_moved_visit_is_opened_on_its_new_day_and_a_skipped_one_not_at_all(plant: Plant) -> None:
    moved, skipped = plant.plan(in_days=10), plant.plan(in_days=12)
    reason = "the line stands still"
    plant.office.do(move_visit, plan_id=moved, due_on=plant.day(10), moved_to=plant.day(17), reason=reason)
    plant.office.do(skip_visit, plan_id=skipped, due_on=plant.day(12), reason=reason)
    assert open_visits(plant.office.hq, plant.today) == 1
    [order] = plant.orders()
    assert order["due_on"] == plant.day(17)
    assert order["id"] == visit_order_id(moved, plant.day(10))


def test_the_quarterly_visit_takes_the_place_of_the_monthly_one(plant: Plant) -> None:
    quarterly = plant.plan(in_days=10, number=QUARTERLY)
    plant.plan(in_days=13, number=MONTHLY, rule="FREQ=MONTHLY", tolerance_days=3)
    assert open_visits(plant.office.hq, plant.today) == 1
    assert [order["id"] for order in plant.orders()] == [visit_order_id(quarterly, plant.day(10))]


def test_a_plan_whose_engineer_left_or_whose_checklist_asks_nothing_stops_no_other(plant: Plant) -> None:
    from fielddesk.features.inspections.actions import create_checklist

    empty = plant.office.do(create_checklist, number="empty", names='{"en":"Empty"}')
    plant.office.do(
        create_plan, asset_id=plant.press, checklist_id=empty, rule="FREQ=WEEKLY", starts_on=plant.day(1), mode="fixed"
    )
    plant.plan()
    assert open_visits(plant.office.hq, plant.today) == 1


def test_several_headquarters_at_once_open_each_visit_once(office_on_sqlite: Office, tmp_path: Path) -> None:
    plant = Plant(office_on_sqlite)
    for after in (3, 8, 13):
        plant.plan(in_days=after, tolerance_days=1)
    [path] = tmp_path.glob("hq0.db")
    others = [on_sqlite(path, plant.office.clock) for _ in range(3)]
    barrier = threading.Barrier(len(others))
    faults: list[BaseException] = []

    def job(hq: Headquarters) -> None:
        barrier.wait()
        try:
            open_visits(hq, plant.today)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=job, args=(hq,)) for hq in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for hq in others:
        hq.close()
    assert faults == []
    orders = plant.orders()
    assert [order["due_on"] for order in orders] == [plant.day(3), plant.day(8), plant.day(13)]
    assert len({order["number"] for order in orders}) == 3


def test_a_laptop_that_opened_the_visit_too_gets_the_one_of_headquarters(plant: Plant) -> None:
    plan = plant.plan()
    order = plant.office.order(plant.office.customer(), plant.press, plant.eve)
    laptop = plant.office.laptop("eve")
    laptop.catch_up()
    op = laptop.say(
        open_visit, plan_id=plan, due_on=plant.day(10), version_id=plant.versions[PRESS], number="WO-E1-2027-1",
        title="Quarterly", assignee_id=plant.eve,
    )  # fmt: skip
    assert open_visits(plant.office.hq, plant.today) == 1
    laptop.push()
    assert laptop.did(op)["is"] == "applied"
    laptop.catch_up()
    assert {body["number"] for body in plant.orders() if body["id"] != order} == {f"WO-HQ-{plant.today[:4]}-1"}
    assert laptop.bodies() == plant.office.scope(plant.eve)


def test_a_laptop_that_opened_the_visit_first_is_left_its_number(plant: Plant) -> None:
    plan = plant.plan()
    plant.office.order(plant.office.customer(), plant.press, plant.eve)
    laptop = plant.office.laptop("eve")
    laptop.catch_up()
    laptop.say(
        open_visit, plan_id=plan, due_on=plant.day(10), version_id=plant.versions[PRESS], number="WO-E1-2027-1",
        title="Quarterly", assignee_id=plant.eve,
    )  # fmt: skip
    laptop.push()
    assert open_visits(plant.office.hq, plant.today) == 0
    assert "WO-E1-2027-1" in {body["number"] for body in plant.office.rows().values() if "number" in body}


def test_a_number_that_is_there_already_is_not_drawn(plant: Plant) -> None:
    plant.office.order(plant.office.customer())  # WO-HQ-2027-n, as a person typed it
    taken = {body["number"] for (table, _), body in plant.office.rows().items() if table == "work_order"}
    drawn = [draw_number(plant.office.hq, "2027") for _ in range(5)]
    assert taken.isdisjoint(drawn)
    assert len(set(drawn)) == 5


def test_a_visit_that_was_done_is_not_opened_again_and_the_next_one_follows_the_plan(plant: Plant) -> None:
    plan = plant.plan(in_days=2, number=MONTHLY, rule="FREQ=MONTHLY", mode="from_completion")
    open_visits(plant.office.hq, plant.today)
    row_id = visit_inspection_id(plan, plant.day(2))
    with pytest.raises(RuleBroken) as refused:
        plant.office.do(complete_inspection, inspection_id=row_id, completed_on=plant.today)
    assert refused.value.code == "items_missing"
    assert open_visits(plant.office.hq, plant.today) == 0


# ---------------------------------------------------------------- checklists from files


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_a_shipped_checklist_speaks_three_languages(path: Path) -> None:
    tree = json.loads(path.read_text(encoding="utf-8"))
    named = [tree["names"]]
    for item in tree["items"]:
        named += [item["names"], *([item["help"]] if "help" in item else [])]
        named += [option["names"] for option in item.get("options", ())]
    assert all(set(names) == {"en", "zh_CN", "zh_TW"} for names in named)
    assert all(not names["zh_CN"].isascii() and not names["zh_TW"].isascii() for names in named)


def test_the_press_is_asked_what_the_picture_shows(office_on_sqlite: Office) -> None:
    office = office_on_sqlite
    found = publish_checklist_file(office.hq, office.dispatcher, BY_NUMBER[PRESS])
    items = [item for item in items_of(office.row("checklist_version", found.version_id)["items"])]
    asked = [item for item in items if item.kind != SECTION]
    assert (asked[13].key, [part.number for part in asked[13].parts]) == ("rod-seal", ["4S-118"])
    assert (asked[14].low, asked[14].high, asked[14].unit) == (92_000_000, 108_000_000, "bar")
    assert sum(item.when is None for item in asked) == 22


def test_a_file_taken_twice_changes_nothing_and_a_changed_one_is_the_next_version(
    office_on_sqlite: Office, tmp_path: Path
) -> None:
    office = office_on_sqlite
    for path in shipped():
        assert publish_checklist_file(office.hq, office.dispatcher, path).changed
    before = office.rows()
    for path in shipped():
        assert not publish_checklist_file(office.hq, office.dispatcher, path).changed
    assert office.rows() == before
    tree = json.loads(BY_NUMBER[PRESS].read_text(encoding="utf-8"))
    tree["items"][-1]["required"] = False
    changed = tmp_path / "press.json"
    changed.write_text("\ufeff" + json.dumps(tree), encoding="utf-8")
    found = publish_checklist_file(office.hq, office.dispatcher, changed)
    assert (found.version, found.changed) == (2, True)


BAD: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "checklist_file_unreadable"),
    "half a character": (b'{"number":"\xff"}', "checklist_file_unreadable"),
    "a list": (b"[]", "checklist_file_wrong"),
    "no items": (b'{"number":"a","names":{"en":"A"}}', "checklist_file_wrong"),
    "limits that are words": (
        b'{"number":"a","names":{"en":"A"},"items":[{"key":"a","kind":"number","names":{"en":"A"},"low":"much"}]}',
        "item_number_wrong",
    ),
    "a number no store holds": (
        b'{"number":"a","names":{"en":"A"},"items":[{"key":"a","kind":"number","names":{"en":"A"},"low":"1e999999"}]}',
        "item_number_wrong",
    ),
    "a number that is no code": (
        b'{"number":"A b","names":{"en":"A"},"items":[{"key":"a","kind":"tick","names":{"en":"A"}}]}',
        "not_a_code",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_checklist_is_refused(office_on_sqlite: Office, tmp_path: Path, what: str) -> None:
    content, code = BAD[what]
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    before = office_on_sqlite.rows()
    with pytest.raises(RuleBroken) as refused:
        publish_checklist_file(office_on_sqlite.hq, office_on_sqlite.dispatcher, path)
    assert refused.value.code == code
    assert office_on_sqlite.rows() == before


def test_the_command_line_takes_checklists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "found", "North", "admin", "Ada"]) == 0
    assert main(["--data", str(tmp_path), "import", str(BY_NUMBER[PRESS])]) == 0
    assert main(["--data", str(tmp_path), "import", str(BY_NUMBER[PRESS])]) == 0
    said = capsys.readouterr().out
    assert "press-quarterly.json: version 1 published" in said
    assert "press-quarterly.json: version 1 is there already" in said
    assert is_checklist_file(BY_NUMBER[PRESS])
    assert not is_checklist_file(tmp_path / "nothing.json")
