"""Today: a page one can work from, made of cards that each answer one question of the morning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.inspections.queries import InspectionRow
from fielddesk.features.people.rules import sees_everything
from fielddesk.features.today import queries
from fielddesk.features.today.dialogs import day_words
from fielddesk.features.today.panel import AsksCard, DueCard, LateCard, ShortCard, UnplannedCard, VisitsCard
from fielddesk.features.today.queries import Late, Short, Span, Visit
from fielddesk.features.today.rules import SOON_DAYS, WEEK_DAYS, free_time, is_old
from fielddesk.features.workorders.actions import edit_order
from fielddesk.store.actions import Call, call
from fielddesk.store.contents import Content
from fielddesk.store.database import Done
from fielddesk.store.outbox import OwnOperation, setting
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, Filters
from fielddesk.ui.page import Page, PlainPage
from fielddesk.ui.seams import Bench, CommandOffer, Me, Offers, PlaceOffer
from fielddesk.ui.signs import Notice

TODAY: Final = "today"
TOMORROW: Final = "tomorrow"
TWO_COLUMNS_FROM: Final = 860
MOST: Final = 5
"""Rows of a card; its button leads to all of them."""
TABLES: Final = frozenset(
    {
        "work_order", "customer", "site", "asset", "inspection", "checklist_version", "help_picture", "reservation",
        "movement", "attachment", "answer", OwnOperation.tablename, Content.tablename,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Day:
    """All that the page shows of one day."""

    span: Span
    visits: list[Visit]
    late: list[Late]
    late_count: int
    due: list[InspectionRow]
    short: list[Short]
    unplanned: list[Late]
    asks: int
    synced_at: int | None


def span_of(day: str, zone: str) -> Span:
    """The moments between which a calendar day lies in a zone."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        place = ZoneInfo("UTC")

    def begin(of: date) -> int:
        return int(datetime.combine(of, time(), place).timestamp()) * 1_000_000

    first = date.fromisoformat(day)
    return Span(begin(first), begin(first + timedelta(days=1)), day)


def ask(read: Reading, bench: Bench, span: Span, today: str) -> Day:
    """Everything of a day in one look."""
    me = bench.me
    whose = None if sees_everything(me.role) else me.user_id
    soon = (date.fromisoformat(today) + timedelta(days=SOON_DAYS)).isoformat()
    week = (date.fromisoformat(today) + timedelta(days=WEEK_DAYS)).isoformat()
    return Day(
        span,
        queries.visits(read, me.user_id, span, bench.has_blob),
        queries.late(read, whose, soon, MOST),
        queries.late_count(read, whose, today),
        queries.inspections_due(read, whose, today, week, MOST),
        queries.short_on_van(read, me.user_id, week, MOST),
        queries.unplanned(read, me.user_id, MOST),
        _asks(read, bench, today),
        setting(read, "synced_at", None),
    )


def _asks(read: Reading, bench: Bench, today: str) -> int:
    """The number that stands at the place of sync."""
    sync = next((place for place in bench.offers.places if place.key == "sync"), None)
    return sync.count(read, bench.me, today) if sync and sync.count else 0


