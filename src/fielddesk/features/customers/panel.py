"""What the record of a customer says, and the form of a new one."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.customers.dialogs import FIELDS, TIERS, tier_words
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.queries import address_of
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Choice, Line
from fielddesk.ui.making import NewRecord
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.text import Words


class CustomerPanel(SubjectPanel):
    """Number, kind, address and phone."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._customer_id = ""
        self.facts = Facts()
        self.facts.add("number", lambda: _("Number"))
        self.facts.add("tier", lambda: _("Kind"))
        self.facts.add("address", lambda: _("Address"))
        self.facts.add("phone", lambda: _("Phone"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 0), 8)
        column.addWidget(self.facts)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self._customer_id = row_id
        self.reload()

    def reload(self) -> None:
        customer_id = self._customer_id

        def ask(read: Reading) -> Customer | None:
            return read.get(Customer, customer_id)

        self._bench.read(ask, self._take, key=f"customer.{id(self)}")

    def _take(self, customer: Customer | None) -> None:
        if customer is None or customer.id != self._customer_id:
            return
        self.facts.show_values(
            {
                "number": customer.number,
                "tier": tier_words(customer.tier),
                "address": address_of(customer),
                "phone": customer.phone,
            }
        )


class NewCustomer(NewRecord):
    """The form of a new customer. Its number is the one the books have; none is drawn here."""

    drafts = "new_customer"
    usual: ClassVar = {"tier": "standard"}

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New customer"),
            lambda: _("Headquarters and every laptop get it with the next sync."),
            lambda: _("Create customer"),
        )
        needed = ("name", "number")
        for key in (*needed, "tier", "street", "postal_code", "city", "country", "phone"):
            label = FIELDS[key].label
            if key == "tier":
                tiers: list[tuple[str, Words]] = [(tier, partial(tier_words, tier)) for tier in reversed(TIERS)]
                self.form.add(Choice(key, label, tiers, needed=True))
            else:
                self.form.add(Line(key, label, needed=key in needed))

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(create_customer, **values)

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["name"])
