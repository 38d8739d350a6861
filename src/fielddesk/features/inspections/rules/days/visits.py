"""The visits of a plan: due, moved, skipped, done, and spared by a longer one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.features.inspections.rules.days.recurrence import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_DAYS,
    Rule,
    days_of,
    parse_rule,
    period_days,
    step_from,
)

FIXED: Final = "fixed"
FROM_COMPLETION: Final = "from_completion"
MODES: Final = (FIXED, FROM_COMPLETION)

EARLY: Final = "early"
ON_TIME: Final = "on_time"
LATE: Final = "late"
COMING: Final = "coming"
DUE: Final = "due"


@dataclass(frozen=True)
class Plan:
    """What the days of a plan follow from."""

    rule: str
    starts_on: str
    mode: str = FIXED
    tolerance_days: int = 7
    ended_on: str | None = None


@dataclass(frozen=True)
class Exceptional:
    """A due day that was moved (`moved_to`) or skipped (None), with the reason."""

    due_on: str
    moved_to: str | None
    reason: str = ""


@dataclass(frozen=True)
class Done:
    """A visit that was completed: for which day of the plan, and on which day."""

    due_on: str
    completed_on: str


@dataclass(frozen=True)
class Visit:
    """One visit. `due_on` is the plan's day, `planned_on` the day it was moved to, else the same.

    `foreseen`: of a plan from completion, it moves with the completion of the one before. `absorbed_by` is the key
    of the plan whose visit spares this one.
    """

    due_on: str
    planned_on: str
    tolerance_days: int = 0
    skipped: bool = False
    reason: str = ""
    completed_on: str | None = None
    foreseen: bool = False
    absorbed_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to go."""
        return not self.skipped and self.completed_on is None and self.absorbed_by is None


def check_plan(plan: Plan) -> Rule:
    """The plan's rule; RuleBroken with the field where a plan cannot be kept by anybody.

    Codes beside those of `parse_rule`: mode_unknown, tolerance_wrong, start_too_far, rule_not_from_completion,
    plan_without_visit.
    """
    rule = parse_rule(plan.rule)
    if plan.mode not in MODES:
        raise RuleBroken("mode_unknown", field="mode", mode=plan.mode)
    if not 0 <= plan.tolerance_days <= 366:
        raise RuleBroken("tolerance_wrong", field="tolerance_days", most=366)
    if not FIRST_YEAR <= date.fromisoformat(plan.starts_on).year <= LAST_YEAR:
        raise RuleBroken("start_too_far", field="starts_on", low=FIRST_YEAR, high=LAST_YEAR)
    if plan.mode == FROM_COMPLETION and (rule.weekdays or rule.monthdays or rule.months or rule.count):
        raise RuleBroken("rule_not_from_completion", field="rule")
    if next(days_of(rule, plan.starts_on, plan.starts_on, f"{LAST_YEAR + 10}-12-31"), None) is None:
        raise RuleBroken("rule_never", field="rule")
    return rule


def due_days(
    plan: Plan, exceptions: Sequence[Exceptional], completions: Sequence[Done], first: str, last: str
) -> list[Visit]:
    """Visits planned or due between two days (ISO, both counted), by planned day: done, skipped and open ones."""
    rule = parse_rule(plan.rule)
    changed = {one.due_on: one for one in exceptions}
    done = {one.due_on: one.completed_on for one in sorted(completions, key=lambda one: one.completed_on)}
    if plan.mode == FROM_COMPLETION:
        days = _chain(plan, rule, changed, done, last)
    else:
        days = _fixed(plan, rule, changed, done, first, last)
    visits = [replace(_visit(plan, day, changed, done), foreseen=foreseen) for day, foreseen in days]
    inside = [visit for visit in visits if first <= visit.planned_on <= last or first <= visit.due_on <= last]
    return sorted(inside, key=lambda visit: (visit.planned_on, visit.due_on))


def next_visit(plan: Plan, exceptions: Sequence[Exceptional], completions: Sequence[Done], after: str) -> Visit | None:
    """The first visit still to be made that is planned on `after` (ISO) or later; None where the plan is at its end."""
    year = date.fromisoformat(after).year
    for years in (1, 3, 12):
        for visit in due_days(plan, exceptions, completions, after, f"{min(year + years, 9998)}-12-31"):
            if visit.is_open and visit.planned_on >= after:
                return visit
    return None


