"""A recurrence rule (RFC 5545) as plans use it: read, checked, said again, and the days it brings."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass

LONGEST_INTERVAL: Final = {"DAILY": 3660, "WEEKLY": 520, "MONTHLY": 120, "YEARLY": 10}
_LENGTH: Final = {"DAILY": 1.0, "WEEKLY": 7.0, "MONTHLY": 30.4375, "YEARLY": 365.25}
MOST_COUNT: Final = 1000
MOST_DAYS: Final = 40_000
"""So many days of a rule are looked at, at most; a hundred years of every day."""
FIRST_YEAR, LAST_YEAR = 1990, 2199
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BY_DAY = re.compile(r"(-?[1-4])?(MO|TU|WE|TH|FR|SA|SU)\Z")


@dataclass(frozen=True)
class Rule:
    """A recurrence rule taken apart. `weekdays` holds (which in the month or year, 0 for every; day of the week)."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    weekdays: tuple[tuple[int, int], ...] = ()
    monthdays: tuple[int, ...] = ()
    months: tuple[int, ...] = ()


def parse_rule(text: str) -> Rule:
    """A rule taken apart; RuleBroken with `field` rule.

    Codes: rule_malformed, rule_part_unknown (part), rule_too_often (SECONDLY and the like), rule_too_rare,
    rule_parts_clash, rule_never (30 February, or an end before the beginning).
    """
    parts = _parts(text)
    freq = parts.get("FREQ", "")
    if freq in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise RuleBroken("rule_too_often", field="rule")
    if freq not in LONGEST_INTERVAL:
        raise _malformed()
    interval = _number(parts.get("INTERVAL", "1"), 1, 10**6)
    if interval > LONGEST_INTERVAL[freq]:
        raise RuleBroken("rule_too_rare", field="rule")
    rule = Rule(
        freq, interval, _number(parts["COUNT"], 1, MOST_COUNT) if "COUNT" in parts else None, _until(parts),
        tuple(sorted(_weekday(one) for one in _listed(parts, "BYDAY"))),
        tuple(sorted({_monthday(one) for one in _listed(parts, "BYMONTHDAY")})),
        tuple(sorted({_number(one, 1, 12) for one in _listed(parts, "BYMONTH")})),
    )  # fmt: skip
    _check_parts(rule)
    return rule


def rule_text(rule: Rule) -> str:
    """The rule as text, its parts in one fixed order."""
    parts = [f"FREQ={rule.freq}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.months:
        parts.append("BYMONTH=" + ",".join(map(str, rule.months)))
    if rule.monthdays:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.monthdays)))
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(f"{nth or ''}{WEEKDAYS[day]}" for nth, day in rule.weekdays))
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append("UNTIL=" + rule.until.replace("-", ""))
    return ";".join(parts)


def period_days(rule: Rule) -> float:
    """About how many days lie between two visits."""
    return _LENGTH[rule.freq] * rule.interval / _times(rule)


def _times(rule: Rule) -> float:
    """About how many visits fall into one day, week, month or year of the rule: each Monday comes four times a month,
    the first one once."""
    months = len(rule.months)
    if rule.freq in ("DAILY", "WEEKLY"):
        of_one = 1 / 7 if rule.freq == "DAILY" else 1
        return len(rule.weekdays) * of_one or 1
    if not rule.weekdays:
        return max(len(rule.monthdays), 1) * max(months, 1)
    whole = "MONTHLY" if months else rule.freq
    return max(months, 1) * sum(1 if nth else _LENGTH[whole] / 7 for nth, _ in rule.weekdays)


def _malformed() -> RuleBroken:
    return RuleBroken("rule_malformed", field="rule")


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if len(text) > 500 or not text.isascii():
        raise _malformed()
    for piece in text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, equals, value = piece.partition("=")
        if not equals or name in found or not value:
            raise _malformed()
        if name not in ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH"):
            raise RuleBroken("rule_part_unknown", field="rule", part=name[:40])
        found[name] = value
    return found


def _number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,7}", text) or not low <= int(text) <= high:
        raise _malformed()
    return int(text)


