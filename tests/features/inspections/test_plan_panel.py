"""Stories of planning: a plan is made by its words, changed, ended, and shows the days that come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fielddesk.core import canonical
from fielddesk.features.assets.model import Asset
from fielddesk.features.inspections.dialogs.words import rule_words
from fielddesk.features.inspections.model import ChecklistVersion, Inspection, InspectionPlan
from fielddesk.features.inspections.panel.plan_form import next_days, parts_of
from fielddesk.features.inspections.panel.plans import PlanPanel
from fielddesk.features.inspections.rules import Plan, parse_rule
from fielddesk.features.lifecycle.queries import first_table
from fielddesk.features.people.rules import ENGINEER
from fielddesk.features.workorders.actions import create_order
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.inspections import PRESS, Shop, shop
from tests.support.laptops import some_id
from tests.support.lives import HP250, models, revision
from tests.support.region import BENNO, put

__all__ = ["shop"]  # the fixture
TICK = [{"key": "ok", "kind": "tick", "names": {"en": "OK"}}]


@pytest.fixture
def office(qtbot: QtBot, dressed: theme.Theme, shop: Shop) -> Iterator[Workplace]:
    with workplace(qtbot, shop.store) as place:
        place.desk.activateWindow()
        qtbot.waitUntil(place.desk.isActiveWindow)
        yield place


def panel_of(place: Workplace) -> PlanPanel:
    page = place.open("assets")
    place.bench.show("asset", PRESS)
    page.tabs.choose("plans")  # type: ignore[attr-defined]
    place.settle()
    panel = page.tabs.panel()  # type: ignore[attr-defined]
    assert isinstance(panel, PlanPanel)
    return panel


def words(widget: object) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())  # type: ignore[attr-defined]


def choose(panel: PlanPanel, **values: str) -> None:
    for key, value in values.items():
        field = panel.form.form.fields[key]
        field.write(value)
        field.commit()


def plans(shop: Shop) -> list[InspectionPlan]:
    found: list[InspectionPlan] = shop.ask(lambda read: read.all(InspectionPlan))
    return found


def test_a_plan_is_made_with_its_rule_in_words_and_its_next_days(office: Workplace, shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    panel = panel_of(office)
    assert "No inspection plan yet" in words(panel)
    panel.new.click()
    office.settle()
    assert "Every 3 months" in words(panel.form)
    assert "Next days: 18 Nov 2026, 18 Feb 2027, 18 May 2027, 18 Aug 2027, 18 Nov 2027" in words(panel.form)
    choose(panel, checklist_id=checklist, every="6", engineer_id=BENNO, on="last")
    assert "30 Nov 2026, 31 May 2027" in words(panel.form)
    panel.form.go.click()
    office.settle()
    [plan] = plans(shop)
    assert (plan.rule, plan.starts_on, plan.engineer_id) == (
        "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=-1", "2026-11-18", BENNO,
    )  # fmt: skip
    assert "Next days: 30 Nov 2026" in words(panel.card)
    assert panel.form.isHidden()


def test_weekdays_are_chosen_where_they_make_sense(office: Workplace, shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    panel = panel_of(office)
    panel.new.click()
    office.settle()
    fields = panel.form.form.fields
    assert not fields["weekday"].isVisible()
    choose(panel, checklist_id=checklist, every="2", unit="WEEKLY", weekday="TU")
    assert fields["rule"].text() == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
    choose(panel, unit="MONTHLY", every="1", on="2", weekday="WE")
    assert fields["rule"].text() == "FREQ=MONTHLY;BYDAY=2WE"
    choose(panel, mode="from_completion")
    assert fields["rule"].text() == "FREQ=MONTHLY"
    assert not fields["on"].isVisible()
    assert "If each is done on its day" in words(panel.form)


def test_a_rule_can_be_typed_and_a_hostile_one_is_refused_in_words(office: Workplace, shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    panel = panel_of(office)
    panel.new.click()
    office.settle()
    choose(panel, checklist_id=checklist, rule="FREQ=SECONDLY")
    assert "one visit a day at most" in words(panel.form)
    panel.form.go.click()
    office.settle()
    assert plans(shop) == []
    choose(panel, rule="FREQ=MONTHLY;BYMONTHDAY=1,15")
    panel.form.go.click()
    office.settle()
    assert plans(shop)[0].rule == "FREQ=MONTHLY;BYMONTHDAY=1,15"


def test_a_plan_without_checklist_is_not_saved(office: Workplace, shop: Shop) -> None:
    panel = panel_of(office)
    panel.new.click()
    office.settle()
    panel.form.go.click()
    office.settle()
    assert "This is needed." in words(panel.form)
    assert plans(shop) == []


def test_a_plan_is_changed_and_the_change_taken_back(office: Workplace, shop: Shop) -> None:
    plan = shop.plan(shop.checklist(TICK))
    panel = panel_of(office)
    panel.ask_change(plans(shop)[0])
    office.settle()
    choose(panel, every="1", tolerance="3")
    panel.form.go.click()
    office.settle()
    [row] = plans(shop)
    assert (row.id, row.rule, row.tolerance_days) == (plan, "FREQ=MONTHLY", 3)
    office.bench.undo.take_last()
    office.settle()
    assert plans(shop)[0].rule == "FREQ=MONTHLY;INTERVAL=3"


def test_what_is_typed_is_there_again_after_the_window_closed(qtbot: QtBot, office: Workplace, shop: Shop) -> None:
    shop.checklist(TICK)
    panel = panel_of(office)
    panel.new.click()
    office.settle()
    choose(panel, every="9")
    office.settle()
    with workplace(qtbot, shop.store) as again:
        other = panel_of(again)
        other.new.click()
        again.settle()
        assert other.form.form.fields["rule"].text() == "FREQ=MONTHLY;INTERVAL=9"


def test_a_plan_ends_with_a_day_and_goes_on_again(office: Workplace, shop: Shop) -> None:
    shop.plan(shop.checklist(TICK))
    panel = panel_of(office)
    panel._ask_end(plans(shop)[0])
    panel.ending.go.click()
    office.settle()
    assert plans(shop)[0].ended_on == shop.today
    assert "ends 18 Nov 2026" in words(panel.card)
    panel._ask_end(plans(shop)[0])
    office.settle()
    assert plans(shop)[0].ended_on is None


def test_a_covered_visit_is_named_and_an_engineer_only_reads(qtbot: QtBot, dressed: theme.Theme, shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    shop.plan(checklist)
    shop.plan(checklist, in_days=4, rule="FREQ=MONTHLY")
    with workplace(qtbot, shop.store, role=ENGINEER) as place:
        panel = panel_of(place)
        assert "22 Nov 2026 (covered), 22 Dec 2026" in words(panel.card)
        assert not panel.new.isVisible()


def test_a_rule_says_which_weekday_of_the_month() -> None:
    assert rule_words("FREQ=MONTHLY;BYDAY=-1FR") == "Every month, on last Fri"
    assert rule_words("FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO") == "Every 3 months, on first Mon"
    assert rule_words("FREQ=WEEKLY;BYDAY=MO,TH") == "Every week, on Mon, Thu"


def test_next_days_and_the_fields_of_a_rule() -> None:
    assert next_days(Plan("FREQ=YEARLY;INTERVAL=10", "2027-01-31"), "2027-01-01", 3) == [
        "2027-01-31", "2037-01-31", "2047-01-31",
    ]  # fmt: skip
    assert next_days(Plan("FREQ=DAILY;COUNT=2", "2027-01-31"), "2027-01-01") == ["2027-01-31", "2027-02-01"]
    assert parts_of(parse_rule("FREQ=MONTHLY;BYDAY=-1FR")) == ("-1", "FR")
    assert parts_of(parse_rule("FREQ=WEEKLY;BYDAY=MO,TU")) == ("begin", None)


def in_stage(shop: Shop, rule: dict[str, str]) -> None:
    """The press in maturity, under a strategy that asks for this."""
    table = json.loads(json.dumps(first_table()))
    table["stages"]["maturity"]["inspection"]["industrial_equipment"] = rule
    press = shop.ask(lambda read: read.one(Asset, PRESS))
    put(
        shop.store,
        [*models(), replace(revision(), table=canonical.dumps(table)), replace(press, model_id=HP250)],
    )


def test_a_new_plan_proposes_the_rhythm_and_checklist_of_its_stage(office: Workplace, shop: Shop) -> None:
    named = shop.checklist(TICK, number="mature-press")
    shop.checklist(TICK, number="another")
    in_stage(shop, {"kind": "on_site", "every": "half_year", "checklist": "mature-press"})
    panel = panel_of(office)
    panel.new.click()
    office.settle()
    assert "Maturity: Inspection on site, every half year" in words(panel.form)
    values = panel.form.values()
    assert (values["rule"], values["checklist_id"]) == ("FREQ=MONTHLY;INTERVAL=6", named)


def test_an_order_gets_the_checklist_of_the_stage_it_was_opened_under(office: Workplace, shop: Shop) -> None:
    shop.checklist(TICK, number="another")
    named = shop.checklist(TICK, number="mature-press")
    in_stage(shop, {"kind": "on_site", "every": "quarter", "checklist": "mature-press"})
    order = shop.do(
        create_order, number="WO-A7-2027-7", kind="inspection", title="Look at it", asset_id=PRESS,
        customer_id=some_id("Harbour Stamping"),
    )  # fmt: skip
    page = office.open("orders")
    office.bench.show("work_order", order)
    office.settle()
    panel = page.tabs.choose("inspection")  # type: ignore[attr-defined]
    office.settle()
    panel.add_one.click()
    office.settle()
    [made] = shop.ask(lambda read: read.all(Inspection))
    assert shop.ask(lambda read: read.one(ChecklistVersion, made.version_id)).checklist_id == named
