"""Checklists, answers and visits as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fielddesk.core import canonical
from fielddesk.core.i18n import N_, _, due_words, format_day, format_quantity, ngettext, pick
from fielddesk.features.inspections.rules import (
    ANSWERED_BY_FILE,
    CHOICE,
    DATE,
    FAILED,
    FROM_COMPLETION,
    LIMITS,
    NONE,
    NOT_APPLICABLE,
    NOTED,
    NUMBER,
    PASSED,
    PHOTO,
    SIGNATURE,
    TICK,
    Given,
    Item,
    Question,
    Rule,
    parse_rule,
)  # fmt: skip
from fielddesk.features.inspections.rules.days import COMING, DUE, EARLY, LATE, ON_TIME
from fielddesk.ui.lists import Row

VERDICTS: Final = {
    PASSED: (N_("OK"), "ok", "check-circle-fill"),
    FAILED: (N_("Failed"), "bad", "x-circle-fill"),
    NOT_APPLICABLE: (N_("n/a"), "idle", "minus-circle"),
    NOTED: (N_("Noted"), "ok", "check-circle-fill"),
}
"""Verdict to: word at the right end of a row, colour, icon."""

STANDINGS: Final = {
    COMING: (N_("Not due yet"), "idle", "clock"),
    DUE: (N_("Due"), "warn", "timer-fill"),
    LATE: (N_("Overdue"), "bad", "timer-fill"),
    ON_TIME: (N_("Done on time"), "ok", "check-circle-fill"),
    EARLY: (N_("Done early"), "info", "check-circle-fill"),
    "done_late": (N_("Done late"), "warn", "check-circle-fill"),
    "skipped": (N_("Skipped"), "idle", "prohibit"),
    "absorbed": (N_("Covered by another visit"), "idle", "arrows-merge"),
}
"""How a visit stands to: words, colour, icon."""

_EVERY: Final = {"DAILY": N_("Every day"), "WEEKLY": N_("Every week"), "MONTHLY": N_("Every month"),
                 "YEARLY": N_("Every year")}  # fmt: skip


def named(names: str) -> str:
    """A name in the language of the screen."""
    try:
        found = canonical.loads(names)
    except ValueError:
        return ""
    return pick(found) if isinstance(found, dict) else ""


def item_title(item: Item, number: int | None = None) -> str:
    """An item with the number it carries: 15 Accumulator pressure."""
    return f"{number}  {named(item.names)}" if number else named(item.names)


def verdict_words(verdict: str) -> str:
    return _(VERDICTS[verdict][0]) if verdict in VERDICTS else ""


def value_words(item: Item, given: Given) -> str:
    """What was answered: 93.2 bar, the words of a choice, a day; empty where the verdict says it all."""
    if given.verdict in (NOT_APPLICABLE, NONE):
        return verdict_words(given.verdict)
    if item.kind == NUMBER and given.number is not None:
        return format_quantity(given.number, item.unit, decimals=item.decimals)
    if item.kind == CHOICE and (option := item.option(given.choice)) is not None:
        return named(option.names)
    if item.kind == DATE and given.day:
        return format_day(given.day)
    return verdict_words(given.verdict)


def limits_words(item: Item) -> str:
    """The limits of a number in words."""
    low, high = (None if each is None else format_quantity(each) for each in (item.low, item.high))
    if low is not None and high is not None:
        return _("Limits {low} to {high} {unit}").format(low=low, high=high, unit=item.unit).strip()
    if low is not None:
        return _("At least {low} {unit}").format(low=low, unit=item.unit).strip()
    return _("At most {high} {unit}").format(high=high, unit=item.unit).strip() if high is not None else ""


def verdict_chip(item: Item, number: int, question: Question | None) -> tuple[str, str]:
    """Words and state of the chip under a reading."""
    low, high = (None if each is None else format_quantity(each) for each in (item.low, item.high))
    if question is not None and question.why == LIMITS:
        below = question.difference < 0
        words = _("Below the limit of {limit}") if below else _("Above the limit of {limit}")
        return words.format(limit=low if below else high), "bad"
    if low is not None and high is not None:
        return _("Within limits {low} to {high}").format(low=low, high=high), "ok"
    if low is not None or high is not None:
        return _("Within the limit of {limit}").format(limit=low if low is not None else high), "ok"
    return "", "ok"


def question_words(item: Item, question: Question, number: int, *, quarters: bool = False) -> str:
    """Which value is questioned and why: Off its trend: 4.6 bar below the last quarter."""
    size = format_quantity(abs(question.difference), item.unit)
    if question.why == LIMITS:
        words = (
            _("Outside its limits: {size} too low")
            if question.difference < 0
            else _("Outside its limits: {size} too high")
        )
        return words.format(size=size)
    if question.last is not None and (question.last - number) * question.difference < 0:
        size = format_quantity(abs(number - question.last), item.unit)
        return _beside_last(quarters, number < question.last).format(size=size)
    words = (
        _("Off its trend: {size} lower than expected")
        if question.difference < 0
        else _("Off its trend: {size} higher than expected")
    )
    return words.format(size=size)


def _beside_last(quarters: bool, below: bool) -> str:
    if quarters:
        return (
            _("Off its trend: {size} below the last quarter")
            if below
            else _("Off its trend: {size} above the last quarter")
        )
    return (
        _("Off its trend: {size} below the last reading")
        if below
        else _("Off its trend: {size} above the last reading")
    )


# ---------------------------------------------------------------- plans and visits


def rule_words(text: str) -> str:
    """A recurrence rule as one says it: Every 3 months."""
    try:
        rule = parse_rule(text)
    except Exception:
        return text
    words = _often(rule)
    if rule.weekdays:
        days = _(", ").join(_which_day(nth, day) for nth, day in rule.weekdays)
        words = _("{often}, on {days}").format(often=words, days=days)
    if rule.monthdays:
        days = ", ".join(str(day) if day > 0 else _("last day") for day in rule.monthdays)
        words = _("{often}, on day {days}").format(often=words, days=days)
    if rule.until:
        words = _("{often}, until {day}").format(often=words, day=format_day(rule.until))
    return words


_WHICH: Final = {
    1: N_("first {day}"), 2: N_("second {day}"), 3: N_("third {day}"), 4: N_("fourth {day}"), -1: N_("last {day}"),
    -2: N_("last {day} but one"), -3: N_("last {day} but two"), -4: N_("last {day} but three"),
}  # fmt: skip
"""Which weekday of a month or year."""


def _which_day(nth: int, day: int) -> str:
    name = format_day(f"2024-01-0{1 + day}", "weekday")
    return _(_WHICH[nth]).format(day=name) if nth else name


def _often(rule: Rule) -> str:
    n = rule.interval
    if n == 1:
        return _(_EVERY[rule.freq])
    if rule.freq == "DAILY":
        return ngettext("Every {n} day", "Every {n} days", n).format(n=n)
    if rule.freq == "WEEKLY":
        return ngettext("Every {n} week", "Every {n} weeks", n).format(n=n)
    if rule.freq == "MONTHLY":
        return ngettext("Every {n} month", "Every {n} months", n).format(n=n)
    return ngettext("Every {n} year", "Every {n} years", n).format(n=n)


def plan_words(rule: str, mode: str, tolerance_days: int) -> str:
    """A plan in words: how often, counted how, with which window."""
    counted = _("counted from the last visit") if mode == FROM_COMPLETION else _("on fixed days")
    window = ngettext("{n} day early or late is on time", "{n} days early or late are on time", tolerance_days)
    return _("{often}, {counted}; {window}").format(
        often=rule_words(rule), counted=counted, window=window.format(n=tolerance_days)
    )


def standing_words(standing: str) -> str:
    return _(STANDINGS[standing][0]) if standing in STANDINGS else ""


def visit_due(planned_on: str, today: str) -> str:
    """How far away a visit is."""
    return due_words(planned_on, today)


# ---------------------------------------------------------------- the list of a running inspection


def progress_words(done: int, total: int) -> str:
    return _("{done} of {total} done").format(done=done, total=total)


def failed_words(count: int) -> str:
    return ngettext("{n} failed", "{n} failed", count).format(n=count)


def item_rows(
    shown: Sequence[Item], numbers: Mapping[str, int], answers: Mapping[str, Given], files: Mapping[str, int],
    now: str, asking: frozenset[str],
) -> list[Row]:  # fmt: skip
    """The items as a list: icon and word of each, a pen at the one in front; `asking`: questioned and undecided."""
    rows = []
    for item in shown:
        number = numbers.get(item.key)
        if number is None:
            rows.append(Row(item.key, named(item.names), icon="caret-down"))
            continue
        given = answers.get(item.key)
        if item.kind in ANSWERED_BY_FILE and given is not None and given.verdict == NOTED:
            given = None  # a note on it; what answers it is the picture
        state, icon, right, colour = "idle", "circle", "", ""
        if given is not None:
            word, state, icon = VERDICTS.get(given.verdict, ("", "idle", "circle"))
            right, colour = _(word) if word else "", "" if state == "idle" else state
        elif files.get(item.key) and item.kind in ANSWERED_BY_FILE:
            state, icon, right, colour = "ok", "check-circle-fill", _("OK"), "ok"
        if item.key in asking:
            state, icon, right, colour = "warn", "warning-fill", _("Questioned"), "warn"
        if item.key == now and icon == "circle":  # nothing is there yet
            state, icon, right, colour = "warn", "pencil-simple-fill", _("Now"), "warn"
        title = item_title(item, number)
        rows.append(Row(item.key, title, "", right, state, icon, colour, number=str(number)))
    return rows


KINDS: Final = {TICK: N_("Tick"), NUMBER: N_("Reading"), CHOICE: N_("Choice"), DATE: N_("Day"), PHOTO: N_("Photo"),
                SIGNATURE: N_("Signature")}  # fmt: skip
