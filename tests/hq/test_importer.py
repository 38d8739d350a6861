"""Lists that nobody here wrote are taken in through actions, each bad row by itself, and twice without change."""

from __future__ import annotations

import csv
import gzip
import json
import os
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
