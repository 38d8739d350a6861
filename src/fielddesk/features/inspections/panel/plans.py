"""The inspection plans of an asset: how often, what comes next, and the form that makes or changes one."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_day
from fielddesk.features.inspections.actions import create_plan, edit_plan, end_plan
from fielddesk.features.inspections.dialogs import named, plan_words
from fielddesk.features.inspections.model import InspectionPlan
from fielddesk.features.inspections.panel.asking import Asking
from fielddesk.features.inspections.panel.plan_form import SHOWN, STANDARD, PlanForm
from fielddesk.features.inspections.queries import (
    ChecklistRow,
    PlanFilter,
    PlanRow,
    VisitRow,
    asked_by_stage,
    checklist_for,
    checklist_page,
    plan_page,
    visits_of_asset,
)
from fielddesk.features.lifecycle.dialogs import rule_words, stage_words
from fielddesk.features.lifecycle.rules import InspectionRule, Policy
from fielddesk.features.people.queries import assignable_people
from fielddesk.features.people.rules import FIELD_STAFF, OFFICE
from fielddesk.store.actions import Call, call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.forms import Day
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Card, CardRow, Empty
from fielddesk.ui.text import Text, Words

DRAFT: Final = "inspection_plan"
MOST: Final = 50
EDITED: Final = ("checklist_id", "rule", "starts_on", "mode", "tolerance_days", "engineer_id")
RHYTHMS: Final = {
    "month": "FREQ=MONTHLY", "quarter": "FREQ=MONTHLY;INTERVAL=3", "half_year": "FREQ=MONTHLY;INTERVAL=6",
    "year": "FREQ=YEARLY",
}  # fmt: skip
"""How often the strategy table says, as a recurrence rule."""


@dataclass(frozen=True)
class Plans:
    """What the panel shows of an asset."""

    asset_id: str
    rows: list[PlanRow]
    visits: list[VisitRow]
    checklists: list[ChecklistRow]
    people: list[tuple[str, str]]
    usual: str | None
    """The checklist that its stage names, else that of its model or class."""
    asked: Policy
    """What its stage asks of inspections."""


def plans_of(read: Reading, asset_id: str, today: str) -> Plans:
    """The plans of an asset with the visits of the next three years."""
    last = f"{int(today[:4]) + 3}{today[4:8]}28"
    people = [(user.id, user.name) for user in assignable_people(read) if user.role in FIELD_STAFF]
    asked = asked_by_stage(read, asset_id, today)
    usual = checklist_for(read, asset_id, asked.checklist)
    return Plans(
        asset_id, plan_page(read, PlanFilter(today, asset_id, ended=True), 0, MOST),
        visits_of_asset(read, asset_id, today, last, today), checklist_page(read, "", 0, 200), people,
        usual.id if usual else None, asked,
    )  # fmt: skip


class PlanPanel(SubjectPanel):
    """Plans of one asset; the office makes and changes them."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._asset_id = ""
        self._plans: Plans | None = None
        self._editing: InspectionPlan | None = None
        self._office = bench.me.role in OFFICE
        self.card = Card()
        self.empty = Empty(
            "calendar-dots", lambda: _("No inspection plan yet"),
            lambda: _("A plan opens an inspection whenever one is due.") if self._office
            else _("The office plans inspections."),
        )  # fmt: skip
        self.new = Button(lambda: _("New plan"), "plus", "tonal")
        self.new.clicked.connect(self.ask_new)
        self.form = PlanForm()
        self.form.given.connect(self._save)
        self.form.left.connect(self._leave)
        self.form.kept.connect(self._keep)
        self.form.hide()
        self.ending = Asking(
            lambda: _("The plan ends; visits that are open stay."),
            [Day("ended_on", lambda: _("Last day"), needed=True)], lambda: _("End plan"), "calendar-x",
        )  # fmt: skip
        self.ending.given.connect(self._end)
        self._lay_out()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 4, 8), 12)
        row = QHBoxLayout()
        row.addWidget(self.new)
        row.addStretch(1)
        for widget in (self.empty, self.card, self.ending, self.form):
            column.addWidget(widget)
        column.addLayout(row)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))
        self.new.setVisible(self._office)

    def show_subject(self, row_id: str) -> None:
        if row_id != self._asset_id:
            self._leave()
            self.ending.hide()
            self._plans = None
        self._asset_id = row_id
        self.reload()

    def reload(self) -> None:
        asset_id, today = self._asset_id, self._bench.today()

        def ask(read: Reading) -> Plans:
            return plans_of(read, asset_id, today)

        self._bench.read(ask, self._take, key=f"plans.{id(self)}")

    def focus(self) -> None:
        (self.form.form.focus_first if self.form.isVisible() else self.new.setFocus)()

    def may_leave(self) -> bool:
        return True  # what is typed is kept as a draft with each change

    def _take(self, plans: Plans) -> None:
        if plans.asset_id != self._asset_id:
            return
        self._plans = plans
        self.card.clear()
        self.card.setVisible(bool(plans.rows))
        self.empty.setVisible(not plans.rows and self.form.isHidden())
        for row in plans.rows:
            self.card.add(self._row(row))

    def _row(self, row: PlanRow) -> CardRow:
        plan = row.plan
        ended = plan.ended_on is not None and plan.ended_on < self._bench.today()
        line = CardRow(
            lambda: named(row.checklist), lambda: plan_words(plan.rule, plan.mode, plan.tolerance_days),
            icon="calendar-x" if ended else "calendar-dots",
        )  # fmt: skip
        line.add_below(Text(partial(self._next_words, row), "second", wraps=True))
        if self._office:
            change = Button(lambda: _("Change"), "pencil-simple", "quiet")
            change.clicked.connect(lambda: self.ask_change(plan))
            end: Words = (lambda: _("Let it go on")) if plan.ended_on else (lambda: _("End…"))
            ending = Button(end, kind="quiet")
            ending.clicked.connect(lambda: self._ask_end(plan))
            line.add(change)
            line.add(ending)
        return line

    def _next_words(self, row: PlanRow) -> str:
        """What comes next, whom it is for and where another visit covers one."""
        if self._plans is None:
            return ""
        mine = [one.visit for one in self._plans.visits if one.plan.id == row.plan.id]
        days = [
            _("{day} (covered)").format(day=format_day(one.planned_on))
            if one.absorbed_by is not None
            else format_day(one.planned_on)
            for one in mine
            if one.completed_on is None and not one.skipped
        ]
        words = [_("Next days: {days}").format(days=_(", ").join(days[:SHOWN]))] if days else []
        if row.last is not None and row.last.completed_on:
            words.append(_("last done {day}").format(day=format_day(row.last.completed_on)))
        if row.plan.ended_on:
            words.append(_("ends {day}").format(day=format_day(row.plan.ended_on)))
        if row.engineer:
            words.append(row.engineer)
        return " · ".join(words)

    # ---------------------------------------------------------------- making and changing

    def ask_new(self) -> None:
        """Put up the form of a new plan, with what was typed the last time."""
        if self._plans is None:
            return
        usual, rule = self._plans.usual, self._plans.asked.inspection
        values = STANDARD | {"starts_on": self._bench.today(), "checklist_id": usual}
        if rule is not None:
            values["rule"] = RHYTHMS[rule.every]
        self._editing = None
        self._bench.draft(DRAFT, self._asset_id, partial(self._show_form, lambda: _("New inspection plan"), values))

    def ask_change(self, plan: InspectionPlan) -> None:
        """Put up the form of a plan that is there."""
        self._editing = plan
        values = {key: getattr(plan, key) for key in EDITED}
        self._bench.draft(DRAFT, plan.id, partial(self._show_form, lambda: _("Change the plan"), values))

    def _show_form(self, title: Words, values: dict[str, Any], draft: str | None) -> None:
        if self._plans is None:
            return
        checklists: list[tuple[str, Words]] = [
            (row.id, partial(named, row.names)) for row in self._plans.checklists if row.version
        ]
        people: list[tuple[str, Words]] = list(self._plans.people)
        self.empty.hide()
        self.new.hide()
        self.form.ask(title, values, checklists, people, self._bench.today(), draft)
        asked = self._plans.asked
        self.form.propose(partial(stage_rule_words, asked.stage, asked.inspection) if asked.inspection else "")

    def _about(self) -> str:
        return self._editing.id if self._editing is not None else self._asset_id

    def _keep(self, text: str) -> None:
        if self.form.isVisible():
            self._bench.keep_draft(DRAFT, self._about(), text)

    def _leave(self) -> None:
        if not self.form.isHidden():
            self._bench.keep_draft(DRAFT, self._about(), None)
        self.form.hide()
        self._editing = None
        self.new.setVisible(self._office)
        self.empty.setVisible(self._plans is not None and not self._plans.rows)

    def _save(self, values: dict[str, Any]) -> None:
        plan, about = self._editing, self._about()
        try:
            one = call(create_plan, asset_id=self._asset_id, **values) if plan is None else changed(plan, values)
        except FieldDeskError as error:
            self.form.refused(error)
            return
        if one is None or plan is None:
            undo = None
        else:
            undo = partial(_undone, plan, values)
        if one is None:
            self._leave()
            return
        self._bench.do(
            one,
            then=lambda _done: self._saved(),
            failed=self.form.refused,
            said=lambda: _("Inspection plan saved"),
            undo=undo,
            drops=[(DRAFT, about)],
        )

    def _saved(self) -> None:
        self.form.hide()
        self._editing = None
        self.new.setVisible(self._office)
        self.reload()
        self.new.setFocus()

    # ---------------------------------------------------------------- ending

    def _ask_end(self, plan: InspectionPlan) -> None:
        if plan.ended_on is not None:
            self._say_end(plan, None)
            return
        self._editing = plan
        self.ending.ask(ended_on=self._bench.today())

    def _end(self, values: dict[str, Any]) -> None:
        if self._editing is not None:
            self._say_end(self._editing, values["ended_on"])
        self._editing = None

    def _say_end(self, plan: InspectionPlan, day: str | None) -> None:
        def end(value: str | None, base: str | None) -> Call:
            return call(end_plan, based_on={"ended_on": base}, plan_id=plan.id, ended_on=value)

        self._bench.do(
            end(day, plan.ended_on),
            then=lambda _done: self.ending.hide(),
            failed=self.ending.refused,
            said=(lambda: _("The plan ends")) if day else (lambda: _("The plan goes on")),
            undo=lambda _done: end(plan.ended_on, day),
        )


def stage_rule_words(stage: str, rule: InspectionRule) -> str:
    """What the stage asks for, told above the form that proposes it."""
    return _("{stage}: {rule}").format(stage=stage_words(stage), rule=rule_words(rule))


def changed(plan: InspectionPlan, values: dict[str, Any]) -> Call | None:
    """The action that makes the plan say this; None where it says so already. Rule, begin and mode go together."""
    grouped = {"rule", "starts_on", "mode"}
    news = {key: value for key, value in values.items() if getattr(plan, key) != value}
    if not news:
        return None
    base = {key: getattr(plan, key) for key in (news.keys() | grouped if news.keys() & grouped else news.keys())}
    if "engineer_id" in news and news["engineer_id"] is None:
        del news["engineer_id"]
        news["no_engineer"] = True
    return call(edit_plan, based_on=base, plan_id=plan.id, **news)


def _undone(plan: InspectionPlan, values: dict[str, Any], _done: object) -> Call:
    from dataclasses import replace

    before = {key: getattr(plan, key) for key in EDITED}
    found = changed(replace(plan, **values), before)
    assert found is not None
    return found
