"""Customers as screens show them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fielddesk.core.frozen import dataclass
from fielddesk.features.customers.model import Contact, Customer, Site
from fielddesk.store.matching import has_text
from fielddesk.store.tx import Reading


@dataclass(frozen=True)
class CustomerRow:
    """A line of the list of customers."""

    id: str
    name: str
    number: str
    city: str
    tier: str


@dataclass(frozen=True)
class ContactRow:
    """A person at a customer's, with the name of their site (empty: any)."""

    contact: Contact
    site: str


def address_of(customer: Customer | Site) -> str:
    """The address on one line, as it is read out: street, postal code and town, country."""
    town = " ".join(part for part in (customer.postal_code, customer.city) if part)
    return ", ".join(part for part in (customer.street, town, customer.country) if part)


def customer_choices(read: Reading) -> list[Customer]:
    """Customers an order can be opened for, by name."""
    return read.all(Customer, Customer.c.archived_at.is_(None), order=[Customer.c.name, Customer.c.id])


def customer_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of these customers by id."""
    return {customer.id: customer.name for customer in read.among(Customer, ids)}


def sites_of(read: Reading, customer_id: str) -> list[Site]:
    """Sites of a customer by name, without those that were closed."""
    here = (Site.c.customer_id == customer_id, Site.c.archived_at.is_(None))
    return read.all(Site, *here, order=[Site.c.name, Site.c.id])


def site_count(read: Reading, customer_id: str) -> int:
    """How many sites `sites_of` has."""
    query = sa.select(sa.func.count()).where(Site.c.customer_id == customer_id, Site.c.archived_at.is_(None))
    return int(read.value(query) or 0)


def site_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of these sites by id."""
    return {site.id: site.name for site in read.among(Site, ids)}


def site_page(read: Reading, text: str, customer_id: str | None, limit: int) -> list[Site]:
    """Sites that have a text in name, street or town, by name; of one customer where one is given."""
    c = Site.c
    found: list[sa.ColumnElement[bool]] = [c.archived_at.is_(None)]
    if customer_id:
        found.append(c.customer_id == customer_id)
    if wanted := text.strip():
        found.append(sa.or_(*(has_text(column, wanted) for column in (c.name, c.street, c.city))))
    return read.all(Site, *found, order=[c.name, c.id], limit=limit)


def contacts_of(read: Reading, customer_id: str) -> list[ContactRow]:
    """People at a customer's by name, without those who have left."""
    c = Contact.c
    here = read.all(Contact, c.customer_id == customer_id, c.archived_at.is_(None), order=[c.name, c.id])
    names = site_names(read, {contact.site_id for contact in here if contact.site_id})
    return [ContactRow(contact, names.get(contact.site_id or "", "")) for contact in here]


def contact_count(read: Reading, customer_id: str) -> int:
    """How many people `contacts_of` has."""
    query = sa.select(sa.func.count()).where(Contact.c.customer_id == customer_id, Contact.c.archived_at.is_(None))
    return int(read.value(query) or 0)


def contact_names(read: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of these contacts by id."""
    return {contact.id: contact.name for contact in read.among(Contact, ids)}


def customers_with(read: Reading, numbers: Iterable[str]) -> list[Customer]:
    """Customers that have these numbers."""
    here = (Customer.c.number.in_(sorted(set(numbers))), Customer.c.archived_at.is_(None))
    return read.all(Customer, *here, order=[Customer.c.id])


def meets(text: str) -> sa.ColumnElement[bool]:
    """Whether a customer has this text in its number, name or town."""
    columns = (Customer.c.name, Customer.c.number, Customer.c.city)
    return sa.or_(*(has_text(column, text.strip()) for column in columns))


def customer_page(read: Reading, text: str, offset: int, limit: int) -> list[CustomerRow]:
    """Customers by name; with a text those who have it in number, name or town."""
    c = Customer.c
    query = sa.select(c.id, c.name, c.number, c.city, c.tier).where(*_wanted(text))
    query = query.order_by(c.name, c.id).limit(limit).offset(offset)
    return [CustomerRow(*row) for row in map(tuple, read.rows(query))]


def customer_count(read: Reading, text: str) -> int:
    """How many customers `customer_page` has."""
    return int(read.value(sa.select(sa.func.count()).select_from(Customer.__table__).where(*_wanted(text))) or 0)


def customer_place(read: Reading, text: str, customer_id: str) -> int | None:
    """At which place of `customer_page` a customer stands."""
    c = Customer.c
    row = read.get(Customer, customer_id)
    if row is None or not read.value(sa.select(sa.literal(1)).where(c.id == customer_id, *_wanted(text))):
        return None
    before = sa.tuple_(c.name, c.id) < sa.tuple_(sa.literal(row.name), sa.literal(row.id))
    count = sa.select(sa.func.count()).select_from(Customer.__table__).where(*_wanted(text), before)
    return int(read.value(count) or 0)


def _wanted(text: str) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Customer.c.archived_at.is_(None)]
    return [*found, meets(text)] if text.strip() else found
