"""Lists that nobody here wrote are taken in through actions, each bad row by itself, and twice without change."""

from __future__ import annotations

import csv
import gzip
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from fielddesk.core.clock import FixedClock
from fielddesk.core.errors import RuleBroken
from fielddesk.features.assets.model import Asset
from fielddesk.features.parts.model import Part
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.hq import admin, demo
from fielddesk.hq.__main__ import main
from fielddesk.hq.importer import import_file, write_refused
from fielddesk.hq.service import Headquarters, on_sqlite

SHARED = Path(os.environ.get("FIELDDESK_SHARED", Path(__file__).parents[2].parent / "shared")) / "data"
needs_real_lists = pytest.mark.skipif(
    len(demo.real_lists(SHARED)) < 2, reason="the real lists lie beside the checkout in shared/data; they are not here"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Headquarters, str]]:
    hq = on_sqlite(tmp_path / "hq.db", FixedClock())
    yield hq, admin.found(hq, "Test", "admin", "Administrator")
    hq.close()


def count(hq: Headquarters, table: type) -> int:
    with hq.read() as read:
        return int(read.value(sa.select(sa.func.count()).select_from(table.__table__)))  # type: ignore[attr-defined]


def head(hq: Headquarters) -> int:
    with hq.read() as read:
        return int(read.value(sa.text("SELECT max(pos) FROM feed")))


def write_texts(path: Path, *lines: object) -> Path:
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines), "utf-8")
    return path


@needs_real_lists
@pytest.mark.slow
def test_the_real_lists_are_taken_in_whole_and_a_second_time_changes_nothing(office: tuple[Headquarters, str]):
    hq, boss = office
    parts, texts = demo.real_lists(SHARED)
    first = import_file(hq, boss, parts)
    assert (first.rows, first.taken, first.refused) == (18_615, 18_615, [])
    assert len(first.remarks) == 8  # 988 supersessions, of which 980 lead to a part of the list
    with hq.read() as read:
        replaced = read.value(sa.select(sa.func.count()).where(Part.c.replaced_by.is_not(None)))
    assert replaced == 988
    orders = import_file(hq, boss, texts)
    assert (orders.rows, orders.taken, orders.refused) == (13_076, 13_076, [])
    assert count(hq, WorkOrder) == 13_076
    with hq.read() as read:
        [order] = read.all(WorkOrder, WorkOrder.c.number == "MT-00001")
        asset = read.get(Asset, order.asset_id)
    assert order.title == "PH639 RECTIFY STEERING FAULT"
    assert asset is not None
    assert asset.serial == "PH639"
    before = head(hq)
    again = [import_file(hq, boss, path) for path in (parts, texts)]
    assert [(report.taken, report.unchanged) for report in again] == [(0, 18_615), (0, 13_076)]
    assert head(hq) == before


