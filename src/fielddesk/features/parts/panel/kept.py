"""Parts kept for an order: one press fits them, another lets them go; what is short is said in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.parts.dialogs import amount, part_name, unit_words
from fielddesk.features.parts.panel.adding import HowMany
from fielddesk.features.parts.queries import ReservedRow
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.signs import Chip
from fielddesk.ui.text import Elided, Text

BELOW_UNDER = 560
"""A row narrower than this (pixels at 100 %) has its controls under its words."""


class KeptRow(QFrame):
    """One part that is kept. Signals: `fit(row, quantity)`, `let_go(row)`. Enter in the number fits, Delete lets go."""

    fit = Signal(object, object)
    let_go = Signal(object)

    def __init__(self, row: ReservedRow) -> None:
        super().__init__()
        self.row = row
        self.setProperty("kind", "rowline")
        name = part_name(row.names) or row.number
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(Elided(name, "strong"))
        words.addWidget(Text(lambda: where_words(self.row), "second", wraps=True))
        chips = QHBoxLayout()
        theme.space(chips)
        self.short = Chip(partial(short_words, row), "warn")
        chips.addWidget(self.short)
        chips.addStretch(1)
        words.addLayout(chips)
        self.short.setVisible(bool(row.short))
        self.quantity = HowMany("quantity", lambda: _("How many of {part} to fit").format(part=name), needed=True)
        theme.size(self.quantity.editor, width=72)
        self.quantity.unit.set_words(lambda: unit_words(row.unit))
        theme.size(self.quantity.unit, least=40)
        self.quantity.start(row.quantity)
        self.quantity.entered.connect(self._fit)
        self.button = Button(lambda: _("Fit"), "check", "tonal", tip=lambda: _("Fit it, and end the reservation"))
        self.button.setAccessibleDescription(name)
        self.button.clicked.connect(self._fit)
        self.release = IconButton(lambda: _("Let go of {part}").format(part=name), "x")
        self.release.clicked.connect(lambda: self.let_go.emit(self.row))
        for control in (self.button, self.release):
            control.installEventFilter(self)
        holder = QWidget()
        controls = QHBoxLayout(holder)
        theme.space(controls, spacing=8)
        for widget in (self.quantity, self.button, self.release):
            controls.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        theme.space(self._box, (4, 8, 0, 8), 12)
        self._box.addLayout(words, 1)
        self._box.addWidget(holder, 0, Qt.AlignmentFlag.AlignLeft)

    def _fit(self) -> None:
        try:
            quantity = self.quantity.parse(self.quantity.text())
            if quantity is None:
                raise FieldDeskError("value_missing")
        except FieldDeskError as error:
            self.quantity.say_trouble(error)
            self.quantity.focus_all()
            return
        self.fit.emit(self.row, quantity)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Delete:
            self.let_go.emit(self.row)
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        below = self.width() < theme.px(BELOW_UNDER)
        way = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._box.direction() != way:
            self._box.setDirection(way)


class KeptParts(QWidget):
    """The parts kept for an order; hidden where there are none. Signals as those of a row."""

    fit = Signal(object, object)
    let_go = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[KeptRow] = []
        self._column = QVBoxLayout(self)
        theme.space(self._column)
        self.hide()

    def show_rows(self, rows: Sequence[ReservedRow]) -> None:
        """Show these; one that says the same stays, with what a person types in it."""
        if [one.row for one in self._rows] == list(rows):
            return
        there = {one.row: one for one in self._rows}
        wanted = [there.pop(row) if row in there else self._made(row) for row in rows]
        for gone in there.values():
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, one in enumerate(wanted):
            self._column.insertWidget(place, one)
        self._rows = wanted
        self.setVisible(bool(wanted))

    def rows(self) -> list[KeptRow]:
        return list(self._rows)

    def kept(self, part_id: str, place_id: str | None) -> ReservedRow | None:
        """What is kept of a part, in this place first."""
        found = [one.row for one in self._rows if one.row.part_id == part_id]
        return min(found, key=lambda row: row.place_id != place_id, default=None)

    def _made(self, row: ReservedRow) -> KeptRow:
        one = KeptRow(row)
        one.fit.connect(self.fit)
        one.let_go.connect(self.let_go)
        return one


def where_words(row: ReservedRow) -> str:
    """How many are kept, where, and how many lie there."""
    kept = _("{quantity} reserved").format(quantity=amount(row.quantity, row.unit))
    there = amount(max(0, row.there or 0), row.unit)
    if row.place_id is None:
        where = _("wanted from wherever; {there} with you").format(there=there)
    elif row.there is None:
        where = row.place
    else:
        where = _("{place}: {left}").format(place=row.place, left=there)
    return " · ".join(part for part in (row.number, kept, where) if part)


def short_words(row: ReservedRow) -> str:
    """That there are fewer than are kept: on one's own van, or where else they are kept."""
    missing = amount(row.short, row.unit)
    if row.mine or row.place_id is None:
        return _("{quantity} short on your van").format(quantity=missing)
    return _("{quantity} short there").format(quantity=missing)
