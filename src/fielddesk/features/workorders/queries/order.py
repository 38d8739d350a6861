"""One order with its surroundings: customer, site, machine, people and notes."""

from __future__ import annotations

import sqlalchemy as sa

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.features.assets.model import Asset
from fielddesk.features.customers.model import Contact, Customer, Site
from fielddesk.features.customers.queries import address_of
from fielddesk.features.people.model import User
from fielddesk.features.workorders.model import (
    Note,
    SafetyCheck,
    WorkOrder,
)
from fielddesk.features.workorders.queries.links import LinkedOrder, linked_orders
from fielddesk.features.workorders.queries.safety import incident_count, newest_check
from fielddesk.features.workorders.rules import checks_of, is_safe, still_counts
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class OrderView:
    """One order and what stands beside it; names are empty where their row is not on this laptop.

    `checked` is the newest safety check, `incidents` how many were reported, `came_from` the order this one follows.
    """

    order: WorkOrder
    customer: str
    address: str
    phone: str
    asset: str
    serial: str
    assignee: str
    site: Site | None = None
    contact: Contact | None = None
    checked: SafetyCheck | None = None
    incidents: int = 0
    came_from: LinkedOrder | None = None

    def zone(self, here: str) -> str:
        """Whose clocks the visit goes by: those of the site, or where no site is named those of this laptop."""
        return self.site.zone if self.site is not None else here

    def asked(self) -> tuple[str, ...]:
        """What is looked at before this work begins, as its kind and its site ask (rules.checks_of)."""
        site = self.site
        return checks_of(
            self.order.kind,
            induction=bool(site and site.induction_needed),
            permit=bool(site and site.permit_needed),
        )

    def safety_asked(self, now: int) -> tuple[str, ...]:
        """What must be looked at before work may begin (again) now; nothing where it may."""
        asked, checked = self.asked(), self.checked
        if checked is not None and still_counts(checked.at, now) and is_safe(canonical.loads(checked.answers), asked):
            return ()
        return asked


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
    site = read.get(Site, order.site_id) if order.site_id else None
    return OrderView(
        order,
        customer.name if customer else "",
        (address_of(site) if site else "") or (address_of(customer) if customer else ""),
        customer.phone if customer else "",
        asset.name if asset else "",
        asset.serial if asset else "",
        person.name if person else "",
        site,
        read.get(Contact, order.contact_id) if order.contact_id else None,
        newest_check(read, order_id),
        incident_count(read, order_id),
        next((link for link in linked_orders(read, order_id) if link.back and link.kind == "follow_up"), None),
    )


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


def contacts_of(read: Reading, customer_id: str, site_id: str | None, text: str = "") -> list[Contact]:
    """People at a customer's, those of this site first, by name."""
    c = Contact.c
    where = [c.customer_id == customer_id, c.archived_at.is_(None)]
    if wanted := text.strip():
        where.append(sa.or_(*(has_text(column, wanted) for column in (c.name, c.position, c.phone))))
    found = read.all(Contact, *where, order=[c.name, c.id])
    return sorted(found, key=lambda contact: contact.site_id != site_id) if site_id else found