def test_a_bad_row_costs_only_itself_and_its_reason_is_written_down(office: tuple[Headquarters, str], tmp_path: Path):
    hq, boss = office
    path = write_texts(
        tmp_path / "texts.jsonl",
        {"company": "company_a", "raw": "AB12 pump leaks"},
        "not json at all",
        {"company": "company_a", "raw": "   "},
        {"company": "company_a", "raw": "nul \u0000 inside"},
        {"company": "../../etc", "raw": "foreign path"},
        {"company": "company_a", "raw": "lone \ud800 surrogate"},
        {"company": "company_b", "raw": "CD34 " + "very long text " * 60},
        ["a", "list"],
    )
    report = import_file(hq, boss, path)
    assert report.taken == 2
    assert {row.number: row.code for row in report.refused} == {
        2: "row_unreadable", 3: "title_missing", 4: "text_has_nul", 5: "customer_unknown", 6: "row_unreadable",
        8: "row_unreadable",
    }  # fmt: skip
    with hq.read() as read:
        [long] = read.all(WorkOrder, WorkOrder.c.number == "MT-00007")
    assert len(long.title) <= 200
    assert long.description.count("very long text") == 60
    write_refused(report, tmp_path / "refused.csv")
    with (tmp_path / "refused.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["reason"] for row in csv.DictReader(file)][:2] == ["row_unreadable", "title_missing"]


def test_parts_without_a_number_or_with_a_formula_are_told_apart(office: tuple[Headquarters, str], tmp_path: Path):
    hq, boss = office
    path = tmp_path / "parts.csv"
    path.write_text(
        "part_number,title,category,keywords,moved_to,org_type,licence\n"
        'A-1,Bearing,Bearings,,,x,y\n,"no number",Bearings,,,x,y\n=cmd|calc,Formula as a number,x,,,x,y\n'
        f"B-2,{'long ' * 200},x,,,x,y\nA-1,Bearing again,Bearings,,,x,y\n",
        "utf-8",
    )
    report = import_file(hq, boss, path)
    assert {row.code for row in report.refused} == {"number_missing", "text_too_long", "row_twice"}
    with hq.read() as read:
        assert {part.number for part in read.all(Part)} == {"A-1", "=cmd|calc"}
    write_refused(report, tmp_path / "refused.csv")
    assert "\n=" not in (tmp_path / "refused.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "list_empty"),
        ("foreign.csv", b"name;colour\nx;red\n", "list_unknown"),
        ("half.jsonl.gz", gzip.compress(b'{"raw":"x"}\n' * 9, mtime=0)[:-9], "list_unreadable"),
        ("bytes.jsonl", b'{"raw":"\xff\xfe"}\n', "list_unreadable"),
        ("line.jsonl", b'{"raw":"' + b"x" * 1_100_000 + b'"}', "list_too_large"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_reason(
    office: tuple[Headquarters, str], tmp_path: Path, name: str, content: bytes, code: str
):
    hq, boss = office
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RuleBroken) as refused:
        import_file(hq, boss, tmp_path / name)
    assert refused.value.code == code


def test_an_import_can_be_stopped_and_goes_on_where_it_stopped(office: tuple[Headquarters, str], tmp_path: Path):
    hq, boss = office
    lines = [{"company": "company_a", "raw": f"AB{n:03d} pump leaks"} for n in range(500)]
    path = write_texts(tmp_path / "texts.jsonl", *lines)
    stopped = import_file(hq, boss, path, lambda done: False)
    assert (stopped.stopped, stopped.taken) == (True, 200)
    rest = import_file(hq, boss, path)
    assert (rest.unchanged, rest.taken) == (200, 300)


def test_every_kind_of_list_is_taken_in_by_one_command_in_its_own_encoding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["客户编号", "客户名称", "城市"])
    book.active.append([1001, "海港冲压有限公司", "青岛"])
    book.save(tmp_path / "customers.xlsx")
    files = {
        "assets.csv": (
            "客戶編號;設備序號;設備名稱;安裝日期\r\n1001;S-1;沖壓機;民國113年3月17日\r\n9;S-2;無;\r\n",
            "big5hkscs",
        ),
        "parts.csv": ("备件编号\t名称\t单位\r\n003\t轴承\t件\r\n", "gb18030"),
        "orders.csv": ("Order number,Customer,Serial,Title,State\nP-1,海港冲压有限公司,S-1,Leaks,closed\n", "utf-16"),
    }
    for name, (text, encoding) in files.items():
        (tmp_path / name).write_bytes(text.encode(encoding))
    data = ["--data", str(tmp_path / "hq")]
    assert main([*data, "found", "North", "admin", "Ada"]) == 0
    every = [str(tmp_path / name) for name in ("customers.xlsx", *files)]
    assert main([*data, "import", *every]) == 0
    said = capsys.readouterr().out
    assert "assets.csv: 2 rows, 1 taken, 0 unchanged, 1 refused" in said
    assert "orders.csv: 1 rows, 1 taken" in said
    assert "customer_not_found" in (tmp_path / "assets.csv.refused.csv").read_text("utf-8-sig")
    assert main([*data, "import", *every]) == 0
    assert "1 taken" not in capsys.readouterr().out


def test_what_a_list_is_can_be_said_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "kunden.csv"
    path.write_bytes("Wer|Was\nMüller|K-7\n".encode("cp1252"))
    data = ["--data", str(tmp_path / "hq")]
    assert main([*data, "found", "North", "admin", "Ada"]) == 0
    assert main([*data, "import", str(path)]) == 2
    assert "--kind and --columns" in capsys.readouterr().err
    said = ["--kind", "customers", "--columns", "number=Was,name=Wer", "--encoding", "latin-1"]
    assert main([*data, "import", *said, str(path)]) == 0
    assert "1 rows, 1 taken" in capsys.readouterr().out
    assert main([*data, "import", "--kind", "customers", "--columns", "colour=Was", str(path)]) == 2
    assert "names no column" in capsys.readouterr().err


def test_ctrl_c_ends_an_import_after_the_rows_under_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
):
    path = tmp_path / "customers.csv"
    path.write_text("Customer number,Name\n" + "".join(f"C-{n},N {n}\n" for n in range(500)), "utf-8")
    data = ["--data", str(tmp_path / "hq")]
    assert main([*data, "found", "North", "admin", "Ada"]) == 0
    doing = Headquarters.perform

    def interrupted(hq: Headquarters, *what: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return doing(hq, *what)

    monkeypatch.setattr(Headquarters, "perform", interrupted)
    assert main([*data, "import", str(path)]) == 130
    assert "200 rows, 200 taken" in capsys.readouterr().out
    monkeypatch.undo()
    assert main([*data, "import", str(path)]) == 0
    assert "500 rows, 300 taken, 200 unchanged" in capsys.readouterr().out
