"""What the record of a customer says."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.customers.dialogs import tier_words
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.queries import address_of
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel


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
