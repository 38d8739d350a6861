"""The form of a new order, at the right side of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import assets_of
from fielddesk.features.customers.dialogs import row_of
from fielddesk.features.customers.queries import customer_names, customer_page
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import assignable_people
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.actions import create_order
from fielddesk.features.workorders.dialogs import KINDS, kind_words
from fielddesk.store.actions import call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Choice, Line, Prose
from fielddesk.ui.forms import Day, Form
from fielddesk.ui.lists import Row
from fielddesk.ui.page import Pane
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card
from fielddesk.ui.wording import sentence

USUAL_KIND: Final = "repair"


class NewOrder(Pane):
    """The form of a new order, at the right side; what is typed is kept until the order is made.

    Signals: `made(order id)`, `left_alone` when the person does something else first.
    """

    made = Signal(str)
    left_alone = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__(lambda: _("New work order"), lambda: _("It gets its number on this laptop and keeps it."))
        self._bench = bench
        self._number = ""
        self._busy = False
        self._handed: dict[str, str] = {}
        """The text of each field as it was handed over to be saved."""
        self.form = Form()
        self._kind = Choice("kind", lambda: _("Kind"), [(key, partial(kind_words, key)) for key in KINDS], needed=True)
        self.title_field = Line("title", lambda: _("What is to be done"), needed=True)
        self.customer = Picker(
            "customer_id", lambda: _("Customer"), self._ask_customers, needed=True,
            hint=lambda: _("Type a name, a number or a town"),
        )  # fmt: skip
        self.asset = Choice("asset_id", lambda: _("Asset"), [])
        for field in (self._kind, self.title_field, self.customer, self.asset):
            self.form.add(field)
        self.form.add(Day("due_on", lambda: _("Due")))
        if bench.me.role in OFFICE:
            self.form.add(Choice("assignee_id", lambda: _("Given to"), []))
        self.form.add(Prose("description", lambda: _("Description")))
        self.form.typed.connect(self._typed)
        self.form.committed.connect(self._left_field)
        card = Card()
        inner = QVBoxLayout()
        theme.space(inner, (16, 16, 16, 12))
        inner.addWidget(self.form)
        card.column().addLayout(inner)
        self.add(card)
        self.add_stretch()
        later = Button(lambda: _("Not now"), kind="quiet", tip=lambda: _("What you typed is kept"))
        later.clicked.connect(self.left_alone)
        self.add_action(later)
        self.make = Button(lambda: _("Create order"), "plus", "primary")
        self.make.clicked.connect(self._make)
        self.add_action(self.make)

    def begin(self) -> None:
        """Show the form with what was typed the last time."""
        if not self.form.subject:
            self.form.load("new", {"kind": USUAL_KIND})
            for key in self.form.fields:
                self._bench.draft(f"new_order.{key}", "new", partial(self._restore, key))
        if self._bench.me.role in OFFICE:
            self._bench.read(assignable_people, self._offer_people, key=f"new_order.people.{id(self)}")
        self.form.focus_first()

    def keep(self) -> None:
        """Keep what is typed right now, before the window closes or another place is shown."""
        if self.form.subject:
            self.form.flush_drafts()

    def _offer_people(self, people: list[User]) -> None:
        field = self.form.fields["assignee_id"]
        assert isinstance(field, Choice)
        field.set_options([(user.id, user.name) for user in people])

    def _ask_customers(self, text: str, then: Callable[[Sequence[Row]], None]) -> None:
        def ask(read: Reading) -> list[Row]:
            return [row_of(row) for row in customer_page(read, text, 0, 5)]

        self._bench.read(ask, then, key=f"new_order.customers.{id(self)}")

    def _restore(self, key: str, text: str | None) -> None:
        field = self.form.fields[key]
        if not text or field.dirty():
            return
        if field is self.customer:
            self._bench.read(
                lambda read: customer_names(read, [text]), partial(self._restore_customer, text), key="new_order.name"
            )
        elif isinstance(field, Choice):
            field.start(text)
        else:
            field.restore(text)

    def _restore_customer(self, customer_id: str, names: dict[str, str]) -> None:
        if customer_id in names:
            self.customer.name(customer_id, names[customer_id])
            self.customer.start(customer_id)
            self._offer_assets(customer_id)

    def _typed(self, key: str, text: str | None) -> None:
        if key != "customer_id":
            self._bench.keep_draft(f"new_order.{key}", "new", text or None)

    def _left_field(self, key: str, _shown: object, new: object) -> None:
        field = self.form.fields[key]
        field.saved()
        kept = str(new) if new and isinstance(field, Choice | Picker) else field.text()
        self._bench.keep_draft(f"new_order.{key}", "new", kept or None)
        if key == "customer_id":
            self.asset.start(None)
            self._offer_assets(str(new) if new else "")

    def _offer_assets(self, customer_id: str) -> None:
        def offer(assets: list[Asset]) -> None:
            self.asset.set_options([(asset.id, f"{asset.name} ({asset.serial})") for asset in assets])

        self._bench.read(lambda read: assets_of(read, customer_id), offer, key=f"new_order.assets.{id(self)}")

    def _values(self) -> dict[str, Any] | None:
        """What the fields hold; None where one is refused: every mistake is told, the first gets the keyboard."""
        values: dict[str, Any] = {}
        good = True
        for key, field in reversed(self.form.fields.items()):
            try:
                values[key] = field.parse(field.text())
                if field.needed and not values[key]:
                    raise FieldDeskError("value_missing")
            except FieldDeskError as error:
                good = False
                field.say_trouble(sentence(error))
                field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return values if good else None

    def _make(self) -> None:
        if self._busy or (values := self._values()) is None:
            return
        if self._bench.me.role not in OFFICE:
            values["assignee_id"] = self._bench.me.user_id
        values["description"] = values["description"] or ""
        self._busy = True
        self.keep()  # a draft still waiting for its half second would be written after the order
        self._handed = {key: field.text() for key, field in self.form.fields.items()}
        if self._number:
            self._open(values, self._number)
        else:
            self._bench.draw_number("WO", partial(self._open, values))

    def _open(self, values: dict[str, Any], number: str) -> None:
        self._number = number
        try:
            order = call(create_order, number=number, **values)
        except FieldDeskError as error:
            self._refused(error)
            return
        self._bench.do(
            order,
            then=self._opened,
            failed=self._refused,
            said=lambda: _("{number} opened").format(number=number),
            drops=[(f"new_order.{key}", "new") for key in self.form.fields if not self._changed_since(key)],
        )

    def _changed_since(self, key: str) -> bool:
        return self.form.fields[key].text() != self._handed[key]

    def _opened(self, done: Done) -> None:
        self._busy, self._number = False, ""
        for key, field in self.form.fields.items():
            if self._changed_since(key):  # typed while the order was being saved: it waits for the next one
                field.flush_draft()
            field.start(None)
        self.form.subject = ""
        self.made.emit(done.results[0])

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        field = self.form.fields.get(str(error.values.get("field", "")))
        if field is None:
            self._bench.toast(sentence(error), icon="warning-fill")
            return
        field.say_trouble(sentence(error))
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
