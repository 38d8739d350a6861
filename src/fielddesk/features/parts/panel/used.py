"""Parts fitted on an order, those kept for it, and the line that adds one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.parts.actions import release_part, reserve_part, take_part_back, use_part
from fielddesk.features.parts.dialogs import (
    amount,
    part_name,
)
from fielddesk.features.parts.model import Place
from fielddesk.features.parts.panel.adding import ADDING_DRAFT, AddPart
from fielddesk.features.parts.panel.kept import KeptParts
from fielddesk.features.parts.queries import (
    FittedRow,
    PartRow,
    PlaceStock,
    ReservedRow,
    find_parts,
    fitted,
    places,
    reserved,
    stocks,
)
from fielddesk.features.people.dialogs import mark_words
from fielddesk.features.people.queries import marks
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty, Remark
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.text import Text
from fielddesk.ui.wording import sentence

SHOWN: Final = 5


class Line:
    """A fitted part as the table shows it: with what its place holds now and how it stands with headquarters."""

    def __init__(self, row: FittedRow, left: int | None, mark: str | None) -> None:
        self.id, self.row, self.left, self.mark = row.id, row, left, mark

    def where(self) -> str:
        if self.left is None:
            return self.row.place
        return _("{place}: {left}").format(place=self.row.place, left=amount(self.left, self.row.unit))

    def below(self) -> str:
        """In words that there is less than nothing left."""
        return _(
            "{place}: {quantity} of {part} below zero. It counts all the same; count the place when you can."
        ).format(
            place=self.row.place,
            quantity=amount(-(self.left or 0), self.row.unit),
            part=part_name(self.row.names) or self.row.number,
        )

    def who(self, now: int, zone: str) -> str:
        when = mark_words(self.mark) or moment_words(self.row.at, now, zone)
        return _("{who}, {when}").format(who=self.row.by or _("somebody"), when=when)


class PartsUsed(SubjectPanel):
    """Parts fitted on an order, those kept for it, and the line that adds one."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._going_back: set[str] = set()
        """Movements whose taking back is under way."""
        self.title = Text(lambda: _("Parts fitted"), "heading")
        self._fitted = Text(lambda: _("Parts fitted"), "heading")
        self.open = Button(
            lambda: _("Scan or add part"), "barcode", tip=lambda: _("Add a part to the order") + "  Alt+P"
        )
        self.open.setCheckable(True)
        self.open.toggled.connect(self._opened)
        self.adding = AddPart(bench, self._ask_parts)
        self.adding.given.connect(self._add)
        self.adding.wanted.connect(self._reserve)
        self.adding.left.connect(self._put_adding_away)
        self.adding.restored.connect(self._show_adding)
        self.adding.hide()
        self.kept = KeptParts()
        self.kept.fit.connect(self._fit_kept)
        self.kept.let_go.connect(self._let_go)
        self._van: str | None = None
        self.table = Table(lambda: _("Parts fitted"), self._columns())
        give_menu(self.table, self._menu)
        self.below = Remark()
        self.adding.part.offered.connect(self._make_room)
        self.empty = Empty(
            "nut",
            lambda: _("No parts yet"),
            lambda: _("Parts you fit appear here. Press Scan or add part, then scan or type."),
        )
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        head.addWidget(self.title, 1)
        head.addWidget(self.open)
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 4), 8)
        column.addLayout(head)
        column.addWidget(self.adding)
        column.addWidget(self.kept)
        column.addWidget(self.empty)
        column.addWidget(self._fitted)
        column.addWidget(self.below)
        column.addWidget(self.table)
        column.addStretch(1)
        self.empty.hide()
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def _columns(self) -> list[Column]:
        now, zone = self._bench.now, self._bench.zone
        return [
            Column("name", lambda: _("Part"), lambda line: part_name(line.row.names) or line.row.number),
            Column("number", lambda: _("Number"), lambda line: line.row.number),
            Column(
                "quantity", lambda: _("Quantity"), lambda line: amount(line.row.quantity, line.row.unit),
                number=True,
            ),
            Column(
                "where", lambda: _("From"), Line.where, state=lambda line: "bad" if (line.left or 0) < 0 else "",
            ),
            Column("who", lambda: _("Who, when"), lambda line: line.who(now(), zone())),
        ]  # fmt: skip

    # ---------------------------------------------------------------- showing

    def show_subject(self, row_id: str) -> None:
        self._order_id = row_id
        self.open.setChecked(False)
        self.adding.show_order(row_id)
        self.reload()

    def may_leave(self) -> bool:
        self.adding.flush_draft()
        return True

    def reload(self) -> None:
        order_id, me = self._order_id, self._bench.me

        def ask(read: Reading) -> tuple[str, list[Line], list[Place], list[ReservedRow]]:
            rows = fitted(read, order_id)
            found = stocks(read, [row.part_id for row in rows], me.user_id, me.role)
            marked = marks(read, [row.id for row in rows])
            lines = [Line(row, _left(found[row.part_id], row.place_id), marked.get(row.id)) for row in rows]
            return order_id, lines, places(read, me.user_id), reserved(read, order_id, me.user_id, me.role)

        self._bench.read(ask, self._take, key=f"parts.{id(self)}")

    def focus(self) -> None:
        self.open.setChecked(True)
        self.adding.focus()

    def _take(self, answer: tuple[str, list[Line], list[Place], list[ReservedRow]]) -> None:
        order_id, lines, here, kept = answer
        if order_id != self._order_id:
            return
        self._van = next((place.id for place in here if place.keeper_id == self._bench.me.user_id), None)
        self.kept.show_rows(kept)
        self.table.show_rows(lines)
        self.table.fit_height()
        self.below.show_words(" ".join(dict.fromkeys(line.below() for line in lines if (line.left or 0) < 0)))
        self._make_room(False)
        self.adding.offer_places(here, self._bench.me.user_id)

    def _make_room(self, offered: bool) -> None:
        """While parts are offered they have the room of the table."""
        there = bool(self.table.rows.rowCount())
        self.table.setVisible(there and not offered)
        self.below.setVisible(bool(self.below.words()) and not offered)
        kept = bool(self.kept.rows())
        self.kept.setVisible(kept and not offered)
        self._fitted.setVisible(kept and there and not offered)
        self.title.set_words(self._heading)
        self.empty.setVisible(not there and not self.open.isChecked() and not self.kept.rows())

    def _heading(self) -> str:
        return _("Reserved for this order") if self.kept.rows() else _("Parts fitted")

    def _put_adding_away(self) -> None:
        self.open.setChecked(False)
        self.open.setFocus()

    def _opened(self, on: bool) -> None:
        self.adding.setVisible(on)
        self._make_room(False)
        if on:
            self.adding.focus()

    def _show_adding(self) -> None:
        """What was typed the last time is there again; the keyboard stays where it is."""
        self.open.blockSignals(True)
        self.open.setChecked(True)
        self.open.blockSignals(False)
        self.adding.show()
        self._make_room(False)

    # ---------------------------------------------------------------- adding and taking back

    def _ask_parts(self, text: str, then: Callable[[list[PartRow]], None]) -> None:
        me, order_id = self._bench.me, self._order_id
        self._bench.read(
            lambda read: find_parts(read, text, me.user_id, me.role, SHOWN, order_id), then,
            key=f"parts.find.{id(self)}",
        )  # fmt: skip

    def _add(self, part_id: str, quantity: int, place_id: str, number: str) -> None:
        self._fit(part_id, quantity, place_id, number, self.adding.refuse)
        self.adding.begin()
        self.adding.focus()

    def _reserve(self, part_id: str, quantity: int, place_id: str, number: str) -> None:
        order_id = self._order_id

        def taken_back(_done: Done) -> Call:
            return _release(order_id, part_id, quantity, place_id)

        self._bench.do(
            _keep(order_id, part_id, quantity, place_id),
            said=lambda: _("{part} reserved").format(part=number),
            undo=taken_back,
            failed=self.adding.refuse,
            drops=[(ADDING_DRAFT, order_id)],
        )
        self.adding.begin()
        self.adding.focus()

    def _fit(
        self, part_id: str, quantity: int, place_id: str, number: str, refused: Callable[[FieldDeskError], None]
    ) -> None:
        """Fit a part; as many of it as were kept for this order are kept no longer."""
        order_id = self._order_id
        calls = [call(use_part, order_id=order_id, part_id=part_id, quantity=quantity, place_id=place_id)]
        kept = self.kept.kept(part_id, place_id)
        let_go = min(quantity, kept.quantity) if kept is not None else 0
        if kept is not None:
            calls.append(_release(order_id, part_id, let_go, kept.place_id))

        def taken_back(done: Done) -> list[Call]:
            back = [_back(order_id, done.results[0], part_id, quantity, place_id)]
            return [*back, _keep(order_id, part_id, let_go, kept.place_id)] if kept is not None else back

        self._bench.do(
            calls,
            said=lambda: _("{part} fitted").format(part=number),
            undo=taken_back,
            failed=refused,
            drops=[(ADDING_DRAFT, order_id)],
        )

    def _fit_kept(self, row: ReservedRow, quantity: int) -> None:
        """Fit what was kept, from where it is kept; what is wanted from wherever comes from the own van."""
        place_id = row.place_id or self._van
        if place_id is None:
            self.open.setChecked(True)
            self.adding.part.restore(row.number)
            self._bench.toast(lambda: _("Choose where the part is taken from."), icon="info-fill")
            return
        self._fit(row.part_id, quantity, place_id, row.number, self._not_done)

    def _let_go(self, row: ReservedRow) -> None:
        order_id = self._order_id

        def taken_back(_done: Done) -> Call:
            return _keep(order_id, row.part_id, row.quantity, row.place_id)

        self._bench.do(
            _release(order_id, row.part_id, row.quantity, row.place_id),
            said=lambda: _("{part} no longer reserved").format(part=row.number),
            undo=taken_back,
        )

    def _not_done(self, error: FieldDeskError) -> None:
        self._bench.toast(lambda: sentence(error), icon="warning-fill")

    def _menu(self, row_id: str) -> list[MenuLine]:
        return [
            MenuLine(lambda: _("Take back"), lambda: self._take_back(row_id), "Del"),
            MenuLine(lambda: _("Show the part"), lambda: self._show_part(row_id)),
        ]

    def _line(self, row_id: str) -> Line | None:
        place = self.table.rows.place_of(row_id)
        return self.table.rows.row_at(place) if place is not None else None

    def _show_part(self, row_id: str) -> None:
        if (line := self._line(row_id)) is not None:
            self._bench.show("part", line.row.part_id)

    def _take_back(self, row_id: str) -> None:
        line = self._line(row_id)
        if line is None or row_id in self._going_back:
            return
        row, order_id = line.row, self._order_id
        self._going_back.add(row_id)

        def refused(error: FieldDeskError) -> None:
            self._going_back.discard(row_id)
            self._bench.toast(lambda: sentence(error), icon="warning-fill")

        def fitted_again(_done: Done) -> Call:
            return call(use_part, order_id=order_id, part_id=row.part_id, quantity=row.quantity, place_id=row.place_id)

        self._bench.do(
            _back(order_id, row.id, row.part_id, row.quantity, row.place_id),
            said=lambda: _("{part} taken back to {place}").format(part=row.number, place=row.place),
            undo=fitted_again,
            then=lambda _done: self._going_back.discard(row_id),
            failed=refused,
        )


def _keep(order_id: str, part_id: str, quantity: int, place_id: str | None) -> Call:
    return call(reserve_part, order_id=order_id, part_id=part_id, quantity=quantity, place_id=place_id)


def _release(order_id: str, part_id: str, quantity: int, place_id: str | None) -> Call:
    return call(release_part, order_id=order_id, part_id=part_id, quantity=quantity, place_id=place_id)


def _left(found: list[PlaceStock], place_id: str) -> int | None:
    return next((one.quantity for one in found if one.place_id == place_id), None)


def _back(order_id: str, movement_id: str, part_id: str, quantity: int, place_id: str) -> Call:
    return call(
        take_part_back, order_id=order_id, movement_id=movement_id, part_id=part_id, quantity=quantity,
        place_id=place_id,
    )  # fmt: skip
