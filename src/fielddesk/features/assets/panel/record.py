"""The record of an asset as a form, each field saved on leaving it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.assets.actions import edit_asset
from fielddesk.features.assets.dialogs import LABELS, field_of
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import AssetView, asset_view
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Choice
from fielddesk.ui.page import Scroll
from fielddesk.ui.saving import SavedForm, given
from fielddesk.ui.seams import Bench, SubjectPanel


def _edit(asset_id: str, change: dict[str, Any], base: dict[str, Any]) -> Call:
    return call(edit_asset, based_on=base, asset_id=asset_id, **given(change))


class AssetPanel(SubjectPanel):
    """Everything the record says of a machine, each field to be corrected where one stands."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._asset_id = ""
        self._view: AssetView | None = None
        self.record = SavedForm(bench, "asset", _edit, Asset.grouped)
        self.form, self.said = self.record.form, self.record.said
        for key in LABELS:
            self.form.add(field_of(bench, key))
        self.facts = Facts()
        self.facts.add_link("customer", lambda: _("Customer"))
        self.facts.add_link("site", lambda: _("Site"))
        self.facts.add("address", lambda: _("Address"))
        self.facts.add("photos", lambda: _("Photos and files"))
        self.facts.pressed.connect(self._follow)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 12)
        column.addWidget(self.facts)
        column.addWidget(self.record)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self.record.leave()
        self._asset_id = row_id
        self.reload()

    def reload(self) -> None:
        asset_id, today = self._asset_id, self._bench.today()

        def ask(read: Reading) -> AssetView | None:
            return asset_view(read, asset_id, today)

        self._bench.read(ask, self._take, key=f"asset.{id(self)}")

    def may_leave(self) -> bool:
        return self.record.leave()

    def focus(self) -> None:
        self.form.focus_first()

    def _take(self, view: AssetView | None) -> None:
        if view is None or view.asset.id != self._asset_id:
            return
        self._view = view
        self.facts.show_values(
            {
                "customer": view.customer or _("not on this laptop"),
                "site": view.site,
                "address": view.address,
                "photos": str(view.photos) if view.photos else "",
            }
        )
        sites = self.form.fields["site_id"]
        assert isinstance(sites, Choice)
        sites.set_options([(site.id, site.name) for site in view.sites])
        self.record.show_row(view.asset.id, view.asset.body())

    def _follow(self, key: str) -> None:
        if self._view is None:
            return
        if key == "site" and self._view.asset.site_id:
            self._bench.show("site", self._view.asset.site_id)
        else:
            self._bench.show("customer", self._view.customer_id)
