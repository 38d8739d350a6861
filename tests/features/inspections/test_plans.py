"""Plans on a laptop: made, edited, ended; visits moved, skipped, put back and opened."""

from __future__ import annotations

import pytest

from fielddesk.core.errors import Conflict, RuleBroken
from fielddesk.features.customers.queries import customer_page
from fielddesk.features.inspections.actions import (
    complete_inspection,
    edit_plan,
    end_plan,
    move_visit,
    open_visit,
    restore_visit,
    skip_visit,
    version_id,
    visit_order_id,
)
from fielddesk.features.inspections.model import InspectionPlan, PlanException
from fielddesk.features.inspections.queries import (
    PlanFilter,
    calendar,
    plan_count,
    plan_names,
    plan_page,
    plan_place,
    plan_view,
    visits_of_asset,
    visits_to_open,
)  # fmt: skip
from fielddesk.features.workorders.model import WorkOrder
from tests.support.inspections import PRESS, SHORT, Shop, shop
from tests.support.laptops import some_id
from tests.support.region import ANNA, BENNO
from tests.support.safety import a_safe_start

__all__ = ["shop"]  # the fixture

TICK = [{"key": "ok", "kind": "tick", "names": {"en": "OK"}}]


def opened(shop: Shop, plan: str, checklist: str, in_days: int = 5) -> str:
    return str(
        shop.do(
            open_visit, plan_id=plan, due_on=shop.day(in_days), version_id=version_id(checklist, 1), number="WO-A7-1",
            title="Quarterly inspection", assignee_id=ANNA,
        )
    )  # fmt: skip


def order_of(shop: Shop, plan: str, in_days: int = 5) -> WorkOrder:
    found = shop.ask(lambda read: read.one(WorkOrder, visit_order_id(plan, shop.day(in_days))))
    assert isinstance(found, WorkOrder)
    return found


def refused(shop: Shop, *args: object, **more: object) -> str:
    with pytest.raises(RuleBroken) as problem:
        shop.do(*args, **more)  # type: ignore[arg-type]
    return problem.value.code


def test_a_rule_is_kept_in_one_way_of_writing(shop: Shop) -> None:
    plan = shop.plan(shop.checklist(), rule="rrule:interval=3;freq=monthly;")
    assert shop.ask(lambda read: read.one(InspectionPlan, plan)).rule == "FREQ=MONTHLY;INTERVAL=3"
    shop.do(edit_plan, based_on={"rule": "FREQ=MONTHLY;INTERVAL=3"}, plan_id=plan, rule="freq=yearly")
    assert shop.ask(lambda read: read.one(InspectionPlan, plan)).rule == "FREQ=YEARLY"
    about = {"based_on": {"rule": "FREQ=YEARLY"}, "plan_id": plan}
    assert refused(shop, edit_plan, **about, rule="FREQ=SECONDLY") == "rule_too_often"
    assert refused(shop, edit_plan, based_on={}, plan_id=plan) == "nothing_to_change"


def test_rule_start_and_mode_belong_together_in_a_conflict(shop: Shop) -> None:
    plan = shop.plan(shop.checklist())
    shown = {"rule": "FREQ=MONTHLY;INTERVAL=3", "starts_on": shop.day(5), "mode": "fixed"}
    shop.do(edit_plan, based_on=shown, plan_id=plan, starts_on=shop.day(9))
    with pytest.raises(Conflict):
        shop.do(edit_plan, based_on=shown, plan_id=plan, rule="FREQ=MONTHLY")


def test_an_order_moves_with_its_visit_and_back_again(shop: Shop) -> None:
    checklist = shop.checklist()
    plan = shop.plan(checklist)
    opened(shop, plan, checklist)
    move = {"plan_id": plan, "due_on": shop.day(5), "reason": "no access this week"}
    shop.do(move_visit, **move, moved_to=shop.day(12))
    assert order_of(shop, plan).due_on == shop.day(12)
    shop.do(move_visit, **move, moved_to=shop.day(14))
    assert len(shop.ask(lambda read: read.all(PlanException))) == 1
    shop.do(restore_visit, plan_id=plan, due_on=shop.day(5))
    assert order_of(shop, plan).due_on == shop.day(5)
    row = shop.ask(plan_view, plan, shop.today)
    assert (row.next.due_on, row.next.planned_on) == (shop.day(5), shop.day(5))
    assert refused(shop, move_visit, **move, moved_to=shop.day(5)) == "moved_nowhere"
    assert refused(shop, move_visit, **move, moved_to=shop.day(400)) == "moved_too_far"
    assert refused(shop, move_visit, **{**move, "reason": " "}, moved_to=shop.day(6)) == "reason_missing"


def test_a_skipped_visit_cancels_its_order_and_putting_it_back_opens_it(shop: Shop) -> None:
    checklist = shop.checklist()
    plan = shop.plan(checklist)
    opened(shop, plan, checklist)
    skip = {"plan_id": plan, "due_on": shop.day(5), "reason": "the press is being moved"}
    shop.do(skip_visit, **skip)
    assert (order_of(shop, plan).status, order_of(shop, plan).status_reason) == ("cancelled", skip["reason"])
    assert shop.ask(plan_view, plan, shop.today).next.due_on > shop.day(60)
    shop.do(restore_visit, plan_id=plan, due_on=shop.day(5))
    assert order_of(shop, plan).status == "assigned"
    shop.store.do(a_safe_start(order_of(shop, plan).id, shop.store.clock.now(), kind="inspection"))
    assert refused(shop, skip_visit, **skip) == "visit_started"