def _listed(parts: Mapping[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _monthday(text: str) -> int:
    day = _number(text, -31, 31)
    if day == 0:
        raise _malformed()
    return day


def _weekday(text: str) -> tuple[int, int]:
    match = _BY_DAY.match(text)
    if not match:
        raise _malformed()
    return int(match[1] or 0), WEEKDAYS.index(match[2])


def _until(parts: Mapping[str, str]) -> str | None:
    if "UNTIL" not in parts:
        return None
    match = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(T[0-9]{6}Z?)?", parts["UNTIL"])
    if not match:
        raise _malformed()
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        raise _malformed() from None


def _check_parts(rule: Rule) -> None:
    clash = RuleBroken("rule_parts_clash", field="rule")
    if (rule.count is not None and rule.until is not None) or (rule.weekdays and rule.monthdays):
        raise clash
    if len(set(rule.weekdays)) != len(rule.weekdays):
        raise _malformed()
    if rule.months and rule.freq != "YEARLY":
        raise clash
    if rule.monthdays and (rule.freq in ("DAILY", "WEEKLY") or (rule.freq == "YEARLY" and not rule.months)):
        raise clash
    # Every n-th day on a Tuesday may never come; only where each day counts is a weekday a choice among them.
    if rule.freq == "DAILY" and rule.weekdays and rule.interval != 1:
        raise clash
    if any(nth for nth, _ in rule.weekdays) and rule.freq in ("DAILY", "WEEKLY"):
        raise clash
    longest = max((_LONGEST_MONTH[month - 1] for month in rule.months), default=31)
    if any(abs(day) > longest for day in rule.monthdays):
        raise RuleBroken("rule_never", field="rule")


def days_of(rule: Rule, starts_on: str, first: str, last: str) -> Iterator[str]:
    """Days of a rule that began on `starts_on`, from `first` to `last`, in order."""
    start = date.fromisoformat(starts_on)
    until = min(last, rule.until) if rule.until else last
    begin = start if rule.count is not None else _forward(rule, start, date.fromisoformat(max(first, starts_on)))
    for place, day in enumerate(islice(_endless(rule, start, begin), MOST_DAYS)):
        text = day.isoformat()
        if text > until or (rule.count is not None and place >= rule.count):
            return
        if text >= first:
            yield text


def _forward(rule: Rule, start: date, wanted: date) -> date:
    """A day of the same rhythm shortly before `wanted`, so that years gone by need not be counted through."""
    if wanted <= start:
        return start
    if rule.freq in ("DAILY", "WEEKLY"):
        step = rule.interval * (7 if rule.freq == "WEEKLY" else 1)
        return start + timedelta(days=max((wanted - start).days // step - 1, 0) * step)
    months = rule.interval * (12 if rule.freq == "YEARLY" else 1)
    gone = (wanted.year - start.year) * 12 + wanted.month - start.month
    steps = max(gone // months - 1, 0)
    # The day does not matter: it is named in the rule that dateutil gets. The first takes the whole month in.
    return _plus_months(start, steps * months).replace(day=1) if steps else start


def _endless(rule: Rule, start: date, begin: date) -> Iterator[date]:
    from dateutil import rrule as dateutil

    freq = getattr(dateutil, rule.freq)
    common: dict[str, Any] = {"freq": freq, "interval": rule.interval, "dtstart": _noon(begin), "wkst": dateutil.MO}
    if rule.weekdays:
        days = [dateutil.weekdays[day](nth) if nth else dateutil.weekdays[day] for nth, day in rule.weekdays]
        found = [dateutil.rrule(**common, byweekday=days, bymonth=rule.months or None)]
    elif rule.freq in ("DAILY", "WEEKLY"):
        found = [dateutil.rrule(**common)]
    else:
        months = rule.months or ((start.month,) if rule.freq == "YEARLY" else None)
        found = [dateutil.rrule(**common, bymonth=months, **_clipped(day)) for day in rule.monthdays or (start.day,)]
    last: date | None = None
    for moment in heapq.merge(*found):
        day = moment.date()
        if day >= start and day != last:
            last = day
            yield day


def _noon(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a calendar day, of no zone


def _clipped(day: int) -> dict[str, Any]:
    """The day of the month, or the nearest one there is in a shorter month."""
    if day > 28:
        return {"bymonthday": list(range(28, day + 1)), "bysetpos": -1}
    if day < -28:
        return {"bymonthday": list(range(day, -27)), "bysetpos": 1}
    return {"bymonthday": day}


def _plus_months(day: date, months: int) -> date:
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)  # clips at the end of a month


def step_from(rule: Rule, day: str) -> str:
    start = date.fromisoformat(day)
    try:
        if rule.freq in ("DAILY", "WEEKLY"):
            return (start + timedelta(days=rule.interval * (7 if rule.freq == "WEEKLY" else 1))).isoformat()
        return _plus_months(start, rule.interval * (12 if rule.freq == "YEARLY" else 1)).isoformat()
    except (ValueError, OverflowError):
        return date.max.isoformat()  # done by a clock that was thousands of years off: no day comes after it
