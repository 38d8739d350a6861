"""How often an asset is inspected: the form of a plan, with the rule in words and its next days beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError, RuleBroken
from fielddesk.core.i18n import N_, _, format_day
from fielddesk.features.inspections.dialogs import plan_words
from fielddesk.features.inspections.rules import (
    FIXED,
    FROM_COMPLETION,
    Plan,
    Rule,
    check_plan,
    due_days,
    parse_rule,
    rule_text,
)
from fielddesk.features.inspections.rules.days import LAST_YEAR, WEEKDAYS
from fielddesk.store.types import MILLION
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.escaping import Escapes
from fielddesk.ui.fields import Choice, Line, Quantity
from fielddesk.ui.forms import Day, Form
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text, Words
from fielddesk.ui.wording import sentence

SHOWN: Final = 5
UNITS: Final = {"DAILY": N_("days"), "WEEKLY": N_("weeks"), "MONTHLY": N_("months"), "YEARLY": N_("years")}
BEGIN, LAST = "begin", "last"
ON: Final = {
    BEGIN: N_("The day it begins on"), LAST: N_("The last day of the month"), "1": N_("The first…"),
    "2": N_("The second…"), "3": N_("The third…"), "4": N_("The fourth…"), "-1": N_("The last…"),
}  # fmt: skip
MODE_WORDS: Final = {
    FIXED: N_("Fixed days, whenever the last one was done"),
    FROM_COMPLETION: N_("From the day the last one was done"),
}
STANDARD: Final[dict[str, Any]] = {
    "rule": "FREQ=MONTHLY;INTERVAL=3", "mode": FIXED, "tolerance_days": 7, "engineer_id": None, "checklist_id": None,
}  # fmt: skip


class PlanForm(Escapes, QFrame):
    """Signals: `given(values)` with the columns of a plan, `left`, `kept(text)`: what is typed, for the draft."""

    given = Signal(dict)
    left = Signal()
    kept = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.today = ""
        self._busy = False
        self.title = Text("", "strong", wraps=True)
        self.form = Form()
        for field in self._fields():
            self.form.add(field)
        self.form.committed.connect(self._committed)
        self.form.typed.connect(self._typed)
        self.words = Text("", "medium", wraps=True)
        self.days = Text("", "second", wraps=True)
        self.stage = Remark("info", "path")
        self.trouble = Remark("bad")
        self.go = Button(lambda: _("Save plan"), "check", "primary")
        self.go.clicked.connect(self._give)
        back = Button(lambda: _("Leave it as it is"), kind="quiet")
        back.clicked.connect(self.left)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(self.go)
        column = QVBoxLayout(self)
        theme.space(column, (16, 12, 16, 12), 8)
        for widget in (self.title, self.stage, self.words, self.days, self.form, self.trouble):
            column.addWidget(widget)
        column.addLayout(row)

    def escaped(self) -> None:
        self.left.emit()

    def _fields(self) -> list[Any]:
        days = [(day, partial(_weekday, n)) for n, day in enumerate(WEEKDAYS)]
        return [
            Choice("checklist_id", lambda: _("Checklist"), [], needed=True),
            Quantity("every", lambda: _("Every")),
            Choice("unit", lambda: _("Unit"), _options(UNITS)),
            Choice("on", lambda: _("On"), _options(ON)),
            Choice("weekday", lambda: _("Weekday"), [(day, words) for day, words in days]),
            Day("starts_on", lambda: _("Begins on"), needed=True),
            Choice("mode", lambda: _("Counted"), _options(MODE_WORDS)),
            Quantity("tolerance", lambda: _("On time within"), lambda: _("days before and after")),
            Choice("engineer_id", lambda: _("Usual engineer"), []),
            Line("rule", lambda: _("Rule as text"), limit=200),
        ]

    # ---------------------------------------------------------------- coming up

    def ask(
        self, title: Words, values: dict[str, Any], checklists: Sequence[tuple[str, Words]],
        people: Sequence[tuple[str, Words]], today: str, draft: str | None,
    ) -> None:  # fmt: skip
        """Put it up with the columns of a plan; `draft` is what was typed the last time and never saved."""
        self.today = today
        self.title.set_words(title)
        fields = self.form.fields
        fields["checklist_id"].set_options(list(checklists))  # type: ignore[attr-defined]
        fields["engineer_id"].set_options(list(people))  # type: ignore[attr-defined]
        shown = STANDARD | values | (_read(draft) if draft else {})
        for key, field in fields.items():
            field.start(_shown(shown, key))
        self._write_rule(str(shown["rule"]))
        self.say("")
        self.show()
        self.form.focus_first()

    def propose(self, words: Words) -> None:
        """Say which stage the proposed rhythm is of; nothing where none asks for one."""
        self.stage.show_words(words)

    def say(self, why: str) -> None:
        """Say what is wrong with the plan as a whole."""
        self.trouble.show_words(why)
        self.trouble.setVisible(bool(why))

    def refused(self, error: FieldDeskError) -> None:
        """Say it at the field at fault, or under the form."""
        key = {"tolerance_days": "tolerance"}.get(str(error.values.get("field")), str(error.values.get("field")))
        if key in self.form.fields:
            self.form.fields[key].say_trouble(error)
        else:
            self.say(sentence(error))

    # ---------------------------------------------------------------- typing

    def _committed(self, key: str, _shown: object, _new: object) -> None:
        self.form.fields[key].saved()
        if key == "rule":
            self._write_rule(str(self.form.fields["rule"].shown or ""))
        elif key in ("every", "unit", "on", "weekday", "mode"):
            self._write_rule(self._made_rule())
        self._look()

    def _typed(self, _key: str, _text: object) -> None:
        self._look()

    def _now(self, key: str) -> Any:
        field = self.form.fields[key]
        try:
            return field.parse(field.text())
        except FieldDeskError:
            return field.shown

    def _made_rule(self) -> str:
        """The rule of what is chosen; the text stays where the fields say nothing else."""
        unit = str(self._now("unit") or "MONTHLY")
        every = max(1, int(self._now("every") or MILLION) // MILLION)
        on, weekday = str(self._now("on") or BEGIN), self._now("weekday")
        text = f"FREQ={unit}" + (f";INTERVAL={every}" if every != 1 else "")
        if self._now("mode") == FROM_COMPLETION:
            return text
        if unit == "WEEKLY" and weekday:
            return f"{text};BYDAY={weekday}"
        if unit == "MONTHLY" and on == LAST:
            return f"{text};BYMONTHDAY=-1"
        if unit == "MONTHLY" and on != BEGIN:
            return f"{text};BYDAY={on}{weekday or 'MO'}"
        return text

    def _write_rule(self, text: str) -> None:
        """Show a rule in every field that speaks of it."""
        fields = self.form.fields
        try:
            rule = parse_rule(text)
        except RuleBroken as broken:
            fields["rule"].start(text)
            fields["rule"].say_trouble(broken)
            self._look()
            return
        fields["rule"].start(rule_text(rule))
        fields["every"].start(rule.interval * MILLION)
        fields["unit"].start(rule.freq)
        on, weekday = parts_of(rule)
        fields["on"].start(on)
        fields["weekday"].start(weekday)
        self._show_fields()
        self._look()

    def _show_fields(self) -> None:
        unit, on = self._now("unit"), self._now("on")
        fixed = self._now("mode") != FROM_COMPLETION
        shown = {
            "on": fixed and unit == "MONTHLY",
            "weekday": fixed and (unit == "WEEKLY" or (unit == "MONTHLY" and on not in (BEGIN, LAST, None))),
        }
        for key, visible in shown.items():
            self.form.fields[key].setVisible(visible)
            self.form.fields[key].label.setVisible(visible)

    def _look(self) -> None:
        """Say the plan in words, with its next days, and keep what is typed."""
        self._show_fields()
        values = self.values()
        self.kept.emit(canonical.dumps(values))
        try:
            plan = Plan(values["rule"], values["starts_on"] or self.today, values["mode"], values["tolerance_days"])
            check_plan(plan)
        except FieldDeskError as error:
            self.words.setText("")
            self.days.setText(sentence(error))
            return
        self.words.setText(plan_words(plan.rule, plan.mode, plan.tolerance_days))
        self.days.setText(days_words(plan, self.today))

    def values(self) -> dict[str, Any]:
        """The columns of the plan as the fields say now."""
        tolerance = self._now("tolerance")
        return {
            "checklist_id": self._now("checklist_id"), "rule": str(self._now("rule") or ""),
            "starts_on": self._now("starts_on"), "mode": str(self._now("mode") or FIXED),
            "tolerance_days": int(7 * MILLION if tolerance is None else tolerance) // MILLION,
            "engineer_id": self._now("engineer_id"),
        }  # fmt: skip

    def _give(self) -> None:
        self.say("")
        try:
            self.form.commit()
            self.form.values()
            values = self.values()
            check_plan(Plan(values["rule"], values["starts_on"], values["mode"], values["tolerance_days"]))
        except FieldDeskError as error:
            self.refused(error)
            return
        self.given.emit(values)


def _options(words: dict[str, str]) -> list[tuple[str, Words]]:
    return [(key, partial(_, text)) for key, text in words.items()]


def _weekday(place: int) -> str:
    return format_day(f"2024-01-0{1 + place}", "weekday")


def _read(draft: str) -> dict[str, Any]:
    try:
        found = canonical.loads(draft)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shown(values: dict[str, Any], key: str) -> Any:
    if key == "tolerance":
        return int(values.get("tolerance_days") or 0) * MILLION
    return values.get(key)


def parts_of(rule: Rule) -> tuple[str, str | None]:
    """Which day of the month and which weekday the fields show; a rule that says more stands in its text alone."""
    if rule.monthdays == (-1,):
        return LAST, None
    if len(rule.weekdays) == 1:
        nth, day = rule.weekdays[0]
        return (str(nth) if nth else BEGIN), WEEKDAYS[day]
    return BEGIN, None


def next_days(plan: Plan, today: str, count: int = SHOWN) -> list[str]:
    """The next days of a plan that nobody has touched yet."""
    year = int(max(plan.starts_on, today)[:4])
    for years in (2, 12, 100):
        last = f"{min(year + years, LAST_YEAR + 100)}-12-31"
        days = [visit.planned_on for visit in due_days(plan, [], [], max(plan.starts_on, today), last)]
        if len(days) >= count:
            break
    return days[:count]


def days_words(plan: Plan, today: str) -> str:
    """The next five days in words."""
    days = _(", ").join(format_day(day) for day in next_days(plan, today))
    if not days:
        return _("No day is left in this plan.")
    if plan.mode == FROM_COMPLETION:
        return _("If each is done on its day: {days}").format(days=days)
    return _("Next days: {days}").format(days=days)