def standing(visit: Visit, today: str) -> str:
    """How a visit stands: early, on_time or late where it is done; coming, due or late where it is not.

    The window counts from the planned day, to both sides.
    """
    day = visit.completed_on or today
    distance = (date.fromisoformat(day) - date.fromisoformat(visit.planned_on)).days
    if distance > visit.tolerance_days:
        return LATE
    if visit.completed_on is not None:
        return EARLY if distance < -visit.tolerance_days else ON_TIME
    return COMING if distance < -visit.tolerance_days else DUE


def absorb(visits: Mapping[str, tuple[Plan, Sequence[Visit]]]) -> dict[str, list[Visit]]:
    """The visits of one asset's plans, by the plan's key, where a longer one spares a shorter one.

    A visit of a plan with the shorter period is absorbed where one of a plan with a longer period is planned within
    the tolerance of either. What is skipped, or is absorbed itself, absorbs nothing; what is done stays done.
    """
    longest_first = sorted(visits, key=lambda key: (-period_days(parse_rule(visits[key][0].rule)), key))
    found: dict[str, list[Visit]] = {}
    for key in longest_first:
        plan, mine = visits[key]
        period = period_days(parse_rule(plan.rule))
        longer = [
            (other, visit)
            for other, theirs in found.items()
            if period_days(parse_rule(visits[other][0].rule)) > period
            for visit in theirs
            if not visit.skipped and visit.absorbed_by is None
        ]
        found[key] = [_spared(visit, longer) for visit in mine]
    return {key: found[key] for key in visits}


def _spared(visit: Visit, longer: Sequence[tuple[str, Visit]]) -> Visit:
    if not visit.is_open:
        return visit
    for key, other in longer:
        distance = abs((date.fromisoformat(visit.planned_on) - date.fromisoformat(other.planned_on)).days)
        if distance <= max(visit.tolerance_days, other.tolerance_days):
            return replace(visit, absorbed_by=key)
    return visit


def _fixed(
    plan: Plan, rule: Rule, changed: Mapping[str, Exceptional], done: Mapping[str, str], first: str, last: str
) -> list[tuple[str, bool]]:
    end = min(last, plan.ended_on) if plan.ended_on else last
    days = set(days_of(rule, plan.starts_on, first, end))
    # Moved into the window from outside it, as long as the plan still knows the day.
    for one in changed.values():
        if one.moved_to and first <= one.moved_to <= last and one.due_on not in days:
            days |= set(days_of(rule, plan.starts_on, one.due_on, one.due_on))
    # What was done for a day stays, also where the rule was changed since.
    days |= {day for day in done if first <= day <= last}
    return [(day, False) for day in days]


def _chain(
    plan: Plan, rule: Rule, changed: Mapping[str, Exceptional], done: Mapping[str, str], last: str
) -> list[tuple[str, bool]]:
    """Days of a plan from completion: what was done, the one that is next, and those foreseen behind it."""
    days = [(day, False) for day in done]
    due = step_from(rule, max(done.values())) if done else plan.starts_on
    if done and due <= max(done):
        due = step_from(rule, max(done))  # done by a clock that stood in 1970: what was due then is not due again
    end = min(day for day in (last, plan.ended_on, rule.until) if day)
    foreseen = False
    for _ in range(MOST_DAYS):
        if due in done:
            due = step_from(rule, due)
            continue
        one = changed.get(due)
        planned = one.moved_to if one and one.moved_to else due
        if due > end and planned > end:
            break
        days.append((due, foreseen))
        # A skipped visit was decided on: the next one is as certain as it was.
        foreseen = foreseen or one is None or one.moved_to is not None
        due = step_from(rule, planned)
    return days


def _visit(plan: Plan, day: str, changed: Mapping[str, Exceptional], done: Mapping[str, str]) -> Visit:
    one = changed.get(day)
    completed = done.get(day)
    return Visit(
        due_on=day, planned_on=one.moved_to if one and one.moved_to else day, tolerance_days=plan.tolerance_days,
        skipped=one is not None and one.moved_to is None and completed is None, reason=one.reason if one else "",
        completed_on=completed,
    )  # fmt: skip
