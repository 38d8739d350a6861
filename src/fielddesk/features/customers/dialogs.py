"""Customers in words: tiers, fields, and what histories say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fielddesk.core.i18n import N_, _
from fielddesk.features.customers.queries import CustomerRow
from fielddesk.ui.lists import Row
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.wording import add_sentences

TIERS: Final = {
    "strategic": (N_("Strategic customer"), "star-fill"),
    "key": (N_("Key customer"), "star"),
    "standard": (N_("Customer"), "buildings"),
}

add_sentences({"tier_unknown": N_("Choose one of the three kinds of customer.")})


def tier_words(tier: str) -> str:
    return _(TIERS[tier][0]) if tier in TIERS else tier


def tier_icon(tier: str) -> str:
    return TIERS[tier][1] if tier in TIERS else "buildings"


def row_of(customer: CustomerRow) -> Row:
    """A customer as a row of a list."""
    second = " · ".join(part for part in (customer.number, customer.city) if part)
    tier = tier_words(customer.tier) if customer.tier != "standard" else ""
    return Row(customer.id, customer.name, second, icon=tier_icon(customer.tier), below=tier, number=customer.number)


def _opened(told: Mapping[str, Any], _names: Names) -> str:
    return _("Customer {number} entered: {name}").format(number=told.get("number", ""), name=told.get("name", ""))


ACTIONS: Final = (ActionWords("create_customer", lambda: _("New customer"), _opened, "buildings"),)

FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Number")),
    "name": FieldWords(lambda: _("Name")),
    "tier": FieldWords(lambda: _("Kind"), tier_words),
    "street": FieldWords(lambda: _("Street")),
    "postal_code": FieldWords(lambda: _("Postal code")),
    "city": FieldWords(lambda: _("Town")),
    "country": FieldWords(lambda: _("Country")),
    "phone": FieldWords(lambda: _("Phone")),
}
