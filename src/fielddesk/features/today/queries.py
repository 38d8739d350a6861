"""What stands on the page of a day, each card one question; all of it from rows on this laptop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer, Site
from fielddesk.features.documents.model import Attachment
from fielddesk.features.inspections.model import ChecklistVersion, HelpPicture, Inspection
from fielddesk.features.inspections.queries import MINE, InspectionFilter, InspectionRow, inspection_page, running_of
from fielddesk.features.inspections.queries import OPEN as ALL_OPEN
from fielddesk.features.parts.model import Movement, Part, Place, Reservation
from fielddesk.features.today import rules
from fielddesk.features.today.rules import Lack
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.queries import UNFINISHED
from fielddesk.features.workorders.rules import ASSIGNED, OPEN
from fielddesk.store.contents import arrived
from fielddesk.store.tx import Reading

INSPECTION = "inspection"
Has = Callable[[str], bool]
"""Whether a content (by hash) is on this laptop."""


@dataclass(frozen=True)
class Span:
    """A day: its first moment, the first one after it (microseconds, UTC), and its date here (ISO)."""

    begins: int
    ends: int
    day: str


@dataclass(frozen=True)
class Visit:
    """A visit of a day in the order in which one drives; `lacks` what it does not have yet."""

    order_id: str
    number: str
    title: str
    kind: str
    status: str
    planned_at: int | None
    customer: str
    where: str
    lacks: tuple[Lack, ...]
    inspection_id: str = ""
    """The inspection that is to be done on it, where there is one that is not completed."""


@dataclass(frozen=True)
class Late:
    """An order that is late or will be within two days."""

    order_id: str
    number: str
    title: str
    customer: str
    status: str
    due_on: str


@dataclass(frozen=True)
class Short:
    """A part of which the van has less than the orders of the week want, in millionths."""

    part_id: str
    number: str
    names: str
    unit: str
    on_van: int
    wanted: int
    orders: int


def visits(read: Reading, user_id: str, span: Span, has: Has) -> list[Visit]:
    """Open orders of a person with a visit on that day, then those due on it without an agreed time."""
    c = WorkOrder.c
    mine = (c.assignee_id == user_id, c.archived_at.is_(None), c.status.in_(UNFINISHED))
    timed = read.all(
        WorkOrder, *mine, c.planned_at >= span.begins, c.planned_at < span.ends, order=[c.planned_at, c.id]
    )
    due = read.all(WorkOrder, *mine, c.planned_at.is_(None), c.due_on == span.day, order=[c.number, c.id])
    orders = [*timed, *due]
    around = _Around(read, orders, user_id, has)
    return [around.visit(order) for order in orders]


class _Around:
    """What stands around the orders of a day, read once for all of them."""

    def __init__(self, read: Reading, orders: Sequence[WorkOrder], user_id: str, has: Has) -> None:
        self._customers = {row.id: row for row in read.among(Customer, {o.customer_id for o in orders})}
        self._sites = {row.id: row for row in read.among(Site, {o.site_id for o in orders if o.site_id})}
        self._assets = {row.id: row for row in read.among(Asset, {o.asset_id for o in orders if o.asset_id})}
        ids = [order.id for order in orders]
        found = read.all(Inspection, Inspection.c.order_id.in_(ids)) if ids else []
        self._inspections = {row.order_id: row for row in found}
        self._running = running_of(read, ids)
        versions = {row.version_id for row in found}
        self._versions = {row.id for row in read.among(ChecklistVersion, versions)}
        pictures = read.all(HelpPicture, HelpPicture.c.version_id.in_(sorted(versions))) if versions else []
        here = (Attachment.c.order_id.in_(ids), Attachment.c.archived_at.is_(None))
        files = read.all(Attachment, *here) if ids else []
        there = arrived(read, [*(row.sha256 for row in pictures), *(row.sha256 for row in files)], has)
        self._pictures = Counter(row.version_id for row in pictures if row.sha256 not in there)
        self._files = Counter(row.order_id or "" for row in files if row.sha256 not in there)
        self._wanted = reserved(read, ids)
        self._van = on_van(read, user_id, {part for wanted in self._wanted.values() for part in wanted})
        self._numbers = {row.id: row.number for row in read.among(Part, self._van)}

    def visit(self, order: WorkOrder) -> Visit:
        customer, site = self._customers.get(order.customer_id), self._sites.get(order.site_id or "")
        place = site or customer
        street = [place.street, place.city] if place else []
        where = [site.name if site else "", *street]
        running = self._running.get(order.id)
        return Visit(
            order.id, order.number, order.title, order.kind, order.status, order.planned_at,
            customer.name if customer else "", ", ".join(part for part in where if part), tuple(self._lacks(order)),
            running.id if running is not None else "",
        )  # fmt: skip

    def _lacks(self, order: WorkOrder) -> Iterable[Lack]:
        customer, site = self._customers.get(order.customer_id), self._sites.get(order.site_id or "")
        if customer is None:
            yield Lack(rules.NO_CUSTOMER)
        if order.asset_id and order.asset_id not in self._assets:
            yield Lack(rules.NO_ASSET)
        if order.kind == INSPECTION:
            inspection = self._inspections.get(order.id)
            if inspection is None or inspection.version_id not in self._versions:
                yield Lack(rules.NO_CHECKLIST)
            elif missing := self._pictures.get(inspection.version_id, 0):
                yield Lack(rules.NO_PICTURES, {"count": missing})
        if missing := self._files.get(order.id, 0):
            yield Lack(rules.NO_FILES, {"count": missing})
        for part, count in rules.short_parts(self._wanted.get(order.id, {}), self._van).items():
            yield Lack(rules.PART_SHORT, {"number": self._numbers.get(part, ""), "count": count, "part_id": part})
        if not ((site and site.street) or (customer and customer.street)):
            yield Lack(rules.NO_ADDRESS)
        if site and site.permit_needed:
            yield Lack(rules.NO_PERMIT)
        if site and site.induction_needed:
            yield Lack(rules.NO_INDUCTION)


def reserved(read: Reading, order_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Order to part to what is still kept for it, in millionths."""
    if not order_ids:
        return {}
    c = Reservation.c
    total = sa.func.sum(c.quantity)
    query = sa.select(c.order_id, c.part_id, total).where(c.order_id.in_(order_ids), c.archived_at.is_(None))
    found: dict[str, dict[str, int]] = {}
    for order, part, count in map(tuple, read.rows(query.group_by(c.order_id, c.part_id).having(total > 0))):
        found.setdefault(order, {})[part] = int(count)
    return found


