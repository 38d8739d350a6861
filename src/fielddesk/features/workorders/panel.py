"""The tabs of a work order that are its own: overview and notes; and the tab of orders on an asset or customer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.assets.model import Asset
from fielddesk.features.assets.queries import assets_of
from fielddesk.features.customers.queries import customer_names, customer_page
from fielddesk.features.people.dialogs import mark_state, mark_words
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import assignable_people, marks
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.actions import add_note, assign_order, create_order
from fielddesk.features.workorders.dialogs import KINDS, kind_words, row_of, status_title
from fielddesk.features.workorders.queries import (
    NEWEST,
    NoteRow,
    OrderFilter,
    OrderView,
    note_count,
    note_page,
    order_count,
    order_matches,
    order_page,
    order_place,
    order_view,
    orders_among,
)
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.entries import Entries, Entry
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Choice, Line, Prose
from fielddesk.ui.forms import Day, Form
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Pane, Scroll
from fielddesk.ui.paging import Source
from fielddesk.ui.picking import Picker
from fielddesk.ui.seams import Bench, SubjectPanel, paged
from fielddesk.ui.signs import Card, Empty
from fielddesk.ui.text import Text
from fielddesk.ui.wording import sentence

NOTES_AT_ONCE: Final = 30
USUAL_KIND: Final = "repair"
NOTE_DRAFT: Final = "note.text"


class OverviewPanel(SubjectPanel):
    """What an order says. Who plans gives it to somebody and moves its day here, saved on leaving the field."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._view: OrderView | None = None
        self._plans = bench.me.role in OFFICE
        self.form = Form()
        self._assignee = Choice("assignee_id", lambda: _("Given to"), [])
        self._due = Day("due_on", lambda: _("Due"))
        self.facts = Facts()
        self._fill()
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 0), 8)
        column.addWidget(self.form)
        column.addWidget(self.facts)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))
        self.form.setVisible(self._plans)
        self.form.committed.connect(self._commit)

    def _fill(self) -> None:
        if self._plans:
            self.form.add(self._assignee)
            self.form.add(self._due)
        self.facts.add("status", lambda: _("State"))
        if not self._plans:
            self.facts.add("assignee", lambda: _("Given to"))
        self.facts.add("description", lambda: _("Description"))
        self.facts.add_link("customer", lambda: _("Customer"))
        self.facts.add("address", lambda: _("Address"))
        self.facts.add("phone", lambda: _("Phone"))
        self.facts.add_link("asset", lambda: _("Asset"))
        self.facts.add("kind", lambda: _("Kind"))
        self.facts.add("opened", lambda: _("Opened"))
        self.facts.pressed.connect(self._follow)

    def show_subject(self, row_id: str) -> None:
        self._order_id = row_id
        self.reload()

    def reload(self) -> None:
        order_id, plans = self._order_id, self._plans

        def ask(read: Reading) -> tuple[str, OrderView | None, list[User]]:
            return order_id, order_view(read, order_id), assignable_people(read) if plans else []

        self._bench.read(ask, self._take, key=f"overview.{id(self)}")

    def may_leave(self) -> bool:
        return self.form.commit()

    def focus(self) -> None:
        if self._plans:
            self.form.focus_first()
        else:
            self.setFocus()

    def _take(self, answer: tuple[str, OrderView | None, list[User]]) -> None:
        order_id, view, people = answer
        if order_id != self._order_id or view is None:
            return
        self._view = view
        order, now, zone = view.order, self._bench.now(), self._bench.zone()
        values = {
            "status": " · ".join(part for part in (status_title(order.status), order.status_reason) if part),
            "description": order.description,
            "customer": view.customer or _("not on this laptop"),
            "address": view.address,
            "phone": view.phone,
            "asset": f"{view.asset} ({view.serial})" if view.serial else "",
            "kind": kind_words(order.kind),
            "opened": moment_words(order.opened_at, now, zone),
        }
        if self._plans:
            self._assignee.set_options([(user.id, user.name) for user in people])
            self.form.load(order_id, {"assignee_id": order.assignee_id, "due_on": order.due_on})
        else:
            values["assignee"] = view.assignee or _("nobody yet")
        self.facts.show_values(values)

    def _follow(self, key: str) -> None:
        if self._view is None:
            return
        if key == "customer":
            self._bench.show("customer", self._view.order.customer_id)
        elif self._view.order.asset_id:
            self._bench.show("asset", self._view.order.asset_id)

    def _commit(self, key: str, shown: object, new: object) -> None:
        view = self._view
        if view is None:
            return
        order = view.order
        base = {"assignee_id": order.assignee_id, "due_on": order.due_on} | {key: shown}
        wanted = base | {key: new}
        if wanted["due_on"] is None and key == "due_on":
            self.form.refused(key, sentence(FieldDeskError("due_stays")))
            return
        order_id = order.id

        def taken_back(_done: Done) -> Call:
            return call(assign_order, based_on=wanted, order_id=order_id, **base)

        self._bench.do(
            call(assign_order, based_on=base, order_id=order_id, **wanted),
            said=lambda: _("{number}: saved").format(number=order.number),
            undo=taken_back,
            then=lambda _done: self.form.saved(key, ""),
            failed=lambda error: self.form.refused(key, sentence(error)),
        )


