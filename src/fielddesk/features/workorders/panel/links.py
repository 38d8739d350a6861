"""Orders that belong together: shown from either side, linked here and let go here."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.workorders.actions import link_orders, unlink_orders
from fielddesk.features.workorders.dialogs import STATES, link_words, status_title
from fielddesk.features.workorders.panel.pickers import OrderPicker
from fielddesk.features.workorders.queries import LinkedOrder, linked_orders
from fielddesk.features.workorders.rules import FOLLOW_UP, RELATED
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Choice
from fielddesk.ui.flow import Flow
from fielddesk.ui.forms import Form
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.page import Scroll
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty

FROM: Final = "came_from"
"""The other way round than a follow-up: this order came out of the other."""


class LinksPanel(SubjectPanel):
    """Orders that belong to this one; Enter goes to one, Delete removes the link."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._links: dict[str, LinkedOrder] = {}
        self.list = RowList(lambda: _("Orders that belong to this one"))
        self.list.opened.connect(self._open)
        give_menu(self.list, self._menu)
        self.empty = Empty(
            "link-simple", lambda: _("No other orders belong to this one"),
            lambda: _("Link one below. Follow-ups of failed checks appear here by themselves."),
        )  # fmt: skip
        self.form = Form()
        self.other = OrderPicker(bench, lambda: self._order_id)
        self.how = Choice(
            "kind", lambda: _("How"),
            [(RELATED, lambda: _("Belongs together")), (FOLLOW_UP, lambda: _("Follow-up of this order")),
             (FROM, lambda: _("This order came out of it"))],
            needed=True,
        )  # fmt: skip
        for field in (self.other, self.how):
            self.form.add(field)
        self.add = Button(lambda: _("Link orders"), "link-simple", "tonal")
        self.add.clicked.connect(self._link)
        self.remove = Button(lambda: _("Remove link"), "link-break")
        self.remove.clicked.connect(lambda: self._unlink(self.list.chosen_id()))
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 8)
        foot = QWidget()
        row = Flow(foot, right=True)
        theme.space(row, spacing=8)
        row.addWidget(self.remove)
        row.addWidget(self.add)
        for widget in (self.empty, self.list, self.form, foot):
            column.addWidget(widget)
        column.addStretch(1)
        self.empty.hide()
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self._order_id = row_id
        self._start()
        self.reload()

    def reload(self) -> None:
        order_id = self._order_id

        def ask(read: Reading) -> tuple[str, list[LinkedOrder]]:
            return order_id, linked_orders(read, order_id)

        self._bench.read(ask, self._take, key=f"links.{id(self)}")

    def focus(self) -> None:
        self.other.editor.setFocus()

    def _start(self) -> None:
        self.other.start(None)
        self.how.start(RELATED)

    def _take(self, answer: tuple[str, list[LinkedOrder]]) -> None:
        order_id, links = answer
        if order_id != self._order_id:
            return
        self._links = {link.link_id: link for link in links}
        rows = [_row_of(link) for link in links]
        if self.list.rows.source() is None:
            self.list.show_source(Source.of(rows))
        else:
            self.list.rows.replace(Source.of(rows))
        self.list.setFixedHeight(theme.px(72) * len(rows) + theme.px(2))
        self.list.setVisible(bool(rows))
        self.remove.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        if rows and self.list.chosen_id() not in self._links:
            self.list.choose(rows[0].id)

    def _menu(self, link_id: str) -> list[MenuLine]:
        return [
            MenuLine(lambda: _("Show"), lambda: self._open(link_id)),
            MenuLine(lambda: _("Remove link"), lambda: self._unlink(link_id), "Del"),
        ]

    def _open(self, link_id: str) -> None:
        link = self._links.get(link_id)
        if link is not None and link.number:
            self._bench.show("work_order", link.id)
        elif link is not None:
            self._bench.toast(lambda: _("This order is not on this laptop."), icon="info-fill")

    # ---------------------------------------------------------------- linking and letting go

    def _link(self) -> None:
        try:
            values = self.form.values()
        except FieldDeskError as error:
            self._refused(error)
            return
        order_id, title = self._order_id, self.other.text()
        made = _call_of(order_id, values["other_id"], values["kind"])

        def taken_back(done: Done) -> Call:
            return call(unlink_orders, order_id=order_id, order_link_id=done.results[0])

        self._bench.do(
            made, said=lambda: _("Linked with {order}").format(order=title), undo=taken_back, failed=self._refused
        )
        self._start()
        self.focus()

    def _refused(self, error: FieldDeskError) -> None:
        field = self.form.fields.get(str(error.values.get("field")), self.other)
        field.editor.setFocus()
        field.say_trouble(error)

    def _unlink(self, link_id: str) -> None:
        link, order_id = self._links.get(link_id), self._order_id
        if link is None:
            return
        first, second = (link.id, order_id) if link.back else (order_id, link.id)

        def taken_back(_done: Done) -> Call:
            return call(link_orders, order_id=first, other_id=second, kind=link.kind, item=link.item)

        self._bench.do(
            call(unlink_orders, order_id=order_id, order_link_id=link_id),
            said=lambda: _("Link with {order} removed").format(order=link.number or _("another order")),
            undo=taken_back,
        )


def _call_of(order_id: str, other_id: str, how: str) -> Call:
    if how == FROM:
        return call(link_orders, order_id=other_id, other_id=order_id, kind=FOLLOW_UP)
    return call(link_orders, order_id=order_id, other_id=other_id, kind=how)


def _row_of(link: LinkedOrder) -> Row:
    if not link.number:
        return Row(link.link_id, _("An order that is not on this laptop"), link_words(link), icon="wrench")
    _title, _word, state, icon = STATES.get(link.status, ("", "", "idle", "circle"))
    second = f"{link.number} · {link_words(link)}"
    return Row(link.link_id, link.title, second, status_title(link.status), state, icon, number=link.number)
