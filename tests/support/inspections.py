"""A press that is inspected every quarter, on the laptop of somebody who may do everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fielddesk.core.clock import FixedClock, local_day
from fielddesk.core.paths import resources
from fielddesk.features.inspections.actions import (
    answer_item,
    create_checklist,
    create_inspection,
    create_plan,
    import_inspections,
    publish_version,
    version_id,
)
from fielddesk.features.inspections.model import Inspection
from fielddesk.features.inspections.rules import Given, check_answer, parse_items
from fielddesk.features.people.rules import ADMINISTRATOR
from fielddesk.hq.checklists import _in_millionths
from fielddesk.store.actions import call
from fielddesk.store.database import Store
from tests.support import region
from tests.support.laptops import new_laptop, some_id
from tests.support.region import ANNA, DAY

PRESS = some_id("HP250-0042")
"""Press HP-250 #2 of Harbour Stamping."""
QUARTER = 91 * DAY
SHORT: list[dict[str, Any]] = [
    {
        "key": "seal", "kind": "pass_fail", "names": {"en": "Rod seal", "zh_CN": "活塞杆密封"},
        "parts": [{"number": "4S-118"}],
    },
    {"key": "why", "kind": "text", "names": {"en": "Why"}, "when": {"item": "seal", "verdicts": ["failed"]}},
    {
        "key": "pressure", "kind": "number", "names": {"en": "Pressure"}, "unit": "bar", "low": 92_000_000,
        "high": 108_000_000, "decimals": 1,
    },
    {"key": "photo", "kind": "photo", "names": {"en": "Plate"}},
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, clock: FixedClock) -> Iterator[Shop]:
    """A laptop whose person may do everything, with the region on it."""
    store = new_laptop(tmp_path / "shop", clock=clock, role=ADMINISTRATOR)
    region.fill(store)
    yield Shop(store)
    store.close()


class Shop:
    """Actions done on this laptop, in short."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = store.clock
        assert isinstance(self.clock, FixedClock)

    def do(self, action: Callable[..., Any], /, based_on: dict[str, Any] | None = None, **args: Any) -> Any:
        return self.store.do(call(action, based_on=based_on, **args)).results[0]

    def ask(self, question: Callable[..., Any], *args: Any, **more: Any) -> Any:
        with self.store.read() as read:
            return question(read, *args, **more)

    @property
    def today(self) -> str:
        return self.day(0)

    def day(self, after: int) -> str:
        return local_day(self.clock.now() + after * DAY, self.clock.zone())

    def checklist(self, items: list[dict[str, Any]] | None = None, number: str = "press") -> str:
        named = {"en": "Quarterly inspection", "zh_CN": "季度点检", "zh_TW": "季度點檢"}
        return str(self.do(create_checklist, number=number, names=named, items=SHORT if items is None else items))

    def publish(self, checklist_id: str, version: int, items: list[dict[str, Any]]) -> str:
        return str(self.do(publish_version, checklist_id=checklist_id, version=version, items=items))

    def plan(self, checklist_id: str, in_days: int = 5, rule: str = "FREQ=MONTHLY;INTERVAL=3", **more: Any) -> str:
        more.setdefault("asset_id", PRESS)
        more.setdefault("engineer_id", ANNA)
        return str(
            self.do(create_plan, checklist_id=checklist_id, rule=rule, starts_on=self.day(in_days), **more)
        )  # fmt: skip

    def inspection(self, checklist_id: str, version: int = 1, **more: Any) -> str:
        """One outside any plan, on an order of its own."""
        more.setdefault("assignee_id", ANNA)
        number = f"WO-A7-2027-{self.clock.now() % 10_000_000_000}"
        self.clock.pass_time(1)
        return str(
            self.do(
                create_inspection, asset_id=PRESS, version_id=version_id(checklist_id, version), number=number,
                title="Quarterly inspection", **more,
            )
        )  # fmt: skip

    def answer(self, inspection_id: str, item: str, **given: Any) -> None:
        """As the screen does it: the verdict is what the rules make of the answer."""
        row = self.ask(lambda read: read.one(Inspection, inspection_id))
        from fielddesk.features.inspections.model import ChecklistVersion

        text = self.ask(lambda read: read.one(ChecklistVersion, row.version_id)).items
        [asked] = [one for one in parse_items(text) if one.key == item]
        questioned = {name: given.pop(name) for name in ("questioned", "kept_because", "after") if name in given}
        found = check_answer(asked, Given(**given))
        self.clock.pass_time(1)
        self.do(
            answer_item, inspection_id=row.id, order_id=row.order_id, asset_id=row.asset_id, version_id=row.version_id,
            item=item, verdict=found.verdict, number=found.number, choice=found.choice, text=found.text, day=found.day,
            **questioned,
        )  # fmt: skip

    def past(self, checklist_id: str, numbers: list[int], *, version: int = 1, item: str = "pressure") -> None:
        """Quarters gone by with this reading, the last one a quarter ago; in millionths."""
        now = self.clock.now()
        lines = []
        for place, number in enumerate(numbers):
            at = now - (len(numbers) - place) * QUARTER
            lines.append(
                {
                    "number": f"OLD-{place}", "title": "Quarterly inspection", "asset_id": PRESS,
                    "version_id": version_id(checklist_id, version), "plan_id": None, "due_on": None,
                    "engineer_id": ANNA, "started_at": at - 1_000_000, "completed_at": at,
                    "completed_on": local_day(at, self.clock.zone()),
                    "answers": [
                        {
                            "item": item, "verdict": "passed", "number": number, "choice": None, "text": "",
                            "day": None,
                        }
                    ],
                }
            )  # fmt: skip
        self.do(import_inspections, lines=lines)


def shipped_items(number: str) -> list[dict[str, Any]]:
    """The items of a checklist that FieldDesk brings along, as actions take them."""
    tree = json.loads((resources() / "checklists" / f"{number}.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = _in_millionths(tree["items"])
    return found
