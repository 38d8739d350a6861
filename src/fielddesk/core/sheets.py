"""Rows of text out of a file that somebody else wrote: CSV in any usual encoding, gzipped or not, and XLSX.

Nothing here trusts the file: a bomb, an endless line, half a file or a picture by the name of parts.csv ends in a
RuleBroken whose code a person is told, and rows come one by one, however many there are.
"""

from __future__ import annotations

import csv
import gzip
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from fielddesk.core.encodings import guess_encoding
from fielddesk.core.errors import RuleBroken
from fielddesk.core.formulas import as_written
from fielddesk.core.frozen import dataclass

TEXT: Final = "text"
XLSX: Final = "xlsx"
SEPARATORS: Final = (",", ";", "\t", "|")
SAMPLE: Final = 256 * 1024
LONGEST_LINE: Final = 1_000_000
LONGEST_CELL: Final = 131_072
LARGEST_FILE: Final = 1 << 30
"""Bytes, unpacked."""
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 256
MOST_STRINGS: Final = 200 << 20
"""Bytes of the texts of an XLSX, which are held in memory all together."""
_GUESSED_ROWS: Final = 50
_FOREIGN: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\x7fELF",
    b"MZ\x90",
    b"Rar!",
    b"7z\xbc\xaf",
    b"SQLite format",
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"
_UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError, csv.Error, zipfile.BadZipFile)

Cells = list[str]
Rows = Iterator[tuple[int, Cells]]
"""Row number as a spreadsheet counts, from 1, and its cells; every cell is text, an empty one ""."""


