"""Orders in words and small forms: states, kinds, due days, and the line that asks for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import N_, _, due_words, format_day, relative_day
from fielddesk.features.people.dialogs import mark_asks, mark_of, mark_state, mark_words
from fielddesk.features.workorders import rules
from fielddesk.features.workorders.queries import OrderRow
from fielddesk.features.workorders.rules import FINISHED, check_status
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.editing import EditLine
from fielddesk.ui.fields import LINE_LENGTH
from fielddesk.ui.lists import Row
from fielddesk.ui.seams import ActionWords, FieldWords, Names
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Glyph, Text, Words, spoken
from fielddesk.ui.wording import add_sentences, sentence

STATES: Final = {
    rules.OPEN: (N_("Unassigned"), N_("unassigned"), "idle", "circle-dashed"),
    rules.ASSIGNED: (N_("Assigned"), N_("assigned"), "idle", "clock"),
    rules.IN_PROGRESS: (N_("In progress"), N_("in progress"), "info", "play-circle-fill"),
    rules.ON_HOLD: (N_("On hold"), N_("on hold"), "info", "pause-circle-fill"),
    rules.COMPLETED: (N_("Completed"), N_("completed"), "ok", "check-circle-fill"),
    rules.CANCELLED: (N_("Cancelled"), N_("cancelled"), "idle", "prohibit"),
}
"""State to: as a chip, within a sentence, colour, icon."""

KINDS: Final = {
    "repair": N_("Repair"),
    "inspection": N_("Inspection"),
    "installation": N_("Installation"),
    "training": N_("Training"),
    "remote_assistance": N_("Remote assistance"),
    "upgrade": N_("Upgrade"),
    "parts_delivery": N_("Parts delivery"),
    "follow_up_call": N_("Follow-up call"),
    "decommissioning": N_("Decommissioning"),
    "data_migration": N_("Data migration"),
}

_STEPS: Final = {
    rules.IN_PROGRESS: (N_("Start work"), "play"),
    rules.ON_HOLD: (N_("Put on hold"), "pause"),
    rules.COMPLETED: (N_("Complete order"), "check"),
    rules.CANCELLED: (N_("Cancel order"), "prohibit"),
    rules.OPEN: (N_("Open again"), "arrow-counter-clockwise"),
}
_QUESTIONS: Final = {
    rules.ON_HOLD: N_("Why does it wait?"),
    rules.CANCELLED: N_("Why is it cancelled?"),
}

add_sentences(
    {
        "title_missing": N_("Type what is to be done."),
        "kind_unknown": N_("Choose what kind of order it is."),
        "status_unknown": N_("There is no such state."),
        "status_cannot_follow": lambda values: _("An order that is {status} cannot become {wanted}.").format(
            status=status_words(values["status"]), wanted=status_words(values["wanted"])
        ),
        "reason_missing": N_("Say why in a few words; colleagues and the office read it."),
        "note_empty": N_("Type the note first."),
        "order_finished": lambda values: _("This order is {status}. Open it again first.").format(
            status=status_words(values["status"])
        ),
    }
)


def status_words(status: str) -> str:
    """A state within a sentence: in progress."""
    return _(STATES[status][1]) if status in STATES else status


def status_title(status: str) -> str:
    """A state by itself: In progress."""
    return _(STATES[status][0]) if status in STATES else status


def kind_words(kind: str) -> str:
    return _(KINDS[kind]) if kind in KINDS else kind


def step_words(status: str, wanted: str) -> str:
    """What the button says that takes an order from one state to the next."""
    if wanted == rules.IN_PROGRESS and status == rules.ON_HOLD:
        return _("Resume work")
    if wanted == rules.IN_PROGRESS and status == rules.COMPLETED:
        return _("Open again")
    return _(_STEPS[wanted][0])


def step_icon(wanted: str) -> str:
    return _STEPS[wanted][1]


def due_state(status: str, due_on: str | None, today: str) -> str:
    """The colour of a due day: bad when late, warn on the day itself."""
    if due_on is None or status in FINISHED or due_on > today:
        return "idle"
    return "bad" if due_on < today else "warn"


def due_short(status: str, due_on: str | None, today: str) -> str:
    """A due day in a few letters, for the right end of a row; nothing for an order that is finished."""
    if due_on is None or status in FINISHED:
        return ""
    if due_on < today:
        return due_words(due_on, today)
    near = relative_day(due_on, today)
    return near if near in (_("today"), _("tomorrow")) else format_day(due_on, "short")


def row_of(order: OrderRow, today: str, mark: str | None = None) -> Row:
    """An order as a row of a list: what is to be done, then number and customer; state and due day at the right.

    The icon goes with one of the two: with the due day when that presses, else with the state.
    """
    due = due_state(order.status, order.due_on, today)
    _title, word, state, icon = STATES.get(order.status, ("", order.status, "idle", "circle"))
    right, right_state = (mark_words(mark), mark_state(mark or "")) if mark_asks(mark) else (_(word), state)
    if due != "idle":
        right_state = right_state if mark_asks(mark) else ""
        state, icon = due, "timer-fill" if due == "bad" else ""  # a cross would say that something failed
    return Row(
        order.id, order.title, " · ".join(part for part in (order.number, order.customer) if part), right, state, icon,
        "" if right_state == "idle" else right_state, due_short(order.status, order.due_on, today),
        "" if due == "idle" else due, mark_of(mark), order.number,
    )  # fmt: skip


class DueSign(QFrame):
    """The due day at the right end of an order's head: how it stands, and below the day."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = Glyph("timer-fill", "text2", 22)
        self._words = Text("", "heading")
        self._day = Text("", "caption")
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addWidget(self._glyph)
        row.addWidget(self._words)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._day)

    def show_due(self, status: str, due_on: str | None, today: str) -> None:
        """Show a due day; nothing for an order that has none or is finished."""
        shown = due_on is not None and status not in FINISHED
        self.setVisible(shown)
        if not shown or due_on is None:
            return
        state = due_state(status, due_on, today)
        self._glyph.show_icon("timer-fill" if state != "idle" else "timer", state if state != "idle" else "text2")
        self._words.setText(due_words(due_on, today))
        self._words.set_state(state if state != "idle" else None)
        self._day.setText(format_day(due_on, "long"))


