"""The place of customers: who they are, where they are, and what was done for them."""

from __future__ import annotations

from fielddesk.core.i18n import _
from fielddesk.features.customers.dialogs import (
    ACTIONS,
    CONTACT_FIELDS,
    FIELDS,
    SITE_FIELDS,
    row_of,
    tier_icon,
    tier_words,
)
from fielddesk.features.customers.model import Contact, Customer, Site
from fielddesk.features.customers.panel import ContactsPanel, CustomerPanel, NewCustomer, SitesPanel
from fielddesk.features.customers.queries import (
    address_of,
    contact_count,
    contact_names,
    customer_count,
    customer_names,
    customer_page,
    customer_place,
    site_count,
    site_names,
)
from fielddesk.features.people.dialogs import for_the_office
from fielddesk.features.people.panel import history_of
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.tx import Reading
from fielddesk.ui.inset import Inset
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NEW
from fielddesk.ui.page import Page
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Offers, PanelOffer, PlaceOffer, SearchOffer
from fielddesk.ui.signs import Chip

TABLE = "customer"
TABS: dict[str, tuple[str, type[Site] | type[Contact]]] = {"site": ("sites", Site), "contact": ("contacts", Contact)}
"""What is shown within a customer: its tab, and the table that knows whose it is."""


class CustomersPage(RecordsPage):
    """Customers."""

    table = TABLE

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Customers"),
            (
                "buildings",
                lambda: _("No customers yet"),
                lambda: _("The customers of your orders appear here with the first sync."),
            ),
            (
                "buildings",
                lambda: _("No customer chosen"),
                lambda: _("Choose one in the list to see address and orders."),
            ),
            lambda: _("Name, number or town"),
            lambda: _("Customer"),
        )
        if bench.me.role in OFFICE:
            self.offer_new(lambda: _("New customer"), lambda: NewCustomer(bench))

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        return [row_of(row) for row in customer_page(read, text, offset, limit)]

    def count(self, read: Reading, text: str) -> int:
        return customer_count(read, text)

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return customer_place(read, text, row_id)

    def record(self, read: Reading, row_id: str) -> Customer | None:
        return read.get(Customer, row_id)

    def head(self, record: Customer) -> Head:
        chips = []
        if record.tier != "standard":
            chips.append(Chip(lambda: tier_words(record.tier), "info", tier_icon(record.tier)))
        return record.name, " · ".join(part for part in (record.number, address_of(record)) if part), chips, ()

    def show_subject(self, table: str, row_id: str) -> None:
        if table not in TABS:
            super().show_subject(table, row_id)
            return
        tab, kind = TABS[table]

        def ask(read: Reading) -> str:
            row = read.get(kind, row_id)
            return row.customer_id if row is not None else ""

        def take(customer_id: str) -> None:
            if customer_id:
                super(CustomersPage, self).show_subject(TABLE, customer_id)
                panel = self.tabs.choose(tab)
                if isinstance(panel, Inset):
                    panel.open(row_id)

        self._bench.read(ask, take, key=f"customers.of.{id(self)}")


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    found = [row_of(row) for row in customer_page(read, text, 0, limit)]
    return [Hit(TABLE, row.id, row.title, row.second, "buildings", row.number) for row in found]


def _new(bench: Bench) -> None:
    bench.show(TABLE, NEW)


def _page(bench: Bench) -> Page:
    return CustomersPage(bench)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer("customers", lambda: _("Customers"), "buildings", 70, _page,
                   shows=frozenset({TABLE, *TABS})),
        PanelOffer(TABLE, "overview", lambda: _("Overview"), 10, CustomerPanel, watches=frozenset({TABLE})),
        PanelOffer(TABLE, "sites", lambda: _("Sites"), 15, SitesPanel, site_count, frozenset({"site"})),
        PanelOffer(TABLE, "contacts", lambda: _("Contacts"), 20, ContactsPanel, contact_count,
                   frozenset({"contact", "site"})),
        history_of(TABLE),
        CommandOffer(
            "customer.new", lambda: _("New customer"), _new, icon="plus", place=lambda: _("Customers"),
            blocked=for_the_office,
        ),
        SearchOffer("customers", lambda: _("Customers"), 40, _find),
        *ACTIONS,
    )  # fmt: skip
    offers.name_rows(TABLE, customer_names)
    offers.word_fields(TABLE, FIELDS)
    offers.name_rows("site", site_names)
    offers.word_fields("site", SITE_FIELDS)
    offers.name_rows("contact", contact_names)
    offers.word_fields("contact", CONTACT_FIELDS)
