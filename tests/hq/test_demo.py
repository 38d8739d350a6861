"""The demo's service region: made by actions, of the size that the screens are looked at with."""

from __future__ import annotations

from pathlib import Path

import pytest

from fielddesk.core.clock import FixedClock, local_day
from fielddesk.features.inspections.model import Answer
from fielddesk.features.lifecycle.model import ProductModel
from fielddesk.features.parts.model import Part
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq import admin, demo
from fielddesk.hq.service import on_sqlite
from fielddesk.store.tables import BY_NAME


@pytest.mark.slow
def test_the_demo_has_a_region_in_all_stages_and_three_visits_today(tmp_path: Path):
    clock = FixedClock()
    hq = on_sqlite(tmp_path / "hq.db", clock)
    made = demo.make_demo(hq, admin.found(hq, "Test", "admin", "Administrator"), clock)
    with hq.read() as read:
        counts = {name: len(read.all(BY_NAME[name])) for name in ("customer", "site", "asset", "product_model")}
        stages = {model.stage for model in read.all(ProductModel)}
        parts = len(read.all(Part))
        mine = read.all(WorkOrder, WorkOrder.c.assignee_id == made.people["engineer"], WorkOrder.c.status == "assigned")
        readings = read.all(Answer, Answer.c.item == "accumulator-pressure", order=[Answer.c.asset_id, Answer.c.at])
    hq.close()
    assert counts == {"customer": 40, "site": 120, "asset": 600, "product_model": 25}
    assert stages == {"research", "launch", "maturity", "decline", "retirement"}
    assert parts >= 3_000
    today = local_day(clock.now(), clock.zone())
    visits = [each for each in mine if each.planned_at and local_day(each.planned_at, clock.zone()) == today]
    assert sorted(visit.kind for visit in visits) == ["inspection", "inspection", "repair"]
    by_asset: dict[str, list[int]] = {}
    for answer in readings:
        by_asset.setdefault(answer.asset_id, []).append(answer.number or 0)
    assert by_asset
    assert all(len(each) == 8 and len(set(each)) > 1 for each in by_asset.values())
