"""Which state of an order may follow which, and where undo may lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fielddesk.core.errors import RuleBroken
from fielddesk.features.people.rules import OFFICE, ROLES
from fielddesk.features.workorders.rules import (
    ANSWERS,
    ASSIGNED,
    CHECKS,
    COMPLETED,
    EDITED,
    FINISHED,
    IN_PROGRESS,
    KINDS,
    NEEDS_REASON,
    NEXT,
    NO,
    ON_SITE,
    OPEN,
    STATES,
    YES,
    can_edit,
    can_follow,
    check_start,
    check_status,
    checks_of,
    is_safe,
)


@pytest.mark.parametrize("status", STATES)
def test_every_step_a_person_may_take_can_be_taken_back(status: str) -> None:
    assert [wanted for wanted in NEXT[status] if not can_follow(wanted, status)] == []


@pytest.mark.parametrize("status", STATES)
def test_nothing_follows_itself(status: str) -> None:
    assert not can_follow(status, status)


def test_an_order_is_not_completed_before_it_was_begun() -> None:
    for status in (OPEN, ASSIGNED):
        with pytest.raises(RuleBroken) as broken:
            check_status(status, COMPLETED, "")
        assert broken.value.code == "status_cannot_follow"


@pytest.mark.parametrize("wanted", sorted(NEEDS_REASON))
def test_a_pause_and_a_cancellation_need_their_reason(wanted: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        check_status(IN_PROGRESS, wanted, "  ")
    assert (broken.value.code, broken.value.values["field"]) == ("reason_missing", "reason")
    check_status(IN_PROGRESS, wanted, "No crane")


def test_what_is_finished_can_be_begun_again() -> None:
    assert all(NEXT[status] for status in FINISHED)


@given(some.sampled_from(KINDS), some.booleans(), some.booleans(), some.dictionaries(some.sampled_from(CHECKS),
       some.sampled_from(ANSWERS)))  # fmt: skip
def test_work_begins_only_when_all_that_is_asked_was_answered_and_nothing_with_no(
    kind: str, induction: bool, permit: bool, answers: dict[str, str]
) -> None:
    asked = checks_of(kind, induction=induction, permit=permit)
    assert bool(asked) == (kind in ON_SITE)
    safe = is_safe(answers, asked)
    assert safe == (NO not in answers.values() and set(asked) <= set(answers))
    if asked and safe:
        check_start(kind, answers, 0, 0)  # what lets the screen begin lets the action begin


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_asks_more_only_of_who_comes_there(kind: str) -> None:
    usual, more = checks_of(kind), checks_of(kind, induction=True, permit=True)
    assert (len(more) - len(usual)) == (2 if kind in ON_SITE else 0)
    if kind not in ON_SITE:
        check_start(kind, None, 0, 0)
    else:
        check_start(kind, dict.fromkeys(usual, YES), 0, 0)


@pytest.mark.parametrize("role", ROLES)
def test_the_office_corrects_everything_and_field_staff_what_they_see(role: str) -> None:
    may = {name for name in EDITED if can_edit(role, name)}
    assert may == (set(EDITED) if role in OFFICE else {"description", "contact_id", "planned_at"})
    assert not can_edit(role, "number")
