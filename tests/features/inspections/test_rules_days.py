"""When visits are due: rules and their laws, moved, skipped, done and absorbed visits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fielddesk.core.errors import RuleBroken
from fielddesk.features.inspections.rules import (
    EARLY,
    FIXED,
    FROM_COMPLETION,
    LATE,
    ON_TIME,
    Done,
    Exceptional,
    Plan,
    Visit,
    absorb,
    check_plan,
    due_days,
    next_visit,
    parse_rule,
    period_days,
    rule_text,
    standing,
)  # fmt: skip
from fielddesk.features.inspections.rules.days import COMING, DUE, days_of

QUARTERLY, MONTHLY = "FREQ=MONTHLY;INTERVAL=3", "FREQ=MONTHLY"


def days(rule: str, start: str, first: str = "2026-01-01", last: str = "2027-12-31") -> list[str]:
    return list(days_of(parse_rule(rule), start, first, last))


def due(visits: list[Visit]) -> list[str]:
    return [visit.planned_on for visit in visits if visit.is_open]


def shifted(day: str, by: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat()


# ---------------------------------------------------------------- rules


def test_a_quarter_that_began_on_the_31st_ends_with_each_month() -> None:
    assert days(QUARTERLY, "2026-01-31") == [
        "2026-01-31", "2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31", "2027-04-30", "2027-07-31", "2027-10-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=30,31", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-30", "2026-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-15", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=MO,TH", "2026-01-07", ["2026-01-08", "2026-02-02", "2026-02-05", "2026-03-02"]),
        ("FREQ=DAILY;INTERVAL=45", "2026-01-01", ["2026-01-01", "2026-02-15"]),
        ("FREQ=YEARLY;BYMONTH=2;BYDAY=1MO", "2025-03-01", ["2026-02-02"]),
        ("FREQ=MONTHLY;COUNT=2", "2025-12-10", ["2026-01-10"]),
        ("FREQ=MONTHLY;UNTIL=20260215", "2025-12-10", ["2026-01-10", "2026-02-10"]),
        ("rrule:freq=monthly;until=2026-02-15T120000Z;", "2025-12-10", ["2026-01-10", "2026-02-10"]),
    ],
)
def test_days_of_a_rule(rule: str, start: str, expected: list[str]) -> None:
    found = days(rule, start, last="2026-03-31")
    assert found[: len(expected)] == expected


def test_a_leap_day_comes_every_year() -> None:
    assert days("FREQ=YEARLY", "2024-02-29", "2025-01-01", "2028-12-31") == [
        "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "rule_malformed"),
        ("monthly", "rule_malformed"),
        ("FREQ=MONTHLY;FREQ=DAILY", "rule_malformed"),
        ("FREQ=MONTHLY;INTERVAL=0", "rule_malformed"),
        ("FREQ=MONTHLY;INTERVAL=-3", "rule_malformed"),
        ("FREQ=MONTHLY;INTERVAL=" + "9" * 400, "rule_malformed"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "rule_malformed"),
        ("FREQ=MONTHLY;BYDAY=XX", "rule_malformed"),
        ("FREQ=MONTHLY;BYDAY=5MO", "rule_malformed"),
        ("FREQ=MONTHLY;UNTIL=20260231", "rule_malformed"),
        ("FREQ=MONTHLY;COUNT=100000", "rule_malformed"),
        ("频率=每月", "rule_malformed"),
        ("x" * 100_000, "rule_malformed"),
        ("FREQ=SECONDLY", "rule_too_often"),
        ("FREQ=HOURLY;INTERVAL=24", "rule_too_often"),
        ("FREQ=YEARLY;INTERVAL=100", "rule_too_rare"),
        ("FREQ=MONTHLY;BYSETPOS=1", "rule_part_unknown"),
        ("FREQ=YEARLY;BYEASTER=0", "rule_part_unknown"),
        ("FREQ=MONTHLY;COUNT=3;UNTIL=20270101", "rule_parts_clash"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "rule_parts_clash"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "rule_parts_clash"),
        ("FREQ=WEEKLY;BYDAY=1TU", "rule_parts_clash"),
        ("FREQ=WEEKLY;BYMONTHDAY=5", "rule_parts_clash"),
        ("FREQ=MONTHLY;BYMONTH=2", "rule_parts_clash"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "rule_never"),
        ("FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31", "rule_never"),
    ],
)
def test_a_rule_nobody_can_keep_is_refused(rule: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_rule(rule)
    assert refused.value.code == code
    assert refused.value.values["field"] == "rule"


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (Plan("FREQ=MONTHLY;UNTIL=20200101", "2026-01-01"), "rule_never"),
        (Plan(QUARTERLY, "2026-01-01", "sometimes"), "mode_unknown"),
        (Plan(QUARTERLY, "2026-01-01", FIXED, 400), "tolerance_wrong"),
        (Plan(QUARTERLY, "0001-01-01"), "start_too_far"),
        (Plan(QUARTERLY, "9999-12-31"), "start_too_far"),
        (Plan("FREQ=MONTHLY;BYDAY=1MO", "2026-01-01", FROM_COMPLETION), "rule_not_from_completion"),
        (Plan("FREQ=MONTHLY;COUNT=4", "2026-01-01", FROM_COMPLETION), "rule_not_from_completion"),
    ],
)
def test_a_plan_nobody_can_keep_is_refused(plan: Plan, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_plan(plan)
    assert refused.value.code == code


rules = st.one_of(
    st.builds(lambda n: f"FREQ=DAILY;INTERVAL={n}", st.integers(1, 400)),
    st.builds(
        lambda n, on: f"FREQ=WEEKLY;INTERVAL={n}" + (";BYDAY=" + ",".join(sorted(on)) if on else ""),
        st.integers(1, 60), st.sets(st.sampled_from(["MO", "WE", "SU"])),
    ),
    st.builds(
        lambda n, on: f"FREQ=MONTHLY;INTERVAL={n}" + (";BYMONTHDAY=" + ",".join(map(str, sorted(on))) if on else ""),
        st.integers(1, 24), st.sets(st.sampled_from([1, 15, 28, 29, 30, 31, -1, -31]), max_size=3),
    ),
    st.builds("FREQ=MONTHLY;INTERVAL={};BYDAY={}".format, st.integers(1, 24), st.sampled_from(["1MO", "-1FR"])),
    st.builds(lambda n: f"FREQ=YEARLY;INTERVAL={n}", st.integers(1, 3)),
)  # fmt: skip
some_days = st.dates(date(2020, 1, 1), date(2029, 12, 31)).map(date.isoformat)


@given(rules)
def test_a_rule_reads_as_it_is_written(rule: str) -> None:
    assert rule_text(parse_rule(rule_text(parse_rule(rule)))) == rule_text(parse_rule(rule))


@given(rules, some_days, some_days, st.integers(0, 900))
def test_a_window_shows_the_days_of_the_whole_rule_that_lie_in_it(rule: str, start: str, first: str, long: int) -> None:
    """Skipping over the years gone by changes nothing."""
    last = shifted(first, long)
    assert days(rule, start, first, last) == [day for day in days(rule, start, start, last) if day >= first]


@given(rules, some_days)
def test_days_come_in_order_once_and_never_before_the_start(rule: str, start: str) -> None:
    found = days(rule, start, "2000-01-01", "2040-12-31")[:50]
    assert found
    assert all(one < other for one, other in pairwise(found))
    assert found[0] >= start


@given(st.integers(1, 24), some_days)
def test_no_month_is_left_out_for_being_short(interval: int, start: str) -> None:
    months = [day[:7] for day in days(f"FREQ=MONTHLY;INTERVAL={interval}", start, start, "2045-12-31")]
    counted = [int(month[:4]) * 12 + int(month[5:]) for month in months]
    assert all(other - one == interval for one, other in pairwise(counted))


def test_a_rule_without_end_is_looked_at_within_bounds() -> None:
    assert len(days("FREQ=DAILY;COUNT=1000", "1990-01-01", "1990-01-01", "9998-12-31")) == 1000
    assert len(days("FREQ=DAILY", "1990-01-01", "2026-01-01", "9998-12-31")) <= 40_000


# ---------------------------------------------------------------- visits

YEAR = ("2026-01-01", "2026-12-31")


def test_a_moved_visit_does_not_move_the_next_one() -> None:
    plan = Plan(QUARTERLY, "2026-01-15")
    moved = [Exceptional("2026-04-15", "2026-05-04", "plant holiday")]
    visits = due_days(plan, moved, [], *YEAR)
    assert due(visits) == ["2026-01-15", "2026-05-04", "2026-07-15", "2026-10-15"]
    assert (visits[1].due_on, visits[1].reason) == ("2026-04-15", "plant holiday")


def test_a_visit_moved_over_the_edge_of_the_window_is_found_there() -> None:
    plan = Plan(QUARTERLY, "2026-01-15")
    moved = [Exceptional("2026-04-15", "2026-05-04")]
    assert due(due_days(plan, moved, [], "2026-05-01", "2026-05-31")) == ["2026-05-04"]


def test_a_skipped_visit_has_its_reason_and_the_next_stays() -> None:
    visits = due_days(Plan(QUARTERLY, "2026-01-15"), [Exceptional("2026-04-15", None, "line stands still")], [], *YEAR)
    assert due(visits) == ["2026-01-15", "2026-07-15", "2026-10-15"]
    assert [(one.skipped, one.reason) for one in visits if one.due_on == "2026-04-15"] == [(True, "line stands still")]


def test_from_completion_the_step_counts_from_when_it_was_done() -> None:
    plan = Plan(QUARTERLY, "2026-01-15", FROM_COMPLETION)
    assert due(due_days(plan, [], [], *YEAR)) == ["2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"]
    visits = due_days(plan, [], [Done("2026-01-15", "2026-02-10")], *YEAR)
    assert due(visits) == ["2026-05-10", "2026-08-10", "2026-11-10"]
    assert [visit.foreseen for visit in visits if visit.is_open] == [False, True, True]


def test_from_completion_a_skipped_visit_counts_from_its_day_and_a_moved_one_too() -> None:
    plan = Plan(QUARTERLY, "2026-01-15", FROM_COMPLETION)
    skipped = due_days(plan, [Exceptional("2026-01-15", None, "x")], [], *YEAR)
    assert due(skipped) == ["2026-04-15", "2026-07-15", "2026-10-15"]
    assert not skipped[1].foreseen
    moved = due_days(plan, [Exceptional("2026-01-15", "2026-02-01")], [], *YEAR)
    assert due(moved) == ["2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01"]


@pytest.mark.parametrize("clock", ["0001-01-01", "1970-01-01", "9999-12-31"])
@pytest.mark.parametrize("rule", ["FREQ=DAILY", QUARTERLY, "FREQ=YEARLY;INTERVAL=10"])
def test_a_visit_done_by_a_clock_that_was_off_does_not_end_the_plan_or_the_program(clock: str, rule: str) -> None:
    plan = Plan(rule, "2026-01-10", FROM_COMPLETION)
    found = due_days(plan, [], [Done("2026-01-10", clock)], "2026-01-01", "2036-12-31")
    certain = [visit.due_on for visit in found if visit.is_open and not visit.foreseen]
    after = {"FREQ=DAILY": "2026-01-11", QUARTERLY: "2026-04-10"}.get(rule, "2036-01-10")
    assert certain == ([] if clock == "9999-12-31" else [after])


@pytest.mark.parametrize(
    ("rule", "as_often"),
    [
        ("FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY"), ("FREQ=MONTHLY;BYDAY=MO", "FREQ=WEEKLY"),
        ("FREQ=YEARLY;BYDAY=MO", "FREQ=WEEKLY"), ("FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO",
        "FREQ=WEEKLY"), ("FREQ=MONTHLY;BYDAY=1MO", MONTHLY), ("FREQ=YEARLY;BYMONTH=1,4,7,10;BYDAY=1MO", QUARTERLY),
        ("FREQ=YEARLY;BYDAY=1MO", "FREQ=YEARLY"), ("FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=5", QUARTERLY),
    ],
)  # fmt: skip
def test_a_rule_counts_as_often_as_its_visits_come_however_it_is_written(rule: str, as_often: str) -> None:
    assert period_days(parse_rule(rule)) == pytest.approx(period_days(parse_rule(as_often)), rel=0.01)


def test_a_weekly_visit_written_as_days_of_a_year_does_not_spare_the_quarterly_one() -> None:
    weekly, quarterly = Plan("FREQ=YEARLY;BYDAY=MO", "2026-01-05"), Plan(QUARTERLY, "2026-01-07")
    window = ("2026-01-01", "2026-01-31")
    found = absorb(
        {"w": (weekly, due_days(weekly, [], [], *window)), "q": (quarterly, due_days(quarterly, [], [], *window))}
    )
    assert due(found["q"]) == ["2026-01-07"]


def test_a_plan_that_ended_has_no_visit_behind_its_end() -> None:
    for mode in (FIXED, FROM_COMPLETION):
        plan = Plan(QUARTERLY, "2026-01-15", mode, ended_on="2026-06-30")
        assert due(due_days(plan, [], [], *YEAR)) == ["2026-01-15", "2026-04-15"]


def test_a_completed_visit_stays_on_its_day_where_the_rule_changed_since() -> None:
    visits = due_days(Plan("FREQ=MONTHLY;BYMONTHDAY=1", "2026-03-01"), [], [Done("2026-02-20", "2026-02-21")], *YEAR)
    assert (visits[0].due_on, visits[0].completed_on) == ("2026-02-20", "2026-02-21")


def test_the_next_visit_is_the_first_that_somebody_has_to_make() -> None:
    plan = Plan(QUARTERLY, "2026-01-15")
    done = [Done("2026-01-15", "2026-01-13")]
    found = next_visit(plan, [Exceptional("2026-04-15", None, "x")], done, "2026-01-10")
    assert found is not None
    assert found.due_on == "2026-07-15"
    assert next_visit(Plan("FREQ=MONTHLY;COUNT=1", "2026-01-15"), [], done, "2026-01-01") is None


@pytest.mark.parametrize(
    ("today", "completed", "how"),
    [
        ("2026-04-01", None, COMING),
        ("2026-04-08", None, DUE),
        ("2026-04-22", None, DUE),
        ("2026-04-23", None, LATE),
        ("2027-01-01", "2026-04-07", EARLY),
        ("2027-01-01", "2026-04-22", ON_TIME),
        ("2027-01-01", "2026-04-23", LATE),
    ],
)
def test_a_visit_is_on_time_within_its_tolerance(today: str, completed: str | None, how: str) -> None:
    assert standing(Visit("2026-04-15", "2026-04-15", 7, completed_on=completed), today) == how


def test_a_quarterly_visit_absorbs_the_monthly_one_near_it() -> None:
    both = {
        "month": (Plan(MONTHLY, "2026-01-10", tolerance_days=3), due_days(Plan(MONTHLY, "2026-01-10"), [], [], *YEAR)),
        "quarter": (Plan(QUARTERLY, "2026-01-15"), due_days(Plan(QUARTERLY, "2026-01-15"), [], [], *YEAR)),
    }
    found = absorb(both)
    spared = [visit.due_on for visit in found["month"] if visit.absorbed_by == "quarter"]
    assert spared == ["2026-01-10", "2026-04-10", "2026-07-10", "2026-10-10"]
    assert all(visit.absorbed_by is None for visit in found["quarter"])


def test_a_skipped_quarterly_visit_absorbs_nothing() -> None:
    quarter = Plan(QUARTERLY, "2026-01-15")
    both = {
        "month": (Plan(MONTHLY, "2026-01-15"), due_days(Plan(MONTHLY, "2026-01-15"), [], [], *YEAR)),
        "quarter": (quarter, due_days(quarter, [Exceptional("2026-04-15", None, "x")], [], *YEAR)),
    }
    assert "2026-04-15" in due(absorb(both)["month"])


@given(rules, some_days, st.integers(-20, 20), st.integers(0, 9))
def test_moving_one_visit_leaves_all_others(rule: str, start: str, by: int, which: int) -> None:
    plan = Plan(rule, start)
    end = shifted(start, 3000)
    before = due_days(plan, [], [], start, end)
    assume(len(before) > which)
    day = before[which].due_on
    after = due_days(plan, [Exceptional(day, shifted(day, by))], [], start, end)
    others = {visit.due_on: visit.planned_on for visit in before if visit.due_on != day}
    assert {visit.due_on: visit.planned_on for visit in after if visit.due_on != day} == others


@given(rules, some_days, st.integers(0, 30))
def test_a_window_and_its_two_halves_say_the_same(rule: str, start: str, middle: int) -> None:
    plan = Plan(rule, start)
    cut, end = shifted(start, middle * 40), shifted(start, 1500)
    halves = due_days(plan, [], [], start, cut) + due_days(plan, [], [], shifted(cut, 1), end)
    assert halves == due_days(plan, [], [], start, end)


@given(rules, rules, some_days, some_days, st.integers(0, 30))
def test_absorbing_spares_visits_of_the_shorter_plan_only_and_each_has_one_that_is_made(
    one: str, other: str, start: str, second: str, tolerance: int
) -> None:
    plans = {"a": Plan(one, start, FIXED, tolerance), "b": Plan(other, second, FIXED, 7)}
    window = (min(start, second), shifted(max(start, second), 500))
    found = absorb({key: (plan, due_days(plan, [], [], *window)) for key, plan in plans.items()})
    for key, visits in found.items():
        for visit in visits:
            if visit.absorbed_by is None:
                continue
            longer = visit.absorbed_by
            assert period_days(parse_rule(plans[longer].rule)) > period_days(parse_rule(plans[key].rule))
            near = [
                abs((date.fromisoformat(it.planned_on) - date.fromisoformat(visit.planned_on)).days)
                for it in found[longer]
                if it.is_open
            ]
            assert min(near) <= max(tolerance, 7)


@given(some_days, st.lists(st.integers(-20, 200), min_size=1, max_size=6))
def test_from_completion_exactly_one_visit_is_certain(start: str, delays: list[int]) -> None:
    plan = Plan(QUARTERLY, start, FROM_COMPLETION)
    done: list[Done] = []
    for delay in delays:
        visit = next_visit(plan, [], done, done[-1].completed_on if done else start)
        assert visit is not None
        assert not visit.foreseen
        done.append(Done(visit.due_on, max(shifted(visit.due_on, delay), done[-1].completed_on if done else start)))
        window = (start, shifted(done[-1].completed_on, 800))
        certain = [one for one in due_days(plan, [], done, *window) if one.is_open and not one.foreseen]
        assert len(certain) == 1
        assert certain[0].due_on > done[-1].completed_on