class NoteField(Prose):
    """A note being written. Leaving it keeps it as a draft; only Ctrl+Enter or the button adds it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.editor and isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            self.flush_draft()
            return False
        return super().eventFilter(watched, event)

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return False  # a long note is not lost to one key; undo within the editor takes words back
        return super().key_pressed(event)


class NotesPanel(SubjectPanel):
    """Notes of an order, newest first, and the box to write one."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._limit = NOTES_AT_ONCE
        self.field = NoteField("text", lambda: _("New note"), hint=lambda: _("What did you see, do, agree on?"))
        theme.size(self.field.editor, height=72)
        self.field.start("")
        self.field.typed.connect(self._typed)
        self.field.committed.connect(self._add)
        self.add = Button(lambda: _("Add note"), "plus", tip=lambda: _("Add the note") + "  Ctrl+Enter")
        self.add.clicked.connect(self._press)
        self._hint = Text(lambda: _("Ctrl+Enter adds it. Until then it is kept as a draft."), "caption")
        self.entries = Entries()
        self.entries.more_asked.connect(self._more)
        self.empty = Empty(
            "note",
            lambda: _("No notes yet"),
            lambda: _("What you and colleagues write on this order appears here, the newest first."),
        )
        column = QVBoxLayout(self)
        theme.space(column, (0, 12, 0, 0), 8)
        column.addWidget(self.field)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addWidget(self._hint, 1)
        row.addWidget(self.add)
        column.addLayout(row)
        column.addWidget(self.empty)
        column.addWidget(Scroll(self.entries), 1)
        self.empty.hide()

    def show_subject(self, row_id: str) -> None:
        self.field.flush_draft()
        self._order_id, self._limit = row_id, NOTES_AT_ONCE
        self.field.start("")
        self._bench.draft(NOTE_DRAFT, row_id, lambda text: self._restore(row_id, text))
        self.reload()

    def reload(self) -> None:
        order_id, limit = self._order_id, self._limit

        def ask(read: Reading) -> tuple[str, list[NoteRow], int, dict[str, str]]:
            notes = note_page(read, order_id, 0, limit)
            return order_id, notes, note_count(read, order_id), marks(read, [note.id for note in notes])

        self._bench.read(ask, self._take, key=f"notes.{id(self)}")

    def focus(self) -> None:
        self.field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def may_leave(self) -> bool:
        self.field.flush_draft()
        return True

    def _restore(self, order_id: str, text: str | None) -> None:
        if order_id == self._order_id and text and not self.field.dirty():
            self.field.restore(text)

    def _typed(self, text: str | None) -> None:
        self._bench.keep_draft(NOTE_DRAFT, self._order_id, text or None)

    def _press(self) -> None:
        if not self.field.dirty():
            self.field.say_trouble(sentence(FieldDeskError("note_empty")))
            self.focus()
            return
        self.field.commit()

    def _add(self, _shown: object, text: str) -> None:
        order_id = self._order_id
        try:
            note = call(add_note, order_id=order_id, text=text)
        except FieldDeskError as error:
            self._refused(order_id, text, error)
            return
        self._bench.do(
            note,
            then=lambda _done: self._bench.keep_draft(NOTE_DRAFT, order_id, None),
            failed=lambda error: self._refused(order_id, text, error),
            said=lambda: _("Note added"),
        )
        self.field.start("")
        self.focus()

    def _refused(self, order_id: str, text: str, error: FieldDeskError) -> None:
        self._bench.keep_draft(NOTE_DRAFT, order_id, text)
        if order_id == self._order_id:
            self.field.start("")
            self.field.restore(text)
            self.field.say_trouble(sentence(error))

    def _more(self) -> None:
        self._limit += 5 * NOTES_AT_ONCE
        self.reload()

    def _take(self, answer: tuple[str, list[NoteRow], int, dict[str, str]]) -> None:
        order_id, notes, count, marked = answer
        if order_id != self._order_id:
            return
        now, zone = self._bench.now(), self._bench.zone()
        entries = [
            Entry(
                note.id,
                note.text,
                _("{who}, {when}").format(who=note.author or _("somebody"), when=moment_words(note.at, now, zone)),
                "note",
                mark=(mark_words(mark), mark_state(mark)) if (mark := marked.get(note.id)) else None,
            )
            for note in notes
        ]
        self.entries.show_entries(entries, more=count > len(notes))
        self.empty.setVisible(not entries)


