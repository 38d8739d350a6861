"""Customers and their address."""

from __future__ import annotations

from fielddesk.store.tables import SHARED, Synced, column
from fielddesk.store.types import Code, Line


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

    groups = (("street", "postal_code", "city", "country"),)
    indexes = (("number",), ("name", "id", "archived_at"))
