"""When visits are due: the days of a recurrence rule, moved and skipped ones, what is done, and what one visit spares.

Days are ISO text on the site's calendar. A visit is known by the plan's own day, also where it was moved: so moving
one never shifts the next. A rule on the 31st falls on the last day of a shorter month instead of leaving it out.
"""

from __future__ import annotations

from fielddesk.features.inspections.rules.days.recurrence import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_INTERVAL,
    MOST_COUNT,
    MOST_DAYS,
    WEEKDAYS,
    Rule,
    days_of,
    parse_rule,
    period_days,
    rule_text,
)
from fielddesk.features.inspections.rules.days.visits import (
    COMING,
    DUE,
    EARLY,
    FIXED,
    FROM_COMPLETION,
    LATE,
    MODES,
    ON_TIME,
    Done,
    Exceptional,
    Plan,
    Visit,
    absorb,
    check_plan,
    due_days,
    next_visit,
    standing,
)

__all__ = [
    "COMING",
    "DUE",
    "EARLY",
    "FIRST_YEAR",
    "FIXED",
    "FROM_COMPLETION",
    "LAST_YEAR",
    "LATE",
    "LONGEST_INTERVAL",
    "MODES",
    "MOST_COUNT",
    "MOST_DAYS",
    "ON_TIME",
    "WEEKDAYS",
    "Done",
    "Exceptional",
    "Plan",
    "Rule",
    "Visit",
    "absorb",
    "check_plan",
    "days_of",
    "due_days",
    "next_visit",
    "parse_rule",
    "period_days",
    "rule_text",
    "standing",
]
