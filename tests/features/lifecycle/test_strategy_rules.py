"""The strategy table: what it must hold, what it asks of an order, and how the stages of a model follow each other."""

from __future__ import annotations

import contextlib
import copy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core import canonical
from fielddesk.core.errors import RuleBroken
from fielddesk.features.lifecycle.queries import first_table
from fielddesk.features.lifecycle.rules import (
    DECLINED,
    DONE,
    STAGES,
    TAKEN_BACK,
    Step,
    alerts,
    changed_parts,
    check_dates,
    check_step,
    check_strategy,
    months_between,
    policy,
    spans,
    steps_missing,
)
from fielddesk.features.workorders.rules import KINDS
from fielddesk.store.types import _check_json


@pytest.fixture
def table() -> dict[str, Any]:
    return copy.deepcopy(first_table())


def test_the_table_that_is_shipped_is_whole_and_fits_a_row(table: dict[str, Any]) -> None:
    check_strategy(table)
    assert canonical.loads(_check_json(table)) == table


def test_each_stage_says_its_goal_service_resources_roles_channels_and_documents(table: dict[str, Any]) -> None:
    for stage in STAGES:
        found = policy(table, stage, "other", "repair")
        assert found.goal["zh_CN"]
        assert found.service
        assert found.resources["people"]
        assert found.roles
        assert found.channels
        assert found.documents


@pytest.mark.parametrize(
    ("stage", "kind", "steps"),
    [
        ("decline", "repair", ["replacement_advice"]), ("decline", "inspection", ["replacement_advice"]),
        ("decline", "training", []), ("maturity", "inspection", []), ("launch", "installation", ["follow_up_agreed"]),
        ("launch", "repair", []), ("retirement", "repair", ["data_export", "closing_confirmation"]),
        ("retirement", "parts_delivery", ["closing_confirmation"]), ("none", "repair", []),
    ],
)  # fmt: skip
def test_what_is_asked_for_follows_stage_and_kind(
    table: dict[str, Any], stage: str, kind: str, steps: list[str]
) -> None:
    assert [step.key for step in policy(table, stage, "industrial_equipment", kind).steps] == steps


def test_the_class_decides_between_a_visit_and_a_remote_check(table: dict[str, Any]) -> None:
    found = [policy(table, "maturity", name, "inspection").inspection for name in ("industrial_equipment", "software")]
    remote = policy(table, "maturity", "consumer_electronics", "inspection").inspection
    assert found[0] is not None
    assert (found[0].kind, found[0].every, found[1]) == ("on_site", "quarter", None)
    assert remote is not None
    assert remote.kind == "remote_health_check"
    named = [policy(table, "maturity", name, "inspection").checklist for name in ("consumer_electronics", "software")]
    assert named == ["device-health", ""]


def test_the_lane_of_decline_is_shorter(table: dict[str, Any]) -> None:
    found = policy(table, "decline", "other", "repair")
    assert (found.respond_percent, found.resolve_percent, found.hastens, found.pool[0]) == (50, 75, True, "retirement")
    assert not policy(table, "maturity", "other", "repair").hastens


def test_without_a_table_nothing_is_asked() -> None:
    assert policy(None, "decline", "other", "repair").steps == ()


def test_every_kind_a_step_names_is_a_kind_of_order(table: dict[str, Any]) -> None:
    named = {kind for stage in table["stages"].values() for step in stage["steps"] for kind in step["kinds"]}
    assert named <= set(KINDS)


BREAKS = [
    (("stages", "decline"), None, "stages"),
    (("stages", "decline", "goal", "zh_TW"), None, "stages.decline.goal"),
    (("stages", "decline", "goal", "zh_TW"), " ", "stages.decline.goal"),
    (("stages", "decline", "service"), "text", "stages.decline.service"),
    (("stages", "decline", "lane", "respond_percent"), 0, "stages.decline.lane.respond_percent"),
    (("stages", "decline", "lane", "respond_percent"), True, "stages.decline.lane.respond_percent"),
    (("stages", "maturity", "inspection", "software"), {"kind": "x", "every": "quarter"}, "stages.maturity.inspection"),
    (
        ("stages", "maturity", "inspection", "software"),
        {"kind": "on_site", "every": "quarter", "checklist": 7},
        "stages.maturity.inspection",
    ),
    (("stages", "launch", "channels"), ["carrier_pigeon"], "stages.launch.channels"),
    (("stages", "launch", "pool"), ["regular"], "stages.launch.pool"),
    (("stages", "launch", "steps"), [{"key": 1}], "stages.launch.steps"),
    (("stages", "launch"), [], "stages.launch"),
    (("terms", "alert_months"), -1, "terms.alert_months"),
    (("terms", "commitment_years_least"), 9, "terms.commitment_years_most"),
    (("words", "roles", "legal", "does"), None, "words.roles.legal"),
    (("common",), None, "common"),
]


