"""Lists of orders of any length: which orders, in which order, and a search through them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.core.clock import moment_at
from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.model import (
    SafetyIncident,
    WorkOrder,
)
from fielddesk.features.workorders.rules import FINISHED, STATES
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading

MINE: Final = "mine"
TODAY: Final = "today"
WEEK: Final = "week"
LATE: Final = "late"
OPEN: Final = "open"
ALL: Final = "all"
INCIDENTS: Final = "incidents"

BY_DUE: Final = "due"
BY_VISIT: Final = "visit"
BY_NUMBER: Final = "number"
NEWEST: Final = "newest"

ALL_OF_THEM: Final = 10_000_000
ENOUGH: Final = 200
UNFINISHED: Final = tuple(state for state in STATES if state not in FINISHED)


@dataclass(frozen=True)
class OrderRow:
    """A line of a list of orders."""

    id: str
    number: str
    title: str
    customer: str
    status: str
    due_on: str | None
    opened_at: int
    planned_at: int | None


@dataclass(frozen=True)
class OrderFilter:
    """Which orders a list holds and in which order; `me` and `today` (ISO) say whose and from when one is late.

    `zone` says when a day begins; with `everybody` today and this week hold all visits, not mine alone.
    """

    me: str
    today: str
    view: str = ALL
    text: str = ""
    sort: str = BY_DUE
    asset_id: str | None = None
    customer_id: str | None = None
    zone: str = "UTC"
    everybody: bool = False


def order_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Number and title of these orders by id."""
    return {order.id: f"{order.number} {order.title}" for order in read.among(WorkOrder, ids)}


def open_orders_of(read: Reading, user_id: str) -> set[str]:
    """Ids of the orders that a person has and has not finished."""
    c = WorkOrder.c
    query = sa.select(c.id).where(c.assignee_id == user_id, c.status.not_in(FINISHED), c.archived_at.is_(None))
    return {row[0] for row in read.rows(query)}


def order_moments(asset_id: str) -> sa.Select[Any]:
    """(moment, id) of the orders of an asset, for its history."""
    c = WorkOrder.c
    return sa.select(c.opened_at, c.id).where(c.asset_id == asset_id, c.archived_at.is_(None))


def first_view(role: str) -> str:
    """What somebody looks at first: the office has no orders of its own, it gives them."""
    return OPEN if role in OFFICE else MINE


def order_page(read: Reading, wanted: OrderFilter, offset: int, limit: int) -> list[OrderRow]:
    """One page of a list of orders."""
    if wanted.text.strip():
        return orders_among(read, order_matches(read, wanted)[offset : offset + limit])
    query = sa.select(WorkOrder.c.id).where(*_where(wanted)).order_by(*_order(wanted, WorkOrder.c))
    return orders_among(read, [row[0] for row in read.rows(query.limit(limit).offset(offset))])


def order_matches(read: Reading, wanted: OrderFilter, most: int = ALL_OF_THEM) -> list[str]:
    """Ids of all orders of a list in their order, in one look through the table; for a list that has a text.

    With `most` the look ends at so many, whichever come first.

    A text stands anywhere in four columns, so no index helps: each order is looked at once, not once a page.
    """
    c = WorkOrder.c
    # The limit keeps SQLite from walking the table in the wanted order, which reads each row from another place.
    inner = sa.select(c.id, c.due_on, c.number, c.opened_at, c.planned_at).where(*_where(wanted)).limit(most).subquery()
    return [row[0] for row in read.rows(sa.select(inner.c.id).order_by(*_order(wanted, inner.c)))]


def orders_among(read: Reading, ids: list[str]) -> list[OrderRow]:
    """These orders as lines of a list, in this order; one that is gone meanwhile is left out."""
    c = WorkOrder.c
    query = (
        sa.select(
            c.id,
            c.number,
            c.title,
            sa.func.coalesce(Customer.c.name, ""),
            c.status,
            c.due_on,
            c.opened_at,
            c.planned_at,
        )
        .select_from(WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id))
        .where(c.id.in_(ids))
    )
    found = {row[0]: OrderRow(*row) for row in map(tuple, read.rows(query))}
    return [found[row_id] for row_id in ids if row_id in found]


