"""Every screen of the window over one laptop on which something stands everywhere: to look at, to hear, to tab through.

A scene puts one screen up. `OFFICE_SCENES` are of who may make records; the others of an engineer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from fielddesk.core.clock import FixedClock
from fielddesk.features.people.rules import OFFICE
from fielddesk.shell import places
from fielddesk.shell.outcomes import WindowOutbox
from fielddesk.shell.preferences import WindowPreferences
from fielddesk.store.contents import Receipt
from fielddesk.store.database import Store
from fielddesk.sync.status import Status
from fielddesk.ui.cover import Cover
from tests.support import inspected, lives
from tests.support.benches import Workplace
from tests.support.laptops import new_laptop, some_id
from tests.support.machine import INSPECTION, LIST, NOON, PRESS, fill_press
from tests.support.machine import ORDER as VISIT_ORDER
from tests.support.region import fill, put

Scene = Callable[[Workplace], None]
MINUTE = 60_000_000
HARBOUR = some_id("Harbour Stamping")
A_LIST = (
    "客户编号;设备序列号;设备名称;型号;安装日期\r\n"
    "C-1001;SN-1;冲压机 1;HP-250;17/3/2024\r\n"
    "C-1005;SN-2;机器人 2;RC-4;民國113年4月3日\r\n"
    "C-9999;SN-3;没有客户;RC-4;\r\n"
    "C-1001;SN-4;日期有误;RC-4;2024-02-30\r\n"
)


class Offline:
    """A line that nobody answers."""

    status = Status("offline", "no_route", since=NOON)

    def listen(self, listener: Callable[[Status], None]) -> None:
        listener(self.status)

    def sync_now(self) -> None: ...

    def stop(self) -> None: ...

    def answer_removal(self, agreed: bool) -> None: ...

    def enrol_again(self) -> None: ...


def furnish(store: Store) -> None:
    """The region, its machines with their lives, one inspection that was done and one to do, and two receipts."""
    fill(store)
    lives.live(store)
    inspected.fill(store)
    fill_press(store)
    began = store.clock.now() - 30 * MINUTE
    put(store, [
        Receipt(id=some_id(f"receipt {how}"), began_at=began, ended_at=None if how == "under_way" else began + MINUTE,
                how=how, rows_out='{"answer":5,"attachment":1,"note":2}', rows_in='{"work_order":1}', files_out=3,
                file_bytes_out=4_160_000, bytes_out=4_200_000, bytes_in=900)
        for how in ("complete", "under_way")
    ])  # type: ignore[list-item]  # fmt: skip


@contextmanager
def furnished(folder: Path, role: str) -> Iterator[Workplace]:
    """A desk with every place, sync and settings too, over such a laptop."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    store = new_laptop(folder / "laptop", clock=FixedClock(at=NOON), role=role)
    furnish(store)
    found: list[Workplace] = []
    preferences = WindowPreferences(app, folder)
    offers = places.offers(Offline(), WindowOutbox(lambda: found[0].bench), preferences)
    found.append(Workplace(store, offers=offers))
    found[0].desk.resize(1366, 768)
    found[0].desk.show()
    try:
        yield found[0]
    finally:
        found[0].close()
        store.close()
        preferences.deleteLater()


def put_away(place: Workplace) -> None:
    """Take away what the scene before has left over the window, and end an inspection that runs."""
    for cover in place.desk.findChildren(Cover):
        cover.close_up()
    page: Any = place.desk.made_pages().get("inspections")
    if page is not None:
        page._leave_run()
    place.settle()


# ---------------------------------------------------------------- one screen each


def _open(place: Workplace, key: str) -> Any:
    return place.open(key)


def _record(table: str, key: str, row_id: str, tab: str, place: Workplace) -> Any:
    page = _open(place, key)
    place.bench.show(table, row_id)
    place.settle()
    page.tabs.choose(tab)
    place.settle()
    return page.tabs.panel()


_order = partial(_record, "work_order", "orders")
_asset = partial(_record, "asset", "assets")
_customer = partial(_record, "customer", "customers", HARBOUR)
_checklist = partial(_record, "checklist", "checklists", LIST)
_model = partial(_record, "product_model", "models", lives.RC4)
_strategy = partial(_record, "strategy_revision", "strategy", lives.FIRST)


def _view(which: str, place: Workplace) -> Any:
    page = _open(place, "inspections")
    page.show_view(which)
    place.settle()
    if which == "done":
        page.list.choose_first()
    return page


def _run(key: str, place: Workplace) -> Any:
    page = _open(place, "inspections")
    page.run(INSPECTION)
    place.settle()
    page.running.show_item(key)
    place.settle()
    return page.running


def _choice(place: Workplace) -> None:
    _failed(place)
    place.desk.page("inspections").running.show_item("leak")  # type: ignore[attr-defined]


def _reading(value: str, place: Workplace) -> None:
    card = _run("pressure", place).card
    card.measure_again()
    card.answer.field.write(value)
    card.commit()


