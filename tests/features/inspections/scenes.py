"""The scenes of inspections for `tests/features/pictures.py`: a visit, the calendar, and an inspection that runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fielddesk.features.workorders.model import WorkOrder
from tests.support.benches import Workplace
from tests.support.machine import INSPECTION, ORDER
from tests.support.safety import a_safe_start


def _visit(place: Workplace) -> None:
    page = place.open("inspections")
    page._leave_run()
    page.show_view("due")
    place.bench.show("inspection", INSPECTION)


def _moving(place: Workplace) -> None:
    _visit(place)
    place.settle()
    page = place.desk.page("inspections")
    page.visit.move_button.click()
    page.visit.move_asking.go.click()


def _month(place: Workplace) -> None:
    _visit(place)
    place.desk.page("inspections").show_view("calendar")


def _no_inspection(place: Workplace) -> None:
    _visit(place)
    place.desk.page("inspections").show_view("late")


def _run(key: str, place: Workplace) -> None:
    page = place.open("inspections")
    page.run(INSPECTION)
    place.settle()
    page.running.show_item(key)
    place.settle()


def _reading(place: Workplace) -> None:
    _run("pressure", place)
    card = place.desk.page("inspections").running.card
    card.answer.field.write("93.2")
    card.commit()


def _failed(place: Workplace) -> None:
    _run("seal", place)
    card = place.desk.page("inspections").running.card
    card.note.write("Oil runs along the rod, 1 drop every 10 s.")
    card.answer.marks.button("failed").click()


def _wrong(place: Workplace) -> None:
    _run("pressure", place)
    card = place.desk.page("inspections").running.card
    card.measure_again()
    card.answer.field.write("9x3")
    card.commit()


def _missing(place: Workplace) -> None:
    _run("guard", place)
    place.desk.page("inspections").running.try_to_complete()


def _order_inspection(place: Workplace) -> None:
    place.open("inspections")._leave_run()
    place.open("orders")
    place.bench.show("work_order", ORDER)
    place.desk.page("orders").tabs.choose("inspection")


def _under_way(place: Workplace) -> None:
    """The order has begun: its next step at the bottom right, and what it still lacks when it was to be completed."""
    place.open("inspections")._leave_run()
    with place.store.read() as read:
        waits = read.one(WorkOrder, ORDER).status == "assigned"
    if waits:
        place.store.do(list(a_safe_start(ORDER, place.store.clock.now(), kind="inspection")))
    page = place.open("orders")
    place.bench.show("work_order", ORDER)
    page.tabs.choose("overview")
    place.settle()
    page.steps.step("completed")


SCENES: dict[str, Callable[[Workplace], None]] = {
    "visit": _visit,
    "moving": _moving,
    "month": _month,
    "no-inspection": _no_inspection,
    "reading": _reading,
    "wrong": _wrong,
    "failed": _failed,
    "day": partial(_run, "oil"),
    "text": partial(_run, "remark"),
    "photo": partial(_run, "plate"),
    "missing": _missing,
    "order-inspection": _order_inspection,
    "order-under-way": _under_way,
}
