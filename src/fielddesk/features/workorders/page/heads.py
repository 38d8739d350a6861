"""The corner of an order's head: when it is due and when one goes there, and what its banner says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from fielddesk.core.i18n import _, due_words, format_day, ngettext
from fielddesk.features.people.queries import ASKS, CLASHES, HELD
from fielddesk.features.workorders.dialogs import due_state, visit_short
from fielddesk.features.workorders.queries import OrderView
from fielddesk.features.workorders.rules import FINISHED, IN_PROGRESS, NO
from fielddesk.ui import theme
from fielddesk.ui.signs import Notice
from fielddesk.ui.text import Glyph, Text


class DueSign(QFrame):
    """The due day at the right end of an order's head: how it stands, below the day, and the visit that was agreed."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = Glyph("timer-fill", "text2", 22)
        self._words = Text("", "heading")
        self._day = Text("", "caption")
        self._visit = Text("", "second")
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addWidget(self._glyph)
        row.addWidget(self._words)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._day)
        column.addWidget(self._visit)

    def show_due(self, status: str, due_on: str | None, today: str) -> None:
        """Show a due day; nothing for an order that has none or is finished."""
        shown = due_on is not None and status not in FINISHED
        for widget in (self._glyph, self._words, self._day):
            widget.setVisible(shown)
        self.setVisible(shown)
        if not shown or due_on is None:
            return
        state = due_state(status, due_on, today)
        self._glyph.show_icon("timer-fill" if state != "idle" else "timer", state if state != "idle" else "text2")
        self._words.setText(due_words(due_on, today))
        self._words.set_state(state if state != "idle" else None)
        self._day.setText(format_day(due_on, "long"))

    def show_visit(self, status: str, planned_at: int | None, today: str, zone: str) -> None:
        """Show when one goes there, on the clocks here; nothing where no visit is agreed or the order is finished."""
        shown = planned_at is not None and status not in FINISHED
        self._visit.setVisible(shown)
        if planned_at is not None and shown:
            self._visit.setText(_("Visit {when}").format(when=visit_short(planned_at, today, zone)))
            self.show()


def notices_of(mark: str | None, view: OrderView, show_safety: Callable[[], None]) -> list[Notice]:
    """What the banner of an order says: how it stands with headquarters, then what speaks against the work."""
    return [*_of_headquarters(mark), *_of_safety(view, show_safety)]


def _of_safety(view: OrderView, show_safety: Callable[[], None]) -> list[Notice]:
    look = [(lambda: _("Show"), show_safety)]
    found = []
    checked = view.checked
    if checked is not None and view.order.status not in (IN_PROGRESS, *FINISHED) and f'"{NO}"' in checked.answers:
        found.append(
            Notice(
                lambda: _("It was not safe to begin"), lambda: checked.remark[:200], "warn", "shield-warning-fill", look
            )
        )
    if count := view.incidents:
        found.append(
            Notice(
                lambda: ngettext("{n} incident was reported here", "{n} incidents were reported here", count).format(
                    n=count
                ),
                lambda: _("Read it before you begin."),
                "warn",
                "first-aid-fill",
                look,
            )
        )
    return found


def _of_headquarters(mark: str | None) -> list[Notice]:
    if mark == CLASHES:
        return [
            Notice(
                lambda: _("What you changed here will meet another change"),
                lambda: _("Nothing is lost. After sending, Sync shows both side by side and asks you."),
                "warn",
            )
        ]
    if mark == HELD:
        return [
            Notice(
                lambda: _("Headquarters keeps your work on this order back"),
                lambda: _("It is kept whole and waits for a person there. Sync tells why."),
                "warn",
            )
        ]
    if mark == ASKS:
        return [
            Notice(
                lambda: _("Something on this order needs you"),
                lambda: _("Sync shows what happened and what you can do."),
                "bad",
            )
        ]
    return []
