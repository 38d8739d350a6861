"""The place of assets: every machine of the installed base that is on this laptop."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QGuiApplication

from fielddesk.core.i18n import _
from fielddesk.features.assets.dialogs import ACTIONS, FIELDS, row_of, warranty_chip
from fielddesk.features.assets.panel import AssetPanel, AssetsOf, MachinePanel, NewAsset
from fielddesk.features.assets.panel.lists import Of, assets_filter
from fielddesk.features.assets.papers import labelled, labels_of, one_label
from fielddesk.features.assets.queries import (
    AssetFilter,
    AssetView,
    asset_count,
    asset_names,
    asset_page,
    asset_place,
    asset_view,
    part_count,
)
from fielddesk.features.documents.papers import Label
from fielddesk.features.lifecycle.dialogs import alert_notices, stage_chip
from fielddesk.features.people.dialogs import for_the_office, mark_icon, mark_state, mark_words
from fielddesk.features.people.panel import history_of
from fielddesk.features.people.queries import marks
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.tx import Reading
from fielddesk.ui.lists import Row
from fielddesk.ui.making import NEW
from fielddesk.ui.menus import MenuLine
from fielddesk.ui.page import Page
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import Bench, CommandOffer, Hit, Offers, PanelOffer, PlaceOffer, SearchOffer
from fielddesk.ui.signs import Chip

if TYPE_CHECKING:
    from fielddesk.features.documents.page.labels import LabelPane

TABLE: Final = "asset"
LABELS: Final = "labels"
"""Shown instead of a record: the labels of what is chosen and listed."""


class AssetsPage(RecordsPage):
    """Assets."""

    table = TABLE

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Assets"),
            (
                "factory",
                lambda: _("No assets yet"),
                lambda: _("The machines of your orders' customers appear here with the first sync."),
            ),
            ("factory", lambda: _("No asset chosen"), lambda: _("Choose one in the list to see its record.")),
            lambda: _("Serial, name, model, customer"),
            lambda: _("Asset"),
        )
        self._labels: LabelPane | None = None
        if bench.me.role in OFFICE:
            self.offer_new(lambda: _("New asset"), lambda: NewAsset(bench))

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        found = asset_page(read, AssetFilter(text), offset, limit)
        marked = marks(read, [row.id for row in found])
        return [row_of(row, marked.get(row.id)) for row in found]

    def count(self, read: Reading, text: str) -> int:
        return asset_count(read, AssetFilter(text))

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return asset_place(read, AssetFilter(text), row_id)

    def record(self, read: Reading, row_id: str) -> tuple[AssetView, str | None] | None:
        view = asset_view(read, row_id, self._bench.today())
        return None if view is None else (view, marks(read, [row_id]).get(row_id))

    def head(self, record: tuple[AssetView, str | None]) -> Head:
        view, mark = record
        serial = _("serial {serial}").format(serial=view.asset.serial)
        second = " · ".join(part for part in (view.customer, view.asset.model, serial) if part)
        chips = [Chip(lambda: mark_words(mark), mark_state(mark), mark_icon(mark))] if mark else []
        if view.model is not None:
            chips.append(stage_chip(view.model.stage))
        if (in_warranty := warranty_chip(view.asset.warranty_until, self._bench.today())) is not None:
            chips.append(in_warranty)
        return view.asset.name, second, chips, alert_notices(view.alerts, view.replacement)

    def menu(self, row_id: str) -> list[MenuLine]:
        place = self.list.rows.place_of(row_id)
        row = self.list.rows.row_at(place) if place is not None else None
        serial = row.number if row else ""
        copy = MenuLine(lambda: _("Copy serial"), lambda: QGuiApplication.clipboard().setText(serial))
        label = MenuLine(lambda: _("Print label…"), lambda: self.show_labels(row_id), "Ctrl+P")
        return [*super().menu(row_id), label, copy]

    def show_subject(self, table: str, row_id: str) -> None:
        if row_id == LABELS:
            self.show_labels(self.list.chosen_id())
        else:
            super().show_subject(table, row_id)

    def show_labels(self, asset_id: str) -> None:
        """Put up the label of one machine, and those of all that the list holds."""
        wanted = AssetFilter(self._text)

        def ask(read: Reading) -> tuple[list[Label], list[Label]]:
            return one_label(read, asset_id), labels_of(read, wanted)

        self._bench.read(ask, self._take_labels, key=f"labels.{id(self)}")

    def _take_labels(self, found: tuple[list[Label], list[Label]]) -> None:
        one, listed = found
        if not listed and not one:
            self._bench.toast(lambda: _("No machine is in the list to print a label of."), icon="info-fill")
            return
        from fielddesk.features.documents.page.labels import LabelPane, Some  # few print labels in the first second

        if self._labels is None:
            self._labels = LabelPane(self._bench)
            self.add_pane(self._labels)
            self._labels.left_alone.connect(self._labels_left)
        this = {"this": Some(lambda: _("This machine"), tuple(one))} if one else {}
        self.show_pane(self._labels)
        self._labels.show_labels({**this, "all": Some(lambda: _("All in the list"), tuple(listed))})

    def _labels_left(self) -> None:
        if self.has_chosen():
            self.show_detail(focus=False)
        else:
            self.show_nothing()
        self.list.setFocus()


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    ours, asset = labelled(read, text)
    if ours:
        second = _("serial {serial}").format(serial=asset.serial) if asset else ""
        return [Hit(TABLE, asset.id, asset.name, second, "factory", text.strip())] if asset else []
    found = [row_of(row) for row in asset_page(read, AssetFilter(text), 0, limit)]
    return [Hit(TABLE, row.id, row.title, row.second, "factory", row.number) for row in found]


def _print_labels(bench: Bench) -> None:
    bench.show(TABLE, LABELS)


def _new(bench: Bench) -> None:
    bench.show(TABLE, NEW)


def _page(bench: Bench) -> Page:
    return AssetsPage(bench)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer("assets", lambda: _("Assets"), "factory", 40, _page, shows=frozenset({TABLE})),
        PanelOffer(
            TABLE, "overview", lambda: _("Record"), 10, AssetPanel,
            watches=frozenset({TABLE, "customer", "site", "product_model", "strategy_revision", "attachment"}),
        ),
        PanelOffer(TABLE, "machine", lambda: _("Machine"), 20, MachinePanel, part_count, frozenset({TABLE})),
        history_of(TABLE, watches=frozenset({"work_order", "movement", "inspection", "issued_document"})),
        PanelOffer("customer", "assets", lambda: _("Assets"), 30, AssetsOf, partial(_count_of, "customer_id"),
                   frozenset({TABLE})),
        PanelOffer("product_model", "assets", lambda: _("Assets"), 30, partial(AssetsOf, of="model_id"),
                   partial(_count_of, "model_id"), frozenset({TABLE})),
        CommandOffer(
            "asset.new", lambda: _("New asset"), _new, icon="plus", place=lambda: _("Assets"), blocked=for_the_office
        ),
        CommandOffer(
            "asset.labels",
            lambda: _("Print labels"),
            _print_labels,
            icon="tag",
            place=lambda: _("Assets"),
            also=lambda: _("QR code, bar code"),
        ),
        SearchOffer("assets", lambda: _("Assets"), 20, _find),
        *ACTIONS,
    )  # fmt: skip
    offers.name_rows(TABLE, asset_names)
    offers.word_fields(TABLE, FIELDS)


def _count_of(of: Of, read: Reading, row_id: str) -> int:
    return asset_count(read, assets_filter(of, row_id))
