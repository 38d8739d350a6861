"""The line in which one types or scans a part to add it to an order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.parts.dialogs import found_row, unit_words
from fielddesk.features.parts.model import Place
from fielddesk.features.parts.queries import PartRow
from fielddesk.features.parts.rules import MILLION, check_quantity
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.escaping import Escapes
from fielddesk.ui.fields import Choice, Field, Quantity
from fielddesk.ui.flow import Flow
from fielddesk.ui.forms import Form
from fielddesk.ui.lists import Row
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Chip

ADDING_DRAFT: Final = "part.adding"
"""What was typed or taken for an order, and how many: {text, quantity}."""


class HowMany(Quantity):
    """A quantity whose Enter goes on. Signal `entered`."""

    entered = Signal()
    editor: QLineEdit

    def parse(self, text: str) -> int | None:
        value = super().parse(text)
        if value is not None:
            check_quantity(value)
        return value

    def focus_all(self) -> None:
        """Put the keyboard here so that typing replaces the number."""
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editor.selectAll()

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        return super().key_pressed(event)


def beside(field: Field) -> QWidget:
    """A field with its label at its left, for a row of fields."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    theme.space(row, spacing=8)
    theme.size(field.label, height=40)
    row.addWidget(field.label, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(field)
    return holder


class AddPart(Escapes, QFrame):
    """Type or scan a part, how many, from where: Enter after Enter adds it, without a mouse and without a window.

    Signals `given(part_id, quantity, place_id, name)` to fit it, `wanted(…)` to keep it for the order; quantity in
    millionths. What is typed is a draft of the order; signal `restored` when there was one; `left` by Escape.
    """

    given = Signal(str, object, str, str)
    wanted = Signal(str, object, str, str)
    restored = Signal()
    left = Signal()

    def __init__(self, bench: Bench, ask: Callable[[str, Callable[[list[PartRow]], None]], None]) -> None:
        super().__init__()
        self._bench, self._ask_parts = bench, ask
        self._parts: dict[str, PartRow] = {}
        self._order_id = ""
        self.form = Form()
        self.part = Picker(
            "part", lambda: _("Part"), self._ask, needed=True, hint=lambda: _("Scan, or type a number or a name"),
            lines=1,
        )  # fmt: skip
        self.quantity = HowMany("quantity", lambda: _("Quantity"), needed=True)
        self.place = Choice("place", lambda: _("From"), [], needed=True)
        self.form.add(self.part)
        self.fields: dict[str, Field] = {"part": self.part, "quantity": self.quantity, "place": self.place}
        self.quantity.entered.connect(self._entered)
        self.part.picked.connect(self._picked)
        self.part.offered.connect(self._make_room)
        for field in (self.part, self.quantity):
            field.typed.connect(lambda _text: self._keep())
        self.add = Button(lambda: _("Add part"), "plus", "tonal", tip=lambda: _("It is fitted now"))
        self.add.clicked.connect(lambda: self._give(self.given))
        self.reserve = Button(lambda: _("Reserve"), "bookmark-simple", tip=lambda: _("Keep it for this order"))
        self.reserve.clicked.connect(lambda: self._give(self.wanted))
        self.low = Chip("", "warn")
        self.low.hide()
        theme.size(self.quantity.editor, width=96)
        theme.size(self.place.editor, least=150)
        self._rest = QWidget()
        rest = Flow(self._rest)
        theme.space(rest, spacing=12)
        for widget in (beside(self.quantity), beside(self.place), self.add, self.reserve):
            rest.addWidget(widget)
        column = QVBoxLayout(self)
        theme.space(column, spacing=8)
        column.addWidget(self.form)
        column.addWidget(self.low)
        column.addWidget(self._rest)
        self.begin()

    def escaped(self) -> None:
        self.left.emit()

    def _make_room(self, offered: bool) -> None:
        self._rest.setHidden(offered)

    def begin(self) -> None:
        """Empty the line for the next part; the place stays."""
        self.part.start(None)
        self.quantity.start(MILLION)
        self.low.hide()

    # ---------------------------------------------------------------- drafts

    def show_order(self, order_id: str) -> None:
        """Another order: what was typed for the last one is kept, what was typed for this one comes back."""
        self.flush_draft()
        self._order_id = order_id
        self.begin()
        self._bench.draft(ADDING_DRAFT, order_id, lambda text: self._restore(order_id, text))

    def flush_draft(self) -> None:
        """Keep what is typed right now."""
        if self._order_id and (self.part.dirty() or self.quantity.dirty()):
            self._keep()

    def _keep(self) -> None:
        """A part that was taken is kept by its number: that finds it again."""
        part = self._parts.get(self.part.shown or "")
        text = part.number if part is not None and not self.part.dirty() else self.part.text().strip()
        kept = canonical.dumps({"text": text, "quantity": self.quantity.text()}) if text else None
        self._bench.keep_draft(ADDING_DRAFT, self._order_id, kept)

    def _restore(self, order_id: str, text: str | None) -> None:
        if not text or order_id != self._order_id or self.part.text():
            return
        kept = canonical.loads(text)
        self.part.restore(str(kept.get("text", "")))
        self.quantity.restore(str(kept.get("quantity", "")))
        self.restored.emit()

    # ---------------------------------------------------------------- the fields

    def offer_places(self, places: Sequence[Place], me: str) -> None:
        """Where parts can come from; one's own van is chosen unless a person chose another."""
        self.place.set_options([(place.id, place.name) for place in places])
        own = next((place.id for place in places if place.keeper_id == me), None)
        if not self.place.text():
            self.place.start(own or (places[0].id if places else None))

    def focus(self) -> None:
        self.part.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        def found(parts: list[PartRow]) -> None:
            self._parts |= {part.id: part for part in parts}
            then([found_row(part) for part in parts])

        self._ask_parts(text, found)

    def _picked(self, part_id: str) -> None:
        part = self._parts.get(part_id)
        self._keep()
        if part is None:
            self.low.hide()
            return
        self.quantity.unit.set_words(lambda: unit_words(part.unit))
        none = (part.total if part.near is None else part.near) <= 0
        self.low.setVisible(none)
        if none:
            self.low.show_state(lambda: _("None in stock here; it can be added all the same"), "warn")
        self.quantity.focus_all()

    def _value(self, key: str) -> Any:
        """What a field holds; raises FieldDeskError with the field."""
        field = self.fields[key]
        try:
            value = field.parse(field.text())
            if value in (None, ""):
                raise FieldDeskError("place_missing" if key == "place" else "value_missing")
        except FieldDeskError as error:
            raise FieldDeskError(error.code, **{**error.values, "field": key}) from None
        return value

    def refuse(self, error: FieldDeskError) -> None:
        """Say under its field what was wrong, and go there."""
        field = self.fields.get(str(error.values.get("field")), self.part)
        field.say_trouble(error)
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _entered(self) -> None:
        if self.part.shown:
            self._give(self.given)

    def _give(self, how: Any) -> None:
        try:
            values = {key: self._value(key) for key in self.fields}
        except FieldDeskError as error:
            self.refuse(error)
            return
        part = self._parts.get(values["part"])
        how.emit(values["part"], values["quantity"], values["place"], part.number if part else "")
