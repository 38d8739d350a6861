"""One visit as a person decides on it: what it says, and the ways to start, move, skip it or hand it over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_day
from fielddesk.features.inspections.actions import (
    hand_over,
    move_visit,
    open_visit,
    restore_visit,
    skip_visit,
    take_hand_over_back,
)
from fielddesk.features.inspections.dialogs import (
    STANDINGS,
    named,
    plan_words,
    progress_words,
    standing_words,
    verdict_words,
    visit_due,
)  # fmt: skip
from fielddesk.features.inspections.panel.asking import Asking
from fielddesk.features.inspections.panel.visit_shown import Shown, shown_of
from fielddesk.features.inspections.queries import (
    PlanRow,
)  # fmt: skip
from fielddesk.features.people.rules import OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import Choice, Line, Prose
from fielddesk.ui.forms import Day
from fielddesk.ui.page import Pane
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, Chip
from fielddesk.ui.text import Words
from fielddesk.ui.wording import sentence


def _window(shown: Shown) -> str:
    """The days that count as on time, and how the visit stands to them."""
    words, plan, day = standing_words(shown.standing), shown.plan, shown.planned_on
    if plan is None or day is None or shown.standing in ("skipped", "absorbed"):
        return words
    around = timedelta(days=plan.plan.tolerance_days)
    first, last = (date.fromisoformat(day) - around, date.fromisoformat(day) + around)
    return _("{first} to {last}: {standing}").format(
        first=format_day(first, "short"), last=format_day(last, "short"), standing=words
    )


def _plan_said(plan: PlanRow | None) -> str:
    return "" if plan is None else plan_words(plan.plan.rule, plan.plan.mode, plan.plan.tolerance_days)


class VisitPane(Pane):
    """The chosen visit. Signals: `run_asked(inspection id)`; `other_asked(row id)`: it goes by another name now."""

    run_asked = Signal(str)
    other_asked = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._row_id = ""
        self.shown: Shown | None = None
        self._busy = False
        self.facts = Facts()
        self._fill_facts()
        card = Card()
        holder = QWidget()
        inner = QVBoxLayout(holder)
        theme.space(inner, (16, 12, 16, 12))
        inner.addWidget(self.facts)
        card.column().addWidget(holder)
        self._make_askings()
        self.add(card)
        self.add_stretch()
        self._make_foot_buttons()

    def _fill_facts(self) -> None:
        self.facts.add_link("asset", lambda: _("Asset"))
        self.facts.add("customer", lambda: _("Customer"))
        self.facts.add("site", lambda: _("Site"))
        self.facts.add_link("order", lambda: _("Work order"))
        self.facts.add("due", lambda: _("Due"))
        self.facts.add("standing", lambda: _("Window"))
        self.facts.add("plan", lambda: _("Plan"))
        self.facts.add("assignee", lambda: _("Given to"))
        self.facts.add("progress", lambda: _("Progress"))
        self.facts.add("reason", lambda: _("Reason"))
        self.facts.add("last", lambda: _("Last result"))
        self.facts.pressed.connect(self._follow)

    def _make_askings(self) -> None:
        self.move_asking = Asking(
            lambda: _("Move this visit; the plan's other days stay"),
            [
                Day("moved_to", lambda: _("New day"), needed=True, today=self._bench.today),
                Line("reason", lambda: _("Reason"), needed=True),
            ],
            lambda: _("Move visit"), "calendar-check",
        )  # fmt: skip
        self.skip_asking = Asking(
            lambda: _("Skip this visit; the next one comes as planned"),
            [Line("reason", lambda: _("Reason"), needed=True)],
            lambda: _("Skip visit"), "skip-forward",
        )  # fmt: skip
        self._colleague = Choice("assignee_id", lambda: _("Colleague"), [], needed=True)
        self.hand_asking = Asking(
            lambda: _("Hand over; your colleague goes on at the same item"),
            [self._colleague, Prose("text", lambda: _("What they should know"))],
            lambda: _("Hand over"), "user-switch",
        )  # fmt: skip
        for asking, run in (
            (self.move_asking, self._move), (self.skip_asking, self._skip), (self.hand_asking, self._hand_over),
        ):  # fmt: skip
            asking.given.connect(run)
            asking.left.connect(self.focus_start)
            self.add(asking)

    def _make_foot_buttons(self) -> None:
        self.hand = Button(lambda: _("Hand over"), "user-switch")
        self.hand.clicked.connect(lambda: self._put_up(self.hand_asking, assignee_id=None, text=""))
        self.move_button = Button(lambda: _("Move"), "calendar-check")
        self.move_button.clicked.connect(lambda: self._put_up(self.move_asking, moved_to=None, reason=""))
        self.skip = Button(lambda: _("Skip"), "skip-forward")
        self.skip.clicked.connect(lambda: self._put_up(self.skip_asking, reason=""))
        self.back_button = Button(lambda: _("Put back"), "arrow-counter-clockwise")
        self.back_button.clicked.connect(self._put_back)
        self.start = Button(lambda: _("Start"), "play", "primary")
        self.start.clicked.connect(self.begin)
        for button in (self.hand, self.move_button, self.skip, self.back_button, self.start):
            self.add_action(button)

    # ---------------------------------------------------------------- showing

    def show_visit(self, row_id: str) -> None:
        if row_id != self._row_id:
            self.put_askings_away()
            self.shown = None
        self._row_id = row_id
        self.reload()

    def put_askings_away(self) -> None:
        """Close what was open for a move, a skip or a handing over."""
        for asking in (self.move_asking, self.skip_asking, self.hand_asking):
            asking.hide()

    def reload(self) -> None:
        row_id, today, me = self._row_id, self._bench.today(), self._bench.me.user_id
        if row_id:
            self._bench.read(
                lambda read: (row_id, shown_of(read, row_id, today, me)), self._take, key=f"visit.{id(self)}"
            )

    def _take(self, answer: tuple[str, Shown | None]) -> None:
        row_id, shown = answer
        if row_id != self._row_id or shown is None:
            return
        self.shown = shown
        if shown.id != row_id:
            self._row_id = shown.id
            self.other_asked.emit(shown.id)
        self._show_head(shown)
        self._show_facts(shown)
        self._show_buttons(shown)
        self._colleague.set_options([(user.id, user.name) for user in shown.people if user.id != shown.assignee_id])

    def _show_head(self, shown: Shown) -> None:
        row, visit = shown.inspection, shown.visit
        names = row.names if row is not None else visit.checklist if visit is not None else "{}"
        asset = row.asset if row is not None else visit.asset if visit is not None else ""
        customer = row.customer if row is not None else visit.customer if visit is not None else ""
        number = row.number if row is not None else ""
        self.show_title(lambda: named(names) or _("Inspection"),
                        " · ".join(part for part in (number, asset, customer) if part))  # fmt: skip
        _words, state, icon = STANDINGS.get(shown.standing, ("", "idle", ""))
        chips = [Chip(partial(standing_words, shown.standing), state, icon)] if shown.standing else []
        if row is not None and row.completed_at is not None:
            passed = row.result == "passed"
            chips.append(Chip(partial(verdict_words, row.result), "ok" if passed else "bad"))
        self.show_chips(chips)

    def _show_facts(self, shown: Shown) -> None:
        row, visit, plan, today = shown.inspection, shown.visit, shown.plan, self._bench.today()
        asset = row.asset if row is not None else visit.asset if visit is not None else ""
        planned = shown.planned_on
        due = (
            _("{day}, {when}").format(day=format_day(planned, "long"), when=visit_due(planned, today))
            if planned
            else ""
        )
        if row is not None and row.completed_on:
            due = _("done on {day}").format(day=format_day(row.completed_on, "long"))
        if planned and shown.due_on and planned != shown.due_on:
            due = _("{due} (moved from {day})").format(due=due, day=format_day(shown.due_on))
        last = shown.last
        who = row.assignee if row is not None else plan.engineer if plan is not None else ""
        self.facts.show_values(
            {
                "asset": f"{asset} ({shown.serial})" if shown.serial else asset,
                "customer": row.customer if row is not None else visit.customer if visit is not None else "",
                "site": row.site if row is not None else "",
                "order": f"{row.number} {row.title}" if row is not None else "",
                "due": due,
                "standing": _window(shown),
                "plan": _plan_said(plan),
                "assignee": who or _("nobody yet"),
                "progress": progress_words(row.done, row.total) if row is not None and row.total else "",
                "reason": visit.visit.reason if visit is not None else "",
                "last": _("{result}, {day}").format(
                    result=verdict_words(last.result) or _("done"), day=format_day(last.completed_on)
                ) if last is not None and last.completed_on else _("none yet"),
            }
        )  # fmt: skip

    def _show_buttons(self, shown: Shown) -> None:
        row, me = shown.inspection, self._bench.me
        done = row is not None and row.completed_at is not None
        closed = shown.standing in ("skipped", "absorbed")
        started = row is not None and (row.started_at is not None or row.done > 0)
        planned = shown.plan is not None and shown.due_on is not None
        changed = planned and shown.visit is not None and shown.visit.visit.planned_on != shown.visit.visit.due_on
        mine = shown.assignee_id in (None, me.user_id) or me.role in OFFICE
        self.start.set_words(lambda: _("Look at it") if done else _("Continue") if started else _("Start"))
        self.start.setVisible(not closed and (row is not None or bool(shown.version_id)))
        self.move_button.setVisible(planned and not done and not closed)
        self.skip.setVisible(planned and not done and not closed and not started)
        self.back_button.setVisible(planned and not done and (shown.standing == "skipped" or changed))
        self.hand.setVisible(row is not None and not done and not closed and mine)

    def focus_start(self) -> None:
        if self.start.isVisible():
            self.start.setFocus()

    def _follow(self, key: str) -> None:
        if self.shown is None:
            return
        if key == "asset":
            self._bench.show("asset", self.shown.asset_id)
        elif self.shown.inspection is not None:
            self._bench.show("work_order", self.shown.inspection.order_id)

    # ---------------------------------------------------------------- doing

    def _put_up(self, asking: Asking, **values: Any) -> None:
        for other in (self.move_asking, self.skip_asking, self.hand_asking):
            if other is not asking:
                other.hide()
        asking.ask(**values)
        if self.scroll_area is not None:
            self.scroll_area.ensureWidgetVisible(asking)

    def begin(self) -> None:
        """Start or go on; a visit that nobody has opened yet gets its order first."""
        shown = self.shown
        if shown is None or self._busy:
            return
        if shown.inspection is not None:
            self.run_asked.emit(shown.inspection.id)
        elif shown.plan is not None and shown.due_on is not None and shown.version_id:
            self._busy = True
            self._bench.draw_number("WO", partial(self._open, shown), self._refused)

    def _open(self, shown: Shown, number: str) -> None:
        plan, me = shown.plan, self._bench.me
        assert plan is not None
        assert shown.due_on is not None
        title = shown.title or plan.asset or _("Inspection")  # as headquarters would call it
        who = plan.plan.engineer_id or (None if me.role in OFFICE else me.user_id)
        opening = call(
            open_visit, plan_id=plan.plan.id, due_on=shown.due_on, version_id=shown.version_id, number=number,
            title=title[:200], assignee_id=who,
        )  # fmt: skip
        self._bench.do(opening, then=self._opened, failed=self._refused)

    def _opened(self, done: Done) -> None:
        self._busy = False
        self.other_asked.emit(str(done.results[0]))
        self.run_asked.emit(str(done.results[0]))

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        self._bench.toast(lambda: sentence(error), icon="warning-fill")
        self.reload()

    def _plan_day(self) -> tuple[str, str] | None:
        shown = self.shown
        if shown is None or shown.plan is None or shown.due_on is None:
            return None
        return shown.plan.plan.id, shown.due_on

    def _move(self, values: dict[str, Any]) -> None:
        where = self._plan_day()
        if where is None:
            return
        plan_id, due_on = where
        before = self.shown.visit.visit if self.shown is not None and self.shown.visit is not None else None
        day = str(values["moved_to"])

        def taken_back(_done: Done) -> Call:
            if before is not None and before.planned_on != due_on:
                return call(
                    move_visit, plan_id=plan_id, due_on=due_on, moved_to=before.planned_on, reason=before.reason
                )
            return call(restore_visit, plan_id=plan_id, due_on=due_on)

        self._run(self.move_asking, lambda: call(move_visit, plan_id=plan_id, due_on=due_on, **values),
                  lambda: _("Visit moved to {day}").format(day=format_day(day)), taken_back)  # fmt: skip

    def _skip(self, values: dict[str, Any]) -> None:
        where = self._plan_day()
        if where is not None:
            plan_id, due_on = where
            self._run(self.skip_asking, lambda: call(skip_visit, plan_id=plan_id, due_on=due_on, **values),
                      lambda: _("Visit of {day} skipped").format(day=format_day(due_on)),
                      lambda _done: call(restore_visit, plan_id=plan_id, due_on=due_on))  # fmt: skip

    def _put_back(self) -> None:
        where, visit = self._plan_day(), self.shown.visit if self.shown is not None else None
        if where is None or visit is None:
            return
        plan_id, due_on = where
        was = visit.visit

        def taken_back(_done: Done) -> Call:
            if was.skipped:
                return call(skip_visit, plan_id=plan_id, due_on=due_on, reason=was.reason)
            return call(move_visit, plan_id=plan_id, due_on=due_on, moved_to=was.planned_on, reason=was.reason)

        self._run(None, lambda: call(restore_visit, plan_id=plan_id, due_on=due_on),
                  lambda: _("Visit put back on {day}").format(day=format_day(due_on)), taken_back)  # fmt: skip

    def _hand_over(self, values: dict[str, Any]) -> None:
        shown = self.shown
        if shown is None or shown.inspection is None:
            return
        order_id, before, to = shown.inspection.order_id, shown.assignee_id, str(values["assignee_id"])
        name = next((user.name for user in shown.people if user.id == to), "")

        def hand() -> Call:
            return call(
                hand_over, based_on={"assignee_id": before}, order_id=order_id, assignee_id=to,
                text=values["text"] or "",
            )  # fmt: skip

        me, undo = self._bench.me, None
        if before == me.user_id:
            undo = lambda _done: call(take_hand_over_back, order_id=order_id)  # noqa: E731
        elif before is not None and me.role in OFFICE:
            undo = lambda _done: call(  # noqa: E731
                hand_over, based_on={"assignee_id": to}, order_id=order_id, assignee_id=before
            )
        self._run(self.hand_asking, hand, lambda: _("Handed over to {who}").format(who=name), undo)

    def _run(
        self, asking: Asking | None, make: Callable[[], Call], said: Words,
        undo: Callable[[Done], Call] | None,
    ) -> None:  # fmt: skip
        refused = asking.refused if asking is not None else self._refused
        try:
            made = make()
        except FieldDeskError as error:
            refused(error)
            return
        self._bench.do(
            made,
            said=said,
            undo=undo,
            then=lambda _done: self._done(asking),
            failed=lambda error: refused(error),
        )

    def _done(self, asking: Asking | None) -> None:
        if asking is not None:
            asking.hide()
        self.focus_start()
        self.reload()
