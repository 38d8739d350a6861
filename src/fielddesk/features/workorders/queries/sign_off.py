"""What the sign-off needs of an order, and what was signed."""

from __future__ import annotations

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.customers.model import Contact, Customer
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import (
    SignOff,
)
from fielddesk.features.workorders.queries.lists import ENOUGH
from fielddesk.features.workorders.queries.order import OrderView, order_view
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class Handover:
    """What the sign-off needs of an order: who may sign, and the language they read."""

    view: OrderView
    contacts: tuple[Contact, ...]
    language: str
    """en, zh_cn or zh_tw: that of the contact of the order, else of the customer."""


def handover(read: Reading, order_id: str) -> Handover | None:
    """None where the order is not (any more) on this laptop."""
    view = order_view(read, order_id)
    if view is None:
        return None
    customer = read.get(Customer, view.order.customer_id)
    here = (Contact.c.customer_id == view.order.customer_id, Contact.c.archived_at.is_(None))
    contacts = tuple(read.all(Contact, *here, order=[Contact.c.name, Contact.c.id], limit=ENOUGH))
    own = next((contact.language for contact in contacts if contact.id == view.order.contact_id), "")
    return Handover(view, contacts, own or (customer.language if customer else "en"))


def sign_offs(read: Reading, order_id: str) -> list[tuple[SignOff, str]]:
    """What customers said and signed on an order, newest first, with who handed them the screen."""
    c = SignOff.c
    query = (
        sa.select(*SignOff.__table__.columns, sa.func.coalesce(User.c.name, ""))
        .select_from(SignOff.__table__.outerjoin(User.__table__, User.c.id == c.by_id))
        .where(c.order_id == order_id, c.archived_at.is_(None))
        .order_by(c.at.desc(), c.id.desc())
    )
    return [(SignOff.from_values(values[:-1]), values[-1]) for values in map(tuple, read.rows(query))]


def sign_off_count(read: Reading, order_id: str) -> int:
    """How many sign-offs an order has."""
    query = sa.select(sa.func.count()).where(SignOff.c.order_id == order_id, SignOff.c.archived_at.is_(None))
    return int(read.value(query) or 0)