@dataclass(frozen=True)
class Form:
    """How a file is read. `sheet` is the name of the sheet of an XLSX, of which there are `sheets`."""

    form: str
    encoding: str = "utf-8"
    separator: str = ","
    packed: bool = False
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def look_at(path: Path) -> Form:
    """What a file is, guessed from its beginning.

    Raises RuleBroken: list_unreadable, list_empty, list_foreign, list_old_excel, list_too_large.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
        if not head:
            raise RuleBroken("list_empty", file=path.name)
        if head.startswith(_OLE):
            raise RuleBroken("list_old_excel", file=path.name)
        if head.startswith(_ZIP):
            sheets = _sheets_of(path)
            return Form(XLSX, sheet=sheets[0], sheets=sheets)
        return _look_at_text(path, head)
    except _UNREADABLE as problem:
        raise _unreadable(path, problem) from None


def _look_at_text(path: Path, head: bytes) -> Form:
    if any(head.startswith(mark) for mark in _FOREIGN):
        raise RuleBroken("list_foreign", file=path.name)
    packed = head.startswith(_GZIP)
    with _bytes_of(path, packed) as stream:
        sample = stream.read(SAMPLE)
    if not sample.strip():
        raise RuleBroken("list_empty", file=path.name)
    encoding = guess_encoding(sample, whole=len(sample) < SAMPLE)
    text = sample.decode(encoding, errors="replace")
    odd = sum(1 for letter in text if letter < " " and letter not in "\t\r\n\x0c")
    if 20 * odd > len(text):
        raise RuleBroken("list_foreign", file=path.name)
    return Form(TEXT, encoding, guess_separator(text), packed)


def guess_separator(text: str) -> str:
    """The separator that parts the first rows of a text into equally many cells, more than one."""
    lines = text.splitlines(keepends=True)[:_GUESSED_ROWS]
    best, most = ",", 0.0
    for separator in SEPARATORS:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
        except csv.Error:
            continue
        if not counts or max(counts) < 2:
            continue
        usual = max(set(counts), key=lambda count: (counts.count(count), count))
        score = counts.count(usual) / len(counts) + min(usual, 20) / 100 if usual > 1 else 0.05
        if score > most:
            best, most = separator, score
    return best


def with_encoding(path: Path, form: Form, encoding: str) -> Form:
    """The same file read in another encoding, with the separator guessed anew."""
    with _bytes_of(path, form.packed) as stream:
        text = stream.read(SAMPLE).decode(encoding, errors="replace")
    return replace(form, encoding=encoding, separator=guess_separator(text))


@contextmanager
def rows_of(path: Path, form: Form) -> Iterator[Rows]:
    """The rows of a file, one by one, blank ones left out.

    Raises RuleBroken while it is read too: list_unreadable (why), list_too_large, list_quote_open (row).
    A character that cannot be read in this encoding comes as a lone surrogate or U+FFFD in its cell.
    """
    with ExitStack() as opened:
        make = _xlsx_rows if form.form == XLSX else _text_rows
        try:
            rows = make(path, form, opened)
        except _UNREADABLE as problem:
            raise _unreadable(path, problem) from None
        yield _counted(path, rows)


def first_rows(path: Path, form: Form, count: int) -> list[tuple[int, Cells]]:
    """The first rows of a file, for a preview."""
    with rows_of(path, form) as rows:
        return list(islice(rows, count))


def _counted(path: Path, rows: Iterator[Sequence[str]]) -> Rows:
    number = 0
    try:
        for row in rows:
            number += 1
            if number > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise RuleBroken("list_too_large", file=path.name)
            if any(row):
                yield number, list(row)
    except csv.Error:
        raise RuleBroken("list_quote_open", file=path.name, row=number + 1) from None
    except _UNREADABLE as problem:
        raise _unreadable(path, problem) from None


def _unreadable(path: Path, problem: Exception) -> RuleBroken:
    return RuleBroken("list_unreadable", file=path.name, why=type(problem).__name__)


# ---------------------------------------------------------------- text


@contextmanager
def _bytes_of(path: Path, packed: bool) -> Iterator[Any]:
    with path.open("rb") as file:
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked
        else:
            yield file


def lines_of(path: Path, form: Form, opened: ExitStack, *, strict: bool = False) -> Iterator[str]:
    """Lines of a text file with their ends. A line without end and a file without end are refused, not swallowed."""
    stream = opened.enter_context(_bytes_of(path, form.packed))
    if form.encoding.startswith("utf-16"):
        errors = "replace"
    else:
        errors = "strict" if strict else "surrogateescape"
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    text = io.TextIOWrapper(stream, encoding, errors=errors, newline="")
    opened.callback(text.detach)  # closed by whoever opened the bytes
    size = 0
    while line := text.readline(LONGEST_LINE + 1):
        size += len(line)
        if len(line) > LONGEST_LINE or size > LARGEST_FILE:
            raise RuleBroken("list_too_large", file=path.name)
        yield line.removeprefix("\ufeff") if size == len(line) else line


def _text_rows(path: Path, form: Form, opened: ExitStack) -> Iterator[Sequence[str]]:
    for row in csv.reader(lines_of(path, form, opened), delimiter=form.separator):
        yield [as_written(cell) for cell in row]


# ---------------------------------------------------------------- XLSX


def _sheets_of(path: Path) -> tuple[str, ...]:
    with ExitStack() as opened:
        names = tuple(_workbook(path, opened).sheetnames)
    if not names:
        raise RuleBroken("list_empty", file=path.name)
    return names


def _workbook(path: Path, opened: ExitStack) -> Any:
    """The workbook, opened to be read row by row; what its packing says of sizes is looked at first."""
    with zipfile.ZipFile(path) as packed:
        members = packed.infolist()
    names = {member.filename for member in members}
    if not any(name.startswith("xl/") for name in names):
        raise RuleBroken("list_foreign", file=path.name)
    strings = sum(member.file_size for member in members if not member.filename.startswith("xl/worksheets/"))
    if strings > MOST_STRINGS or sum(member.file_size for member in members) > LARGEST_FILE:
        raise RuleBroken("list_too_large", file=path.name)
    from openpyxl import load_workbook

    # Each open file says of itself what it has of its own; none of that changes a row.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    # Opened here: where the workbook is damaged, openpyxl leaves a file it opened itself open.
    file = opened.enter_context(path.open("rb"))
    book = _trusting(path, lambda: load_workbook(file, read_only=True, data_only=True, keep_links=False))
    opened.callback(book.close)
    return book


def _trusting(path: Path, read: Callable[[], Any]) -> Any:
    """openpyxl trips over a damaged file in as many ways as there are exceptions."""
    try:
        return read()
    except (RuleBroken, MemoryError):
        raise
    except Exception as problem:
        raise _unreadable(path, problem) from None


def _xlsx_rows(path: Path, form: Form, opened: ExitStack) -> Iterator[Sequence[str]]:
    book = _workbook(path, opened)
    found = [sheet for sheet in book.worksheets if sheet.title == form.sheet] or book.worksheets[:1]
    if not found:
        raise RuleBroken("list_empty", file=path.name)
    sheet = found[0]
    sheet.reset_dimensions()  # what the file claims of its size may be any lie; its rows are what is there
    return _cells_of(path, iter(sheet.iter_rows(values_only=True)))


def _cells_of(path: Path, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[str]]:
    while True:
        row = _trusting(path, lambda: next(rows, None))
        if row is None:
            return
        cells = [cell_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def cell_text(value: Any) -> str:
    """A cell of a spreadsheet as text: days in ISO form, numbers exact with a point, no 3001.0 for a part number."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(int(value))
        case float():
            return _plain(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case time() | timedelta():
            return str(value)
        case _:
            return str(value)


def _plain(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    exact = Decimal(repr(value))
    return format(exact, "f") if exact.is_finite() else str(value)


__all__ = [
    "SEPARATORS", "TEXT", "XLSX", "Cells", "Form", "Rows", "cell_text", "first_rows", "guess_separator", "lines_of",
    "look_at", "rows_of", "with_encoding",
]  # fmt: skip