class ReasonBar(QFrame):
    """Asks why an order waits or is cancelled, right above the buttons; no window comes up.

    Signals: `given(status, reason)`, `left` when the person thinks again. Enter gives, Escape leaves.
    """

    given = Signal(str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._status, self._wanted = rules.IN_PROGRESS, rules.ON_HOLD
        self._label = Text(lambda: _(_QUESTIONS[self._wanted]), "strong")
        self.edit = EditLine()
        self.edit.setMaxLength(LINE_LENGTH)
        self.edit.returnPressed.connect(self._give)
        self.edit.textEdited.connect(lambda _text: self._say(""))
        self._label.setBuddy(self.edit)
        self.go = Button(lambda: step_words(self._status, self._wanted), kind="tonal")
        self.go.clicked.connect(self._give)
        back = Button(lambda: _("Leave it as it is"), kind="quiet")
        back.clicked.connect(self._leave)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        for widget in (self._label, self.edit, self.go, back):
            row.addWidget(widget, int(widget is self.edit))
        self._trouble = Remark(icon="warning-circle-fill")
        column = QVBoxLayout(self)
        theme.space(column, (16, 8, 8, 8), 4)
        column.addLayout(row)
        column.addWidget(self._trouble)
        self.hide()

    def ask(self, status: str, wanted: str) -> None:
        """Ask for the reason of a state."""
        self._status, self._wanted = status, wanted
        self._label.set_words(lambda: _(_QUESTIONS[self._wanted]))
        self.edit.setAccessibleName(_(_QUESTIONS[wanted]))
        self.go.set_words(lambda: step_words(self._status, self._wanted))
        self.edit.clear()
        self._say("")
        self.show()
        self.edit.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            event.accept()
            return
        super().keyPressEvent(event)

    def _say(self, why: Words) -> None:
        words = spoken(why)
        self._trouble.show_words(why)
        theme.set_property(self.edit, "error", "true" if words else "false")
        self.edit.setAccessibleDescription(words)
        if words:
            theme.announce(self.edit, words)

    def _give(self) -> None:
        reason = self.edit.text().strip()
        try:
            check_status(self._status, self._wanted, reason)
        except FieldDeskError as error:
            self._say(partial(sentence, error))
            self.edit.setFocus()
            return
        self.hide()
        self.given.emit(self._wanted, reason)

    def _leave(self) -> None:
        self.hide()
        self.left.emit()


# ---------------------------------------------------------------- what histories say


def _said(words: str, *keys: str) -> Any:
    def made(told: Mapping[str, Any], _names: Names) -> str:
        return _(words).format(**{key: told.get(key, "") for key in keys})

    return made


def _opened_said(told: Mapping[str, Any], _names: Names) -> str:
    number, asked, title = (told.get(key, "") for key in ("number", "number_asked", "title"))
    if asked:
        return _("Order {number} opened: {title} ({asked} was taken already)").format(
            number=number, asked=asked, title=title
        )
    return _("Order {number} opened: {title}").format(number=number, title=title)


def _status_said(told: Mapping[str, Any], _names: Names) -> str:
    changed = told.get("changed", {}).get("status")
    return _("Order is now {status}").format(status=status_words(changed[1])) if changed else _("State of the order")


def _assigned_said(told: Mapping[str, Any], names: Names) -> str:
    changed, due = (told.get("changed", {}).get(name) for name in ("assignee_id", "due_on"))
    if not changed:
        if not due:
            return _("Assignment of the order")
        return _("Due day moved") if due[0] and due[1] else _("Due day set") if due[1] else _("Due day taken away")
    if not changed[1]:
        return _("Order taken back into the pool")
    return _("Order given to {who}").format(who=names.get(changed[1], _("somebody")))


ACTIONS: Final = (
    ActionWords("create_order", lambda: _("New order"), _opened_said, "plus"),
    ActionWords("add_note", lambda: _("Note"), _said(N_("Note added")), "note-pencil"),
    ActionWords("set_order_status", lambda: _("State of an order"), _status_said, "wrench"),
    ActionWords("assign_order", lambda: _("Assignment"), _assigned_said, "user-circle"),
    ActionWords("import_orders", lambda: _("List of orders"),
                _said(N_("Orders taken in from a list: {count}"), "count"), "tray"),
)  # fmt: skip


def _day(value: Any) -> str:
    return format_day(str(value), "medium")


FIELDS: Final[dict[str, FieldWords]] = {
    "number": FieldWords(lambda: _("Number")),
    "title": FieldWords(lambda: _("Title")),
    "kind": FieldWords(lambda: _("Kind"), kind_words),
    "description": FieldWords(lambda: _("Description")),
    "customer_id": FieldWords(lambda: _("Customer"), names_of="customer"),
    "asset_id": FieldWords(lambda: _("Asset"), names_of="asset"),
    "status": FieldWords(lambda: _("State"), status_title),
    "status_reason": FieldWords(lambda: _("Reason")),
    "assignee_id": FieldWords(lambda: _("Given to"), names_of="user"),
    "due_on": FieldWords(lambda: _("Due"), _day),
    "site_id": FieldWords(lambda: _("Site"), names_of="site"),
    "contact_id": FieldWords(lambda: _("Contact"), names_of="contact"),
    "planned_at": FieldWords(lambda: _("Visit")),
    "stage": FieldWords(lambda: _("Life stage")),
    "strategy": FieldWords(lambda: _("Strategy revision")),
}
