"""Fields that take a site, a contact or another order from what is found while one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fielddesk.core.i18n import _
from fielddesk.features.customers.model import Contact, Site
from fielddesk.features.customers.queries import address_of, contact_names, site_names, site_page
from fielddesk.features.workorders.dialogs import row_of
from fielddesk.features.workorders.queries import (
    OrderRow,
    contacts_of,
    find_orders,
)
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.picking import SHOWN, Picker
from fielddesk.ui.seams import Bench


class SitePicker(Picker):
    """One of the sites of a customer; `customer()` is that customer's id."""

    def __init__(self, bench: Bench, customer: Callable[[], str]) -> None:
        self._bench, self._customer = bench, customer
        super().__init__(
            "site_id", lambda: _("Site"), self._ask_sites, hint=lambda: _("Type a name or a town, or press down")
        )

    def _ask_sites(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        customer = self._customer()

        def found(sites: list[Site]) -> None:
            then([Row(site.id, site.name, address_of(site), icon="map-pin") for site in sites])

        def ask(read: Reading) -> list[Site]:
            return site_page(read, text, customer, SHOWN) if customer else []

        self._bench.read(ask, found, key=f"sites.{id(self)}")

    def put_back(self, site_id: str) -> None:
        """Take a site by id, as a draft remembers one."""

        def named(names: dict[str, str]) -> None:
            if site_id in names:
                self.name(site_id, names[site_id])
                self.start(site_id)

        self._bench.read(lambda read: site_names(read, [site_id]), named, key=f"sites.name.{id(self)}")


class ContactPicker(Picker):
    """One of the people at a customer's, those of the chosen site first."""

    def __init__(self, bench: Bench, customer: Callable[[], str], site: Callable[[], str | None]) -> None:
        self._bench, self._customer, self._site = bench, customer, site
        super().__init__(
            "contact_id", lambda: _("Contact"), self._ask_contacts, hint=lambda: _("Type a name, or press down")
        )

    def _ask_contacts(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        customer, site = self._customer(), self._site()

        def found(people: list[Contact]) -> None:
            then([Row(one.id, one.name, _beside(one.position, one.phone), icon="user") for one in people[:SHOWN]])

        self._bench.read(lambda read: contacts_of(read, customer, site, text), found, key=f"contacts.{id(self)}")

    def put_back(self, contact_id: str) -> None:
        """Take a contact by id, as a draft remembers one."""

        def named(names: dict[str, str]) -> None:
            if contact_id in names:
                self.name(contact_id, names[contact_id])
                self.start(contact_id)

        self._bench.read(lambda read: contact_names(read, [contact_id]), named, key=f"contacts.name.{id(self)}")


class OrderPicker(Picker):
    """Another order; `but()` is the one that is not offered."""

    def __init__(self, bench: Bench, but: Callable[[], str]) -> None:
        self._bench, self._but = bench, but
        super().__init__(
            "other_id", lambda: _("Other order"), self._ask_orders, needed=True,
            hint=lambda: _("Number, title or customer"),
        )  # fmt: skip

    def _ask_orders(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        but, today, zone = self._but(), self._bench.today(), self._bench.zone()

        def found(rows: list[OrderRow]) -> None:
            then([row_of(row, today, zone=zone) for row in rows if row.id != but][:SHOWN])

        self._bench.read(lambda read: find_orders(read, text, SHOWN + 1), found, key=f"orders.pick.{id(self)}")


def _beside(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
