"""What can be done with an order as a whole: its next states, and what its banner says."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.people.queries import ASKS, CLASHES, HELD
from fielddesk.features.workorders.actions import set_order_status
from fielddesk.features.workorders.dialogs import (
    ReasonBar,
    status_words,
    step_icon,
    step_words,
)
from fielddesk.features.workorders.model import WorkOrder
from fielddesk.features.workorders.rules import FINISHED, NEEDS_REASON, NEXT, can_follow
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.ui.buttons import Button
from fielddesk.ui.page import Pane
from fielddesk.ui.seams import (
    Bench,
)
from fielddesk.ui.signs import Notice
from fielddesk.ui.wording import sentence


class Steps(QObject):
    """The next states of an order as buttons in the foot of its pane, and the line that asks for a reason.

    Signals: `done` once a state is stored, `refused` when another change was there first.
    """

    done = Signal()
    refused = Signal()

    def __init__(self, bench: Bench, pane: Pane) -> None:
        super().__init__(pane)
        self._bench, self._pane = bench, pane
        self._order: WorkOrder | None = None
        self._buttons: list[Button] = []
        self._buttons_of = ""
        self.reason = ReasonBar()
        self.reason.given.connect(self._set_status)
        pane.add(self.reason)

    def show_order(self, order: WorkOrder) -> None:
        """Show the next steps of an order; the first of them is the next step, at the bottom right.

        They stay while the state does: a person may have the keyboard on one when something else of the order comes in.
        """
        self._order = order
        status = order.status
        if self._buttons and status == self._buttons_of:
            for button in self._buttons:
                button.setEnabled(True)
            return
        self._buttons_of = status
        for button in self._buttons:
            self._pane.foot_right.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for wanted in reversed(NEXT[status]):
            first = wanted == NEXT[status][0]
            kind = "primary" if first and status not in FINISHED else "default"
            button = Button(partial(step_words, status, wanted), step_icon(wanted), kind)
            button.clicked.connect(lambda _on=False, wanted=wanted: self.step(wanted))
            self._pane.add_action(button)
            self._buttons.append(button)

    def buttons(self) -> list[Button]:
        """The next states as buttons, the next step last."""
        return list(self._buttons)

    def step(self, wanted: str) -> None:
        """Go on to a state, or ask why where it needs a reason."""
        if self._order is None:
            return
        if wanted in NEEDS_REASON:
            self.reason.ask(self._order.status, wanted)
        else:
            self._set_status(wanted, "")

    def _set_status(self, wanted: str, reason: str) -> None:
        order = self._order
        if order is None:
            return
        shown = {"status": order.status, "status_reason": order.status_reason}
        after = {"status": wanted, "status_reason": reason}

        def taken_back(_done: Done) -> Call:
            return call(
                set_order_status, based_on=after, order_id=order.id, status=order.status, reason=order.status_reason
            )

        for button in self._buttons:
            button.setEnabled(False)
        self._bench.do(
            call(set_order_status, based_on=shown, order_id=order.id, status=wanted, reason=reason),
            said=lambda: _("{number} is {status}").format(number=order.number, status=status_words(wanted)),
            undo=taken_back if can_follow(wanted, order.status) else None,
            then=lambda _done: self.done.emit(),
            failed=self._refused,
        )

    def _refused(self, error: FieldDeskError) -> None:
        self._bench.toast(sentence(error), icon="warning-fill")
        self.refused.emit()


def notices_of(mark: str | None) -> list[Notice]:
    """What the banner of an order says of how it stands with headquarters."""
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
