"""What moved of a part."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.i18n import _
from fielddesk.features.parts.dialogs import (
    amount,
    movement_words,
)
from fielddesk.features.parts.queries import (
    MovementRow,
    movement_count,
    movement_page,
)
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.moments import moment_words
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Empty
from fielddesk.ui.tables import Column, Table


class PartMovements(SubjectPanel):
    """What moved: the ledger of a part as far as it is on this machine."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        now, zone = bench.now, bench.zone
        self.table = Table(
            lambda: _("Movements"),
            [
                Column("when", lambda: _("When"), lambda row: moment_words(row.at, now(), zone())),
                Column("kind", lambda: _("What"), lambda row: movement_words(row.kind)),
                Column("quantity", lambda: _("Quantity"), _signed, number=True),
                Column("place", lambda: _("Place"), lambda row: row.place, stretch=True),
                Column("order", lambda: _("Work order"), lambda row: row.order),
                Column("by", lambda: _("Who"), lambda row: row.by),
            ],
        )
        self.table.keep_within()
        give_menu(self.table, self._menu)
        self.table.opened.connect(self._open)
        self.empty = Empty(
            "swap",
            lambda: _("No movements here"),
            lambda: _("What you receive, fit and take back appears here, and what moved in places you keep."),
        )
        self.table.counted.connect(self._counted)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        def fetch(read: Reading, offset: int, limit: int) -> list[MovementRow]:
            return movement_page(read, row_id, offset, limit)

        self.table.show_source(paged(self._bench, fetch, lambda read: movement_count(read, row_id)))

    def reload(self) -> None:
        self.table.reload()

    def focus(self) -> None:
        self.table.setFocus()

    def _menu(self, row_id: str) -> list[MenuLine]:
        return [MenuLine(lambda: _("Show the order"), lambda: self._open(row_id))]

    def _open(self, row_id: str) -> None:
        place = self.table.rows.place_of(row_id)
        row: MovementRow | None = self.table.rows.row_at(place) if place is not None else None
        if row is not None and row.order_id:
            self._bench.show("work_order", row.order_id)

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.table.setVisible(bool(count))


def _signed(row: MovementRow) -> str:
    words = amount(row.quantity, "piece")
    return f"+{words}" if row.quantity > 0 else words