def order_count(read: Reading, wanted: OrderFilter) -> int:
    """How many orders `order_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(WorkOrder.__table__).where(*_where(wanted))) or 0)


def order_place(read: Reading, wanted: OrderFilter, order_id: str) -> int | None:
    """At which place of `order_page` an order stands; None where it is not in that list."""
    row = read.get(WorkOrder, order_id)
    here = sa.select(sa.literal(1)).select_from(WorkOrder.__table__).where(WorkOrder.c.id == order_id, *_where(wanted))
    if row is None or not read.value(here):
        return None
    count = sa.select(sa.func.count()).select_from(WorkOrder.__table__).where(*_where(wanted), _before(wanted, row))
    return int(read.value(count) or 0)


def find_orders(read: Reading, text: str, limit: int) -> list[OrderRow]:
    """Orders for the search box: a number that begins so first, then what has the text, the newest of some first."""
    c = WorkOrder.c
    wanted = text.strip()
    name = sa.func.coalesce(Customer.c.name, "")
    fields = (c.id, c.number, c.title, name, c.status, c.due_on, c.opened_at, c.planned_at)
    joined = WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id)
    begins = sa.and_(c.number >= wanted, c.number < wanted + "\U0010ffff")
    exact = sa.select(*fields).select_from(joined).where(begins).order_by(c.number).limit(limit)
    found = [OrderRow(*row) for row in map(tuple, read.rows(exact))]
    if len(found) < limit:
        known = {row.id for row in found}
        rest = order_matches(read, OrderFilter("", "", text=wanted, sort=NEWEST), ENOUGH)
        found += orders_among(read, [row_id for row_id in rest if row_id not in known][:limit])
    return found[:limit]


def days_of(view: str, today: str) -> tuple[str, str]:
    """The first day of a view and the day after its last, ISO: a week goes from Monday on."""
    first = date.fromisoformat(today)
    if view == WEEK:
        first -= timedelta(days=first.weekday())
    return first.isoformat(), (first + timedelta(days=7 if view == WEEK else 1)).isoformat()


def _visited(wanted: OrderFilter) -> sa.ColumnElement[bool]:
    """Visited within the days of the view, or where no visit is agreed, due there. Each half has an index of its own:
    one condition with OR would have the whole table looked through."""
    c = WorkOrder.c
    begins, ends = days_of(wanted.view, wanted.today)
    visit = sa.select(c.id).where(
        c.planned_at >= moment_at(begins, 0, wanted.zone), c.planned_at < moment_at(ends, 0, wanted.zone)
    )
    # Said of a sum, that no visit is agreed: else its index is taken for the one to use, and most orders have none.
    due = sa.select(c.id).where(c.due_on >= begins, c.due_on < ends, (c.planned_at + 0).is_(None))
    found: sa.ColumnElement[bool] = c.id.in_(visit.union_all(due))
    return found


def _where(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    c = WorkOrder.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if wanted.view not in (ALL, INCIDENTS):
        found.append(c.status.in_(UNFINISHED))
    if wanted.view in (TODAY, WEEK):
        found.append(_visited(wanted))
    if wanted.view == MINE or (wanted.view in (TODAY, WEEK) and not wanted.everybody):
        found.append(c.assignee_id == wanted.me)
    if wanted.view == INCIDENTS:
        found.append(c.id.in_(sa.select(SafetyIncident.c.order_id).where(SafetyIncident.c.archived_at.is_(None))))
    if wanted.view == LATE:
        found.append(c.due_on < wanted.today)
    if wanted.asset_id is not None:
        found.append(c.asset_id == wanted.asset_id)
    if wanted.customer_id is not None:
        found.append(c.customer_id == wanted.customer_id)
    if text := wanted.text.strip():
        found.append(
            sa.or_(
                has_text(c.number, text),
                has_text(c.title, text),
                c.customer_id.in_(sa.select(Customer.c.id).where(has_text(Customer.c.name, text))),
                c.asset_id.in_(sa.select(Asset.c.id).where(has_text(Asset.c.serial, text))),
            )
        )
    return found


def _order(wanted: OrderFilter, c: Any) -> list[sa.ColumnElement[Any]]:
    if wanted.sort == BY_NUMBER:
        return [c.number, c.id]
    if wanted.sort == NEWEST:
        return [c.opened_at.desc(), c.id.desc()]
    if wanted.sort == BY_VISIT:
        return [c.planned_at.asc().nulls_last(), c.id]
    return [c.due_on.asc().nulls_last(), c.number, c.id]


def _before(wanted: OrderFilter, row: WorkOrder) -> sa.ColumnElement[bool]:
    """Whether an order stands before this one."""
    c = WorkOrder.c
    number, row_id = sa.literal(row.number), sa.literal(row.id)
    if wanted.sort == BY_NUMBER:
        return sa.tuple_(c.number, c.id) < sa.tuple_(number, row_id)
    if wanted.sort == NEWEST:
        return sa.tuple_(c.opened_at, c.id) > sa.tuple_(sa.literal(row.opened_at), row_id)
    if wanted.sort == BY_VISIT:
        if row.planned_at is None:
            return sa.or_(c.planned_at.is_not(None), c.id < row_id)
        return sa.or_(c.planned_at < row.planned_at, sa.and_(c.planned_at == row.planned_at, c.id < row_id))
    among_equals = sa.tuple_(c.number, c.id) < sa.tuple_(number, row_id)
    if row.due_on is None:
        return sa.or_(c.due_on.is_not(None), among_equals)
    return sa.or_(c.due_on < row.due_on, sa.and_(c.due_on == row.due_on, among_equals))
