"""Safety before work (EX1): what the site warns of, what is looked at, and what was reported."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core import canonical
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.core.ids import derived_id, new_id
from fielddesk.features.people.dialogs import mark_state, mark_words
from fielddesk.features.people.queries import marks
from fielddesk.features.workorders.actions import record_safety_check, set_order_status
from fielddesk.features.workorders.dialogs import check_title, incident_words, status_words
from fielddesk.features.workorders.panel.incidents import ReportIncident
from fielddesk.features.workorders.panel.questions import Questions
from fielddesk.features.workorders.queries import (
    CheckRow,
    IncidentRow,
    OrderView,
    incidents,
    order_view,
    safety_checks,
)
from fielddesk.features.workorders.rules import (
    COMPLETED,
    IN_PROGRESS,
    NEXT,
    NO,
    ON_HOLD,
    PERMIT,
    SAFE_FOR,
    YES,
    can_follow,
)
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.entries import Entries, Entry
from fielddesk.ui.facts import Facts
from fielddesk.ui.fields import LINE_LENGTH, Field, Line, Prose
from fielddesk.ui.forms import Form
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll, into_sight
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Text
from fielddesk.ui.wording import sentence

ANSWERS_DRAFT: Final = "safety.answers"
FIELDS: Final = ("permit", "remark")

_Answer = tuple[str, OrderView | None, list[CheckRow], list[IncidentRow], dict[str, str]]


class SafetyPanel(SubjectPanel):
    """Looks at the place with whoever is about to work there; one press records it and begins the work."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._view: OrderView | None = None
        self._again = self._busy = self._wants_focus = False
        self._make_site()
        self._make_check()
        self.report_button = Button(lambda: _("Report an incident"), "first-aid", tip="Alt+I")
        self.report_button.clicked.connect(self.report)
        self.incident = ReportIncident(bench)
        self.incident.hide()
        self.incident.sent.connect(self.report_button.setFocus)
        self.incident.left.connect(self.report_button.setFocus)
        self.entries = Entries()
        self._lay()

    def _make_site(self) -> None:
        self.standing, self.warned = Remark("ok"), Remark("warn")
        self.facts = Facts()
        self.facts.add("site", lambda: _("Site"))
        self.facts.add("hazards", lambda: _("Hazards"))
        self.facts.add("access", lambda: _("Access"))
        self.again = Button(lambda: _("Look again"), "arrow-counter-clockwise", "quiet")
        self.again.clicked.connect(self._look_again)

    def _make_check(self) -> None:
        self.questions = Questions()
        self.questions.changed.connect(self._answered)
        self.questions.finished.connect(self._go_on)
        self.form = Form()
        self.permit = Line("permit", lambda: _("Permit number"))
        self.remark = Prose("remark", self._remark_label)
        for field in (self.permit, self.remark):
            self.form.add(field)
        self.form.typed.connect(self._typed)
        self.form.committed.connect(self._left_field)
        self.go = Button(self._go_words, "shield-check", "tonal")
        self.go.clicked.connect(self._give)
        self._hint = Text(lambda: _("1 yes, 2 no, 3 not applicable; arrows go up and down."), "caption", wraps=True)
        self.check = QWidget()
        column = QVBoxLayout(self.check)
        theme.space(column, spacing=8)
        for widget in (self.questions, self._hint, self.form):
            column.addWidget(widget)
        row = QHBoxLayout()
        theme.space(row)
        row.addStretch(1)
        row.addWidget(self.go)
        column.addLayout(row)

    def _lay(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 8), 12)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        words = QVBoxLayout()
        theme.space(words, spacing=4)
        words.addWidget(self.standing)
        words.addWidget(self.warned)
        head.addLayout(words, 1)
        head.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.report_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        for widget in (self.incident, self.facts, self.check, self.entries):
            column.addWidget(widget)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    # ---------------------------------------------------------------- showing

    def show_subject(self, row_id: str) -> None:
        self.form.flush_drafts()
        self.incident.show_order(row_id)
        self.incident.hide()
        self._order_id, self._view = row_id, None
        self._again = self._busy = False
        self.questions.show_questions((), {})
        for field in self.form.fields.values():
            field.start("")
        self.reload()

    def reload(self) -> None:
        order_id = self._order_id

        def ask(read: Reading) -> _Answer:
            checks, reported = safety_checks(read, order_id), incidents(read, order_id)
            marked = marks(read, [*(row.id for row in checks), *(row.id for row in reported)])
            return order_id, order_view(read, order_id), checks, reported, marked

        self._bench.read(ask, self._take, key=f"safety.{id(self)}")

    def focus(self) -> None:
        if self._view is None:
            self._wants_focus = True  # the order is on its way
        elif not self.check.isHidden():
            self.questions.focus()
        else:
            self.again.setFocus()

    def may_leave(self) -> bool:
        self.form.flush_drafts()
        self.incident.form.flush_drafts()
        return True

    def report(self) -> None:
        """Put the report of an incident up."""
        self._wants_focus = False
        self.incident.begin()

    def _take(self, answer: _Answer) -> None:
        order_id, view, checks, reported, marked = answer
        if order_id != self._order_id or view is None:
            return
        first, self._view = self._view is None, view
        self._show_site(view)
        self._show_standing(view, checks)
        self._show_questions(view)
        self._show_entries(checks, reported, marked)
        if first:
            self._bring_back(view)
        if self._wants_focus:
            self._wants_focus = False
            self.focus()

    def _show_site(self, view: OrderView) -> None:
        site = view.site
        none = "" if not view.asked() else _("No site is named on this order: look around with care.")
        self.facts.show_values(
            {
                "site": site.name if site else none,
                "hazards": (site.hazards or _("none are known; look all the same")) if site else "",
                "access": site.access if site else "",
            }
        )

    def _show_standing(self, view: OrderView, checks: list[CheckRow]) -> None:
        """How it stands with the check, in one sentence."""
        now, zone = self._bench.now(), self._bench.zone()
        newest = checks[0] if checks else None
        if not view.asked():
            self.standing.show_words(lambda: _("This kind of order is done from a desk; nothing is asked before it."))
            self.warned.show_words("")
        elif newest is not None and not view.safety_asked(now):
            who, when = newest.by or _("somebody"), moment_words(newest.at, now, zone)
            until = moment_words(newest.at + SAFE_FOR, now, zone)
            self.standing.show_words(
                lambda: _("Looked at by {who}, {when}. It counts until {until}.").format(
                    who=who, when=when, until=until
                )
            )
            self.warned.show_words("")
        else:
            self.standing.show_words("")
            self.warned.show_words(partial(_why_asked, view, newest))

    def _show_questions(self, view: OrderView) -> None:
        wanted = view.safety_asked(self._bench.now()) if view.order.status != IN_PROGRESS else ()
        asked = view.asked() if self._again else wanted
        self.check.setVisible(bool(asked))
        self.again.setVisible(bool(view.asked()) and not asked)
        self.questions.show_questions(asked, self.questions.answers)
        self._show_fields()

    def _show_fields(self) -> None:
        wants_permit = self.questions.answers.get(PERMIT) == YES
        self.permit.setVisible(wants_permit)
        self.permit.label.setVisible(wants_permit)
        self.remark.label.set_words(self._remark_label)
        self.go.set_words(self._go_words)

    def _remark_label(self) -> str:
        return _("What is not safe") if self.questions.unsafe() else _("Remark")

    def _go_words(self) -> str:
        status = self._view.order.status if self._view else IN_PROGRESS
        if self.questions.unsafe():
            return _("Record and put on hold") if _can_hold(status) else _("Record the check")
        if IN_PROGRESS not in NEXT[status]:
            return _("Record the check")
        if status == ON_HOLD:
            return _("Record and resume work")
        return _("Record and open again") if status == COMPLETED else _("Record and start work")

    def _show_entries(self, checks: list[CheckRow], reported: list[IncidentRow], marked: dict[str, str]) -> None:
        now, zone = self._bench.now(), self._bench.zone()
        found = [(row.at, _entry_of_incident(row, zone)) for row in reported]
        found += [(row.at, _entry_of_check(row)) for row in checks]
        shown = []
        for at, entry in sorted(found, key=lambda each: -each[0]):
            mark = marked.get(entry.id)
            second = _("{who}, {when}").format(who=entry.second or _("somebody"), when=moment_words(at, now, zone))
            shown.append(
                replace(entry, second=second, mark=(mark_words(mark), mark_state(mark)) if mark is not None else None)
            )
        self.entries.show_entries(shown)

    # ---------------------------------------------------------------- what is typed

    def _bring_back(self, view: OrderView) -> None:
        order_id = view.order.id

        def answers(text: str | None) -> None:
            if text and order_id == self._order_id and not self.questions.answers:
                self.questions.show_questions(tuple(self.questions.rows), canonical.loads(text))
                self._show_fields()

        def typed(field: Field, text: str | None) -> None:
            if text and order_id == self._order_id and not field.text():
                field.start(text)

        self._bench.draft(ANSWERS_DRAFT, order_id, answers)
        for key in FIELDS:
            self._bench.draft(f"safety.{key}", order_id, partial(typed, self.form.fields[key]))

    def _answered(self, answers: dict[str, str]) -> None:
        self._bench.keep_draft(ANSWERS_DRAFT, self._order_id, canonical.dumps(answers))
        self._show_fields()

    def _typed(self, key: str, text: str | None) -> None:
        now = self.form.fields[key].text() if text is None else text
        self._bench.keep_draft(f"safety.{key}", self._order_id, now or None)

    def _left_field(self, key: str, _shown: object, _new: object) -> None:
        self.form.fields[key].saved()
        self._typed(key, None)

    def _look_again(self) -> None:
        self._again = True
        if self._view is not None:
            self._show_questions(self._view)
        self.questions.focus()

    def _go_on(self) -> None:
        """Everything is answered: to what is still missing, else to the button."""
        answers = self.questions.answers
        if answers.get(PERMIT) == YES and not self.permit.text().strip():
            self.permit.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.questions.unsafe() and not self.remark.text().strip():
            self.remark.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.go.setFocus(Qt.FocusReason.OtherFocusReason)
            into_sight(self.go)

    # ---------------------------------------------------------------- recording it

    def _give(self) -> None:
        if self._busy or self._view is None:
            return
        if missing := self.questions.missing():
            self.questions.rows[missing[0]].say(lambda: _("Answer this first."))
            self.questions.rows[missing[0]].focus()
            return
        view = self._view
        order, unsafe = view.order, self.questions.unsafe()
        try:
            calls, after = self._calls(view)
        except FieldDeskError as error:
            self._refused(error)
            return
        self._busy = True

        def taken_back(_done: Done) -> Call:
            return call(
                set_order_status, based_on=after, order_id=order.id, status=order.status, reason=order.status_reason,
                unasked=int(order.status == IN_PROGRESS),
            )  # fmt: skip

        moved = len(calls) > 1
        self._bench.do(
            calls,
            said=lambda: (
                _("{number} is {status}").format(number=order.number, status=status_words(after["status"]))
                if moved
                else _("Safety check recorded, not safe") if unsafe else _("Safety check recorded")
            ),
            undo=taken_back if moved and can_follow(after["status"], order.status) else None,
            then=lambda _done: self._given(order.id),
            failed=self._refused,
            drops=[(ANSWERS_DRAFT, order.id), *((f"safety.{key}", order.id) for key in FIELDS)],
        )  # fmt: skip

    def _calls(self, view: OrderView) -> tuple[list[Call], dict[str, str]]:
        """The check, then the state it leads to; and how the order stands after both."""
        order, remark = view.order, self.remark.text().strip()
        permit = self.permit.text().strip() if self.questions.answers.get(PERMIT) == YES else ""
        record = call(
            record_safety_check, order_id=order.id, answers=canonical.dumps(self.questions.answers), permit=permit,
            remark=remark,
        )  # fmt: skip
        record = replace(record, op_id=new_id(self._bench.now()))
        shown = {"status": order.status, "status_reason": order.status_reason}
        if self.questions.unsafe():
            if not _can_hold(order.status):
                return [record], shown
            after = {"status": ON_HOLD, "status_reason": " ".join(remark.split())[:LINE_LENGTH]}
        elif IN_PROGRESS in NEXT[order.status]:
            after = {"status": IN_PROGRESS, "status_reason": ""}
        else:
            return [record], shown
        check_id = derived_id(record.op_id or "", "check")
        state = call(
            set_order_status, based_on=shown, order_id=order.id, status=after["status"],
            reason=after["status_reason"], safety_check_id=check_id if after["status"] == IN_PROGRESS else None,
        )  # fmt: skip
        return [record, state], after

    def _given(self, order_id: str) -> None:
        self._busy = False
        if order_id != self._order_id:
            return
        self._again = False
        self.questions.show_questions(tuple(self.questions.rows), {})
        for field in self.form.fields.values():
            field.start("")
        self.reload()

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        field = self.form.fields.get(str(error.values.get("field")))
        if field is None or field.isHidden():
            self._bench.toast(sentence(error), icon="warning-fill")
            return
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        field.say_trouble(error)


