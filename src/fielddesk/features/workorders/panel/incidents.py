"""The report of an accident, a near miss or an unsafe state, written where it happened."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.workorders.actions import report_incident
from fielddesk.features.workorders.dialogs import INCIDENTS, incident_words
from fielddesk.store.actions import call
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.escaping import Escapes
from fielddesk.ui.fields import Choice, Prose
from fielddesk.ui.flow import Flow
from fielddesk.ui.forms import Form
from fielddesk.ui.seams import Bench
from fielddesk.ui.text import Text
from fielddesk.ui.times import DayTime

DRAFTED: Final = ("kind", "text")


class ReportIncident(Escapes, QFrame):
    """What happened, when, of what kind. Signals: `left` when it is put away; `sent` once it is kept."""

    left = Signal()
    sent = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._busy = False
        self.setProperty("kind", "card")
        self.form = Form()
        kinds = [(kind, partial(incident_words, kind)) for kind in INCIDENTS]
        self.form.add(Choice("kind", lambda: _("What it was"), list(kinds), needed=True))
        self.form.add(
            DayTime(
                "happened_at", lambda: _("When"), place=bench.zone, today=bench.today, needed=True,
                says=lambda moment: format_moment(moment, bench.zone(), "long"),
            )
        )  # fmt: skip
        self.form.add(Prose("text", lambda: _("What happened"), needed=True, hint=lambda: _("Where, who, what next")))
        self.form.typed.connect(self._typed)
        self.form.committed.connect(self._left_field)
        self.send = Button(lambda: _("Report it"), "first-aid", "tonal", tip=lambda: _("The office is told"))
        self.send.clicked.connect(self._send)
        later = Button(lambda: _("Not now"), kind="quiet", tip=lambda: _("What you typed is kept"))
        later.clicked.connect(self._leave)
        foot = QWidget()
        row = Flow(foot, right=True)
        theme.space(row, spacing=8)
        row.addWidget(later)
        row.addWidget(self.send)
        column = QVBoxLayout(self)
        theme.space(column, (16, 12, 16, 12), 8)
        column.addWidget(Text(lambda: _("Report an incident"), "heading"))
        column.addWidget(Text(lambda: _("First see that everybody is safe and call for help."), "second", wraps=True))
        column.addWidget(self.form)
        column.addWidget(foot)

    def escaped(self) -> None:
        self._leave()

    def show_order(self, order_id: str) -> None:
        """Another order: what was typed for the last one stays its draft."""
        self.form.flush_drafts()
        self._order_id, self._busy = order_id, False
        for field in self.form.fields.values():
            field.start(None)
        self.form.subject = order_id
        for key in DRAFTED:
            self._bench.draft(f"incident.{key}", order_id, partial(self._restore, order_id, key))

    def begin(self) -> None:
        """Come up; it happened just now unless somebody says otherwise."""
        when = self.form.fields["happened_at"]
        if not when.text():
            when.start(self._bench.now())
        self.show()
        self.form.focus_first()

    def _restore(self, order_id: str, key: str, text: str | None) -> None:
        field = self.form.fields[key]
        if text and order_id == self._order_id and not field.text():
            field.start(text)

    def _typed(self, key: str, text: str | None) -> None:
        if key in DRAFTED:
            now = self.form.fields[key].text() if text is None else text
            self._bench.keep_draft(f"incident.{key}", self._order_id, now or None)

    def _left_field(self, key: str, _shown: object, _new: object) -> None:
        self.form.fields[key].saved()
        self._typed(key, None)

    def _leave(self) -> None:
        self.form.flush_drafts()
        self.hide()
        self.left.emit()

    def _send(self) -> None:
        if self._busy:
            return
        order_id = self._order_id
        try:
            report = call(report_incident, order_id=order_id, **self.form.values())
        except FieldDeskError as error:
            self._refused(error)
            return
        self._busy = True
        self._bench.do(
            report,
            said=lambda: _("Incident reported"),
            then=lambda _done: self._sent(order_id),
            failed=self._refused,
            drops=[(f"incident.{key}", order_id) for key in DRAFTED],
        )

    def _sent(self, order_id: str) -> None:
        self._busy = False
        if order_id == self._order_id:
            for field in self.form.fields.values():
                field.start(None)
            self.hide()
            self.sent.emit()

    def _refused(self, error: FieldDeskError) -> None:
        self._busy = False
        field = self.form.fields.get(str(error.values.get("field")), self.form.fields["text"])
        field.editor.setFocus()
        field.say_trouble(error)
