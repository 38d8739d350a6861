"""A list against what is here: each of its rows read, its references found, and said whether it is new, changes
something, changes nothing, or is refused and why. The same judgement serves the preview and the import."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic_core import PydanticCustomError

from fielddesk.core import canonical, sheets
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.core.frozen import dataclass
from fielddesk.core.sheets import Cells, Form, Rows
from fielddesk.core.written_days import Written, guess_order, read_day, read_moment
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer, Site
from fielddesk.features.customers.queries import address_of, customers_with
from fielddesk.features.lists import rules
from fielddesk.features.lists.model import (
    CHANGED,
    NEW,
    REFUSED,
    UNCHANGED,
    Line,
    Look,
    Plan,
    Report,
    Seen,
    Step,
    Take,
    Told,
    Verdict,
)
from fielddesk.features.lists.rules import ASSETS, CUSTOMERS, DAY, LINE, MOMENT, ORDERS, PARTS, PROSE, Target
from fielddesk.features.parts.actions import part_values
from fielddesk.features.parts.model import Part
from fielddesk.features.workorders.actions import ONLY_NEW
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import FINISHED
from fielddesk.store import types
from fielddesk.store.tx import Reading

BATCH: Final = 200
PREVIEW: Final = 100


# ---------------------------------------------------------------- what a file is


def guess_plan(path: Path, form: Form, zone: str = "UTC") -> tuple[Plan, list[tuple[int, Cells]]]:
    """How a file is likely meant, and its first rows, that with the heads among them."""
    first = sheets.first_rows(path, form, PREVIEW + rules.HEADER_AMONG)
    return plan_for(first, zone), first


def plan_for(first: Sequence[tuple[int, Cells]], zone: str = "UTC", kind: str = "", header: int = 0) -> Plan:
    """The plan for these first rows; with a kind or the row of the heads where a person has said them."""
    if not first:
        return Plan(kind, {}, zone=zone)
    place = rules.guess_header([cells for _, cells in first])
    if header:
        place = next((n for n, (number, _) in enumerate(first) if number == header), place)
    number, heads = first[place]
    kind = kind or rules.guess_kind(heads)
    columns = rules.map_columns(heads, kind) if kind else {}
    return Plan(kind, columns, number, _order_of_days(kind, columns, first[place + 1 :]), zone)


def _order_of_days(kind: str, columns: Mapping[str, int], rows: Iterable[tuple[int, Cells]]) -> str:
    places = [place for key, place in columns.items() if rules.target_of(kind, key).reads in (DAY, MOMENT)]
    return guess_order(cells[place] for _, cells in rows for place in places if place < len(cells))


def count_rows(path: Path, form: Form, header: int) -> int:
    """How many rows stand under the heads; reads the file to its end."""
    with sheets.rows_of(path, form) as rows:
        return sum(1 for number, _ in rows if number > header)


# ---------------------------------------------------------------- one row


def read_line(plan: Plan, cells: Cells) -> Line:
    """The values of a row by target, empty cells left out. RuleBroken with the target as `field`."""
    line: Line = {}
    for target in rules.TARGETS[plan.kind]:
        place = plan.columns.get(target.key)
        text = cells[place].strip() if place is not None and place < len(cells) else ""
        if text:
            try:
                line[target.key] = _value(target, text, plan)
            except RuleBroken as problem:
                raise RuleBroken(problem.code, **{**problem.values, "field": target.key}) from None
    return line


def _value(target: Target, text: str, plan: Plan) -> Any:
    if any("\ud800" <= letter <= "\udfff" or letter == "\N{REPLACEMENT CHARACTER}" for letter in text):
        raise RuleBroken("text_not_read")
    if target.reads in (LINE, PROSE):
        kind = types.LINE if target.reads == LINE else types.PROSE
        try:
            return kind.check(text.replace("\r\n", "\n") if target.reads == PROSE else text)
        except PydanticCustomError as problem:
            raise RuleBroken(problem.type, **(problem.context or {})) from None
    if target.reads == DAY:
        return read_day(text, plan.day_order)
    if target.reads == MOMENT:
        return moment_of(read_moment(text, plan.day_order), plan.zone)
    return rules.code_of(target.reads, text)


def moment_of(written: Written, zone: str) -> int:
    """Microseconds UTC of a moment as it was written, on the clocks of `zone` where it names none."""
    local = datetime.fromisoformat(written.day) + timedelta(seconds=written.seconds or 0)
    try:
        place: Any = timezone(timedelta(minutes=written.offset)) if written.offset is not None else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = UTC
    return (local.replace(tzinfo=place) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


# ---------------------------------------------------------------- against what is here


def judge(read: Reading, plan: Plan, rows: Iterable[tuple[int, Cells]], seen: Seen) -> list[Verdict]:
    """What becomes of each of these rows; `seen` remembers, from call to call, what names the rows before."""
    found = _Here(read, plan)
    lines: list[tuple[int, Cells, Line | RuleBroken]] = []
    for number, cells in rows:
        try:
            line: Line | RuleBroken = read_line(plan, cells)
        except RuleBroken as problem:
            line = problem
        lines.append((number, cells, line))
    found.look([line for _, _, line in lines if isinstance(line, dict)])
    return [_verdict(found, number, cells, line, seen) for number, cells, line in lines]


def _verdict(found: _Here, number: int, cells: Cells, line: Line | RuleBroken, seen: Seen) -> Verdict:
    if isinstance(line, RuleBroken):
        return Verdict(number, cells, REFUSED, problem=line)
    try:
        for key in NAMED_BY[found.plan.kind]:
            if not line.get(key):
                raise RuleBroken(_MISSING[key], field=key)
        if twice := _twice(found.plan, number, found.with_one_name(line), seen):
            return Verdict(number, cells, twice, line)
        done, known = found.resolve(line)
    except RuleBroken as problem:
        return Verdict(number, cells, REFUSED, problem=problem)
    if known is None:
        return Verdict(number, cells, NEW, done)
    same = all(getattr(known, name) == value for name, value in found.changes(known, done).items())
    return Verdict(number, cells, UNCHANGED if same else CHANGED, done)


NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    CUSTOMERS: ("number",),
    ASSETS: ("customer", "serial"),
    PARTS: ("number",),
    ORDERS: ("number", "customer"),
}
"""What a row must have in any case."""
_MISSING: Final = {"number": "number_missing", "serial": "serial_missing", "customer": "customer_missing"}


def _twice(plan: Plan, number: int, line: Line, seen: Seen) -> str:
    """Whether the file has this record already: said again it changes nothing, said otherwise it is refused, since
    a second import could otherwise never leave everything as it is."""
    names = NAMED_BY[plan.kind] if plan.kind != ORDERS else ("number",)
    key = tuple(line[name] for name in names)
    says = hash(tuple(sorted(line.items())))
    first = seen.setdefault(key, (number, says))
    if first == (number, says):
        return ""
    if first[1] != says:
        raise RuleBroken("row_twice", field=names[-1], row=first[0])
    return UNCHANGED


class _Here:
    """What is here of the records that some lines name."""

    def __init__(self, read: Reading, plan: Plan) -> None:
        self._read, self.plan = read, plan
        self._customers: dict[str, list[Customer]] = {}
        self._known: dict[tuple[str, ...], Any] = {}
        self._assets: dict[tuple[str, str], list[Asset]] = {}

    def look(self, lines: Sequence[Line]) -> None:
        """Ask for all of them at once."""
        numbers = [line["number"] for line in lines if line.get("number")]
        if self.plan.kind in (ASSETS, ORDERS):
            self._look_for_customers({line["customer"] for line in lines if line.get("customer")})
            self._look_for_assets({line[key] for line in lines for key in ("serial", "asset") if line.get(key)})
        if self.plan.kind == CUSTOMERS:
            self._known = {(row.number,): row for row in customers_with(self._read, numbers)}
        elif self.plan.kind == PARTS:
            here = (Part.c.number.in_(numbers), Part.c.archived_at.is_(None))
            self._known = {(row.number,): row for row in self._read.all(Part, *here, order=[Part.c.id])}
        elif self.plan.kind == ORDERS:
            here = (WorkOrder.c.number.in_(numbers), WorkOrder.c.archived_at.is_(None))
            self._known = {(row.number,): row for row in self._read.all(WorkOrder, *here, order=[WorkOrder.c.id])}

    def _look_for_customers(self, named: set[str]) -> None:
        for customer in customers_with(self._read, named):
            self._customers.setdefault(customer.number, []).append(customer)
        rest = sorted(named - set(self._customers))
        here = (Customer.c.name.in_(rest), Customer.c.archived_at.is_(None))
        for customer in self._read.all(Customer, *here, order=[Customer.c.id]):
            self._customers.setdefault(customer.name, []).append(customer)

    def _look_for_assets(self, serials: set[str]) -> None:
        here = (Asset.c.serial.in_(sorted(serials)), Asset.c.archived_at.is_(None))
        for asset in self._read.all(Asset, *here, order=[Asset.c.id]):
            self._assets.setdefault((asset.customer_id, asset.serial), []).append(asset)

    def with_one_name(self, line: Line) -> Line:
        """The line with its customer by id, whether the list says a number or a name: the same one is the same one."""
        there = self._customers.get(line.get("customer", ""), [])
        return {**line, "customer": there[0].id} if len(there) == 1 else line

    def resolve(self, line: Line) -> tuple[Line, Any]:
        """The line as its action takes it, and the record it is about, None where that is new."""
        done = {name: value for name, value in line.items() if name not in ("customer", "asset")}
        if self.plan.kind in (ASSETS, ORDERS):
            done["customer_id"] = self._one(self._customers.get(line["customer"], []), "customer", line["customer"]).id
        if self.plan.kind == PARTS:
            return self._part(done)
        if self.plan.kind == ASSETS:
            there = self._assets.get((done["customer_id"], done["serial"]), [])
            known: Any = there[-1] if there else None
        else:
            known = self._known.get((done["number"],))
        if "asset" in line:
            there = self._assets.get((done["customer_id"], line["asset"]), [])
            done["asset_id"] = self._one(there, "asset", line["asset"]).id
        if self.plan.kind == ORDERS and known is None:
            done.setdefault("status", self.plan.status)
        self._check_new(done, known)
        return done, known

    def _part(self, line: Line) -> tuple[Line, Any]:
        names = {key.partition(".")[2]: line.pop(key) for key in list(line) if key.startswith("names.")}
        if names:
            line["names"] = types.NAMES.check(names)
        return line, self._known.get((line["number"],))

    def _check_new(self, line: Line, known: Any) -> None:
        needed = {
            CUSTOMERS: ("name", "name_missing"),
            ASSETS: ("name", "name_missing"),
            ORDERS: ("title", "title_missing"),
        }
        name, code = needed[self.plan.kind]
        if known is None and not line.get(name):
            raise RuleBroken(code, field=name)

    def _one(self, found: Sequence[Any], what: str, text: str) -> Any:
        if len(found) == 1:
            return found[0]
        raise RuleBroken(f"{what}_not_found" if not found else f"{what}_not_one", field=what, value=text[:60])

    def changes(self, known: Any, line: Line) -> Line:
        """What the line would set of a record that is there."""
        if self.plan.kind == PARTS:
            return part_values(known, line)  # type: ignore[arg-type]
        return {name: value for name, value in line.items() if self.plan.kind != ORDERS or name not in ONLY_NEW}


def preview(read: Reading, plan: Plan, first: Sequence[tuple[int, Cells]]) -> list[Verdict]:
    """What would become of the first rows."""
    rows = [row for row in first if row[0] > plan.header][:PREVIEW]
    if rules.missing(plan.kind, plan.columns):
        return [Verdict(number, cells, "") for number, cells in rows]
    return judge(read, plan, rows, {})


# ---------------------------------------------------------------- all of it


def taking(rows: Rows, plan: Plan, report: Report) -> Generator[Step, Any, None]:
    """Take the rows of a file in, step by step; whoever drives it answers each step, on whichever thread.

    What was taken before a stop stays, and the next import finds it unchanged and goes on behind it.
    """
    if needed := rules.missing(plan.kind, plan.columns):
        raise RuleBroken("columns_missing", columns=",".join(needed))
    seen: Seen = {}
    for batch in _batches(rows, plan.header, report):
        verdicts: list[Verdict] = yield Look(partial(_judge, plan=plan, rows=batch, seen=seen))
        report.rows += len(batch)
        for verdict in verdicts:
            if verdict.problem is not None:
                report.refuse(verdict.number, verdict.problem, verdict.cells)
        report.unchanged += sum(verdict.what == UNCHANGED for verdict in verdicts)
        yield from _take([one for one in verdicts if one.what in (NEW, CHANGED)], report)
        if not (yield Told(report)):
            report.stopped = True
            return


def _judge(read: Reading, *, plan: Plan, rows: list[tuple[int, Cells]], seen: Seen) -> list[Verdict]:
    return judge(read, plan, rows, seen)


def _batches(rows: Rows, header: int, report: Report) -> Iterator[list[tuple[int, Cells]]]:
    under = _under(rows, header, report)
    while batch := list(islice(under, BATCH)):
        yield batch


def _under(rows: Rows, header: int, report: Report) -> Rows:
    for number, cells in rows:
        if number == header:
            report.heads = cells
        elif number > header:
            yield number, cells


def _take(wanted: list[Verdict], report: Report) -> Generator[Step, Any, None]:
    """Take lines in; where that is refused, halves of them, so that one bad row costs only itself."""
    if not wanted:
        return
    problem: FieldDeskError | None = yield Take([verdict.line for verdict in wanted])
    if problem is None:
        report.added += sum(verdict.what == NEW for verdict in wanted)
        report.changed += sum(verdict.what == CHANGED for verdict in wanted)
    elif len(wanted) == 1:
        report.refuse(wanted[0].number, problem, wanted[0].cells)
    else:
        middle = len(wanted) // 2
        yield from _take(wanted[:middle], report)
        yield from _take(wanted[middle:], report)


# ---------------------------------------------------------------- the way out


TABLES: Final[Mapping[str, str]] = {"customer": CUSTOMERS, "asset": ASSETS, "part": PARTS, "work_order": ORDERS}
"""Which kind of list the records of a table make."""


def records(read: Reading, kind: str, ids: Sequence[str]) -> dict[str, Line]:
    """Records by id, as lines of a list of their kind: values by target, codes and days as they are stored."""
    table = {CUSTOMERS: Customer, ASSETS: Asset, PARTS: Part, ORDERS: WorkOrder}[kind]
    found: list[Any] = read.among(table, ids)
    owners = [row.customer_id for row in found if kind in (ASSETS, ORDERS)]
    customers = {row.id: row.number for row in read.among(Customer, owners)} if owners else {}
    machines = [row.asset_id for row in found if kind == ORDERS and row.asset_id]
    serials = {row.id: row.serial for row in read.among(Asset, machines)} if machines else {}
    return {row.id: _line_of(kind, row, customers, serials) for row in found}


def _line_of(kind: str, row: Any, customers: Mapping[str, str], serials: Mapping[str, str]) -> Line:
    line: Line = {}
    names = canonical.loads(row.names) if kind == PARTS else {}
    for target in rules.TARGETS[kind]:
        if target.key == "customer":
            line["customer"] = customers.get(row.customer_id, "")
        elif target.key == "asset":
            line["asset"] = serials.get(row.asset_id or "", "")
        elif target.key.startswith("names."):
            line[target.key] = names.get(target.key.partition(".")[2], "")
        else:
            line[target.key] = getattr(row, target.key)
    return line


MOST_VISITS: Final = 5_000


@dataclass(frozen=True)
class Visit:
    """An order in a calendar, with where it is; names are empty where their row is not here."""

    order: WorkOrder
    customer: str
    phone: str
    address: str
    zone: str
    asset: str


def visits(read: Reading, me: str, everybody: bool) -> list[Visit]:
    """Unfinished orders with an agreed moment or a due day: one's own, or with `everybody` those of all."""
    c = WorkOrder.c
    here = [
        c.archived_at.is_(None),
        c.status.not_in(sorted(FINISHED)),
        c.planned_at.is_not(None) | c.due_on.is_not(None),
    ]
    if not everybody:
        here.append(c.assignee_id == me)
    found = read.all(WorkOrder, *here, order=[c.due_on, c.number, c.id], limit=MOST_VISITS)
    customers = {row.id: row for row in read.among(Customer, [order.customer_id for order in found])}
    sites = {row.id: row for row in read.among(Site, [order.site_id for order in found if order.site_id])}
    assets = {row.id: row for row in read.among(Asset, [order.asset_id for order in found if order.asset_id])}
    return [_visit(order, customers.get(order.customer_id), sites.get(order.site_id or ""),
                   assets.get(order.asset_id or "")) for order in found]  # fmt: skip


def _visit(order: WorkOrder, customer: Customer | None, site: Site | None, asset: Asset | None) -> Visit:
    place = site or customer
    address = address_of(place) if place is not None else ""
    return Visit(
        order, customer.name if customer else "", customer.phone if customer else "", address,
        site.zone if site else "", f"{asset.name} ({asset.serial})" if asset else "",
    )  # fmt: skip