class TodayPage(PlainPage):
    """The cards of a day, in two columns where there is room."""

    watches = TABLES

    def __init__(self, bench: Bench) -> None:
        super().__init__(lambda: _("Today"))
        self._bench = bench
        self.days = Filters(lambda: _("Which day"))
        self.days.add(TODAY, lambda: _("Today"))
        self.days.add(TOMORROW, lambda: _("Tomorrow"))
        self.days.chosen.connect(lambda _key: self.reload())
        self.pane.corner.addWidget(self.days)
        self.add = Button(lambda: _("Add a visit"), "plus")
        self.add.clicked.connect(self._offer_unplanned)
        self.pane.corner.addWidget(self.add)
        self.unplanned = UnplannedCard(bench, self._plan)
        self._day: Day | None = None
        self.visits = VisitsCard(bench)
        self.short = ShortCard(bench)
        self.asks = AsksCard(bench)
        self.late = LateCard(bench)
        self.due = DueCard(bench)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        theme.space(self._columns, spacing=16)
        self._columns.addLayout(_column(self.unplanned, self.visits, self.short, self.asks), 3)
        self._columns.addLayout(_column(self.late, self.due), 2)
        holder = QWidget()
        holder.setLayout(self._columns)
        self.pane.add(holder)
        self.pane.add_stretch()
        self.reload()

    def arrive(self) -> None:
        self.reload()

    def reload(self) -> None:
        bench = self._bench
        today = bench.today()
        shift = timedelta(days=1 if self.days.current() == TOMORROW else 0)
        span = span_of((date.fromisoformat(today) + shift).isoformat(), bench.zone())

        def question(read: Reading) -> Day:
            return ask(read, bench, span, today)

        bench.read(question, self._show, key="today")

    def focus(self) -> None:
        if not self.visits.focus_first():
            self.days.setFocus()

    def _show(self, day: Day) -> None:
        zone, today = self._bench.zone(), self._bench.today()
        self.pane.show_title(
            lambda: _("Today") if day.span.day == today else _("Tomorrow"),
            lambda: day_words(day.span.day, day.visits, zone),
        )
        self.pane.show_notices(self._notices(day))
        self.visits.show_visits(day.visits, zone, tomorrow=day.span.day != today)
        self.late.show_late(day.late, day.late_count, today)
        self.due.show_due(day.due, today)
        self.short.show_short(day.short)
        self.short.setVisible(bool(day.short))
        self.asks.show_asks(day.asks)
        self._day = day
        self.unplanned.show_orders(day.unplanned, today)

    def _offer_unplanned(self) -> None:
        self.unplanned.show()
        if not self.unplanned.focus_first() and self.unplanned.action is not None:
            self.unplanned.action.setFocus()

    def _plan(self, order: Late) -> None:
        """Put an order into the day that is shown, at the next time that is free."""
        if self._day is None:
            return
        span, zone = self._day.span, self._bench.zone()
        taken = [visit.planned_at for visit in self._day.visits if visit.planned_at is not None]
        at = free_time(span.begins, self._bench.now(), taken)
        time_words = format_moment(at, zone, "time")

        def taken_back(_done: Done) -> Call:
            return call(edit_order, based_on={"planned_at": at}, order_id=order.order_id, emptied=["planned_at"])

        self._bench.do(
            call(edit_order, based_on={"planned_at": None}, order_id=order.order_id, planned_at=at),
            said=lambda: _("{number} at {time}").format(number=order.number, time=time_words),
            undo=taken_back,
        )

    def _notices(self, day: Day) -> list[Notice]:
        if not day.visits or not is_old(day.synced_at, self._bench.now()):
            return []
        zone = self._bench.zone()
        when = "" if day.synced_at is None else format_moment(day.synced_at, zone)
        return [
            Notice(
                lambda: _("What you see is from {when}").format(when=when) if when else _("Nothing has arrived yet"),
                lambda: _("Sync before you leave, so that changes of the office are in it."),
                "info",
                answers=((lambda: _("Sync"), partial(self._bench.go, "sync")),),
            )
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() * 100 / theme.look().text_size >= TWO_COLUMNS_FROM
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._columns.direction() != way:
            self._columns.setDirection(way)


def _column(*cards: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    theme.space(column, spacing=16)
    for card in cards:
        column.addWidget(card)
    column.addStretch(1)
    return column


def _page(bench: Bench) -> Page:
    return TodayPage(bench)


def _late_or_waiting(read: Reading, me: Me, today: str) -> int:
    return queries.late_count(read, None if sees_everything(me.role) else me.user_id, today)


def _go(bench: Bench) -> None:
    bench.go(TODAY)


def offer(offers: Offers) -> None:
    """Hand the feature's screens to the window."""
    offers.add(
        PlaceOffer(TODAY, lambda: _("Today"), "sun", 10, _page, _late_or_waiting, frozenset({"work_order"})),
        CommandOffer("today", lambda: _("Go to today"), _go, "Alt+Home", "sun", lambda: _("Today")),
    )
