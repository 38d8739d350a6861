"""Lists of inspections: due, late, done, of an asset, of a customer; with how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer, Site
from fielddesk.features.inspections.model import Checklist, ChecklistVersion, Inspection, InspectionPlan
from fielddesk.features.inspections.queries.running import progress_among
from fielddesk.features.inspections.rules import Visit, standing
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import CANCELLED, FINISHED
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading

MINE: Final = "mine"
DUE: Final = "due"
LATE: Final = "late"
OPEN: Final = "open"
DONE: Final = "done"
ALL: Final = "all"


@dataclass(frozen=True)
class InspectionFilter:
    """Which inspections a list holds; `me` and `today` (ISO) say whose and from when one is late.

    Views: mine (open, my orders), due (open, its window has begun), late (open, its window is past), open, done, all.
    """

    me: str
    today: str
    view: str = OPEN
    text: str = ""
    asset_id: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True)
class InspectionRow:
    """A line of a list. `names` is the checklist's Names text, `standing` what `rules.standing` says of its day, or
    "" where it has none."""

    id: str
    order_id: str
    number: str
    title: str
    names: str
    asset_id: str
    asset: str
    serial: str
    customer: str
    site: str
    assignee: str
    status: str
    due_on: str | None
    planned_on: str | None
    started_at: int | None
    completed_at: int | None
    completed_on: str | None
    result: str
    standing: str
    done: int
    total: int
    failed: int


def inspection_page(read: Reading, wanted: InspectionFilter, offset: int, limit: int) -> list[InspectionRow]:
    """One page: open ones by planned day, done ones newest first."""
    query = sa.select(Inspection.c.id).select_from(_from(wanted)).where(*_where(read, wanted))
    query = query.order_by(*_order(wanted))
    ids = [row[0] for row in read.rows(query.limit(limit).offset(offset))]
    return inspections_among(read, ids, wanted.today)


def inspection_count(read: Reading, wanted: InspectionFilter) -> int:
    """How many `inspection_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(_from(wanted)).where(*_where(read, wanted))) or 0)


def inspection_place(read: Reading, wanted: InspectionFilter, inspection_id: str) -> int | None:
    """At which place of `inspection_page` an inspection stands."""
    where = _where(read, wanted)
    here = sa.select(sa.literal(1)).select_from(_from(wanted)).where(Inspection.c.id == inspection_id, *where)
    if not read.value(here):
        return None
    place = sa.func.row_number().over(order_by=_order(wanted)).label("place")
    inner = sa.select(Inspection.c.id.label("id"), place).select_from(_from(wanted)).where(*where).subquery()
    return int(read.value(sa.select(inner.c.place).where(inner.c.id == inspection_id)) or 1) - 1


def due_count(read: Reading, me: str, today: str) -> int:
    """How many open inspections of this person are due today or before."""
    wanted = InspectionFilter(me, today, MINE)
    where = (*_where(read, wanted), WorkOrder.c.due_on <= today)
    return int(read.value(sa.select(sa.func.count()).select_from(_from(wanted)).where(*where)) or 0)


def inspections_of(read: Reading, order_id: str, today: str) -> list[InspectionRow]:
    """The inspections of an order."""
    c = Inspection.c
    ids = [row.id for row in read.all(Inspection, c.order_id == order_id, c.archived_at.is_(None), order=[c.id])]
    return inspections_among(read, ids, today)


def inspection_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Number and title of the orders that inspections belong to, by the inspection's id."""
    rows = {row.id: row.order_id for row in read.among(Inspection, ids)}
    orders = {order.id: f"{order.number} {order.title}" for order in read.among(WorkOrder, rows.values())}
    return {row_id: orders[order_id] for row_id, order_id in rows.items() if order_id in orders}


def inspections_among(read: Reading, ids: Sequence[str], today: str) -> list[InspectionRow]:
    """These inspections as lines, in this order; one that is gone meanwhile is left out."""
    c = Inspection.c
    joined = (
        Inspection.__table__.join(WorkOrder.__table__, WorkOrder.c.id == c.order_id)
        .outerjoin(Asset.__table__, Asset.c.id == c.asset_id)
        .outerjoin(Customer.__table__, Customer.c.id == WorkOrder.c.customer_id)
        .outerjoin(Site.__table__, Site.c.id == WorkOrder.c.site_id)
        .outerjoin(User.__table__, User.c.id == WorkOrder.c.assignee_id)
        .outerjoin(ChecklistVersion.__table__, ChecklistVersion.c.id == c.version_id)
        .outerjoin(Checklist.__table__, Checklist.c.id == ChecklistVersion.c.checklist_id)
        .outerjoin(InspectionPlan.__table__, InspectionPlan.c.id == c.plan_id)
    )
    query = (
        sa.select(
            c.id, c.order_id, WorkOrder.c.number, WorkOrder.c.title, sa.func.coalesce(Checklist.c.names, "{}"),
            c.asset_id, sa.func.coalesce(Asset.c.name, ""), sa.func.coalesce(Asset.c.serial, ""),
            sa.func.coalesce(Customer.c.name, ""), sa.func.coalesce(Site.c.name, ""), sa.func.coalesce(User.c.name, ""),
            WorkOrder.c.status, c.due_on, WorkOrder.c.due_on, c.started_at, c.completed_at, c.completed_on, c.result,
            c.version_id, sa.func.coalesce(InspectionPlan.c.tolerance_days, 0),
        )
        .select_from(joined)
        .where(c.id.in_(ids))
    )  # fmt: skip
    rows = {row[0]: tuple(row) for row in read.rows(query)}
    how_far = progress_among(read, [(row[0], row[1], row[18]) for row in rows.values()])
    return [_line(rows[row_id], how_far.get(row_id), today) for row_id in ids if row_id in rows]


def _line(row: tuple[Any, ...], progress: Any, today: str) -> InspectionRow:
    planned, completed, tolerance = row[13], row[16], row[19]
    how = standing(Visit(planned, planned, tolerance, completed_on=completed), today) if planned else ""
    done = (progress.done, progress.total, progress.failed) if progress else (0, 0, 0)
    return InspectionRow(*(*row[:18], how, *done))


def _from(wanted: InspectionFilter) -> Any:
    joined = Inspection.__table__.join(WorkOrder.__table__, WorkOrder.c.id == Inspection.c.order_id)
    if wanted.view in (DUE, LATE):
        return joined.outerjoin(InspectionPlan.__table__, InspectionPlan.c.id == Inspection.c.plan_id)
    return joined


def _window(read: Reading, wanted: InspectionFilter) -> sa.ColumnElement[bool]:
    """Whether the window of a visit has begun, or is past. Days are text, so each tolerance has a day of its own."""
    days = InspectionPlan.c.tolerance_days
    known = sorted({0, *(int(row[0]) for row in read.rows(sa.select(days).distinct()))})
    sign = 1 if wanted.view == DUE else -1
    limits = {days_around: _shift(wanted.today, sign * days_around) for days_around in known}
    tolerance = sa.func.coalesce(days, 0)
    due = WorkOrder.c.due_on
    return sa.or_(*(sa.and_(tolerance == t, due <= day if sign > 0 else due < day) for t, day in limits.items()))


def _shift(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _where(read: Reading, wanted: InspectionFilter) -> list[sa.ColumnElement[bool]]:
    c = Inspection.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if wanted.view == DONE:
        found.append(c.completed_at.is_not(None))
    elif wanted.view != ALL:
        found += [c.completed_at.is_(None), WorkOrder.c.status.not_in(sorted(FINISHED))]
    else:
        found.append(sa.or_(WorkOrder.c.status != CANCELLED, c.completed_at.is_not(None)))
    if wanted.view == MINE:
        found.append(WorkOrder.c.assignee_id == wanted.me)
    if wanted.view in (DUE, LATE):
        found.append(_window(read, wanted))
    if wanted.asset_id is not None:
        found.append(c.asset_id == wanted.asset_id)
    if wanted.customer_id is not None:
        found.append(WorkOrder.c.customer_id == wanted.customer_id)
    if text := wanted.text.strip():
        assets = sa.select(Asset.c.id).where(sa.or_(has_text(Asset.c.serial, text), has_text(Asset.c.name, text)))
        customers = sa.select(Customer.c.id).where(has_text(Customer.c.name, text))
        found.append(
            sa.or_(
                has_text(WorkOrder.c.number, text),
                has_text(WorkOrder.c.title, text),
                c.asset_id.in_(assets),
                WorkOrder.c.customer_id.in_(customers),
            )
        )
    return found


def _order(wanted: InspectionFilter) -> list[sa.ColumnElement[Any]]:
    if wanted.view in (DONE, ALL):
        # Open ones first on both databases, which put NULL at different ends.
        return [Inspection.c.completed_at.desc().nulls_first(), Inspection.c.id.desc()]
    return [WorkOrder.c.due_on.asc().nulls_last(), WorkOrder.c.number, Inspection.c.id]
