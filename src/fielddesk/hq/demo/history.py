"""The demo's inspections: quarterly plans, eight quarters of readings that drift, visits that are due today."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from fielddesk.features.inspections.actions import create_plan, import_inspections
from fielddesk.features.inspections.rules import Item
from fielddesk.features.parts.rules import MILLION
from fielddesk.hq.demo.region import Machine
from fielddesk.hq.demo.work import Work
from fielddesk.store.actions import call

QUARTER: Final = timedelta(days=91)
LINES_AT_ONCE: Final = 20
EVERY_QUARTER: Final = "FREQ=MONTHLY;INTERVAL=3"
APART: Final = 61
SOONEST: Final = -2
"""Days over which the visits of a quarter lie, from two days ago on; a prime number, so that nobody has all at once."""
FIRST_HOURS: Final = 8_200
HOURS_A_QUARTER: Final = 480
WHOLE_OF: Final = 12
"""One machine in so many has every answer in its history; of the others the readings were kept."""


@dataclass(frozen=True)
class Sheet:
    """The newest version of a checklist."""

    checklist_id: str
    version_id: str
    items: tuple[Item, ...]


def make_plans(
    work: Work, machines: Sequence[Machine], sheets: Mapping[str, Sheet], engineers: Sequence[str], today: date,
    quarters: int,
) -> list[tuple[Machine, Sheet, str, list[date], str]]:  # fmt: skip
    """A quarterly plan for each machine that has a checklist: (machine, sheet, plan, past due days, engineer).

    The first of the machines is due today, at the first of the engineers, with every answer in its history.
    """
    planned = [
        (
            machine,
            sheets[machine.model.checklist],
            today + timedelta(days=nth % APART + SOONEST if nth else 0),
            engineers[nth % len(engineers)],
        )
        for nth, machine in enumerate(machine for machine in machines if machine.model.checklist in sheets)
    ]
    calls, dues = [], []
    for machine, sheet, due, engineer in planned:
        past = [_months_before(due, 3 * quarter) for quarter in range(quarters, 0, -1)]
        dues.append(past)
        calls.append(
            call(
                create_plan, asset_id=machine.asset_id, checklist_id=sheet.checklist_id, rule=EVERY_QUARTER,
                starts_on=past[0].isoformat(), engineer_id=engineer,
            )
        )  # fmt: skip
    plans = work.many(calls)
    return [
        (machine, sheet, plan, past, engineer)
        for (machine, sheet, _due, engineer), plan, past in zip(planned, plans, dues, strict=True)
    ]


def make_history(
    work: Work, planned: Sequence[tuple[Machine, Sheet, str, list[date], str]], draw: random.Random
) -> int:
    """Eight quarters of completed inspections for each plan; returns how many."""
    lines = [line for nth, plan in enumerate(planned) for line in _past(nth, *plan, draw)]
    pieces = [lines[start : start + LINES_AT_ONCE] for start in range(0, len(lines), LINES_AT_ONCE)]
    for piece in pieces:
        work.many([call(import_inspections, lines=piece)])
    return len(lines)


def _past(
    nth: int, machine: Machine, sheet: Sheet, plan: str, dues: list[date], engineer: str, draw: random.Random
) -> Iterator[dict[str, Any]]:
    drift = {item.key: draw.uniform(-0.04, 0.04) for item in sheet.items}
    for quarter, due in enumerate(dues):
        done = due + timedelta(days=draw.randint(-3, 4))
        begun = int(datetime.combine(done, time(8, 30), UTC).timestamp()) * 1_000_000
        yield {
            "number": f"WO-HQ-{due.year}-{machine.serial}-{quarter + 1}", "title": "Quarterly inspection",
            "asset_id": machine.asset_id, "version_id": sheet.version_id, "plan_id": plan, "due_on": due.isoformat(),
            "engineer_id": engineer, "started_at": begun, "completed_at": begun + 90 * 60 * 1_000_000,
            "completed_on": done.isoformat(),
            "answers": [
                answer
                for item in sheet.items
                if (answer := _answer(item, quarter, drift[item.key], draw, whole=nth % WHOLE_OF == 0)) is not None
            ],
        }  # fmt: skip


def _answer(item: Item, quarter: int, drift: float, draw: random.Random, *, whole: bool) -> dict[str, Any] | None:
    """What was found: readings around the middle of their limits that move a little each quarter."""
    empty: dict[str, Any] = {"item": item.key, "number": None, "choice": None, "text": "", "day": None}
    if item.kind == "number":
        return empty | {"verdict": "passed", "number": _reading(item, quarter, drift, draw)}
    if not whole or item.kind not in ("tick", "pass_fail"):
        return None
    return empty | {"verdict": "passed"}


def _reading(item: Item, quarter: int, drift: float, draw: random.Random) -> int:
    if item.unit == "h" and item.high is None:  # a counter that goes on
        return (FIRST_HOURS + HOURS_A_QUARTER * quarter + draw.randint(-20, 20)) * MILLION
    low = item.low if item.low is not None else 0
    high = item.high if item.high is not None else max(2 * abs(low), 10_000_000)
    width = high - low
    middle = low + width * (0.5 + drift * quarter + draw.gauss(0, 0.02))
    step = 10 ** (6 - item.decimals)
    found: int = min(max(round(middle / step) * step, low), high)
    return found


def _months_before(day: date, months: int) -> date:
    from dateutil.relativedelta import relativedelta  # the rule's own arithmetic: month ends clip

    found: date = day - relativedelta(months=months)
    return found
