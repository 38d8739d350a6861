"""The people one asks for at a customer's, each with when somebody last made sure that the entry is right."""

from __future__ import annotations

from typing import Any

from fielddesk.core.i18n import _
from fielddesk.features.customers.actions import create_contact, edit_contact, retire_contact
from fielddesk.features.customers.dialogs import (
    CONTACT_FIELDS,
    CONTACT_ORDER,
    confirmed_words,
    contact_field,
    contact_row,
)
from fielddesk.features.customers.model import Contact, Site
from fielddesk.features.customers.queries import contacts_of, sites_of
from fielddesk.features.customers.rules import to_be_confirmed
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Choice
from fielddesk.ui.inset import Inset
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NewRecord
from fielddesk.ui.menus import MenuLine
from fielddesk.ui.saving import SavedForm, given
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Remark


def _edit(contact_id: str, change: dict[str, Any], base: dict[str, Any]) -> Call:
    return call(edit_contact, based_on=base, contact_id=contact_id, **given(change))


class ContactsPanel(Inset):
    """Who is asked for, by name."""

    def __init__(self, bench: Bench) -> None:
        self._me = bench
        super().__init__(
            bench,
            lambda: _("Contacts"),
            ("address-book", lambda: _("No contacts yet"), lambda: _("Enter whom one asks for at this customer.")),
            lambda: _("New contact"),
            lambda: _("All contacts"),
        )
        self._shown: dict[str, Any] = {}
        self.confirm = Button(lambda: _("Confirmed today"), "check", "tonal")
        self.confirm.clicked.connect(self._confirm)
        self.buttons.addWidget(self.confirm)
        self.gone = Button(lambda: _("Has left"), "archive-box", "quiet")
        self.gone.clicked.connect(lambda: self._retire(self.row_id()))
        self.buttons.addWidget(self.gone)

    def rows(self, read: Reading, subject: str) -> list[Row]:
        today = self._bench.today()
        return [contact_row(row, today) for row in contacts_of(read, subject)]

    def make_record(self) -> SavedForm:
        record = SavedForm(self._me, "contact", _edit)
        for key in CONTACT_ORDER:
            record.form.add(contact_field(key, CONTACT_FIELDS[key].label, self._me.today))
        self.old = Remark("warn")
        record.layout().addWidget(self.old)  # type: ignore[union-attr]
        return record

    def values(self, read: Reading, row_id: str) -> dict[str, Any] | None:
        contact = read.get(Contact, row_id)
        if contact is None or contact.archived_at:
            return None
        return contact.body() | {"title": contact.name, "sites": sites_of(read, contact.customer_id)}

    def shown(self, values: dict[str, Any]) -> None:
        self._shown = values
        offer_sites(self.record.form.fields["site_id"], values["sites"])
        old = to_be_confirmed(values["confirmed_on"], self._bench.today())
        self.old.show_words((lambda: confirmed_words(values["confirmed_on"])) if old else "")

    def make_new(self) -> NewRecord | None:
        return NewContact(self._bench, self.subject())

    def menu(self, row_id: str) -> list[MenuLine]:
        return [MenuLine(lambda: _("Has left"), lambda: self._retire(row_id))]

    def _confirm(self) -> None:
        row_id, before, today = self.row_id(), self._shown.get("confirmed_on"), self._bench.today()
        if before == today:
            self._bench.toast(lambda: _("This contact was confirmed today already."), icon="info-fill")
            return
        self._bench.do(
            _edit(row_id, {"confirmed_on": today}, {"confirmed_on": before}),
            said=lambda: _("Contact confirmed"),
            undo=lambda _done: _edit(row_id, {"confirmed_on": before}, {"confirmed_on": today}),
        )

    def _retire(self, contact_id: str) -> None:
        self.show_list()
        self._bench.do(
            call(retire_contact, contact_id=contact_id),
            said=lambda: _("Contact taken off the list"),
            undo=lambda _done: call(retire_contact, contact_id=contact_id, gone=0),
        )


class NewContact(NewRecord):
    """The form of a new contact of one customer."""

    def __init__(self, bench: Bench, customer_id: str) -> None:
        super().__init__(
            bench,
            lambda: _("New contact"),
            lambda: _("A person one asks for at this customer."),
            lambda: _("Create contact"),
        )
        self._customer_id = customer_id
        self.drafts = f"new_contact.{customer_id}"  # type: ignore[misc]
        self.usual = {"language": "en", "confirmed_on": bench.today()}  # type: ignore[misc]
        for key in CONTACT_ORDER:
            self.form.add(contact_field(key, CONTACT_FIELDS[key].label, bench.today))

    def offer(self) -> None:
        key = f"contact.sites.{id(self)}"
        self._bench.read(lambda read: sites_of(read, self._customer_id), self._offer_sites, key=key)

    def _offer_sites(self, sites: list[Site]) -> None:
        offer_sites(self.form.fields["site_id"], sites)

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(create_contact, customer_id=self._customer_id, **values)

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["name"])


def offer_sites(field: Any, sites: list[Site]) -> None:
    """Offer the sites of the customer in a form's choice."""
    assert isinstance(field, Choice)
    field.set_options([(site.id, site.name) for site in sites])
