"""Which state of an order may follow which, and where undo may lead."""

from __future__ import annotations

import pytest

from fielddesk.core.errors import RuleBroken
from fielddesk.features.workorders.rules import (
    ASSIGNED,
    COMPLETED,
    FINISHED,
    IN_PROGRESS,
    NEEDS_REASON,
    NEXT,
    OPEN,
    STATES,
    can_follow,
    check_status,
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
