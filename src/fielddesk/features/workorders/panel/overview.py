"""What an order says: who has it, when it is due, for whom it is and what is to be done."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.features.people.model import User
from fielddesk.features.people.queries import assignable_people
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.actions import assign_order
from fielddesk.features.workorders.dialogs import kind_words, status_title
from fielddesk.features.workorders.queries import (
    OrderView,
    order_view,
)
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Choice
from fielddesk.ui.forms import Day, Form
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel


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
        self._due = Day("due_on", lambda: _("Due"), today=bench.today)
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
        order_id = order.id

        def assign(shown: dict[str, Any], values: dict[str, Any]) -> Call:
            none = key == "due_on" and values["due_on"] is None
            return call(assign_order, based_on=shown, order_id=order_id, **values, no_due=none)

        def taken_back(_done: Done) -> Call:
            return assign(wanted, base)

        self._bench.do(
            assign(base, wanted),
            said=lambda: _("{number}: saved").format(number=order.number),
            undo=taken_back,
            then=lambda _done: self.form.saved(key, ""),
            failed=lambda error: self.form.refused(key, error),
        )
