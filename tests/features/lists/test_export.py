"""Every list and table goes out whole, in the order shown, in the window's language, and nothing in it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from fielddesk.core import i18n, sheets
from fielddesk.features.customers.model import Customer
from fielddesk.features.lists.page import export_to
from fielddesk.features.lists.page.importing import ImportPage
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.database import Store
from fielddesk.ui.lists import RowList
from fielddesk.ui.tables import Table
from fielddesk.ui.text import spoken
from tests.features.lists.test_import_page import imported, opened
from tests.support.benches import Workplace
from tests.support.laptops import operations, some_id
from tests.support.region import put


def exported(desk: Workplace, view: RowList | Table, path: Path) -> list[list[str]]:
    export_to(desk.bench, view, path)
    desk.settle()
    return [cells for _, cells in sheets.first_rows(path, sheets.look_at(path), 10_000)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
@pytest.mark.parametrize("place", ["customers", "assets", "parts", "orders"])
def test_what_goes_out_comes_in_again_without_a_change(
    desk: Workplace, laptop: Store, tmp_path: Path, place: str, language: str, ending: str
) -> None:
    put(
        laptop,
        [Customer(id=some_id("=x"), number="=C-9", name="+cmd|' /C calc'!A0", phone="-1", city='"quoted"', rev=1)],
    )
    shown = desk.open(place)
    if place == "orders":
        shown.filters.choose("all")
        shown._choose(view="all")
        desk.settle()
    i18n.set_language(language)
    desk.settle()
    path = tmp_path / f"list.{ending}"
    rows = exported(desk, shown.list, path)
    assert len(rows) == shown.list.rows.rowCount() + 1
    page = desk.open("lists")
    assert isinstance(page, ImportPage)
    opened(desk, page, path)
    assert page.preview.plan.kind == place
    imported(desk, page)
    assert (page._report.taken, page._report.unchanged, page._report.refused) == (0, len(rows) - 1, [])
    assert operations(laptop) == []


def test_a_long_list_goes_out_whole_with_its_filter_and_order(desk: Workplace, laptop: Store, tmp_path: Path) -> None:
    orders = [
        WorkOrder(id=some_id(f"L-{n}"), number=f"L-{n:05d}", kind="repair", title=f"Leak {n}", customer_id=some_id("x"),
                  opened_at=n, rev=1)
        for n in range(1300)
    ]  # fmt: skip
    put(laptop, orders)
    page = desk.open("orders")
    page._choose(view="all", text="Leak 1", sort="number")
    desk.settle()
    rows = exported(desk, page.list, tmp_path / "orders.csv")
    wanted = [order.number for order in orders if "Leak 1" in order.title]
    assert [row[0] for row in rows[1:]] == wanted


def test_an_export_is_stopped_and_leaves_no_file(desk: Workplace, laptop: Store, tmp_path: Path) -> None:
    put(laptop, [Customer(id=some_id(f"s{n}"), number=f"S-{n}", name=f"S {n}", rev=1) for n in range(1500)])
    page = desk.open("customers")
    export = export_to(desk.bench, page.list, tmp_path / "list.csv")
    assert export.strip.isVisible()
    export.strip.stop.click()
    desk.settle()
    assert list(tmp_path.glob("*list*")) == []
    assert "stopped" in desk.desk.toast.words()


def test_a_table_goes_out_with_its_numbers_as_numbers(desk: Workplace, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    page = desk.open("parts")
    desk.bench.show("part", some_id("7SR1-03-4"))
    desk.settle()
    panel = page.tabs.choose("movements")
    desk.settle()
    rows = exported(desk, panel.table, tmp_path / "stock.xlsx")
    assert rows[0] == [spoken(column.title) for column in panel.table.rows.columns]
    sheet = load_workbook(tmp_path / "stock.xlsx").active
    numbers = [n for n, column in enumerate(panel.table.rows.columns) if column.number]
    kinds = {row[n].data_type for row in sheet.iter_rows(min_row=2) for n in numbers}
    assert sheet.max_row > 1
    assert kinds == {"n"}


def test_a_folder_that_takes_no_file_is_told(desk: Workplace, tmp_path: Path) -> None:
    page = desk.open("customers")
    export_to(desk.bench, page.list, tmp_path / "gone" / "list.csv")
    desk.settle()
    assert "could not be written" in desk.desk.toast.words()


def test_the_menu_and_the_palette_lead_to_the_export(
    desk: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / f"{len(asked)}.csv"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    page = desk.open("customers")
    page.list.customContextMenuRequested.emit(page.list.visualRect(page.list.rows.index(0, 0)).center())
    [menu] = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible()]
    [line] = [action for action in menu.actions() if action.text().startswith("Export")]
    line.trigger()
    menu.close()
    desk.settle()
    [command] = [one for one in desk.offers.commands if one.key == "list.export"]
    command.run(desk.bench)
    desk.settle()
    assert asked == [f"Customers {desk.bench.today()}.xlsx"] * 2
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
