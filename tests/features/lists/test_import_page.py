"""Importing a list through the window: seen before it is taken, stopped and gone on with, twice without change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from fielddesk.core import i18n, sheets
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.lists.page.importing import ImportPage
from fielddesk.features.parts.model import Part
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.database import Store
from fielddesk.ui import theme
from tests.support.benches import Workplace, workplace
from tests.support.laptops import new_laptop, operations
from tests.support.look import IN_EACH_LANGUAGE, faults
from tests.support.region import fill

SHARED = Path(os.environ.get("FIELDDESK_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
PARTS = SHARED / "ldraw_parts.csv.gz"
ASSETS = (
    "客户编号;设备序列号;设备名称;型号;安装日期\r\n"
    "C-1001;SN-1;冲压机 1;HP-250;17/3/2024\r\n"
    "C-1005;SN-2;机器人 2;RC-4;民國113年4月3日\r\n"
    "C-9999;SN-3;没有客户;RC-4;\r\n"
    "C-1001;SN-4;日期有误;RC-4;2024-02-30\r\n"
    "海港冲压有限公司;SN-5;按名称;RC-4;3/4/2024\r\n"
    "C-1001;SN-1;不同的名称;;\r\n"
)


def written(tmp_path: Path, text: str = ASSETS, name: str = "设备.csv", encoding: str = "gb18030") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def opened(desk: Workplace, page: ImportPage, path: Path) -> None:
    page.open_file(path)
    desk.settle()


def imported(desk: Workplace, page: ImportPage) -> None:
    page.take.button.click()
    while page.intake is not None:
        desk.settle()
    desk.settle()


def whats(page: ImportPage) -> list[str]:
    table = page.preview.table
    assert table is not None
    return [str(table.rows.index(n, 1).data()).partition(":")[0] for n in range(table.rows.rowCount())]


def one(store: Store, table: type, **where: str) -> object:
    with store.read() as read:
        [row] = read.all(table, *(getattr(table.c, name) == value for name, value in where.items()))  # type: ignore[attr-defined]
        return row


def test_a_list_is_seen_before_it_is_taken_and_a_second_time_nothing_happens(
    desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path
) -> None:
    path = written(tmp_path)
    opened(desk, page, path)
    preview = page.preview
    assert (preview.form.encoding, preview.form.separator, preview.plan.kind) == ("gb18030", ";", "assets")
    assert preview.plan.day_order == "day_first"
    assert whats(page) == ["New", "New", "Refused", "Refused", "New", "Refused"]
    assert operations(laptop) == []
    imported(desk, page)
    report = page._report
    assert (report.added, report.changed, report.unchanged, len(report.refused)) == (3, 0, 0, 3)
    assert [row.code for row in report.refused] == ["customer_not_found", "day_not_read", "row_twice"]
    assert one(laptop, Asset, serial="SN-2").installed_on == "2024-04-03"  # type: ignore[attr-defined]
    assert one(laptop, Asset, serial="SN-5").installed_on == "2024-04-03"  # type: ignore[attr-defined]
    before = [own.id for own in operations(laptop)]
    page.back.click()
    desk.settle()
    assert whats(page) == ["Unchanged", "Unchanged", "Refused", "Refused", "Unchanged", "Refused"]
    imported(desk, page)
    assert (page._report.taken, page._report.unchanged) == (0, 3)
    assert [own.id for own in operations(laptop)] == before


def test_a_machine_whose_customer_is_named_in_two_ways_is_the_same_one(
    desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path
) -> None:
    rows = "C-1001;SN-1;Press 1\r\nHarbour Stamping;SN-1;Press one\r\nHarbour Stamping;SN-1;Press 1\r\n"
    path = written(tmp_path, "Customer number;Serial;Name\r\n" + rows, "two.csv", "utf-8")
    opened(desk, page, path)
    assert whats(page) == ["New", "Refused", "Unchanged"]
    imported(desk, page)
    page.back.click()
    desk.settle()
    assert whats(page) == ["Unchanged", "Refused", "Unchanged"]
    imported(desk, page)
    assert page._report.taken == 0


def test_only_what_the_file_has_is_changed(desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path) -> None:
    opened(
        desk,
        page,
        written(tmp_path, "Number,Name,Phone\nC-1001,,+49 40 1\nC-1002,Northfield,\nC-1003,Lindqvist Metall,\n"),
    )
    assert whats(page) == ["Changes", "Changes", "Unchanged"]
    imported(desk, page)
    harbour = one(laptop, Customer, number="C-1001")
    assert (harbour.name, harbour.phone, harbour.city) == ("Harbour Stamping", "+49 40 1", "Hamburg")  # type: ignore[attr-defined]
    assert one(laptop, Customer, number="C-1002").name == "Northfield"  # type: ignore[attr-defined]
    assert len(operations(laptop)) == 1


def test_columns_are_chosen_by_hand_and_remembered_for_the_next_list_with_these_heads(
    desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path
) -> None:
    text = "Was;Wer;Wo\r\nD-1;Müller Gießerei;Köln\r\n"
    path = written(tmp_path, text, "kunden.csv", "cp1252")
    opened(desk, page, path)
    assert not page.take.button.isEnabled()
    page.preview.asks["kind"].pick("customers")
    desk.settle()
    page.preview.columns["number"].pick("0")
    page.preview.columns["name"].pick("1")
    page.preview.columns["city"].pick("2")
    desk.settle()
    assert whats(page) == ["New"]
    assert page.take.button.isEnabled()
    opened(desk, page, written(tmp_path, text.replace("D-1", "D-2"), "mehr.csv", "cp1252"))
    assert page.preview.plan.columns == {"number": 0, "name": 1, "city": 2}
    imported(desk, page)
    assert one(laptop, Customer, number="D-2").name == "Müller Gießerei"  # type: ignore[attr-defined]


def test_another_encoding_reads_the_list_anew(desk: Workplace, page: ImportPage, tmp_path: Path) -> None:
    opened(desk, page, written(tmp_path, "客戶編號,客戶名稱\r\nC-7,台中軸承公司\r\n", encoding="big5hkscs"))
    assert page.preview.form.encoding == "big5hkscs"
    page.preview.asks["encoding"].pick("gb18030")
    desk.settle()
    assert page.preview.heads()[0] != "客戶編號"
    page.preview.asks["encoding"].pick("big5hkscs")
    desk.settle()
    assert page.preview.heads() == ["客戶編號", "客戶名稱"]
    assert whats(page) == ["New"]


def test_past_orders_find_their_customers_and_assets(
    desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path
) -> None:
    text = (
        "Order number,Customer,Serial,Title,Kind,State,Opened\n"
        "P-1,Harbour Stamping,7SR-1033,Pump leaks,Repair,Closed,2024-03-17 14:30\n"
        "P-2,C-1002,7SR-1033,Wrong machine,repair,done,2024-03-17\n"
        "P-3,C-1002,,Kind of its own,dancing,done,2024-03-17\n"
        "P-4,C-1002,,点检,点检,已完成,2024年3月17日\n"
        "WO-A7-2026-1042,C-1002,,Kiln drive trips,repair,completed,\n"
    )
    opened(desk, page, written(tmp_path, text, "orders.csv", "utf-8"))
    imported(desk, page)
    assert [(row.number, row.code) for row in page._report.refused] == [(3, "asset_not_found"), (4, "word_not_known")]
    first = one(laptop, WorkOrder, number="P-1")
    assert (first.status, first.opened_at) == ("completed", 1_710_682_200_000_000)  # type: ignore[attr-defined]
    assert one(laptop, WorkOrder, number="P-4").kind == "inspection"  # type: ignore[attr-defined]
    assert one(laptop, WorkOrder, number="WO-A7-2026-1042").status == "in_progress"  # type: ignore[attr-defined]


def test_an_import_is_stopped_and_goes_on_where_it_stopped(
    desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path
) -> None:
    rows = "".join(f"N-{n},Customer {n}\n" for n in range(900))
    opened(desk, page, written(tmp_path, "Customer number,Name\n" + rows))
    page.take.button.click()
    assert page.intake is not None
    page.progress.stop.click()
    while page.intake is not None:
        desk.settle()
    assert page._report.stopped
    assert page._report.taken == 200
    assert page.go_on.isVisible()
    page.go_on.click()
    while page.intake is not None:
        desk.settle()
    assert (page._report.unchanged, page._report.taken) == (200, 700)
    assert len(operations(laptop)) == 5


def test_one_bad_value_costs_only_its_own_row(desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path) -> None:
    rows = [f"N-{n},Customer {n}" for n in range(50)]
    rows[7], rows[8], rows[9] = "N-7," + "x" * 600, "N-8,nul \x00 inside", "N-9,=1+1"
    opened(desk, page, written(tmp_path, "Customer number,Name\n" + "\n".join(rows)))
    imported(desk, page)
    assert page._report.taken == 48
    assert {row.number: row.code for row in page._report.refused} == {9: "text_too_long", 10: "text_has_nul"}
    assert one(laptop, Customer, number="N-9").name == "=1+1"  # type: ignore[attr-defined]


def test_refused_rows_are_saved_mended_and_taken(
    desk: Workplace, page: ImportPage, laptop: Store, tmp_path: Path
) -> None:
    opened(desk, page, written(tmp_path))
    with i18n.speaking("en"):
        imported(desk, page)
        page.save_refused(tmp_path / "refused.csv")
        desk.settle()
    saved = tmp_path / "refused.csv"
    rows = [cells for _, cells in sheets.first_rows(saved, sheets.look_at(saved), 9)]
    assert rows[0][:2] == ["客户编号", "设备序列号"]
    assert rows[1][:3] == ["C-9999", "SN-3", "没有客户"]
    assert rows[1][-2] == "4"
    assert "There is no customer" in rows[1][-1]
    mended = saved.read_text("utf-8-sig").replace("C-9999", "C-1002").replace("2024-02-30", "2024-02-29")
    opened(desk, page, written(tmp_path, mended, "mended.csv", "utf-8"))
    imported(desk, page)
    assert page._report.added == 2
    assert one(laptop, Asset, serial="SN-4").installed_on == "2024-02-29"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "nothing in"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "other kind of file"),
        (b"PK\x03\x04 and no zip", "damaged"),
    ],
)
def test_a_file_that_is_no_list_is_told_in_a_sentence_and_nothing_is_lost(
    desk: Workplace, page: ImportPage, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(content)
    opened(desk, page, path)
    assert words in page.pane.banner._fact.text()
    assert page.choose.isVisible()
    opened(desk, page, written(tmp_path))
    assert page.steps.currentWidget() is page.preview
    assert not page.pane.banner.isVisible()


def test_a_file_that_ends_in_the_middle_keeps_what_was_taken(desk: Workplace, page: ImportPage, tmp_path: Path) -> None:
    rows = "".join(f"N-{n},Customer {n}\n" for n in range(600)) + 'N-601,"open\n' + "x,y\n" * 40_000
    opened(desk, page, written(tmp_path, "Customer number,Name\n" + rows))
    imported(desk, page)
    assert page._report.taken == 600
    assert "row 602" in page.pane.banner._fact.text()


def test_a_file_is_dropped_on_the_window(desk: Workplace, page: ImportPage, tmp_path: Path) -> None:
    desk.open("customers")
    path = written(tmp_path)
    for name, taken in (("photo.png", False), (path.name, True)):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        event = QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        event.ignore()
        desk.desk.dragEnterEvent(event)
        assert event.isAccepted() is taken
    desk.desk.dropEvent(event)
    desk.settle()
    assert desk.desk.current_place() == "lists"
    assert page.preview.plan.kind == "assets"


def test_an_engineer_sees_why_they_import_nothing(
    qtbot: QtBot, dressed: theme.Theme, tmp_path: Path, clock: object
) -> None:
    store = new_laptop(tmp_path / "engineer")
    fill(store)
    with workplace(qtbot, store) as desk:
        page = desk.open("lists")
        assert isinstance(page, ImportPage)
        opened(desk, page, written(tmp_path))
        assert page.steps.currentIndex() == 0
        assert not page.choose.isVisible()
        [command] = [one for one in desk.offers.commands if one.key == "list.import"]
        assert command.blocked is not None
        assert command.blocked(desk.bench)
    store.close()


@pytest.mark.parametrize("language", IN_EACH_LANGUAGE)
@pytest.mark.parametrize(
    ("scheme", "size", "room"),
    [
        ("light", 100, (1366, 768)),
        pytest.param("dark", 150, (1366, 768), marks=pytest.mark.slow),
        pytest.param("contrast", 200, (1920, 920), marks=pytest.mark.slow),
    ],
)
def test_nothing_is_cut_off_nameless_or_small(
    desk: Workplace, dressed: theme.Theme, language: str, scheme: str, size: int, room: tuple[int, int],
    tmp_path: Path,
) -> None:  # fmt: skip
    i18n.set_language(language)
    dressed.choose(scheme, size)
    desk.desk.resize(*room)
    page = desk.open("lists")
    assert isinstance(page, ImportPage)
    found = faults(desk.desk)
    opened(desk, page, written(tmp_path))
    found += faults(desk.desk)
    imported(desk, page)
    assert found + faults(desk.desk) == []


@pytest.mark.slow
@pytest.mark.skipif(
    not PARTS.is_file(), reason="the real lists lie beside the checkout in shared/data; they are not here"
)
def test_the_real_parts_list_comes_in_through_the_window(desk: Workplace, page: ImportPage, laptop: Store) -> None:
    opened(desk, page, PARTS)
    imported(desk, page)
    assert (page._report.added, page._report.refused) == (18_615, [])
    with laptop.read() as read:
        replaced = sa.select(sa.func.count()).where(Part.c.replaced_by.is_not(None))
        assert read.value(replaced) == 988 + 1  # one is the region's own
    before = len(operations(laptop))
    page.back.click()
    imported(desk, page)
    assert (page._report.taken, page._report.unchanged) == (0, 18_615)
    assert len(operations(laptop)) == before
