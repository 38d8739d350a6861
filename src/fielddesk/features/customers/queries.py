"""Customers as screens show them."""

from __future__ import annotations

from fielddesk.features.customers.model import Customer
from fielddesk.store.tx import Reading


def customer_choices(read: Reading) -> list[Customer]:
    """Customers an order can be opened for, by name."""
    return read.all(Customer, Customer.c.archived_at.is_(None), order=[Customer.c.name, Customer.c.id])
