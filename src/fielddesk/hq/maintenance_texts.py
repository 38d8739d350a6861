"""Maintenance texts as lines of JSON, taken in as orders: each names its company and, mostly, the machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.features.assets.actions import import_assets
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.customers.model import Customer
from fielddesk.features.lists.model import Report
from fielddesk.features.lists.queries import BATCH
from fielddesk.features.workorders.actions import import_orders
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading

T = TypeVar("T")
TITLE_LENGTH = 200
FIRST_DAY = 1_700_000_000_000_000
"""Orders of a list without dates are opened one minute apart from this moment, so that their order stays."""
MINUTE = 60_000_000


class Office(Protocol):
    """What taking lists in needs of headquarters."""

    def perform(self, calls: Sequence[Call], user_id: str) -> Any: ...

    def read(self) -> Any: ...


Progress = Callable[[int], bool]
"""Told how many rows are done; answers whether to go on."""


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Lists of at most `size`."""
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
        report.added += len(lines)
    except FieldDeskError as problem:
        if len(lines) == 1:
            number, line = lines[0]
            report.refuse(number, problem, [canonical.dumps(line)])
            return
        for line_alone in lines:
            _take(office, user_id, action, [line_alone], report)


_UNIT = re.compile(r"([A-Z]{1,4}\d{2,5}[A-Z]?|\d{4})\b")
"""How these texts name the machine: 'PH639 RECTIFY STEERING FAULT'."""
OTHER_COMPANY = "company_other"


def import_texts(office: Office, user_id: str, lines: Iterator[str], report: Report, progress: Progress) -> None:
    report.heads = ["text"]
    customers: dict[str, str] = {}
    for batch in batches(enumerate(lines, 1)):
        texts: list[tuple[int, str, str]] = []
        for number, line in batch:
            report.rows += 1
            read = _read_text(line)
            if isinstance(read, RuleBroken):
                report.refuse(number, read, [line.strip()[:1000]])
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