def _failed(place: Workplace) -> None:
    card = _run("seal", place).card
    card.note.write("Oil runs along the rod, 1 drop every 10 s.")
    card.answer.marks.button("failed").click()
    place.settle()


def _new_plan(place: Workplace) -> None:
    panel = _asset(PRESS, "plans", place)
    panel.ask_new()


def _insets(tab: str, place: Workplace) -> None:
    panel = _customer(tab, place)
    panel.show_list()


def _inset_open(tab: str, place: Workplace) -> None:
    panel = _customer(tab, place)
    place.settle()
    rows = panel.list.rows
    if rows.rowCount():
        panel.open(rows.row_at(0).id)


def _inset_new(tab: str, place: Workplace) -> None:
    _customer(tab, place).show_new()


def _new_record(key: str, place: Workplace) -> None:
    page = _open(place, key)
    page.show_new()


def _import_empty(place: Workplace) -> None:
    _open(place, "lists")


def _import_preview(place: Workplace) -> None:
    page = _open(place, "lists")
    if page.opened is None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "设备.csv"
            path.write_bytes(A_LIST.encode("gb18030"))
            page.open_file(path)
            place.settle()


def _import_report(place: Workplace) -> None:
    page = _open(place, "lists")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "设备.csv"
        path.write_bytes(A_LIST.encode("gb18030"))
        page.open_file(path)
        place.settle()
        page.take.button.click()
        while page.intake is not None:
            place.settle()


def _report(place: Workplace) -> None:
    panel = _order(inspected.ORDER, "documents", place)
    panel.makers["inspection_report"].click()


def _documents(place: Workplace) -> None:
    """Issues the report the first time."""
    page = _open(place, "documents")
    if not page.list.rows.rowCount():
        _report(place)
        place.settle()
        panel = place.desk.page("orders").tabs.panel()  # type: ignore[attr-defined]
        panel.preview.issue.button.click()
        place.settle()
        page = _open(place, "documents")
    page.list.choose_first()


def _labels(place: Workplace) -> None:
    page = _open(place, "assets")
    page.show_labels(PRESS)


def _sync(which: str, place: Workplace) -> None:
    page = _open(place, "sync")
    page.filters.choose(which)
    page._show_list(which)
    place.settle()
    page.list.choose_first()


SCENES: dict[str, Scene] = {
    "done": partial(_view, "done"),
    "tick": partial(_run, "guard"),
    "pass-fail": partial(_run, "noise"),
    "reading": partial(_run, "pressure"),
    "outside": partial(_reading, "120"),
    "choice": _choice,
    "order-life": partial(_order, some_id("WO-A7-2026-1051"), "life"),
    "order-documents": partial(_order, VISIT_ORDER, "documents"),
    "report": _report,
    "documents": _documents,
    "asset-record": partial(_asset, lives.ROBOT, "overview"),
    "asset-inspections": partial(_asset, PRESS, "inspections"),
    "plans": partial(_asset, PRESS, "plans"),
    "asset-orders": partial(_asset, lives.ROBOT, "orders"),
    "asset-photos": partial(_asset, lives.ROBOT, "photos"),
    "asset-history": partial(_asset, lives.ROBOT, "history"),
    "labels": _labels,
    "customer": partial(_customer, "overview"),
    "customer-site": partial(_inset_open, "sites"),
    "contacts": partial(_insets, "contacts"),
    "customer-contact": partial(_inset_open, "contacts"),
    "customer-assets": partial(_customer, "assets"),
    "customer-orders": partial(_customer, "orders"),
    "checklist": partial(_checklist, "items"),
    "checklist-versions": partial(_checklist, "versions"),
    "checklist-record": partial(_checklist, "record"),
    "model": partial(_model, "overview"),
    "model-assets": partial(_model, "assets"),
    "revision": partial(_strategy, "overview"),
    "strategy-terms": partial(_strategy, "terms"),
    "import": _import_empty,
    "sync": partial(_sync, "needs"),
    "sync-waiting": partial(_sync, "waiting"),
    "receipts": partial(_sync, "receipts"),
    "settings": partial(_open, key="settings"),
}  # fmt: skip
OFFICE_SCENES: dict[str, Scene] = {
    "site-new": partial(_inset_new, "sites"),
    "site-edit": partial(_inset_open, "sites"),
    "plan-new": _new_plan,
    "checklist-edit": partial(_checklist, "items"),
    "checklist-new": partial(_new_record, "checklists"),
    "model-new": partial(_new_record, "models"),
    "model-edit": partial(_model, "overview"),
    "stages-edit": partial(_model, "stages"),
    "revision-new": partial(_new_record, "strategy"),
    "order-new": partial(_new_record, "orders"),
    "import-preview": _import_preview,
    "import-report": _import_report,
}


def scenes_for(role: str) -> dict[str, Scene]:
    """The screens a person of this role sees."""
    return OFFICE_SCENES if role in OFFICE else SCENES
