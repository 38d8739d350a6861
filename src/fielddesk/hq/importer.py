"""Taking lists into headquarters: parts and maintenance orders, in batches, through actions, twice without change.

A row that cannot be taken is written into a file of refused rows with its reason; all others are taken.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.features.assets.actions import import_assets
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.customers.model import Customer
from fielddesk.features.parts.actions import import_parts
from fielddesk.features.parts.model import Part
from fielddesk.features.workorders.actions import import_orders
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading

T = TypeVar("T")
BATCH = 200
LONGEST_LINE = 1_000_000
LARGEST_FILE = 1 << 30
TITLE_LENGTH = 200
FIRST_DAY = 1_700_000_000_000_000
"""Orders of a list without dates are opened one minute apart from this moment, so that their order stays."""
MINUTE = 60_000_000


class Office(Protocol):
    """What the importer needs of headquarters."""

    def perform(self, calls: Sequence[Call], user_id: str) -> Any: ...

    def read(self) -> Any: ...


@dataclass
class Report:
    """What came of a file. `refused`: (row number from 1, code, values, the row as text)."""

    path: str
    rows: int = 0
    taken: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, dict[str, Any], str]] = field(default_factory=list)
    remarks: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    stopped: bool = False


Progress = Callable[[int], bool]
"""Told how many rows are done; answers whether to go on."""


def import_file(office: Office, user_id: str, path: Path, progress: Progress = lambda done: True) -> Report:
    """Take a parts list (CSV) or maintenance texts (JSON lines) in, gzipped or not; the content tells which.

    Raises RuleBroken('list_unreadable' | 'list_unknown' | 'list_too_large') where nothing of it can be taken.
    """
    report = Report(str(path))
    try:
        with _lines(path) as lines:
            first = next(lines, "")
            if first.startswith("{"):
                _import_texts(office, user_id, _chain(first, lines), report, progress)
            elif "part_number" in first and "title" in first:
                _import_parts(office, user_id, _chain(first, lines), report, progress)
            else:
                raise RuleBroken("list_unknown", file=path.name)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as problem:
        raise RuleBroken("list_unreadable", file=path.name, why=type(problem).__name__, taken=report.taken) from None
    return report


def write_refused(report: Report, path: Path) -> None:
    """Write the refused rows with their reasons, for a person to mend and import again."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["row", "reason", "values", "text"])
        for number, code, values, text in report.refused:
            out.writerow([number, code, canonical.dumps(values), _inert(text)])


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    """Lines of a text file, gzipped or not; a bomb or an endless line is refused, not swallowed."""
    with ExitStack() as opened:
        file = opened.enter_context(path.open("rb"))
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream: Any = opened.enter_context(gzip.GzipFile(fileobj=file)) if packed else file
        yield _decoded(stream, path.name)


def _decoded(stream: Any, name: str) -> Iterator[str]:
    size = 0
    while line := stream.readline(LONGEST_LINE + 1):
        size += len(line)
        if len(line) > LONGEST_LINE or size > LARGEST_FILE:
            raise RuleBroken("list_too_large", file=name)
        yield line.decode("utf-8-sig" if size == len(line) else "utf-8")


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _take(
    office: Office, user_id: str, action: Callable[..., Any], lines: list[tuple[int, dict[str, Any]]], report: Report
) -> None:
    """Import lines; where a batch is refused, each line alone, so that one bad row costs only itself."""
    if not lines:
        return
    try:
        office.perform([call(action, lines=[line for _, line in lines])], user_id)
        report.taken += len(lines)
    except FieldDeskError as problem:
        if len(lines) == 1:
            number, line = lines[0]
            report.refused.append((number, problem.code, problem.values, canonical.dumps(line)))
            return
        for line_alone in lines:
            _take(office, user_id, action, [line_alone], report)


# -- parts ---------------------------------------------------------------------------------------------------------


def _import_parts(office: Office, user_id: str, lines: Iterator[str], report: Report, progress: Progress) -> None:
    successors: dict[str, int] = {}
    for batch in _batches(enumerate(csv.DictReader(lines), 1)):
        wanted: list[tuple[int, dict[str, Any]]] = []
        for number, row in batch:
            report.rows += 1
            line = {
                "number": (row.get("part_number") or "").strip(),
                "names": canonical.dumps({"en": (row.get("title") or "").strip() or (row.get("part_number") or "")}),
                "category": (row.get("category") or "").strip(),
                "unit": "piece",
                "replaced_by": (row.get("moved_to") or "").strip() or None,
            }
            if line["replaced_by"]:
                successors[line["replaced_by"]] = number
            wanted.append((number, line))
        _take(office, user_id, import_parts, _new_parts(office, wanted, report), report)
        if not progress(report.rows):
            report.stopped = True
            return
    _remark_missing_successors(office, successors, report)


def _new_parts(
    office: Office, wanted: list[tuple[int, dict[str, Any]]], report: Report
) -> list[tuple[int, dict[str, Any]]]:
    with office.read() as read:
        numbers = [line["number"] for _, line in wanted if _storable(line["number"])]
        there = {part.number: part for part in read.all(Part, Part.c.number.in_(numbers))}
    news = []
    for number, line in wanted:
        known = there.get(line["number"])
        if known is not None and all(getattr(known, name) == value for name, value in line.items()):
            report.unchanged += 1
        else:
            news.append((number, line))
    return news