def on_van(read: Reading, user_id: str, part_ids: Iterable[str]) -> dict[str, int]:
    """Part to what a person's own places hold, in millionths; 0 where nothing was ever moved."""
    wanted = sorted(set(part_ids))
    found = dict.fromkeys(wanted, 0)
    if not wanted:
        return found
    c = Movement.c
    own = sa.select(Place.c.id).where(Place.c.keeper_id == user_id)
    query = sa.select(c.part_id, sa.func.sum(c.quantity)).where(c.part_id.in_(wanted), c.place_id.in_(own))
    found.update({part: int(total) for part, total in map(tuple, read.rows(query.group_by(c.part_id)))})
    return found


def late(read: Reading, user_id: str | None, until: str, limit: int) -> list[Late]:
    """Open orders due up to a day (ISO), the latest first; of one person, or of everybody where none is named."""
    c = WorkOrder.c
    query = (
        sa.select(c.id, c.number, c.title, sa.func.coalesce(Customer.c.name, ""), c.status, c.due_on)
        .select_from(WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id))
        .where(c.archived_at.is_(None), c.status.in_(UNFINISHED), c.due_on <= until, *_of(user_id))
        .order_by(c.due_on, c.number, c.id)
        .limit(limit)
    )
    return [Late(*row) for row in map(tuple, read.rows(query))]


def late_count(read: Reading, user_id: str | None, today: str) -> int:
    """How many open orders are late."""
    c = WorkOrder.c
    query = sa.select(sa.func.count()).select_from(WorkOrder.__table__)
    where = (c.archived_at.is_(None), c.status.in_(UNFINISHED), c.due_on < today, *_of(user_id))
    return int(read.value(query.where(*where)) or 0)


def inspections_due(read: Reading, user_id: str | None, today: str, until: str, limit: int) -> list[InspectionRow]:
    """Open inspections due up to a day (ISO), the first due first, each with how it stands to its window."""
    wanted = InspectionFilter(user_id or "", today, MINE if user_id else ALL_OPEN)
    rows = inspection_page(read, wanted, 0, limit)
    return [row for row in rows if row.planned_on is not None and row.planned_on <= until]


def short_on_van(read: Reading, user_id: str, until: str, limit: int) -> list[Short]:
    """Parts of which the van has less than is reserved on a person's open orders due up to a day (ISO)."""
    c = WorkOrder.c
    query = sa.select(c.id).where(
        c.assignee_id == user_id, c.archived_at.is_(None), c.status.in_(UNFINISHED), c.due_on <= until
    )
    by_order = reserved(read, [row[0] for row in read.rows(query)])
    wanted: dict[str, int] = {}
    orders: dict[str, int] = {}
    for parts in by_order.values():
        for part, count in parts.items():
            wanted[part] = wanted.get(part, 0) + count
            orders[part] = orders.get(part, 0) + 1
    van = on_van(read, user_id, wanted)
    short = rules.short_parts(wanted, van)
    parts_by_id = {row.id: row for row in read.among(Part, short)}
    rows = [
        Short(part, row.number, row.names, row.unit, van[part], wanted[part], orders[part])
        for part, row in parts_by_id.items()
    ]
    return sorted(rows, key=lambda each: each.number)[:limit]


def unplanned(read: Reading, user_id: str, limit: int) -> list[Late]:
    """Open orders of a person without an agreed visit, those with the first due day first."""
    c = WorkOrder.c
    query = (
        sa.select(c.id, c.number, c.title, sa.func.coalesce(Customer.c.name, ""), c.status, c.due_on)
        .select_from(WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id))
        .where(
            c.assignee_id == user_id, c.archived_at.is_(None), c.planned_at.is_(None),
            c.status.in_((OPEN, ASSIGNED)), c.due_on.is_not(None),
        )
        .order_by(c.due_on, c.number, c.id)
        .limit(limit)
    )  # fmt: skip
    return [Late(*row) for row in map(tuple, read.rows(query))]


def readiness(found: Sequence[Visit]) -> Mapping[str, int]:
    """How many visits are ready, and how many are not."""
    ready = sum(rules.is_ready(visit.lacks) for visit in found)
    return {"ready": ready, "not_ready": len(found) - ready}


def _of(user_id: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if user_id is None else [WorkOrder.c.assignee_id == user_id]
