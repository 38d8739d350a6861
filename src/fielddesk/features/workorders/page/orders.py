"""The place of work orders: the list, the chosen order with its tabs, and the form of a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtGui import QGuiApplication

from fielddesk.core.i18n import _, pgettext
from fielddesk.features.documents.panel import hot_folder
from fielddesk.features.people.dialogs import mark_icon, mark_state, mark_words
from fielddesk.features.people.queries import marks
from fielddesk.features.people.rules import OFFICE
from fielddesk.features.workorders.dialogs import (
    STATES,
    status_title,
)
from fielddesk.features.workorders.page.heads import DueSign, notices_of
from fielddesk.features.workorders.page.steps import Steps, lacking
from fielddesk.features.workorders.panel import (
    NewOrder,
    SafetyPanel,
    order_source,
)
from fielddesk.features.workorders.queries import (
    ALL,
    BY_DUE,
    BY_NUMBER,
    BY_VISIT,
    INCIDENTS,
    LATE,
    MINE,
    NEWEST,
    OPEN,
    TODAY,
    WEEK,
    OrderFilter,
    OrderView,
    first_view,
    order_count,
    order_view,
)
from fielddesk.store.tx import Reading
from fielddesk.ui.buttons import Button
from fielddesk.ui.finding import FindRow
from fielddesk.ui.making import NEW, MakesNew
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.seams import (
    Bench,
    Missing,
    SubjectPage,
)
from fielddesk.ui.signs import Chip
from fielddesk.ui.subject import SubjectTabs
from fielddesk.ui.text import Words

TABLE: Final = "work_order"
TAB: Final = "tab:"
"""With the key of a tab: that tab of the order that is chosen already; "safety/incident" opens a report on it."""


class OrdersPage(SubjectPage, MakesNew):
    """Work orders."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            lambda: _("Work orders"),
            ("wrench", "", ""),
            ("wrench", lambda: _("No order chosen"), lambda: _("Choose one in the list to see what is to be done.")),
            scrolls=False,
        )  # fmt: skip
        self._bench = bench
        self._order_id = ""
        self._view: OrderView | None = None
        self._plans = bench.me.role in OFFICE
        self._wanted = OrderFilter(
            bench.me.user_id, bench.today(), first_view(bench.me.role), zone=bench.zone(), everybody=self._plans
        )
        self._missing: list[Missing] = []
        """What stood in the way when the order that is shown was to be completed."""
        self._mark: str | None = None
        self._make_list()
        self._make_detail()
        self.watches = frozenset(
            {TABLE, "customer", "asset", "user", "site", "contact", "own_operation", *self.tabs.watches}
        )
        self._show_list()

    def _make_list(self) -> None:
        self.offer_new(lambda: _("New work order") + "  Ctrl+N", lambda: NewOrder(self._bench))
        views: list[tuple[str, Words]] = [
            (MINE, lambda: _("Mine")),
            (TODAY, lambda: pgettext("orders", "Today")),
            (WEEK, lambda: _("This week")),
            (LATE, lambda: _("Late")),
            (OPEN, lambda: pgettext("orders", "Open")),
            (ALL, lambda: _("All")),
        ]
        if self._plans:
            views.append((INCIDENTS, lambda: _("Incidents")))
        self._counted_views = [view for view, _words in views if view != ALL]
        for view, words in views:
            self.filters.add(view, words)
        self.filters.choose(self._wanted.view)
        self.filters.chosen.connect(lambda view: self._choose(view=view))
        sorts: list[tuple[str, Words]] = [
            (BY_DUE, lambda: _("By due day")),
            (BY_VISIT, lambda: _("By visit")),
            (BY_NUMBER, lambda: _("By number")),
            (NEWEST, lambda: _("Newest first")),
        ]
        self.finder = FindRow(lambda: _("Find here"), sorts, lambda: _("Number, title, customer or serial"))
        self.finder.asked.connect(lambda text: self._choose(text=text))
        self.finder.sorted.connect(lambda sort: self._choose(sort=sort))
        self.finder.edit.down.connect(self.list.setFocus)
        self.left.add_row(self.finder)
        self.list.chosen.connect(self._chosen)
        self.list.counted.connect(self._counted)
        self.list.gone.disconnect()  # an order that left this filter stays in sight: it was just completed, perhaps
        self.list.gone.connect(self._gone)
        self.list.table = TABLE
        give_menu(self.list, self._menu)

    def _make_detail(self) -> None:
        self.due = DueSign()
        self.pane.corner.addWidget(self.due)
        self.tabs = SubjectTabs(self._bench, TABLE, lambda: _("Work order"))
        self.pane.add(self.tabs, 1)
        self.steps = Steps(self._bench, self.pane)
        self.reason = self.steps.reason
        self.photos = hot_folder(self._bench)
        self.photos.changed.connect(self._show_notices)
        self.steps.done.connect(self.list.setFocus)
        self.steps.refused.connect(self._read_detail)
        self.steps.safety_wanted.connect(lambda: self._show_tab("safety"))
        self.steps.lacks.connect(self._take_lacking)
        self.steps.onward.connect(self._go_on)
        self.note = Button(lambda: _("Note"), "note-pencil", tip=lambda: _("Write a note") + "  Alt+N")
        self.note.clicked.connect(lambda: self.tabs.choose("notes"))
        self.pane.add_action(self.note, left=True)

    # ---------------------------------------------------------------- the list

    def _choose(self, *, view: str = "", text: str | None = None, sort: str = "") -> None:
        """Another filter, text or order."""
        now = self._wanted
        self._wanted = replace(
            now,
            view=view or now.view,
            text=now.text if text is None else text,
            sort=sort or now.sort,
            today=self._bench.today(),
            zone=self._bench.zone(),
        )
        if self._wanted != now:
            self._show_list()

    def _show_list(self) -> None:
        self.list.show_source(order_source(self._bench, self._wanted))
        self._question = self.list.rows.question()
        self._count()

    def _gone(self, _row_id: str) -> None:
        """What was chosen is not in this list: a person who has just filtered sees the first that is."""
        if self.list.rows.question() == self._question and not self.stacked():
            self.list.choose_first()

    def _count(self) -> None:
        wanted, views = self._wanted, self._counted_views

        def ask(read: Reading) -> dict[str, int]:
            return {view: order_count(read, replace(wanted, view=view, text="")) for view in views}

        self._bench.read(ask, self._take_counts, key=f"orders.counts.{id(self)}")

    def _take_counts(self, counts: dict[str, int]) -> None:
        for view, count in counts.items():
            self.filters.set_count(view, count)

    def _counted(self, count: int) -> None:
        if count:
            if not self._order_id and not self.stacked():
                self.list.choose_first()
            return
        fact, how = self._nothing()
        self.left.empty.show_words(fact, how)

    def _nothing(self) -> tuple[str, str]:
        """What an empty list says: what would be here, and how it comes."""
        if self._wanted.text:
            return _("No order has these words"), _("Look at the spelling, or choose All above.")
        if self._wanted.view == MINE:
            return _("Nothing is given to you"), _("Orders the office gives you appear here. New opens one yourself.")
        if self._wanted.view in (TODAY, WEEK):
            return _("No visits then"), _("Orders appear here on the day of their visit, or on which they are due.")
        if self._wanted.view == INCIDENTS:
            return _("No incidents reported"), _("Accidents, near misses and unsafe states appear here.")
        if self._wanted.view == LATE:
            return _("Nothing is late"), _("Orders appear here the day after they were due.")
        if self._wanted.view == OPEN:
            return _("Nothing is open"), _("Orders stay here until they are completed or cancelled.")
        return _("No work orders yet"), _("They come with the first sync, or with New.")

    def _menu(self, row_id: str) -> list[MenuLine]:
        place = self.list.rows.place_of(row_id)
        row = self.list.rows.row_at(place) if place is not None else None
        number = row.number if row else ""
        return [
            MenuLine(lambda: _("Show"), self.show_detail),
            MenuLine(lambda: _("Copy number"), lambda: QGuiApplication.clipboard().setText(number)),
        ]

    # ---------------------------------------------------------------- the chosen order

    def _chosen(self, row_id: str) -> None:
        if row_id != self._order_id:
            self.reason.put_away()
        self._order_id, self._mark = row_id, None
        self._missing = []
        self.photos.in_front(row_id)
        self.fill_detail()
        self._read_detail()
        self.tabs.show_subject(row_id)

    def show_subject(self, table: str, row_id: str) -> None:
        if row_id == NEW:
            self.show_new()
            return
        if row_id.startswith(TAB):
            self._show_tab(row_id.removeprefix(TAB))
            return
        self._chosen(row_id)
        self.list.choose(row_id)
        self.show_detail()

    def _show_tab(self, key: str) -> None:
        """Go to a tab of the chosen order, from a command."""
        if not self._order_id:
            self._bench.toast(lambda: _("Choose an order first."), icon="info-fill")
            return
        self.show_detail(focus=False)
        tab, _slash, part = key.partition("/")
        panel = self.tabs.choose(tab)
        if part and isinstance(panel, SafetyPanel):
            panel.report()

    def _read_detail(self) -> None:
        order_id = self._order_id

        def ask(read: Reading) -> tuple[str, OrderView | None, str | None]:
            return order_id, order_view(read, order_id), marks(read, [order_id]).get(order_id)

        self._bench.read(ask, self._take_detail, key=f"orders.detail.{id(self)}")

    def _take_detail(self, answer: tuple[str, OrderView | None, str | None]) -> None:
        order_id, view, mark = answer
        if order_id != self._order_id:
            return
        self._view = view
        if view is None:
            self._order_id = ""
            self.show_nothing()
            return
        order = view.order
        asset = _("{asset}, serial {serial}").format(asset=view.asset, serial=view.serial) if view.serial else ""
        self.pane.show_title(order.title, " · ".join(part for part in (order.number, view.customer, asset) if part))
        chips = [Chip(lambda: status_title(order.status), STATES[order.status][2], STATES[order.status][3])]
        if mark is not None:
            chips.append(Chip(lambda: mark_words(mark), mark_state(mark), mark_icon(mark)))
        self.pane.show_chips(chips)
        self._mark = mark
        self._show_notices()
        today = self._bench.today()
        self.due.show_due(order.status, order.due_on, today)
        self.due.show_visit(order.status, order.planned_at, today, self._bench.zone())
        self.steps.show_order(view)
        if self._missing:
            self.steps.look_again()

    def _take_lacking(self, missing: list[Missing]) -> None:
        self._missing = missing
        self._show_notices()

    def _show_notices(self) -> None:
        """What stands in the way, how the order stands with headquarters, then new photos that may be of it."""
        if self._view is None:
            return
        lacks = [lacking(self._missing, self._lead_to)] if self._missing else []
        notices = notices_of(self._mark, self._view, lambda: self._show_tab("safety"))
        photos = self.photos.notices(self._order_id) if self._order_id else []
        self.pane.show_notices([*lacks, *notices, *photos])

    def _lead_to(self, panel: str) -> None:
        self.show_detail(focus=False)
        self.tabs.choose(panel)

    def _go_on(self, panel: str) -> None:
        """The next step of the order: to the tab it is done on, and into it."""
        self.show_detail(focus=False)
        if (shown := self.tabs.choose(panel)) is not None:
            shown.go_on()

    def foot_buttons(self) -> list[Button]:
        """The next states as buttons, the next step last."""
        return self.steps.buttons()

    # ---------------------------------------------------------------- what the window and a new order ask of a page

    def new_made(self, row_id: str) -> None:
        self.show_subject(TABLE, row_id)

    def has_chosen(self) -> bool:
        return bool(self._order_id)

    def reload(self) -> None:
        if self._bench.today() != self._wanted.today:
            self._choose()
        else:
            self.list.reload()
            self._count()
        if self._order_id:
            self._read_detail()
            self.tabs.reload()

    def may_leave(self) -> bool:
        self.keep_new()
        self.reason.flush_draft()
        return self.tabs.may_leave()