def _can_hold(status: str) -> bool:
    return can_follow(status, ON_HOLD)


def _why_asked(view: OrderView, newest: CheckRow | None) -> str:
    """Why the place has to be looked at."""
    if newest is None and view.order.status == IN_PROGRESS:
        return _("Work goes on, and nobody has written down how the place was found. Look again when you are there.")
    if newest is None:
        return _("Before work begins, look at the place and answer what is asked.")
    if NO in newest.answers.values():
        return _("It was not safe to begin. Look again when that has changed.")
    if view.order.status == IN_PROGRESS:
        return _("Work goes on since it was looked at. Look again after a night or when something has changed.")
    return _("The last look is more than a day old, or the site asks for more now. Look again before you begin.")


def _entry_of_check(row: CheckRow) -> Entry:
    unsafe = [check_title(key) for key, answer in row.answers.items() if answer == NO]
    text = _("Not safe to begin: {what}").format(what=", ".join(unsafe)) if unsafe else _("Safety check done")
    permit = _("Permit {number}").format(number=row.permit) if row.permit else ""
    details = tuple(line for line in (permit, row.remark) if line)
    return Entry(row.id, text, row.by, "shield-warning" if unsafe else "shield-check", "warn" if unsafe else "ok",
                 details=details)  # fmt: skip


def _entry_of_incident(row: IncidentRow, zone: str) -> Entry:
    when = _("happened {when}").format(when=format_moment(row.happened_at, zone, "medium"))
    return Entry(row.id, incident_words(row.kind), row.by, "first-aid-fill", "bad", details=(row.text, when))
