"""The place of parts: the catalogue with what is in stock near me and everywhere."""

from __future__ import annotations

from functools import partial
from typing import Final

from fielddesk.core.i18n import _
from fielddesk.features.parts.dialogs import (
    ACTIONS,
    FIELDS,
    amount,
    numbers_of,
    part_name,
    part_title,
    row_of,
    stock_state,
    stock_words,
    told_movements,
    unit_words,
)
from fielddesk.features.parts.panel import PartMovements, PartStock, PartsUsed
from fielddesk.features.parts.queries import (
    PartRow,
    PartView,
    find_parts,
    fitted,
    moments_of_asset,
    movement_count,
    part_count,
    part_numbers,
    part_page,
    part_place,
    part_view,
    parts_count,
    place_names,
    stock,
)
from fielddesk.features.people.panel import history_of
from fielddesk.features.workorders.page import show_tab
from fielddesk.store.tx import Reading
from fielddesk.ui.buttons import Button
from fielddesk.ui.lists import Row
from fielddesk.ui.menus import MenuLine
from fielddesk.ui.page import Page
from fielddesk.ui.records import Head, RecordsPage
from fielddesk.ui.seams import (
    Bench,
    CommandOffer,
    FieldWords,
    Hit,
    Offers,
    PanelOffer,
    PlaceOffer,
    SearchOffer,
    SummaryOffer,
    TimelineOffer,
)
from fielddesk.ui.signs import Chip, Notice

TABLE: Final = "part"
STOCK: Final = frozenset({"movement", "reservation", "stock_level", "place", "part", "own_operation"})


class PartsPage(RecordsPage):
    """Parts."""

    table = TABLE

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            bench,
            lambda: _("Parts"),
            ("nut", lambda: _("No parts yet"), lambda: _("The parts catalogue comes with the first sync.")),
            ("nut", lambda: _("No part chosen"), lambda: _("Choose one in the list to see where it lies.")),
            lambda: _("Number or name, or scan"),
            lambda: _("Part"),
        )
        self.watches |= STOCK
        self.copy_number = Button(lambda: _("Copy number"), "copy", key="Ctrl+Shift+C")
        self.copy_number.clicked.connect(self._copy_number)
        self.pane.add_action(self.copy_number)
        self._number = ""

    def rows(self, read: Reading, text: str, offset: int, limit: int) -> list[Row]:
        me = self._bench.me
        return [row_of(row) for row in part_page(read, text, me.user_id, me.role, offset, limit)]

    def count(self, read: Reading, text: str) -> int:
        return part_count(read, text)

    def place(self, read: Reading, text: str, row_id: str) -> int | None:
        return part_place(read, text, row_id)

    def record(self, read: Reading, row_id: str) -> tuple[PartView, PartRow] | None:
        view, me = part_view(read, row_id), self._bench.me
        if view is None:
            return None
        found = stock(read, row_id, me.user_id, me.role)
        own = [one.free for one in found if one.mine]
        total = sum(one.free for one in found)
        part = view.part
        near = sum(own) if own else None
        return view, PartRow(part.id, part.number, part.names, part.unit, near, total, part.replaced_by)

    def head(self, record: tuple[PartView, PartRow]) -> Head:
        view, row = record
        self._number = view.part.number
        state = _stock_state(row)
        chips = [Chip(lambda: stock_words(row), state, "package" if state == "idle" else "")]
        second = _("number {number} · counted in {unit}").format(
            number=view.part.number, unit=unit_words(view.part.unit)
        )
        return part_title(view.part), second, chips, self._replaced(view)

    def _replaced(self, view: PartView) -> list[Notice]:
        number, successor = view.part.replaced_by, view.successor
        if not number:
            return []
        answers = []
        if successor is not None:
            found = successor.id
            answers.append((lambda: _("Show {number}").format(number=number), lambda: self.show_subject(TABLE, found)))
        return [
            Notice(
                lambda: _("Replaced by {number}").format(number=number),
                lambda: _("Use up what is in stock, then order the new one."),
                "info",
                "swap",
                answers,
            )
        ]

    def menu(self, row_id: str) -> list[MenuLine]:
        place = self.list.rows.place_of(row_id)
        row = self.list.rows.row_at(place) if place is not None else None
        number = row.number if row else ""
        return [*super().menu(row_id), MenuLine(lambda: _("Copy number"), lambda: self.copy(number))]

    def _copy_number(self) -> None:
        if self._number:
            self.copy(self._number)


def _stock_state(row: PartRow) -> str:
    return "ok" if (row.total if row.near is None else row.near) > 0 else stock_state(row)


def _page(bench: Bench) -> Page:
    return PartsPage(bench)


def _find(read: Reading, text: str, limit: int) -> list[Hit]:
    found = find_parts(read, text, "", "", limit)
    return [
        Hit(TABLE, part.id, part_name(part.names) or part.number, numbers_of(part), "nut", part.number)
        for part in found
    ]


def _fitted_words(read: Reading, order_id: str) -> list[str]:
    rows = fitted(read, order_id)
    return [
        _("{amount} × {part} ({number})").format(
            amount=amount(row.quantity, row.unit), part=part_name(row.names) or row.number, number=row.number
        )
        for row in rows
        if row.quantity > 0
    ]


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer("parts", lambda: _("Parts"), "nut", 50, _page, shows=frozenset({TABLE})),
        PanelOffer("work_order", "parts", lambda: _("Parts"), 20, PartsUsed, parts_count, STOCK),
        CommandOffer("part.add", lambda: _("Scan or add part"), partial(show_tab, "parts"), "Alt+P", "barcode",
                     lambda: _("Work orders")),
        PanelOffer(TABLE, "stock", lambda: _("Stock"), 10, PartStock, watches=STOCK),
        PanelOffer(TABLE, "movements", lambda: _("Movements"), 20, PartMovements, movement_count, STOCK),
        SummaryOffer("parts", 30, lambda: _("Parts used"), _fitted_words),
        history_of(TABLE),
        TimelineOffer("asset", "parts", moments_of_asset, told_movements),
        SearchOffer("parts", lambda: _("Parts"), 30, _find),
        *ACTIONS,
    )  # fmt: skip
    offers.name_rows(TABLE, part_numbers)
    offers.name_rows("place", place_names)
    offers.word_fields(TABLE, FIELDS)
    offers.word_fields("place", {"name": FieldWords(lambda: _("Name"))})
