"""What the record of a customer says; who plans corrects it where it stands, each field saved as it is left."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.customers.actions import edit_customer
from fielddesk.features.customers.dialogs import FIELDS, ORDER, field_of, language_words, show_on_map, tier_words
from fielddesk.features.customers.model import Customer
from fielddesk.features.customers.queries import address_of
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.page import Scroll
from fielddesk.ui.saving import SavedForm
from fielddesk.ui.seams import Bench, SubjectPanel


def _edit(customer_id: str, change: dict[str, Any], base: dict[str, Any]) -> Call:
    return call(edit_customer, based_on=base, customer_id=customer_id, **change)


class CustomerPanel(SubjectPanel):
    """Number, kind, address, phone and language: a form for the office, to be read by everybody else."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._customer_id = ""
        self._address = ""
        self._keeps = bench.me.role in OFFICE
        self.facts = Facts()
        if not self._keeps:
            self.facts.add("number", lambda: _("Number"))
            self.facts.add("tier", lambda: _("Kind"))
        self.facts.add("address", lambda: _("Address"))
        self.facts.add_link("map", lambda: _("Map")).set_words(lambda: _("Show on the map"))
        self.facts.pressed.connect(lambda _key: show_on_map(self._address))
        if not self._keeps:
            self.facts.add("phone", lambda: _("Phone"))
            self.facts.add("language", lambda: _("Language"))
        self.record = SavedForm(bench, "customer", _edit, Customer.grouped)
        if self._keeps:
            for key in ORDER:
                self.record.form.add(field_of(key, FIELDS[key].label))
        self.record.setVisible(self._keeps)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 8)
        column.addWidget(self.facts)
        column.addWidget(self.record)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self.record.leave()
        self._customer_id = row_id
        self.reload()

    def reload(self) -> None:
        customer_id = self._customer_id

        def ask(read: Reading) -> Customer | None:
            return read.get(Customer, customer_id)

        self._bench.read(ask, self._take, key=f"customer.{id(self)}")

    def may_leave(self) -> bool:
        return self.record.leave()

    def focus(self) -> None:
        if self._keeps:
            self.record.form.focus_first()
        else:
            self.setFocus()

    def _take(self, customer: Customer | None) -> None:
        if customer is None or customer.id != self._customer_id:
            return
        self._address = address_of(customer)
        values = {
            "number": customer.number,
            "tier": tier_words(customer.tier),
            "address": self._address,
            "map": _("Show on the map") if self._address else "",
            "phone": customer.phone,
            "language": language_words(customer.language),
        }
        hidden = ("number", "tier", "phone", "language") if self._keeps else ()
        self.facts.show_values({key: words for key, words in values.items() if key not in hidden})
        if self._keeps:
            self.record.show_row(customer.id, customer.body())
