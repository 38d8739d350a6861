"""The place of inspections: due, overdue and done ones, the calendar, the chosen visit, and the one that is running."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from PySide6.QtGui import QGuiApplication

from fielddesk.core.i18n import _, format_day, pgettext
from fielddesk.features.inspections.panel import AT, RUN, Running, VisitPane, day_entries, day_rows, inspection_source
from fielddesk.features.inspections.queries import (
    DONE,
    DUE,
    LATE,
    OPEN,
    CalendarDay,
    InspectionFilter,
    calendar,
    inspection_count,
)  # fmt: skip
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.tx import Reading
from fielddesk.ui.buttons import Button
from fielddesk.ui.calendar import MonthSheet
from fielddesk.ui.finding import FindRow
from fielddesk.ui.menus import MenuLine, give_menu
from fielddesk.ui.page import Pane, SplitPage
from fielddesk.ui.paging import Source
from fielddesk.ui.seams import Bench, SubjectPage

TABLE: Final = "inspection"
CALENDAR: Final = "calendar"
VIEW: Final = "view:"
"""Before the key of a view: show that one."""

NEXT_IN_SIGHT = 3
"""Items that a person sees coming."""


class InspectionsPage(SubjectPage, SplitPage):
    """Inspections."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            lambda: _("Inspections"),
            ("clipboard-text", "", ""),
            ("clipboard-text", lambda: _("No inspection chosen"),
             lambda: _("Choose one in the list to see its visit.")),
        )  # fmt: skip
        self._bench = bench
        self._row_id = ""
        self._wanted = InspectionFilter(bench.me.user_id, bench.today(), DUE)
        self._view = DUE
        self._days: dict[str, CalendarDay] = {}
        self._day = bench.today()
        self.running = Running(bench)
        self.running.list.ahead = NEXT_IN_SIGHT
        self.running.went_back.connect(self._ran)
        self.running.completed.connect(self._completed)
        self._row.addWidget(self.running, 1)
        self.running.hide()
        self._make_list()
        self._make_detail()
        self.watches = frozenset(
            {TABLE, "answer", "inspection_plan", "plan_exception", "work_order", "asset", "customer", "checklist",
             "attachment", "order_link", "own_operation"}
        )  # fmt: skip
        self._show_list()

    def _make_list(self) -> None:
        for view, words in (
            (DUE, lambda: pgettext("inspections", "Due")),
            (LATE, lambda: _("Overdue")),
            (OPEN, lambda: pgettext("inspections", "Open")),
            (DONE, lambda: pgettext("inspections", "Done")),
            (CALENDAR, lambda: _("Calendar")),
        ):
            self.filters.add(view, words)
        self.filters.chosen.connect(self.show_view)
        self.finder = FindRow(lambda: _("Find here"), tip=lambda: _("Number, title, asset, serial or customer"))
        self.finder.asked.connect(self._asked)
        self.finder.edit.down.connect(self.list.setFocus)
        self.left.add_row(self.finder)
        self.list.chosen.connect(self._chosen)
        self.list.counted.connect(self._counted)
        self.list.opened.connect(self._opened_by_hand)
        self.list.gone.disconnect()  # what left this filter stays in sight: it was just moved or completed, perhaps
        self.list.gone.connect(self._gone)
        give_menu(self.list, self._menu)
        if self._bench.me.role in OFFICE:
            self.checklists = Button(lambda: _("Checklists"), "list-checks")
            self.checklists.clicked.connect(lambda: self._bench.go("checklists"))
            self.left.add_action(self.checklists)

    def _make_detail(self) -> None:
        self.visit = VisitPane(self._bench)
        self.visit.run_asked.connect(self.run)
        self.visit.other_asked.connect(self._renamed)
        self.to_calendar = Button(lambda: _("Back to the calendar"), "calendar-blank", "quiet")
        self.to_calendar.clicked.connect(self._show_calendar)
        self.visit.corner.addWidget(self.to_calendar)
        self.to_calendar.hide()
        self.add_pane(self.visit)
        self.pane = self.visit
        self.month_pane = Pane(lambda: _("Calendar"))
        self.month = MonthSheet(lambda: _("Inspections"), self._bench.today())
        self.month.shown.connect(lambda _first, _last: self._read_month())
        self.month.picked.connect(self._picked)
        self.month.opened.connect(lambda _day: self._into_day())
        self.month_pane.add(self.month, 1)
        self.add_pane(self.month_pane)

    # ---------------------------------------------------------------- the list

    def show_view(self, view: str) -> None:
        """Show one of the lists, or the calendar."""
        self._view = view
        self.filters.choose(view)
        self.visit.put_askings_away()
        if view == CALENDAR:
            self._show_calendar()
            self._show_day()
            return
        self.to_calendar.hide()
        self._wanted = replace(self._wanted, view=view, today=self._bench.today())
        self._show_list()
        if self._right.currentWidget() is self.month_pane:
            self.fill_detail() if self._row_id else self.show_nothing()

    def _asked(self, text: str) -> None:
        self._wanted = replace(self._wanted, text=text)
        if self._view == CALENDAR:
            self.show_view(OPEN)
        else:
            self._show_list()

    def _show_list(self) -> None:
        self.list.show_source(inspection_source(self._bench, self._wanted))
        self._question = self.list.rows.question()
        self._count()

    def _count(self) -> None:
        wanted = replace(self._wanted, text="")

        def ask(read: Reading) -> dict[str, int]:
            return {view: inspection_count(read, replace(wanted, view=view)) for view in (DUE, LATE, OPEN)}

        self._bench.read(ask, self._take_counts, key=f"inspections.counts.{id(self)}")

    def _take_counts(self, counts: dict[str, int]) -> None:
        for view, count in counts.items():
            self.filters.set_count(view, count)

    def _gone(self, _row_id: str) -> None:
        if self._view != CALENDAR and self.list.rows.question() == self._question and not self.stacked():
            self.list.choose_first()

    def _counted(self, count: int) -> None:
        if not count:
            self.left.empty.show_words(*self._nothing())
        elif not self._row_id and not self.stacked() and self._view != CALENDAR:
            self.list.choose_first()

    def _nothing(self) -> tuple[str, str]:
        """What an empty list says: what would be here, and how it comes."""
        if self._view == CALENDAR:
            return _("Nothing on {day}").format(day=format_day(self._day)), _("Days with visits show them.")
        if self._wanted.text:
            return _("No inspection has these words"), _("Look at the spelling, or choose another list above.")
        if self._wanted.view == DUE:
            return _("Nothing is due"), _("Inspections appear here when their plan says so.")
        if self._wanted.view == LATE:
            return _("Nothing is overdue"), _("Inspections appear here when the days around their due day are over.")
        if self._wanted.view == DONE:
            return _("Nothing is done yet"), _("Completed inspections stay here with everything that was answered.")
        return _("No inspections yet"), _("They come from the inspection plans with the first sync.")

    def _menu(self, row_id: str) -> list[MenuLine]:
        place = self.list.rows.place_of(row_id)
        row = self.list.rows.row_at(place) if place is not None else None
        number = row.number if row else ""
        lines = [MenuLine(lambda: _("Show"), lambda: self.show_subject(TABLE, row_id))]
        if AT not in row_id:
            lines.append(MenuLine(lambda: _("Start or continue"), lambda: self.run(row_id)))
        if number:
            lines.append(MenuLine(lambda: _("Copy number"), lambda: QGuiApplication.clipboard().setText(number)))
        return lines

    # ---------------------------------------------------------------- the calendar

    def _show_calendar(self) -> None:
        self.to_calendar.hide()
        self.show_pane(self.month_pane)
        self._read_month()
        self.month.days.setFocus()

    def _read_month(self) -> None:
        first, last = self.month.span()
        today, me = self._bench.today(), self._bench.me
        whose = None if me.role in OFFICE else me.user_id
        self.month.set_today(today)

        def ask(read: Reading) -> tuple[str, list[CalendarDay]]:
            return first, calendar(read, first, last, today, me=whose)

        self._bench.read(ask, self._take_month, key=f"inspections.month.{id(self)}")

    def _take_month(self, answer: tuple[str, list[CalendarDay]]) -> None:
        first, days = answer
        if first != self.month.span()[0]:
            return
        self._days = {day.day: day for day in days}
        self.month.show_entries(day_entries(days, self._bench.today()))
        if self._view == CALENDAR:
            self._show_day()

    def _picked(self, day: str) -> None:
        self._day = day
        if self._view == CALENDAR:
            self._show_day()

    def _show_day(self) -> None:
        self.left.empty.show_words(*self._nothing())
        rows = day_rows(self._days.get(self._day), self._bench.today())
        self.list.show_source(Source.of(rows))
        self._question = self.list.rows.question()

    def _into_day(self) -> None:
        """Enter on a day: into its list."""
        if self.list.rows.rowCount():
            self.show_list()
            self.list.choose_first()

    def show_day(self, day: str) -> None:
        """Show the calendar at a day."""
        self.show_view(CALENDAR)
        self.month.days.go(date.fromisoformat(day))

    # ---------------------------------------------------------------- the chosen visit

    def _chosen(self, row_id: str) -> None:
        self._row_id = row_id
        self.visit.show_visit(row_id)
        self.to_calendar.setVisible(self._view == CALENDAR)
        self.fill_detail()

    def _renamed(self, row_id: str) -> None:
        """A visit was opened: from now on it goes by its inspection."""
        self._row_id = row_id

    def _opened_by_hand(self, row_id: str) -> None:
        self._chosen(row_id)
        self.visit.focus_start()

    def show_subject(self, table: str, row_id: str) -> None:
        if row_id.startswith(VIEW):
            self._leave_run()
            self.show_view(row_id.removeprefix(VIEW))
            return
        if row_id.startswith(RUN):
            self.run(row_id.removeprefix(RUN))
            return
        self._leave_run()
        self._chosen(row_id)
        self.list.choose(row_id)
        self.show_detail()

    # ---------------------------------------------------------------- the running one

    def run(self, inspection_id: str) -> None:
        """Show an inspection running: it takes the whole place, and the names of the places make room."""
        self._row_id = inspection_id
        self.running.show()
        self.running.show_inspection(inspection_id)
        self.want_room(True)
        self._arrange()
        if self.running.card is not None:  # it was left for another place, and goes on where it was
            self.focus()

    def is_running(self) -> bool:
        return bool(self.running.shown_id())

    def _leave_run(self) -> None:
        if self.is_running():
            self.running.leave()

    def _ran(self) -> None:
        self.want_room(False)
        self._arrange()
        if self._row_id:
            self.visit.show_visit(self._row_id)
            self.fill_detail()
        self.reload()
        self.visit.focus_start()

    def _completed(self, order_id: str) -> None:
        """On to the customer: the order, at the page that is signed where there is one."""
        self._bench.show("work_order", order_id)
        if any(panel.key == "sign_off" for panel in self._bench.offers.panels("work_order")):
            self._bench.show("work_order", "tab:sign_off")

    # ---------------------------------------------------------------- what the window asks

    def _arrange(self) -> None:
        super()._arrange()
        running = getattr(self, "running", None)
        if running is not None:
            on = self.is_running()
            running.setVisible(on)
            if on:
                self.left.hide()
                self._right.hide()
            elif not self.stacked():
                self._right.show()

    def reload(self) -> None:
        if self.is_running():
            self.running.reload()
            return
        if self._view == CALENDAR:
            self._read_month()
        elif self._bench.today() != self._wanted.today:
            self.show_view(self._view)
        else:
            self.list.reload()
        self._count()
        if self._row_id:
            self.visit.reload()

    def focus(self) -> None:
        if self.is_running() and self.running.card is not None:
            self.running.card.focus()
        else:
            self.list.setFocus()

    def may_leave(self) -> bool:
        if self.is_running():
            self.running.keep()
        return True
