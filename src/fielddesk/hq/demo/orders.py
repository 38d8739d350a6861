"""The demo's orders around today: repairs and trainings, the visits of the day, some of the real texts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.actions import reserve_part
from fielddesk.features.parts.model import Part
from fielddesk.features.parts.rules import MILLION
from fielddesk.features.workorders.actions import add_note, assign_order, create_order, edit_order
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq.demo.region import Machine
from fielddesk.hq.demo.work import Work
from fielddesk.store.actions import call

FAULTS: Final = (
    ("repair", "Kiln drive trips"), ("repair", "Robot cell stops"), ("repair", "Pressure drifts"),
    ("remote_assistance", "Display stays dark"), ("repair", "Oil change 2 000 h"), ("repair", "Waiting for seal kit"),
    ("upgrade", "Controller update 4.2"), ("repair", "Replace light curtain"), ("training", "Operator training"),
    ("repair", "主轴轴承异响"), ("repair", "液壓缸漏油"), ("repair", "Spindle bearing hot"),
)  # fmt: skip
NOTES: Final = ("Gate 3, ask for the shift leader.", "Customer sent a photo of the leak.", "钥匙在门卫处。")
COUNT: Final = 36
REAL: Final = 120
ON_NO_VAN: Final = "BT-1250"
WHOSE: Final = ("engineer", "engineer", "colleague", None, "third", "engineer")
TIMES: Final = ((8, 30), (11, 0), (15, 15))


def make_orders(
    work: Work, machines: Sequence[Machine], people: Mapping[str, str], today: date, draw: random.Random
) -> list[str]:
    """Three weeks of orders around today, some with notes; their ids."""
    calls = []
    for nth in range(COUNT):
        kind, title = FAULTS[nth % len(FAULTS)]
        machine = machines[draw.randrange(len(machines))]
        who = WHOSE[nth % len(WHOSE)]
        calls.append(
            call(
                create_order, number=f"WO-HQ-{today.year}-{1020 + nth}", kind=kind, title=title,
                asset_id=machine.asset_id, customer_id=machine.customer_id, site_id=machine.site_id,
                due_on=(today + timedelta(days=draw.randint(0, 14))).isoformat(),
                assignee_id=people[who] if who else None,
                description="Reported by telephone. The customer asks to be called before the visit.",
            )
        )  # fmt: skip
    orders = work.many(calls)
    work.many(call(add_note, order_id=order, text=NOTES[n % len(NOTES)]) for n, order in enumerate(orders[:12]))
    return orders


def give_real_orders(work: Work, people: Mapping[str, str], today: date, draw: random.Random) -> None:
    """Give some of the imported orders to the engineers, due around today."""
    with work.office.read() as read:
        query = sa.select(WorkOrder.c.id).join(Asset.__table__, Asset.c.id == WorkOrder.c.asset_id)
        query = query.where(WorkOrder.c.assignee_id.is_(None), WorkOrder.c.number.like("MT-%"))
        found = [row[0] for row in read.rows(query.order_by(WorkOrder.c.number))]
    work.many(
        call(
            assign_order, based_on={"assignee_id": None, "due_on": None}, order_id=order,
            assignee_id=people["engineer" if nth % 3 else "colleague"],
            due_on=(today + timedelta(days=draw.randint(-1, 21))).isoformat(),
        )
        for nth, order in enumerate(draw.sample(found, min(REAL, len(found))))
    )  # fmt: skip


def plan_days(work: Work, people: Mapping[str, str], today: date, zone: str, begins_with: str) -> None:
    """Three visits today and three tomorrow for each engineer: the inspections that are due first, then a repair;
    what else is due today has its visit on the days after.

    The day begins at the machine `begins_with`, for whoever it is given to; each repair of today wants a part that is
    on no van.
    """
    calls = []
    with work.office.read() as read:
        [part] = read.all(Part, Part.c.number == ON_NO_VAN)
    for login in ("engineer", "colleague", "third"):
        with work.office.read() as read:
            c = WorkOrder.c
            mine = (c.assignee_id == people[login], c.status == "assigned", c.planned_at.is_(None))
            here = (c.asset_id != begins_with, c.due_on, c.number)
            first = read.all(WorkOrder, *mine, c.kind == "inspection", order=here, limit=4)
            rest = read.all(
                WorkOrder, *mine, c.kind == "repair", c.number.like("WO-HQ-%"), order=[c.due_on, c.number], limit=2
            )
            later = read.all(WorkOrder, *mine, c.due_on == today.isoformat(), order=[c.number])
        days = ((today, [*first[:2], *rest[:1]]), (today + timedelta(days=1), [*first[2:], *rest[1:]]))
        for day, orders in days:
            calls += [_planned(order, day, TIMES[nth], zone) for nth, order in enumerate(orders)]
        chosen = {order.id for _day, orders in days for order in orders}
        others = [order for order in later if order.id not in chosen]
        calls += [
            _planned(order, today + timedelta(days=2 + nth // len(TIMES)), TIMES[nth % len(TIMES)], zone)
            for nth, order in enumerate(others)
        ]
        calls += [call(reserve_part, order_id=order.id, part_id=part.id, quantity=MILLION) for order in rest[:1]]
    work.many(calls)


def _planned(order: WorkOrder, day: date, at: tuple[int, int], zone: str) -> Any:
    begins = datetime(day.year, day.month, day.day, *at, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moment = int(begins.timestamp()) * 1_000_000
    return call(edit_order, based_on={"planned_at": None}, order_id=order.id, planned_at=moment)
