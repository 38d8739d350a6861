"""The sites of a customer: the office keeps name and address, who was there writes down access and dangers."""

from __future__ import annotations

from typing import Any

from fielddesk.core.i18n import _
from fielddesk.features.customers.actions import close_site, create_site, describe_site, edit_site
from fielddesk.features.customers.dialogs import (
    SEEN_ON_SITE,
    SITE_FIELDS,
    SITE_ORDER,
    show_on_map,
    site_field,
    site_row,
)
from fielddesk.features.customers.model import Site
from fielddesk.features.customers.queries import address_of, sites_of
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui.buttons import Button
from fielddesk.ui.inset import Inset
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NewRecord
from fielddesk.ui.saving import SavedForm
from fielddesk.ui.seams import Bench


def _edit(site_id: str, change: dict[str, Any], base: dict[str, Any]) -> Call:
    action = describe_site if set(change) <= set(SEEN_ON_SITE) else edit_site
    return call(action, based_on=base, site_id=site_id, **change)


class SitesPanel(Inset):
    """Where the machines of a customer stand."""

    def __init__(self, bench: Bench) -> None:
        self._keeps = bench.me.role in OFFICE
        self._me = bench
        super().__init__(
            bench,
            lambda: _("Sites"),
            ("map-pin", lambda: _("No sites yet"), lambda: _("The office enters where a customer's machines stand.")),
            lambda: _("New site"),
            lambda: _("All sites"),
        )
        self.new.setVisible(self._keeps)
        self._address = ""
        self.map = Button(lambda: _("Show on the map"), "map-trifold")
        self.map.clicked.connect(lambda: show_on_map(self._address))
        self.buttons.addWidget(self.map)
        self.closing = Button(lambda: _("Close this site"), "archive-box", "quiet")
        self.closing.clicked.connect(lambda: self._close(self.row_id()))
        self.closing.setVisible(self._keeps)
        self.buttons.addWidget(self.closing)

    def rows(self, read: Reading, subject: str) -> list[Row]:
        return [site_row(site) for site in sites_of(read, subject)]

    def make_record(self) -> SavedForm:
        record = SavedForm(self._me, "site", _edit, Site.grouped)
        for key in SITE_ORDER if self._keeps else SEEN_ON_SITE:
            record.form.add(site_field(key, SITE_FIELDS[key].label))
        return record

    def values(self, read: Reading, row_id: str) -> dict[str, Any] | None:
        site = read.get(Site, row_id)
        return None if site is None or site.archived_at else site.body() | {
            "title": ", ".join(part for part in (site.name, address_of(site)) if part), "address": address_of(site)
        }  # fmt: skip

    def shown(self, values: dict[str, Any]) -> None:
        self._address = values["address"]
        self.map.setVisible(bool(self._address))

    def make_new(self) -> NewRecord | None:
        return NewSite(self._bench, self.subject()) if self._keeps else None

    def _close(self, site_id: str) -> None:
        self.show_list()
        self._bench.do(
            call(close_site, site_id=site_id),
            said=lambda: _("Site closed"),
            undo=lambda _done: call(close_site, site_id=site_id, closed=0),
        )


class NewSite(NewRecord):
    """The form of a new site of one customer."""

    def __init__(self, bench: Bench, customer_id: str) -> None:
        super().__init__(
            bench,
            lambda: _("New site"),
            lambda: _("A place where machines of this customer stand."),
            lambda: _("Create site"),
        )
        self._customer_id = customer_id
        self.drafts = f"new_site.{customer_id}"  # type: ignore[misc]
        self.usual = {"zone": bench.zone(), "induction_needed": 0, "permit_needed": 0}  # type: ignore[misc]
        for key in SITE_ORDER:
            self.form.add(site_field(key, SITE_FIELDS[key].label))

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(create_site, customer_id=self._customer_id, **values)

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["name"])