def _storable(text: str) -> bool:
    return "\x00" not in text and text.isprintable()


def _remark_missing_successors(office: Office, successors: dict[str, int], report: Report) -> None:
    """A successor that is in no list is kept as its number, and said."""
    with office.read() as read:
        for some in _batches(sorted(successors), 500):
            there = {row[0] for row in read.rows(sa.select(Part.c.number).where(Part.c.number.in_(some)))}
            report.remarks += [
                (successors[number], "successor_missing", {"number": number}) for number in some if number not in there
            ]


# -- maintenance orders --------------------------------------------------------------------------------------------

_UNIT = re.compile(r"([A-Z]{1,4}\d{2,5}[A-Z]?|\d{4})\b")
"""How these texts name the machine: 'PH639 RECTIFY STEERING FAULT'."""
OTHER_COMPANY = "company_other"


def _import_texts(office: Office, user_id: str, lines: Iterator[str], report: Report, progress: Progress) -> None:
    customers: dict[str, str] = {}
    for batch in _batches(enumerate(lines, 1)):
        texts: list[tuple[int, str, str]] = []
        for number, line in batch:
            report.rows += 1
            read = _read_text(line)
            if isinstance(read, RuleBroken):
                report.refused.append((number, read.code, read.values, line.strip()[:1000]))
            else:
                texts.append((number, *read))
        texts = _not_there_yet(office, texts, report)
        _open_customers(office, user_id, customers, {company for _, company, _ in texts})
        assets = _open_assets(office, user_id, customers, texts, report)
        orders = [(n, _order_line(n, customers[company], text, assets)) for n, company, text in texts]
        _take(office, user_id, import_orders, orders, report)
        if not progress(report.rows):
            report.stopped = True
            return


def _read_text(line: str) -> tuple[str, str] | RuleBroken:
    try:
        tree = canonical.loads(line)
        text = tree["raw"]
        company = tree.get("company") or OTHER_COMPANY
    except (ValueError, KeyError, TypeError, AttributeError):
        return RuleBroken("row_unreadable")
    if not isinstance(text, str) or not isinstance(company, str) or not text.strip():
        return RuleBroken("title_missing", field="raw")
    if "\x00" in text or not re.fullmatch(r"[a-z0-9_]{1,60}", company):
        return RuleBroken("text_has_nul" if "\x00" in text else "customer_unknown", field="raw")
    return company, text.strip()


def order_number(row: int) -> str:
    """Number of the order of a row of the list: the same every time the list is imported."""
    return f"MT-{row:05d}"


def _not_there_yet(office: Office, texts: list[tuple[int, str, str]], report: Report) -> list[tuple[int, str, str]]:
    with office.read() as read:
        numbers = [order_number(number) for number, _, _ in texts]
        query = sa.select(WorkOrder.c.number).where(WorkOrder.c.number.in_(numbers))
        there = {row[0] for row in read.rows(query)}
    report.unchanged += len(there)
    return [text for text in texts if order_number(text[0]) not in there]


def _open_customers(office: Office, user_id: str, known: dict[str, str], companies: set[str]) -> None:
    for company in sorted(companies - set(known)):
        number = company.upper().replace("_", "-")
        with office.read() as read:
            there = _customer_id(read, number)
        if there is None:
            name = company.replace("_", " ").title()
            office.perform([call(create_customer, number=number, name=name)], user_id)
            with office.read() as read:
                there = _customer_id(read, number)
        assert there is not None
        known[company] = there


def _customer_id(read: Reading, number: str) -> str | None:
    return read.value(sa.select(Customer.c.id).where(Customer.c.number == number))  # type: ignore[no-any-return]


def _serial(text: str) -> str | None:
    found = _UNIT.match(text)
    return found.group(1) if found else None


def _open_assets(
    office: Office, user_id: str, customers: dict[str, str], texts: list[tuple[int, str, str]], report: Report
) -> dict[tuple[str, str], str]:
    wanted = {(customers[company], serial) for _, company, text in texts if (serial := _serial(text))}
    there = _asset_ids(office, wanted)
    missing = sorted(wanted - set(there))
    if missing:
        lines = [
            {"customer_id": customer, "serial": serial, "name": f"Unit {serial}", "model": ""}
            for customer, serial in missing
        ]
        office.perform([call(import_assets, lines=lines)], user_id)
        there |= _asset_ids(office, set(missing))
    return there


def _asset_ids(office: Office, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    if not wanted:
        return {}
    with office.read() as read:
        found = read.all(Asset, Asset.c.serial.in_(sorted({serial for _, serial in wanted})))
    return {key: asset.id for asset in found if (key := (asset.customer_id, asset.serial)) in wanted}


def _order_line(number: int, customer: str, text: str, assets: dict[tuple[str, str], str]) -> dict[str, Any]:
    serial = _serial(text)
    short = " ".join(text.split())
    return {
        "number": order_number(number),
        "kind": "repair",
        "title": short if len(short) <= TITLE_LENGTH else short[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…",
        "description": text if len(short) > TITLE_LENGTH or short != text else "",
        "customer_id": customer,
        "asset_id": assets.get((customer, serial)) if serial else None,
        "opened_at": FIRST_DAY + number * MINUTE,
    }