@pytest.mark.parametrize(("path", "value", "where"), BREAKS)
def test_a_table_that_is_not_whole_is_refused_with_the_place(
    table: dict[str, Any], path: tuple[str, ...], value: Any, where: str
) -> None:
    inner = table
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    with pytest.raises(RuleBroken) as refused:
        check_strategy(table)
    assert (refused.value.code, refused.value.values["where"]) == ("strategy_wrong", where)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(junk=JSON, data=st.data())
def test_whatever_stands_in_a_table_it_is_taken_or_refused_in_words(junk: Any, data: st.DataObject) -> None:
    inner: Any = copy.deepcopy(first_table())
    table = inner
    while isinstance(inner, dict) and inner:
        key = data.draw(st.sampled_from(sorted(inner)))
        if data.draw(st.booleans()) or not isinstance(inner[key], dict):
            inner[key] = junk
            break
        inner = inner[key]
    with contextlib.suppress(RuleBroken):
        check_strategy(table)


def test_a_step_is_missing_until_it_is_given_or_declined_and_again_when_that_is_taken_back() -> None:
    asked = [Step("advice", {}), Step("export", {})]
    assert [step.key for step in steps_missing(asked, [])] == ["advice", "export"]
    given_both = [("advice", DONE), ("export", DECLINED)]
    assert steps_missing(asked, given_both) == []
    assert [step.key for step in steps_missing(asked, [*given_both, ("advice", TAKEN_BACK)])] == ["advice"]


@pytest.mark.parametrize(
    ("outcome", "remark", "code"),
    [("declined", " ", "remark_missing"), ("not_applicable", "", "remark_missing"), ("perhaps", "", "outcome_unknown")],
)
def test_leaving_a_step_out_needs_its_reason(outcome: str, remark: str, code: str) -> None:
    with pytest.raises(RuleBroken, match=code):
        check_step(outcome, remark)
    check_step("done", "")


# ---------------------------------------------------------------- models


def test_stages_follow_each_other_and_a_correction_stands_for_what_it_replaces() -> None:
    entered = [("launch", "2020-01-01"), ("maturity", "2021-01-01"), ("decline", "2024-01-01")]
    assert spans(entered)[-1] == ("decline", "2024-01-01", None)
    assert spans([*entered, ("maturity", "2023-01-01")]) == [
        ("launch", "2020-01-01", "2021-01-01"), ("maturity", "2021-01-01", None)
    ]  # fmt: skip


DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31)).map(date.isoformat)


@given(st.lists(st.tuples(st.sampled_from(STAGES), DAYS), max_size=8))
def test_spans_never_overlap_and_the_last_entry_is_the_present_stage(entered: list[tuple[str, str]]) -> None:
    found = spans(entered)
    assert all(begin < end for _, begin, end in found if end)
    assert [end for _, _, end in found[:-1]] == [begin for _, begin, _ in found[1:]]
    assert not entered or found[-1][0] == entered[-1][0]


@given(DAYS, st.integers(0, 4000))
def test_months_between_days_grow_with_the_days(day: str, days: int) -> None:
    later = (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    months = months_between(day, later)
    assert days // 31 <= months <= days // 28
    assert months_between(later, day) == -months


def test_dates_are_told_six_months_ahead_the_nearest_first_and_past_ones_after_them() -> None:
    dates = {"end_of_sale_on": "2026-01-10", "end_of_service_on": "2026-11-01", "market_exit_on": "2026-09-01",
             "last_parts_order_on": "2027-01-02", "launch_on": "2026-07-02"}  # fmt: skip
    told = alerts(dates, "2026-07-01", 6)
    assert [(alert.key, alert.months) for alert in told] == [
        ("market_exit_on", 2), ("end_of_service_on", 4), ("end_of_sale_on", -5)
    ]  # fmt: skip
    assert [alert.key for alert in alerts(dates, "2026-07-02", 6)][2] == "last_parts_order_on"


@pytest.mark.parametrize(
    "dates",
    [
        {"launch_on": "2020-01-01", "end_of_sale_on": "2019-12-31"},
        {"launch_on": "2020-01-01", "end_of_service_on": "2019-12-31"},
        {"launch_on": "2020-01-01", "last_parts_order_on": "2019-12-31"},
    ],
)
def test_a_model_does_not_end_before_it_began(dates: dict[str, str | None]) -> None:
    with pytest.raises(RuleBroken, match="dates_out_of_order"):
        check_dates(dates)


def test_a_revision_tells_what_it_changed(table: dict[str, Any]) -> None:
    old = first_table()
    table["stages"]["decline"]["lane"]["respond_percent"] = 40
    table["terms"]["alert_months"] = 9
    assert changed_parts(old, table) == ["decline.lane", "terms"]
    assert changed_parts(None, table) == []
