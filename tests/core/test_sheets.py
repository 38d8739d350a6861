"""Files that somebody else wrote: read in any usual encoding, or refused in one code; written so that nothing runs."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fielddesk.core import sheets
from fielddesk.core.encodings import guess_encoding
from fielddesk.core.errors import RuleBroken
from fielddesk.core.formulas import as_written, inert
from fielddesk.core.paths import resources
from fielddesk.core.sheet_writing import SheetWriter

ENOUGH = 6
"""Chinese characters from which on an encoding is told apart."""
CHINESE = re.compile("[\u4e00-\u9fff]")


def sentences(language: str) -> list[str]:
    """Real sentences of a script: those of our own translations."""
    text = (resources() / "translations" / language / "LC_MESSAGES" / "fielddesk.po").read_text("utf-8")
    found = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', text, re.M)
    return [one for one in found if len(CHINESE.findall(one)) >= 2]


SIMPLIFIED, TRADITIONAL = sentences("zh_CN"), sentences("zh_TW")


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def xlsx(*rows: list[object], **sheets_more: list[list[object]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in sheets_more.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@given(st.sampled_from(["gb18030", "big5hkscs", "utf-8", "utf-16"]), st.data())
def test_an_encoding_is_told_from_a_few_chinese_characters(encoding: str, data: st.DataObject) -> None:
    of = TRADITIONAL if encoding.startswith("big5") else SIMPLIFIED
    some = data.draw(st.lists(st.sampled_from(of), min_size=1, max_size=5))
    while len(CHINESE.findall("".join(some))) < ENOUGH:
        some.append(data.draw(st.sampled_from(of)))
    text = "编号,name\r\n" * (encoding != "big5hkscs") + ",".join(some) + "\r\n"
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return  # a sentence with a sign that this standard has not
    assert content.decode(guess_encoding(content)).removeprefix("\ufeff") == text


@pytest.mark.parametrize("text", ["Größe;Straße\nMüller;Köln", "année;ça\nélève;été", "name\nPeña;Muñoz"])
def test_accents_of_europe_are_not_taken_for_chinese(text: str) -> None:
    assert guess_encoding(text.encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5hkscs"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("packed", [False, True])
def test_text_is_read_in_every_encoding_and_separator(
    tmp_path: Path, encoding: str, separator: str, packed: bool
) -> None:
    rows = [
        ["客戶編號", "名稱", "地址"],
        ["C-1", f'台中軸承{separator}公司 "A"', "工業路 3 號\n二樓"],
        ["C-2", "高雄廠", ""],
    ]
    quoted = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    content = ("\r\n".join(quoted) + "\r\n").encode(encoding)
    path = written(tmp_path, "list.csv", gzip.compress(content, mtime=0) if packed else content)
    form = sheets.look_at(path)
    assert form.separator == separator
    assert sheets.first_rows(path, form, 9) == list(enumerate(rows, 1))


def test_a_spreadsheet_gives_days_whole_numbers_and_the_sheet_that_is_asked_for(tmp_path: Path) -> None:
    from datetime import date, datetime

    first = [
        ["No", "Built", "Seen", "Price"],
        [3001.0, date(2024, 3, 17), datetime.fromisoformat("2024-03-17 14:30"), 0.1],
    ]
    path = written(tmp_path, "list.xlsx", xlsx(*first, 备件=[["编号"], ["00123"]]))
    form = sheets.look_at(path)
    assert form.sheets == ("Sheet", "备件")
    assert sheets.first_rows(path, form, 9)[1] == (2, ["3001", "2024-03-17", "2024-03-17 14:30:00", "0.1"])
    other = sheets.Form(sheets.XLSX, sheet="备件")
    assert sheets.first_rows(path, other, 9) == [(1, ["编号"]), (2, ["00123"])]


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            changed = change(member.filename, old.read(member.filename))
            if changed is not None:
                new.writestr(member.filename, changed)
    return out.getvalue()


def bomb() -> bytes:
    return repacked(xlsx(["a", "b"]), lambda name, old: b" " * 260_000_000 if name == "xl/styles.xml" else old)


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("a.csv", lambda: b"", "list_empty"),
    "only blanks": ("a.csv", lambda: b"  \r\n \n", "list_empty"),
    "a picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), "list_foreign"),
    "a PDF": ("a.csv", lambda: b"%PDF-1.7\n" + b"x" * 99, "list_foreign"),
    "noughts": ("a.csv", lambda: b"a,b\n" + bytes(500), "list_foreign"),
    "old Excel": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "list_old_excel"),
    "a zip of something": ("a.xlsx", lambda: zipped({"readme.txt": b"hello"}), "list_foreign"),
    "half a spreadsheet": ("a.xlsx", lambda: xlsx(["a", "b"])[:-300], "list_unreadable"),
    "no workbook in it": (
        "a.xlsx",
        lambda: repacked(xlsx(["a"]), lambda name, old: None if name == "xl/workbook.xml" else old),
        "list_unreadable",
    ),
    "broken XML": (
        "a.xlsx",
        lambda: repacked(xlsx(["a"]), lambda name, old: old[:120] if name.startswith("xl/worksheets") else old),
        "list_unreadable",
    ),
    "a bomb": ("a.xlsx", bomb, "list_too_large"),
    "half a gzip": ("a.csv.gz", lambda: gzip.compress(b"number,name\n1,x\n" * 99, mtime=0)[:-9], "list_unreadable"),
    "a line without end": ("a.csv", lambda: b"number,name\n1," + b"x" * 1_100_000, "list_quote_or_large"),
    "a gzipped line without end": (
        "a.csv.gz",
        lambda: gzip.compress(b"a,b\n" + b"0" * 9_000_000),
        "list_quote_or_large",
    ),
    "a quote left open": ("a.csv", lambda: b'number,name\n1,"x\n' + b"2,y\n" * 60_000, "list_quote_open"),
    "too many columns": ("a.csv", lambda: b",".join([b"x"] * 400) + b"\n", "list_too_large"),
    "too many rows": ("a.csv", lambda: b"a,b\n" * 1_048_600, "list_too_large"),
}


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def read_to_the_end(path: Path) -> int:
    with sheets.rows_of(path, sheets.look_at(path)) as rows:
        return sum(1 for _row in rows)


@pytest.mark.parametrize("what", [
    pytest.param(name, marks=pytest.mark.slow) if name in ("a bomb", "too many rows") else name for name in HOSTILE
])  # fmt: skip
def test_a_hostile_file_is_refused_in_one_code(tmp_path: Path, what: str) -> None:
    name, content, code = HOSTILE[what]
    path = written(tmp_path, name, content())
    with pytest.raises(RuleBroken) as refused:
        read_to_the_end(path)
    either = {"list_quote_open", "list_too_large"} if code == "list_quote_or_large" else {code}
    assert refused.value.code in either
    assert refused.value.values["file"] == name


def test_a_file_that_is_not_there_is_told_as_unreadable(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken) as refused:
        sheets.look_at(tmp_path / "gone.csv")
    assert refused.value.code == "list_unreadable"


def test_a_spreadsheet_that_lies_about_its_size_is_read_as_it_is(tmp_path: Path) -> None:
    lie = repacked(xlsx(["a", "b"], ["1", "2"]), lambda name, old: old.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    path = written(tmp_path, "list.xlsx", lie)
    assert sheets.first_rows(path, sheets.look_at(path), 9) == [(1, ["a", "b"]), (2, ["1", "2"])]


# ---------------------------------------------------------------- the way out

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30) | st.sampled_from(
    ["=1+1", "+49 40", "-5", "-x", "@sum", "\tx", "'=1", "''@", "＝1", "#REF!", "00123", "3.0", "2024-03-17", '"', ","]
)


@given(TEXTS)
def test_what_was_made_inert_is_itself_again(text: str) -> None:
    assert as_written(inert(text)) == text
    made = inert(text)
    assert not made.startswith(("=", "+", "@", "\t", "\r"))
    assert made[:1] != "-" or made[1:2].isdigit()


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=5), separator=st.sampled_from(";,"))
def test_a_csv_comes_back_as_it_was_written(
    rows: list[list[str]], separator: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("csv") / "list.csv"
    writer = SheetWriter(path, ["编号", "name"], separator=separator)
    writer.add(rows)
    assert writer.finish() == len(rows)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    back = sheets.first_rows(path, sheets.Form(sheets.TEXT, separator=separator), 99)
    assert [cells for _, cells in back[1:]] == [row for row in rows if any(row)]


def test_a_spreadsheet_holds_formulas_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "list.xlsx"
    writer = SheetWriter(path, ["Name", "Stock"])
    texts = ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\tx", "bell \x07", "x" * 40_000, "#REF!", "00123"]
    writer.add([[text, 2.5] for text in texts])
    assert writer.finish() == len(texts)
    sheet = load_workbook(path).active
    cells = [(row[0].data_type, row[1].data_type, row[1].value) for row in sheet.iter_rows(min_row=2)]
    assert cells == [("s", "n", 2.5)] * len(texts)
    assert sheet["A2"].value == texts[0]
    assert sheet["A2"].quotePrefix
    assert sheet["A7"].value == "bell \N{REPLACEMENT CHARACTER}"
    assert len(sheet["A8"].value) == 32_767


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_what_was_given_up_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old")
    writer = SheetWriter(tmp_path / name, ["a"])
    writer.add([["x"]])
    writer.give_up()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "old"
