"""An inspection to look at and tell stories of: a press with a plan, four quarters behind it, and one visit to make."""

from __future__ import annotations

from datetime import date

from fielddesk.core import canonical
from fielddesk.features.inspections.actions import visit_inspection_id, visit_order_id
from fielddesk.features.inspections.model import Answer, Checklist, ChecklistVersion, Inspection, InspectionPlan
from fielddesk.features.inspections.rules import parse_items, to_json
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.database import Store
from fielddesk.store.tables import Synced
from tests.support.laptops import some_id
from tests.support.region import ANNA, CHEN, DAY, put

PRESS = some_id("HP250-0042")
LIST, VERSION, PLAN = some_id("press quarterly"), some_id("press quarterly v3"), some_id("press plan")
TODAY = "2026-11-18"
ORDER, INSPECTION = visit_order_id(PLAN, TODAY), visit_inspection_id(PLAN, TODAY)
NOON = 1_795_000_000_000_000
"""Noon of that day: the four visits before it lie in four quarters."""
READ = (98_400_000, 97_900_000, 98_100_000, 97_600_000)


def named(en: str, cn: str, tw: str) -> dict[str, str]:
    return {"en": en, "zh_CN": cn, "zh_TW": tw}


ITEMS = [
    {"key": "safety", "kind": "section", "names": named("Safety", "安全", "安全")},
    {"key": "guard", "kind": "tick", "names": named("Guard closed", "防护门关闭", "護門關閉")},
    {"key": "noise", "kind": "pass_fail", "names": named("Pump noise", "泵的噪音", "泵浦噪音"),
     "help": named("Listen at the pump for one minute.", "在泵旁听一分钟。", "在泵浦旁聽一分鐘。")},
    {"key": "seal", "kind": "pass_fail", "names": named("Rod seal, main cylinder", "主缸活塞杆密封", "主缸活塞桿密封"),
     "parts": [{"number": "4S-118", "quantity": 1_000_000}]},
    {"key": "leak", "kind": "choice", "names": named("Where does it leak?", "哪里漏油？", "哪裡漏油？"),
     "when": {"item": "seal", "verdicts": ["failed"]},
     "options": [{"key": "rod", "names": named("At the rod", "活塞杆处", "活塞桿處"), "fails": True},
                 {"key": "cover", "names": named("At the cover", "端盖处", "端蓋處")}]},
    {"key": "hydraulics", "kind": "section", "names": named("Hydraulics", "液压", "液壓")},
    {"key": "pressure", "kind": "number", "unit": "bar", "low": 92_000_000, "high": 108_000_000, "decimals": 1,
     "names": named("Accumulator pressure", "蓄能器压力", "蓄壓器壓力"),
     "help": named("Press stopped, oil below 50 °C. Read gauge M3 after one minute.",
                   "压机停机，油温低于 50 °C。一分钟后读取 M3 压力表。",
                   "壓機停機，油溫低於 50 °C。一分鐘後讀取 M3 壓力錶。")},
    {"key": "valve", "kind": "pass_fail", "names": named("Pressure relief valve", "溢流阀", "溢流閥")},
    {"key": "oil", "kind": "date", "names": named("Oil last changed", "上次换油日期", "上次換油日期"),
     "required": False},
    {"key": "remark", "kind": "text", "names": named("What the operator says", "操作员的话", "操作員的話"),
     "required": False},
    {"key": "plate", "kind": "photo", "names": named("Photo of the type plate", "铭牌照片", "銘牌照片"),
     "required": False},
]  # fmt: skip


def fill_press(store: Store, *, items: list[dict[str, object]] | None = None) -> None:
    """Put the press's checklist, plan, four done inspections and the visit of TODAY into a laptop's store."""
    now = NOON
    text = to_json(parse_items(canonical.dumps(items or ITEMS)))
    rows: list[Synced] = [
        Checklist(
            id=LIST, number="press-quarterly", rev=1,
            names=canonical.dumps(named("Quarterly inspection", "季度点检", "季度點檢")),
        ),
        ChecklistVersion(id=VERSION, checklist_id=LIST, version=3, items=text, by_id=CHEN, at=now - 400 * DAY, rev=1),
        InspectionPlan(
            id=PLAN, asset_id=PRESS, checklist_id=LIST, rule="FREQ=MONTHLY;INTERVAL=3", engineer_id=ANNA, rev=1,
            starts_on="2025-11-18",
        ),
        WorkOrder(
            id=ORDER, number="WO-A7-2026-1060", title="Quarterly inspection · Press HP-250 #2", kind="inspection",
            status="assigned", assignee_id=ANNA, customer_id=some_id("Harbour Stamping"), asset_id=PRESS,
            due_on=TODAY, opened_at=now - 5 * DAY, rev=1,
        ),
        Inspection(
            id=INSPECTION, order_id=ORDER, asset_id=PRESS, version_id=VERSION, plan_id=PLAN,
            due_on=TODAY, rev=1,
        ),
    ]  # fmt: skip
    for place, value in enumerate(READ):
        day = ("2025-11-18", "2026-02-18", "2026-05-18", "2026-08-18")[place]
        gone = (date.fromisoformat(TODAY) - date.fromisoformat(day)).days
        rows += _done(place, value, now - gone * DAY, day)
    put(store, rows)


def _done(place: int, value: int, at: int, day: str) -> list[Synced]:
    order, row_id = some_id(f"WO-A7-2025-10{place}"), some_id(f"press inspection {place}")
    return [
        WorkOrder(
            id=order, number=f"WO-A7-2025-10{place}", title="Quarterly inspection", kind="inspection", rev=1,
            status="completed", assignee_id=ANNA, customer_id=some_id("Harbour Stamping"), asset_id=PRESS, due_on=day,
            opened_at=at - DAY,
        ),
        Inspection(
            id=row_id, order_id=order, asset_id=PRESS, version_id=VERSION, plan_id=PLAN, due_on=day, started_at=at,
            completed_at=at, completed_on=day, result="passed", rev=1,
        ),
        Answer(
            id=some_id(f"press reading {place}"), inspection_id=row_id, order_id=order, asset_id=PRESS,
            version_id=VERSION, item="pressure", verdict="passed", number=value, by_id=ANNA, at=at, rev=1,
        ),
    ]  # fmt: skip
