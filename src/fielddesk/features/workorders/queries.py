"""Work orders as screens show them: lists of any length, one order with its surroundings, its notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.queries import address_of
from fielddesk.features.people.model import User
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.model import Note, WorkOrder
from fielddesk.features.workorders.rules import FINISHED, STATES
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading

MINE: Final = "mine"
LATE: Final = "late"
OPEN: Final = "open"
ALL: Final = "all"

BY_DUE: Final = "due"
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


@dataclass(frozen=True)
class OrderFilter:
    """Which orders a list holds and in which order; `me` and `today` (ISO) say whose and from when one is late."""

    me: str
    today: str
    view: str = ALL
    text: str = ""
    sort: str = BY_DUE
    asset_id: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True)
class OrderView:
    """One order and what stands beside it; names are empty where their row is not on this laptop."""

    order: WorkOrder
    customer: str
    address: str
    phone: str
    asset: str
    serial: str
    assignee: str


@dataclass(frozen=True)
class NoteRow:
    """A note with its author's name."""

    id: str
    text: str
    author: str
    at: int


def order_view(read: Reading, order_id: str) -> OrderView | None:
    """One order; None where it is not (any more) on this laptop."""
    order = read.get(WorkOrder, order_id)
    if order is None:
        return None
    customer = read.get(Customer, order.customer_id)
    asset = read.get(Asset, order.asset_id) if order.asset_id else None
    person = read.get(User, order.assignee_id) if order.assignee_id else None
    return OrderView(
        order,
        customer.name if customer else "",
        address_of(customer) if customer else "",
        customer.phone if customer else "",
        asset.name if asset else "",
        asset.serial if asset else "",
        person.name if person else "",
    )


def order_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Number and title of these orders by id."""
    return {order.id: f"{order.number} {order.title}" for order in read.among(WorkOrder, ids)}


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
    inner = sa.select(c.id, c.due_on, c.number, c.opened_at).where(*_where(wanted)).limit(most).subquery()
    return [row[0] for row in read.rows(sa.select(inner.c.id).order_by(*_order(wanted, inner.c)))]


def orders_among(read: Reading, ids: list[str]) -> list[OrderRow]:
    """These orders as lines of a list, in this order; one that is gone meanwhile is left out."""
    c = WorkOrder.c
    query = (
        sa.select(c.id, c.number, c.title, sa.func.coalesce(Customer.c.name, ""), c.status, c.due_on, c.opened_at)
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
    fields = (c.id, c.number, c.title, sa.func.coalesce(Customer.c.name, ""), c.status, c.due_on, c.opened_at)
    joined = WorkOrder.__table__.outerjoin(Customer.__table__, Customer.c.id == c.customer_id)
    begins = sa.and_(c.number >= wanted, c.number < wanted + "\U0010ffff")
    exact = sa.select(*fields).select_from(joined).where(begins).order_by(c.number).limit(limit)
    found = [OrderRow(*row) for row in map(tuple, read.rows(exact))]
    if len(found) < limit:
        known = {row.id for row in found}
        rest = order_matches(read, OrderFilter("", "", text=wanted, sort=NEWEST), ENOUGH)
        found += orders_among(read, [row_id for row_id in rest if row_id not in known][:limit])
    return found[:limit]


def note_page(read: Reading, order_id: str, offset: int, limit: int) -> list[NoteRow]:
    """Notes of an order, newest first."""
    c = Note.c
    query = (
        sa.select(c.id, c.text, sa.func.coalesce(User.c.name, ""), c.at)
        .select_from(Note.__table__.outerjoin(User.__table__, User.c.id == c.author_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [NoteRow(*row) for row in map(tuple, read.rows(query))]


def note_count(read: Reading, order_id: str) -> int:
    """How many notes an order has."""
    query = sa.select(sa.func.count()).where(Note.c.order_id == order_id, Note.c.archived_at.is_(None))
    return int(read.value(query) or 0)


# ---------------------------------------------------------------- which orders, in which order


def _where(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    c = WorkOrder.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if wanted.view != ALL:
        found.append(c.status.in_(UNFINISHED))
    if wanted.view == MINE:
        found.append(c.assignee_id == wanted.me)
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
    return [c.due_on.asc().nulls_last(), c.number, c.id]


def _before(wanted: OrderFilter, row: WorkOrder) -> sa.ColumnElement[bool]:
    """Whether an order stands before this one."""
    c = WorkOrder.c
    number, row_id = sa.literal(row.number), sa.literal(row.id)
    if wanted.sort == BY_NUMBER:
        return sa.tuple_(c.number, c.id) < sa.tuple_(number, row_id)
    if wanted.sort == NEWEST:
        return sa.tuple_(c.opened_at, c.id) > sa.tuple_(sa.literal(row.opened_at), row_id)
    among_equals = sa.tuple_(c.number, c.id) < sa.tuple_(number, row_id)
    if row.due_on is None:
        return sa.or_(c.due_on.is_not(None), among_equals)
    return sa.or_(c.due_on < row.due_on, sa.and_(c.due_on == row.due_on, among_equals))
