"""Lists of inspections: which, in which order, how far, how late."""

from __future__ import annotations

from fielddesk.features.assets.model import Asset
from fielddesk.features.inspections.actions import complete_inspection, edit_checklist, open_visit, version_id
from fielddesk.features.inspections.queries import (
    ALL,
    DONE,
    DUE,
    LATE,
    MINE,
    OPEN,
    InspectionFilter,
    InspectionRow,
    checklist_count,
    checklist_for,
    checklist_names,
    checklist_page,
    checklist_place,
    due_count,
    inspection_count,
    inspection_names,
    inspection_page,
    inspection_place,
    inspections_of,
    version_page,
)  # fmt: skip
from fielddesk.features.lifecycle.model import ProductModel
from tests.support import region
from tests.support.inspections import PRESS, SHORT, Shop, shop
from tests.support.laptops import some_id
from tests.support.region import ANNA, BENNO

__all__ = ["shop"]  # the fixture

TICK = [{"key": "ok", "kind": "tick", "names": {"en": "OK"}}]


def page(shop: Shop, view: str = OPEN, **more: str) -> list[InspectionRow]:
    found = shop.ask(inspection_page, InspectionFilter(ANNA, shop.today, view, **more), 0, 50)
    assert len(found) == shop.ask(inspection_count, InspectionFilter(ANNA, shop.today, view, **more))
    return list(found)


def visit(shop: Shop, checklist: str, in_days: int, who: str = ANNA) -> str:
    plan = shop.plan(checklist, in_days=in_days)
    return str(
        shop.do(
            open_visit, plan_id=plan, due_on=shop.day(in_days), version_id=version_id(checklist, 1),
            number=f"WO-A7-{in_days + 100}", title="Quarterly inspection", assignee_id=who,
        )
    )  # fmt: skip


def test_a_line_says_how_far_it_is_and_how_its_day_stands(shop: Shop) -> None:
    checklist = shop.checklist()
    late, due, coming = (visit(shop, checklist, after) for after in (-8, 3, 9))
    shop.answer(late, "seal", verdict="failed")
    shop.answer(late, "pressure", number=98_000_000)
    rows = page(shop)
    assert [row.id for row in rows] == [late, due, coming]
    assert [row.standing for row in rows] == ["late", "due", "coming"]
    assert (rows[0].done, rows[0].total, rows[0].failed) == (2, 4, 1)
    assert (rows[0].asset, rows[0].customer, rows[0].assignee) == ("Press HP-250 #2", "Harbour Stamping", "Anna Berg")


def test_the_views_hold_what_they_say(shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    late, coming, bennos = visit(shop, checklist, -8), visit(shop, checklist, 9), visit(shop, checklist, -3, BENNO)
    done = visit(shop, checklist, 4)
    shop.answer(done, "ok")
    shop.do(complete_inspection, inspection_id=done, completed_on=shop.day(4))
    found = {view: {row.id for row in page(shop, view)} for view in (MINE, DUE, LATE, OPEN, DONE, ALL)}
    assert found == {
        MINE: {late, coming}, DUE: {late, bennos}, LATE: {late}, OPEN: {late, coming, bennos}, DONE: {done},
        ALL: {late, coming, bennos, done},
    }  # fmt: skip
    assert shop.ask(due_count, ANNA, shop.today) == 1
    assert page(shop, DONE)[0].standing == "on_time"
    assert [row.id for row in page(shop, ALL)][-1] == done


def test_a_text_finds_number_asset_serial_and_customer(shop: Shop) -> None:
    one = visit(shop, shop.checklist(), 5)
    for text in ("wo-a7-105", "HP-250", "hp250-0042", "harbour", "quarterly"):
        assert [row.id for row in page(shop, OPEN, text=text)] == [one], text
    assert page(shop, OPEN, text="kiln") == []
    assert page(shop, OPEN, asset_id=some_id("KD-881")) == []
    assert len(page(shop, OPEN, customer_id=some_id("Harbour Stamping"))) == 1


def test_a_place_is_where_the_page_has_it(shop: Shop) -> None:
    checklist = shop.checklist(TICK)
    for after in (-8, 3, 9, 12):
        visit(shop, checklist, after)
    for view in (OPEN, ALL, DUE):
        wanted = InspectionFilter(ANNA, shop.today, view)
        for place, row in enumerate(page(shop, view)):
            assert shop.ask(inspection_place, wanted, row.id) == place
    assert shop.ask(inspection_place, InspectionFilter(ANNA, shop.today, DONE), page(shop)[0].id) is None


def test_the_inspections_of_an_order_and_their_names(shop: Shop) -> None:
    one = visit(shop, shop.checklist(), 5)
    order = page(shop)[0].order_id
    assert [row.id for row in shop.ask(inspections_of, order, shop.today)] == [one]
    assert shop.ask(inspection_names, [one]) == {one: "WO-A7-105 Quarterly inspection"}


def test_checklists_are_listed_with_their_newest_version(shop: Shop) -> None:
    press, robot = shop.checklist(), shop.checklist(TICK, number="robot")
    shop.publish(press, 2, SHORT[:1])
    assert [(row.number, row.version, row.items) for row in shop.ask(checklist_page, "", 0, 9)] == [
        ("press", 2, 1), ("robot", 1, 1),
    ]  # fmt: skip
    assert shop.ask(checklist_count, "季度") == 2
    assert (shop.ask(checklist_place, "", robot), shop.ask(checklist_place, "x", robot)) == (1, None)
    assert [row.version for row in shop.ask(version_page, press, 0, 9)] == [2, 1]
    assert shop.ask(checklist_names, [press]) == {press: "press Quarterly inspection"}


def test_an_asset_is_inspected_by_the_list_of_its_model_else_of_its_class(shop: Shop) -> None:
    press, robot = shop.checklist(), shop.checklist(TICK, number="robot")
    assert shop.ask(checklist_for, PRESS) is None  # its model is only typed
    model = ProductModel(
        id=some_id("HP-250"), number="HP-250", names='{"en":"Press"}', product_class="industrial_equipment",
        stage="maturity", stage_since="2020-01-01", rev=1,
    )  # fmt: skip
    asset = shop.ask(lambda read: read.one(Asset, PRESS))
    from dataclasses import replace

    region.put(shop.store, [model, replace(asset, model_id=model.id)])
    assert shop.ask(checklist_for, PRESS).id == press
    shown = {"product_class": "none", "model_id": None}
    shop.do(edit_checklist, based_on=shown, checklist_id=robot, product_class="industrial_equipment")
    assert shop.ask(checklist_for, PRESS).id == robot
    shop.do(edit_checklist, based_on=shown, checklist_id=press, model_id=model.id)
    assert shop.ask(checklist_for, PRESS).id == press
    assert shop.ask(checklist_for, PRESS, "robot").id == robot
