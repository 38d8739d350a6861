"""Lists of orders: those of the page, and those of one asset or customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.i18n import _
from fielddesk.features.people.queries import marks
from fielddesk.features.workorders.dialogs import row_of
from fielddesk.features.workorders.queries import (
    NEWEST,
    OrderFilter,
    order_count,
    order_matches,
    order_page,
    order_place,
    orders_among,
)
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Empty


class OrdersOf(SubjectPanel):
    """The orders of one asset or one customer, the newest first; Enter or a double click goes to one."""

    def __init__(self, bench: Bench, of: Literal["asset_id", "customer_id"]) -> None:
        super().__init__()
        self._bench, self._of = bench, of
        self._wanted = OrderFilter(bench.me.user_id, bench.today(), sort=NEWEST, zone=bench.zone())
        self.list = RowList(lambda: _("Work orders"))
        self.list.table = "work_order"
        self.list.opened.connect(lambda row_id: bench.show("work_order", row_id))
        give_menu(self.list, lambda row_id: [MenuLine(lambda: _("Show"), lambda: bench.show("work_order", row_id))])
        self.empty = Empty(
            "wrench",
            lambda: _("No work orders yet"),
            lambda: _("Orders on this record appear here, finished ones too. Start one under Work orders with New."),
        )
        self.list.counted.connect(self._counted)
        column = QVBoxLayout(self)
        theme.space(column, (0, 8, 0, 0))
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        me, today, zone = self._bench.me.user_id, self._bench.today(), self._bench.zone()
        wanted = OrderFilter(me, today, sort=NEWEST, zone=zone)
        of_asset = self._of == "asset_id"
        self._wanted = replace(wanted, asset_id=row_id) if of_asset else replace(wanted, customer_id=row_id)
        self.list.show_source(order_source(self._bench, self._wanted))

    def reload(self) -> None:
        self.list.reload()

    def focus(self) -> None:
        self.list.setFocus()
        self.list.choose_first()

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))


class _Matches:
    """Ids of the orders that have a text, looked up once for each question instead of once a page.

    A list asks for its first page and how many there are when it is shown, and how many and then pages when it is
    read again: whichever comes first looks them up, all on the reader's thread.
    """

    def __init__(self, wanted: OrderFilter) -> None:
        self._wanted = wanted
        self._ids: list[str] | None = None
        self._counted = True

    def count(self, read: Reading) -> int:
        if self._ids is None or self._counted:
            self._ids = order_matches(read, self._wanted)
        self._counted = True
        return len(self._ids)

    def ids(self, read: Reading) -> list[str]:
        if self._ids is None:
            self._ids = order_matches(read, self._wanted)
            self._counted = False
        return self._ids


def order_source(bench: Bench, wanted: OrderFilter) -> Source:
    """Orders as rows of a list, with how each stands with headquarters."""
    matches = _Matches(wanted) if wanted.text else None

    def count(read: Reading) -> int:
        return order_count(read, wanted) if matches is None else matches.count(read)

    def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
        if matches is None:
            rows = order_page(read, wanted, offset, limit)
        else:
            rows = orders_among(read, matches.ids(read)[offset : offset + limit])
        marked = marks(read, [row.id for row in rows])
        return [row_of(row, wanted.today, marked.get(row.id), wanted.zone) for row in rows]

    def find(read: Reading, row_id: str) -> int | None:
        if matches is None:
            return order_place(read, wanted, row_id)
        ids = matches.ids(read)
        return ids.index(row_id) if row_id in ids else None

    return paged(bench, fetch, count, find)


def orders_of(of: Literal["asset_id", "customer_id"], read: Reading, row_id: str) -> int:
    """How many orders a record has."""
    none = OrderFilter("", "")
    return order_count(read, replace(none, asset_id=row_id) if of == "asset_id" else replace(none, customer_id=row_id))
