"""Customers in words: tiers, fields, what histories say of them, and the field that takes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from fielddesk.core.i18n import N_, _
from fielddesk.features.customers.queries import CustomerRow, customer_names, customer_page
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import ActionWords, Bench, FieldWords, Names
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


class CustomerPicker(Picker):
    """The field of a form that takes a customer."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        super().__init__(
            "customer_id", lambda: _("Customer"), self._ask_customers, needed=True,
            hint=lambda: _("Type a name, a number or a town"),
        )  # fmt: skip

    def _ask_customers(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        def ask(read: Reading) -> list[Row]:
            return [row_of(row) for row in customer_page(read, text, 0, 5)]

        self._bench.read(ask, then, key=f"customers.pick.{id(self)}")

    def put_back(self, customer_id: str, then: Callable[[str], None] | None = None) -> None:
        """Take a customer by id, as a draft remembers one; `then` where it is still here."""
        key = f"customers.name.{id(self)}"
        self._bench.read(
            lambda read: customer_names(read, [customer_id]), partial(self._named, customer_id, then), key=key
        )

    def _named(self, customer_id: str, then: Callable[[str], None] | None, names: dict[str, str]) -> None:
        if customer_id in names:
            self.name(customer_id, names[customer_id])
            self.start(customer_id)
            if then is not None:
                then(customer_id)


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
    "language": FieldWords(lambda: _("Language")),
}