def test_a_skipped_visit_is_not_opened_and_a_done_one_not_moved(shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    plan, other = shop.plan(checklist), shop.plan(checklist, in_days=6)
    shop.do(skip_visit, plan_id=other, due_on=shop.day(6), reason="sold")
    with pytest.raises(RuleBroken) as problem:
        opened(shop, other, checklist, in_days=6)
    assert problem.value.code == "visit_skipped"
    one = opened(shop, plan, checklist)
    shop.answer(one, "ok")
    shop.do(complete_inspection, inspection_id=one, completed_on=shop.day(3))
    moved = {"plan_id": plan, "due_on": shop.day(5), "moved_to": shop.day(8), "reason": "late"}
    assert refused(shop, move_visit, **moved) == "visit_done"


def test_opening_a_visit_twice_is_opening_it_once(shop: Shop) -> None:
    checklist = shop.checklist()
    plan = shop.plan(checklist)
    assert opened(shop, plan, checklist) == opened(shop, plan, checklist)
    assert order_of(shop, plan).customer_id == some_id("Harbour Stamping")


def test_after_a_visit_the_next_one_follows_by_the_plans_mode(shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    fixed, floating = shop.plan(checklist), shop.plan(checklist, mode="from_completion", asset_id=some_id("HP160-0007"))
    for plan in (fixed, floating):
        one = opened(shop, plan, checklist)
        shop.answer(one, "ok")
        shop.do(complete_inspection, inspection_id=one, completed_on=shop.day(9))
    rows = {plan: shop.ask(plan_view, plan, shop.today) for plan in (fixed, floating)}
    assert {row.last.completed_on for row in rows.values()} == {shop.day(9)}
    assert rows[fixed].next.due_on[8:] == shop.day(5)[8:]
    assert rows[floating].next.due_on[8:] == shop.day(9)[8:]


def test_a_quarterly_visit_spares_the_monthly_one_also_from_completion(shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    quarterly = shop.plan(checklist)
    shop.plan(checklist, in_days=4, rule="FREQ=MONTHLY", mode="from_completion")
    first = shop.ask(visits_of_asset, PRESS, shop.today, shop.day(30), shop.today)
    assert [(row.visit.absorbed_by, row.visit.is_open) for row in first] == [(quarterly, False), (None, True)]
    one = opened(shop, quarterly, checklist)
    shop.answer(one, "ok")
    shop.do(complete_inspection, inspection_id=one, completed_on=shop.day(5))
    coming = shop.ask(visits_to_open, shop.day(10), 40)
    assert [row.visit.due_on[8:] for row in coming] == [shop.day(5)[8:]]  # a month after the quarterly one


def test_what_nobody_kept_is_not_opened_for_years_back(shop: Shop) -> None:
    shop.plan(shop.checklist(), in_days=-1000, rule="FREQ=WEEKLY", tolerance_days=2)
    found = shop.ask(visits_to_open, shop.today, 28)
    assert 3 <= len(found) <= 6
    assert all(row.visit.planned_on >= shop.day(-2) for row in found)


def test_a_plan_ends_and_goes_on(shop: Shop) -> None:
    plan = shop.plan(shop.checklist())
    shop.do(end_plan, based_on={"ended_on": None}, plan_id=plan, ended_on=shop.day(-1))
    assert shop.ask(plan_count, PlanFilter(shop.today)) == 0
    assert shop.ask(plan_count, PlanFilter(shop.today, ended=True)) == 1
    assert shop.ask(visits_to_open, shop.today, 28) == []
    shop.do(end_plan, based_on={"ended_on": shop.day(-1)}, plan_id=plan, ended_on=None)
    assert len(shop.ask(visits_to_open, shop.today, 28)) == 1


def test_plans_are_listed_by_asset_and_customer(shop: Shop) -> None:
    checklist = shop.checklist()
    mine = shop.plan(checklist)
    other = shop.plan(checklist, asset_id=some_id("C75-1207"), engineer_id=BENNO)
    harbour = next(row.id for row in shop.ask(customer_page, "Harbour", 0, 5))
    assert [row.plan.id for row in shop.ask(plan_page, PlanFilter(shop.today), 0, 9)] == [other, mine]
    assert [row.plan.id for row in shop.ask(plan_page, PlanFilter(shop.today, customer_id=harbour), 0, 9)] == [mine]
    assert [row.plan.id for row in shop.ask(plan_page, PlanFilter(shop.today, asset_id=PRESS), 0, 9)] == [mine]
    assert shop.ask(plan_place, PlanFilter(shop.today), mine) == 1
    [row] = shop.ask(plan_page, PlanFilter(shop.today), 1, 1)
    assert (row.asset, row.engineer, row.next.due_on, row.last) == ("Press HP-250 #2", "Anna Berg", shop.day(5), None)
    assert shop.ask(plan_names, [mine]) == {mine: "Press HP-250 #2 (HP250-0042)"}


def test_the_calendar_holds_what_is_opened_what_is_done_and_what_will_be(shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    plan = shop.plan(checklist)
    shop.plan(checklist, in_days=20, engineer_id=BENNO, asset_id=some_id("C75-1207"))
    one = opened(shop, plan, checklist)
    ask = {"first": shop.day(-5), "last": shop.day(120), "today": shop.today}
    days = shop.ask(calendar, **ask)
    assert [(len(day.inspections), len(day.visits)) for day in days] == [(1, 0), (0, 1), (0, 1), (0, 1)]
    assert [day.day for day in days][:2] == [shop.day(5), shop.day(20)]
    assert len(shop.ask(calendar, **ask, me=ANNA)) == 2
    shop.answer(one, "ok")
    shop.do(complete_inspection, inspection_id=one, completed_on=shop.day(2))
    assert shop.ask(calendar, **ask)[0].day == shop.day(2)
    assert SHORT
