"""What an order says, and where it is corrected: who has it, when it is due, where one goes, whom one asks for."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.clock import local_day
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import assignable_people
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.actions import assign_order, edit_order
from fielddesk.features.workorders.dialogs import kind_words, status_title, visit_words
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.panel.pickers import ContactPicker, SitePicker
from fielddesk.features.workorders.queries import (
    OrderView,
    order_view,
)
from fielddesk.features.workorders.rules import can_edit
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Choice, Field, Line, Prose
from fielddesk.ui.forms import Day, Form
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.text import Text
from fielddesk.ui.times import DayTime

PLANNED: Final = ("assignee_id", "due_on")
"""What `assign_order` saves; the rest goes through `edit_order`."""
DRAFTED: Final = ("planned_at", "title", "description")
"""Fields whose typing is kept; in the others one chooses, or looks for a record."""


class OverviewPanel(SubjectPanel):
    """What an order says. Each may correct here what is theirs, saved on leaving the field."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._view: OrderView | None = None
        self._latest: dict[tuple[str, str], object] = {}
        """What was last typed or handed over, by order and field: a late refusal gives back nothing older."""
        self._plans = bench.me.role in OFFICE
        self.form = Form()
        self._assignee = Choice("assignee_id", lambda: _("Given to"), [])
        self._due = Day("due_on", lambda: _("Due"), today=bench.today)
        self._site = SitePicker(bench, self._customer)
        self._contact = ContactPicker(bench, self._customer, self._site_of_order)
        self.facts = Facts()
        self.said = Text("", "caption")
        self._fill_form()
        self._fill_facts()
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 8)
        for widget in (self.form, self.said, self.facts):
            column.addWidget(widget)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))
        self.form.committed.connect(self._commit)
        self.form.typed.connect(self._typed)
        self.form.said.connect(self.said.setText)

    def _fill_form(self) -> None:
        visit = DayTime(
            "planned_at", lambda: _("Visit"), place=self._place, today=self._today, says=self._say_visit,
            hint=lambda: _("Day and time"),
        )  # fmt: skip
        fields: tuple[Field, ...] = (
            visit, self._site, self._contact, Line("title", lambda: _("What is to be done"), needed=True),
            Prose("description", lambda: _("Description")),
        )  # fmt: skip
        if self._plans:
            self.form.add(self._assignee)
            self.form.add(self._due)
        for field in fields:
            if self._may(field.key):
                self.form.add(field)

    def _fill_facts(self) -> None:
        self.facts.add("status", lambda: _("State"))
        self.facts.add_link("origin", lambda: _("Came out of"))
        if not self._plans:
            self.facts.add("assignee", lambda: _("Given to"))
        self.facts.add_link("customer", lambda: _("Customer"))
        if not self._may("site_id"):
            self.facts.add("site", lambda: _("Site"))
        self.facts.add("address", lambda: _("Address"))
        self.facts.add("access", lambda: _("Access"))
        self.facts.add("hazards", lambda: _("Hazards"))
        self.facts.add("contact_phone", lambda: _("Contact"))
        self.facts.add("phone", lambda: _("Phone"))
        self.facts.add_link("asset", lambda: _("Asset"))
        self.facts.add("kind", lambda: _("Kind"))
        self.facts.add("opened", lambda: _("Opened"))
        self.facts.pressed.connect(self._follow)

    def _may(self, key: str) -> bool:
        return can_edit(self._bench.me.role, key)

    # ---------------------------------------------------------------- where the visit goes

    def _customer(self) -> str:
        return self._view.order.customer_id if self._view else ""

    def _site_of_order(self) -> str | None:
        return self._view.order.site_id if self._view else None

    def _place(self) -> str:
        here = self._bench.zone()
        return self._view.zone(here) if self._view else here

    def _today(self) -> str:
        """What day it is where the visit goes."""
        return local_day(self._bench.now(), self._place())

    def _say_visit(self, moment: int) -> str:
        return visit_words(moment, self._place(), self._bench.zone())

    # ---------------------------------------------------------------- showing

    def show_subject(self, row_id: str) -> None:
        self.form.commit()
        self.form.flush_drafts()
        self._order_id = row_id
        self.reload()

    def reload(self) -> None:
        order_id, plans = self._order_id, self._plans

        def ask(read: Reading) -> tuple[str, OrderView | None, list[User]]:
            return order_id, order_view(read, order_id), assignable_people(read) if plans else []

        self._bench.read(ask, self._take, key=f"overview.{id(self)}")

    def may_leave(self) -> bool:
        good = self.form.commit()
        self.form.flush_drafts()
        return good

    def focus(self) -> None:
        self.form.focus_first()

    def _take(self, answer: tuple[str, OrderView | None, list[User]]) -> None:
        order_id, view, people = answer
        if order_id != self._order_id or view is None:
            return
        self._view = view
        self.facts.show_values(self._values(view))
        self._load(view, people)

    def _load(self, view: OrderView, people: list[User]) -> None:
        order = view.order
        first = self.form.subject != order.id
        if self._plans:
            self._assignee.set_options([(user.id, user.name) for user in people])
        gone = _("not on this laptop")
        if order.site_id:
            self._site.name(order.site_id, view.site.name if view.site else gone)
        if order.contact_id:
            self._contact.name(order.contact_id, view.contact.name if view.contact else gone)
        self.form.load(order.id, {key: getattr(order, key) for key in self.form.fields})
        if first:
            for key in DRAFTED:
                if key in self.form.fields:
                    self._bench.draft(f"order.{key}", order.id, partial(self._restore, order.id, key))

    def _values(self, view: OrderView) -> dict[str, str]:
        order, now, zone = view.order, self._bench.now(), self._bench.zone()
        site, contact = view.site, view.contact
        values = {
            "status": _beside(status_title(order.status), order.status_reason),
            "origin": _beside(view.came_from.number, view.came_from.title) if view.came_from else "",
            "customer": view.customer or _("not on this laptop"),
            "address": view.address,
            "access": site.access if site else "",
            "hazards": site.hazards if site else "",
            "contact_phone": _beside(contact.name, contact.position, contact.phone, contact.email) if contact else "",
            "phone": view.phone,
            "asset": f"{view.asset} ({view.serial})" if view.serial else "",
            "kind": kind_words(order.kind),
            "opened": moment_words(order.opened_at, now, zone),
        }
        if view.came_from is not None and not view.came_from.number:
            values["origin"] = _("an order that is not on this laptop")
        if not self._plans:
            values["assignee"] = view.assignee or _("nobody yet")
        if not self._may("site_id"):
            values["site"] = site.name if site else ""
        return values

    def _follow(self, key: str) -> None:
        if self._view is None:
            return
        if key == "customer":
            self._bench.show("customer", self._view.order.customer_id)
        elif key == "origin" and self._view.came_from is not None:
            self._bench.show("work_order", self._view.came_from.id)
        elif key == "asset" and self._view.order.asset_id:
            self._bench.show("asset", self._view.order.asset_id)

    # ---------------------------------------------------------------- typing and saving

    def _restore(self, order_id: str, key: str, text: str | None) -> None:
        if text is not None and order_id == self.form.subject and not self.form.fields[key].dirty():
            self.form.restore({key: text})

    def _typed(self, key: str, text: str | None) -> None:
        if key in DRAFTED:
            self._latest[self.form.subject, key] = text
            self._bench.keep_draft(f"order.{key}", self.form.subject, text)

    def _commit(self, key: str, shown: object, new: object) -> None:
        """Save one field. What the form showed of the fields it merges with goes along."""
        if self._view is None:
            return
        order_id, number = self.form.subject, self._view.order.number
        if key in PLANNED:
            there, back = self._assigning(key, shown, new)
        else:
            there, back = self._correcting(key, shown, new)
        text = self.form.fields[key].text()
        self._latest[order_id, key] = text
        self._bench.do(
            there,
            said=lambda: _("{number}: saved").format(number=number),
            undo=lambda _done: back,
            then=lambda _done: self._saved(order_id, key),
            failed=lambda error: self._refused(order_id, key, text, error),
            drops=[(f"order.{key}", order_id)] if key in DRAFTED else [],
        )

    def _assigning(self, key: str, shown: object, new: object) -> tuple[Call, Call]:
        order_id = self.form.subject
        base = {name: self.form.fields[name].shown for name in PLANNED} | {key: shown}
        wanted = base | {key: new}

        def assign(shown: dict[str, Any], values: dict[str, Any]) -> Call:
            none = key == "due_on" and values["due_on"] is None
            return call(assign_order, based_on=shown, order_id=order_id, **values, no_due=none)

        return assign(base, wanted), assign(wanted, base)

    def _correcting(self, key: str, shown: object, new: object) -> tuple[Call, Call]:
        order_id = self.form.subject
        view = self._view
        base = {name: getattr(view.order, name) for name in WorkOrder.grouped.get(key, (key,))} if view else {}
        base |= {name: field.shown for name, field in self.form.fields.items() if name in base} | {key: shown}
        wanted = base | {key: new}
        return _edit(order_id, key, new, base), _edit(order_id, key, shown, wanted)

    def _saved(self, order_id: str, key: str) -> None:
        if order_id == self.form.subject:
            self.form.saved(key, format_moment(self._bench.now(), self._bench.zone(), "seconds"))

    def _refused(self, order_id: str, key: str, text: str, error: FieldDeskError) -> None:
        if key in DRAFTED and self._latest.get((order_id, key)) == text:
            self._bench.keep_draft(f"order.{key}", order_id, text)
        if order_id == self.form.subject:
            self.form.refused(key, error)


def _edit(order_id: str, key: str, value: object, base: dict[str, Any]) -> Call:
    change: dict[str, Any] = {"emptied": [key]} if value is None else {key: value}
    return call(edit_order, based_on=base, order_id=order_id, **change)


def _beside(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
