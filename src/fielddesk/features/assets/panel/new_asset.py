"""The form of a new machine, at the right side of the page."""

from __future__ import annotations

from typing import Any

from fielddesk.core.i18n import _
from fielddesk.features.assets.actions import create_asset
from fielddesk.features.assets.dialogs import LABELS, field_of
from fielddesk.features.customers.dialogs import CustomerPicker
from fielddesk.features.customers.model import Site
from fielddesk.features.customers.queries import sites_of
from fielddesk.store.actions import Call, call
from fielddesk.ui.fields import Choice, Field
from fielddesk.ui.making import NewRecord
from fielddesk.ui.seams import Bench
from fielddesk.ui.taking import RecordPicker


class NewAsset(NewRecord):
    """The form of a new machine; remarks and what replaced it are written on its record."""

    drafts = "new_asset"

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("New asset"),
            lambda: _("A machine that stands at a customer's."),
            lambda: _("Create asset"),
        )
        self.customer = CustomerPicker(bench)
        self.form.add(self.customer)
        for key in LABELS:
            if key not in ("remark", "replaced_by_id"):
                self.form.add(field_of(bench, key))

    def put_back(self, field: Field, draft: str) -> None:
        if isinstance(field, RecordPicker):
            field.put_back(draft, self._offer_sites if field is self.customer else None)
        else:
            super().put_back(field, draft)

    def changed(self, key: str, value: Any) -> None:
        if key == "customer_id":
            self.form.fields["site_id"].start(None)
            self._offer_sites(str(value) if value else "")

    def _offer_sites(self, customer_id: str) -> None:
        field = self.form.fields["site_id"]
        assert isinstance(field, Choice)

        def offer(sites: list[Site]) -> None:
            field.set_options([(site.id, site.name) for site in sites])

        self._bench.read(lambda read: sites_of(read, customer_id), offer, key=f"new_asset.sites.{id(self)}")

    def call_of(self, values: dict[str, Any]) -> Call:
        return call(create_asset, **values)

    def told(self, values: dict[str, Any]) -> str:
        return _("{name} entered").format(name=values["name"])
