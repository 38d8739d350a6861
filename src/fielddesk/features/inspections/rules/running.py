"""Working through a checklist: which items are asked, what an answer means, what is still missing, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.features.inspections.rules.items import (
    ANSWERED_BY_FILE,
    CHOICE,
    DATE,
    FAILED,
    MARKS,
    NONE,
    NOT_APPLICABLE,
    NOTED,
    NUMBER,
    PASS_FAIL,
    PASSED,
    SECTION,
    TEXT,
    TICK,
    Given,
    Item,
)  # fmt: skip

Answers = Mapping[str, Given]
"""The newest answer of each item by its key; one that was taken back has the verdict "none"."""
Files = Mapping[str, int]
"""How many photos or signatures an item has, by its key."""


@dataclass(frozen=True)
class Progress:
    """How far an inspection is; items that are not asked do not count."""

    done: int
    total: int
    failed: int


def numbers_of(items: Sequence[Item]) -> dict[str, int]:
    """The number each item carries, from 1; headings have none. It stays whatever is hidden."""
    return {item.key: n for n, item in enumerate((one for one in items if one.kind != SECTION), 1)}


def visible(items: Sequence[Item], answers: Answers) -> tuple[Item, ...]:
    """The items that are asked now. An item whose condition looks at a hidden item is hidden too; a hidden heading
    hides what stands under it, and a heading with nothing left under it is hidden."""
    shown: set[str] = set()
    section_open = True
    for item in items:
        holds = item.when is None or (item.when.item in shown and item.when.holds(answers.get(item.when.item)))
        if item.kind == SECTION:
            section_open = holds
        if holds and section_open:
            shown.add(item.key)
    found = [item for item in items if item.key in shown]
    return tuple(
        item
        for place, item in enumerate(found)
        if item.kind != SECTION or (place + 1 < len(found) and found[place + 1].kind != SECTION)
    )


def is_answered(item: Item, answers: Answers, files: Files) -> bool:
    """Whether an item has what it asks for; a heading always has. A note is no photo and no signature."""
    if item.kind == SECTION:
        return True
    given = answers.get(item.key)
    if item.kind in ANSWERED_BY_FILE:
        return files.get(item.key, 0) > 0 or (given is not None and given.verdict == NOT_APPLICABLE)
    return given is not None and given.verdict != NONE


def missing(items: Sequence[Item], answers: Answers, files: Files) -> tuple[Item, ...]:
    """Items that are asked, required and not answered."""
    return tuple(item for item in visible(items, answers) if item.required and not is_answered(item, answers, files))


def next_item(items: Sequence[Item], answers: Answers, files: Files, after: str | None = None) -> Item | None:
    """The next item without answer behind `after`, then from the top; None where every item asked is answered."""
    asked = [item for item in visible(items, answers) if item.kind != SECTION]
    order = [item.key for item in items]
    begin = order.index(after) if after in order else -1
    behind = [item for item in asked if order.index(item.key) > begin]
    before = [item for item in asked if order.index(item.key) <= begin]
    return next((item for item in (*behind, *before) if not is_answered(item, answers, files)), None)


def progress_of(items: Sequence[Item], answers: Answers, files: Files) -> Progress:
    """How many of the items asked are answered, and how many failed."""
    asked = [item for item in visible(items, answers) if item.kind != SECTION]
    done = sum(is_answered(item, answers, files) for item in asked)
    return Progress(done, len(asked), len(failed_items(items, answers)))


def failed_items(items: Sequence[Item], answers: Answers) -> tuple[Item, ...]:
    """Items asked whose answer fails them."""
    return tuple(
        item for item in visible(items, answers) if (given := answers.get(item.key)) and given.verdict == FAILED
    )


def result_of(items: Sequence[Item], answers: Answers) -> str:
    """What a completed inspection came to: failed where one item failed, else passed."""
    return FAILED if failed_items(items, answers) else PASSED


def verdict_of(item: Item, given: Given) -> str:
    """What an answer says of its item: a number against its limits, a choice by its option, a press as pressed."""
    if given.verdict == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if item.kind == PASS_FAIL:
        return given.verdict
    if item.kind == TICK:
        return PASSED
    if item.kind == NUMBER and given.number is not None and (item.low is not None or item.high is not None):
        return PASSED if is_within(item, given.number) else FAILED
    if item.kind == CHOICE and (option := item.option(given.choice)) is not None:
        return FAILED if option.fails else PASSED
    return NOTED


def is_within(item: Item, number: int) -> bool:
    """Whether a number (millionths) lies within the item's limits; the limits themselves do."""
    return (item.low is None or number >= item.low) and (item.high is None or number <= item.high)


def check_answer(item: Item, given: Given) -> Given:
    """The answer as it is recorded, with its verdict; RuleBroken with the field where it is none for this item.

    An item that cannot be worked at (no gauge, no access) may be marked not applicable, with the reason as text.
    """
    if item.kind == SECTION:
        raise RuleBroken("item_is_heading", item=item.key)
    if given.verdict == NOT_APPLICABLE:
        if item.kind != PASS_FAIL and not given.text.strip():
            raise RuleBroken("reason_missing", field="text")
        return replace(given, number=None, choice=None, day=None)
    if item.kind == PASS_FAIL and given.verdict not in MARKS:
        raise RuleBroken("verdict_unknown", field="verdict", verdict=given.verdict)
    if item.kind == NUMBER and given.number is None:
        raise RuleBroken("number_missing", field="number")
    if item.kind == CHOICE and item.option(given.choice) is None:
        raise RuleBroken("choice_unknown", field="choice")
    if item.kind == TEXT and not given.text.strip():
        raise RuleBroken("text_missing", field="text")
    if item.kind == DATE and given.day is None:
        raise RuleBroken("day_missing", field="day")
    own = {NUMBER: "number", CHOICE: "choice", DATE: "day"}.get(item.kind)
    emptied: dict[str, None] = {name: None for name in ("number", "choice", "day") if name != own}
    return replace(given, verdict=verdict_of(item, given), **emptied)  # type: ignore[arg-type]
