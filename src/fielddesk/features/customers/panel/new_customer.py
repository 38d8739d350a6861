"""The form of a new customer, at the right side of the page."""

from __future__ import annotations

from typing import Any, ClassVar

from fielddesk.core.i18n import _
from fielddesk.features.customers.actions import create_customer
from fielddesk.features.customers.dialogs import FIELDS, ORDER, field_of
from fielddesk.store.actions import Call, call
from fielddesk.ui.making import NewRecord
from fielddesk.ui.seams import Bench


class NewCustomer(NewRecord):
    """The form of a new customer. Its number is the one the books have; none is drawn here."""

    drafts = "new_customer"
    usual: ClassVar = {"tier": "standard", "language": "en"}

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New customer"),
            lambda: _("Headquarters and every laptop get it with the next sync."),
            lambda: _("Create customer"),
        )
        for key in ("name", "number", *ORDER[2:]):
            self.form.add(field_of(key, FIELDS[key].label))

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(create_customer, **values)

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["name"])
