"""Where a part lies, and how sure that is."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.parts.dialogs import (
    amount,
    freshness,
    part_title,
    place_words,
)
from fielddesk.features.parts.queries import (
    PartView,
    PlaceStock,
    part_view,
    stock,
)
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.facts import Facts
from fielddesk.ui.menus import give_menu
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty
from fielddesk.ui.tables import Column, Table


class PartStock(SubjectPanel):
    """Where a part lies, how sure that is, and which part replaces which."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._part_id = ""
        self.facts = Facts()
        self.facts.add("category", lambda: _("Category"))
        self._older = QVBoxLayout()
        theme.space(self._older)
        holder = QWidget()
        holder.setLayout(self._older)
        self._replaces = holder
        self.facts.add_widget("replaces", lambda: _("Replaces"), holder)
        self.table = Table(lambda: _("Stock by place"), self._columns())
        give_menu(self.table, lambda _row_id: [])
        self.empty = Empty(
            "package",
            lambda: _("No stock anywhere"),
            lambda: _("Places that hold this part appear here as soon as one of them receives it."),
        )
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 0), 12)
        column.addWidget(self.facts)
        column.addWidget(self.table)
        column.addWidget(self.empty)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def _columns(self) -> list[Column]:
        now, zone = self._bench.now, self._bench.zone
        return [
            Column("place", lambda: _("Place"), lambda line: line.name()),
            Column("kind", lambda: _("Kind"), lambda line: place_words(line.stock.kind)),
            Column(
                "quantity", lambda: _("Quantity"), lambda line: amount(line.stock.quantity, line.unit),
                number=True, state=lambda line: "bad" if line.stock.quantity < 0 else "",
            ),
            Column(
                "free", lambda: _("Free"), lambda line: amount(line.stock.free, line.unit), number=True,
                state=lambda line: "bad" if line.stock.free < 0 else "",
            ),
            Column("from", lambda: _("As of"), lambda line: line.says(now(), zone()), stretch=True),
        ]  # fmt: skip

    def show_subject(self, row_id: str) -> None:
        self._part_id = row_id
        self.reload()

    def reload(self) -> None:
        part_id, me = self._part_id, self._bench.me

        def ask(read: Reading) -> tuple[str, PartView | None, list[PlaceStock]]:
            return part_id, part_view(read, part_id), stock(read, part_id, me.user_id, me.role)

        self._bench.read(ask, self._take, key=f"stock.{id(self)}")

    def focus(self) -> None:
        self.table.setFocus()

    def _take(self, answer: tuple[str, PartView | None, list[PlaceStock]]) -> None:
        part_id, view, found = answer
        if part_id != self._part_id or view is None:
            return
        self.facts.show_values({"category": view.part.category})
        self._show_older(view)
        self.table.show_rows([StockLine(one, view.part.unit) for one in found])
        self.table.setVisible(bool(found))
        self.table.fit_height()
        self.empty.setVisible(not found)

    def _show_older(self, view: PartView) -> None:
        while (item := self._older.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for part in view.replaces[:8]:
            link = Button(f"{part.number} {part_title(part)}", "arrow-square-out", "link")
            link.clicked.connect(partial(self._bench.show, "part", part.id))
            self._older.addWidget(link)
        self.facts.show_line("replaces", bool(view.replaces))


class StockLine:
    """A place and what it holds, as the table shows it."""

    def __init__(self, one: PlaceStock, unit: str) -> None:
        self.id, self.stock, self.unit = one.place_id, one, unit

    def name(self) -> str:
        return _("{place} (yours)").format(place=self.stock.place) if self.stock.mine else self.stock.place

    def says(self, now: int, zone: str) -> str:
        words = freshness(self.stock, now, zone)
        if kept := self.stock.reserved:
            words = _("{quantity} reserved; {words}").format(quantity=amount(kept, self.unit), words=words)
        return _("below zero; {words}").format(words=words) if self.stock.quantity < 0 else words