class OrdersOf(SubjectPanel):
    """The orders of one asset or one customer, the newest first; Enter or a double click goes to one."""

    def __init__(self, bench: Bench, of: Literal["asset_id", "customer_id"]) -> None:
        super().__init__()
        self._bench, self._of = bench, of
        self._wanted = OrderFilter(bench.me.user_id, bench.today(), sort=NEWEST)
        self.list = RowList(lambda: _("Work orders"))
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
        subject = {"asset_id": row_id} if self._of == "asset_id" else {"customer_id": row_id}
        self._wanted = OrderFilter(self._bench.me.user_id, self._bench.today(), sort=NEWEST, **subject)
        self.list.show_source(order_source(self._bench, self._wanted))

    def reload(self) -> None:
        self.list.reload()

    def focus(self) -> None:
        self.list.setFocus()
        self.list.choose_first()

    def _counted(self, count: int) -> None:
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))


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
            return [
                Row(row.id, row.name, " · ".join(part for part in (row.number, row.city) if part), icon="buildings")
                for row in customer_page(read, text, 0, 5)
            ]

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
            order, then=self._opened, failed=self._refused, said=lambda: _("{number} opened").format(number=number)
        )

    def _opened(self, done: Done) -> None:
        self._busy, self._number = False, ""
        for key, field in self.form.fields.items():
            field.start(None)
            self._bench.keep_draft(f"new_order.{key}", "new", None)
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


def order_source(bench: Bench, wanted: OrderFilter) -> Source:
    """Orders as rows of a list, with how each stands with headquarters.

    With a text the orders are looked through once for each question of how many there are, not once a page.
    """
    matches: list[str] = []

    def count(read: Reading) -> int:
        if not wanted.text:
            return order_count(read, wanted)
        matches[:] = order_matches(read, wanted)
        return len(matches)

    def fetch(read: Reading, offset: int, limit: int) -> list[Row]:
        if wanted.text:
            rows = orders_among(read, matches[offset : offset + limit])
        else:
            rows = order_page(read, wanted, offset, limit)
        marked = marks(read, [row.id for row in rows])
        return [row_of(row, wanted.today, marked.get(row.id)) for row in rows]

    def find(read: Reading, row_id: str) -> int | None:
        if wanted.text:
            return matches.index(row_id) if row_id in matches else None
        return order_place(read, wanted, row_id)

    return paged(bench, fetch, count, find)


def orders_of(of: Literal["asset_id", "customer_id"], read: Reading, row_id: str) -> int:
    """How many orders a record has."""
    none = OrderFilter("", "")
    return order_count(read, replace(none, asset_id=row_id) if of == "asset_id" else replace(none, customer_id=row_id))
