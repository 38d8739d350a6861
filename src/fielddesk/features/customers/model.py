"""Customers with their address, their sites and the people one asks for there."""

from __future__ import annotations

from fielddesk.store.tables import SHARED, Synced, column, follows, ref
from fielddesk.store.types import Code, Day, Flag, Id, Line, Prose, Zone


class Customer(Synced, scope=SHARED):
    """A customer; the address merges as one."""

    number: Line
    name: Line
    tier: Code = column(default="standard")
    street: Line = column(default="")
    postal_code: Line = column(default="")
    city: Line = column(default="")
    country: Line = column(default="")
    phone: Line = column(default="")
    language: Code = column(default="en")
    """In which its documents are made: en, zh_cn or zh_tw."""

    groups = (("street", "postal_code", "city", "country"),)
    indexes = (("number",), ("name", "id", "archived_at"))


class Site(Synced, scope=SHARED):
    """Where a customer's machines stand; the address merges as one (EX12)."""

    customer_id: Id = ref("customer", reach=True)
    name: Line
    street: Line = column(default="")
    postal_code: Line = column(default="")
    city: Line = column(default="")
    country: Line = column(default="")
    zone: Zone = column(default="UTC")
    access: Prose = column(default="")
    """Gate, parking, opening hours, who holds the key."""
    hazards: Prose = column(default="")
    induction_needed: Flag = column(default=0)
    permit_needed: Flag = column(default=0)

    groups = (("street", "postal_code", "city", "country"),)
    indexes = (("customer_id",), ("name", "id", "archived_at"))


class Contact(Synced, scope=follows("customer_id")):
    """A person at a customer's."""

    customer_id: Id = ref("customer")
    site_id: Id | None = ref("site", default=None)
    name: Line
    position: Line = column(default="")
    phone: Line = column(default="")
    email: Line = column(default="")
    language: Code = column(default="en")
    confirmed_on: Day | None = column(default=None)
    """When somebody last made sure that all of this is still right."""

    indexes = (("customer_id", "name"), ("site_id",))
