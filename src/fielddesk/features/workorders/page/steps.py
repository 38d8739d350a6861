"""What can be done with an order as a whole: its next states, and safety before work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.people.panel import shortened
from fielddesk.features.workorders.actions import set_order_status
from fielddesk.features.workorders.dialogs import (
    status_words,
    step_icon,
    step_words,
)
from fielddesk.features.workorders.page.reason import REASON_DRAFT, ReasonBar
from fielddesk.features.workorders.queries import OrderView
from fielddesk.features.workorders.rules import COMPLETED, FINISHED, IN_PROGRESS, NEEDS_REASON, NEXT, can_follow
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.ui.buttons import Button
from fielddesk.ui.page import Pane
from fielddesk.ui.seams import (
    Bench,
    Missing,
)
from fielddesk.ui.signs import Notice
from fielddesk.ui.text import spoken
from fielddesk.ui.wording import sentence


class Steps(QObject):
    """The next states of an order as buttons in the foot of its pane, and the line that asks for a reason.

    Signals: `done` once a state is stored, `refused` when another change was there first, `safety_wanted` where the
    place is looked at before work begins, `lacks(list of Missing)` what stands in the way of completing the order that
    is shown, none once it is given, `onward(key of a tab)` where the next step of an order under way is not
    yet completing it.
    """

    done = Signal()
    refused = Signal()
    safety_wanted = Signal()
    lacks = Signal(object)
    onward = Signal(str)

    def __init__(self, bench: Bench, pane: Pane) -> None:
        super().__init__(pane)
        self._bench, self._pane = bench, pane
        self._view: OrderView | None = None
        self._buttons: list[Button] = []
        self._buttons_of = ""
        self._panel = ""
        self.next = Button("", "arrow-right", "primary")
        self.next.clicked.connect(lambda: self.onward.emit(self._panel))
        self.next.hide()
        pane.add_action(self.next)
        self.reason = ReasonBar(bench)
        self.reason.given.connect(self._set_status)
        pane.add(self.reason)

    def show_order(self, view: OrderView) -> None:
        """Show the next steps of an order; the first of them is the next step, at the bottom right.

        They stay while the state does: a person may have the keyboard on one when something else of the order comes in.
        """
        self._view = view
        status = view.order.status
        self.reason.show_order(view.order.id, status)
        self._look_onward()
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
            self._pane.foot_right.insertWidget(self._pane.foot_right.indexOf(self.next), button)
            self._buttons.append(button)
        self._pane.foot.show()

    def _look_onward(self) -> None:
        """Ask what comes before an order is completed, or was left for afterwards."""
        assert self._view is not None
        if self._view.order.status in (IN_PROGRESS, COMPLETED):
            self._look(self._show_onward)
        else:
            self._show_onward([])

    def _show_onward(self, missing: list[Missing]) -> None:
        """The first thing that is still to be given takes the place of the next step; completing stands beside it."""
        assert self._view is not None
        begun = self._view.order.status == IN_PROGRESS
        first = next((one for one in missing if one.step and (begun or one.may_wait)), None)
        self._panel = first.panel if first is not None else ""
        self.next.setVisible(first is not None)
        if first is not None:
            self.next.set_words(first.step)
        self.next.set_kind("primary" if begun else "default")
        if begun and self._buttons:
            self._buttons[-1].set_kind("default" if first is not None else "primary")

    def buttons(self) -> list[Button]:
        """The next states as buttons, the next step last."""
        return list(self._buttons)

    def step(self, wanted: str) -> None:
        """Go on to a state, or ask why where it needs a reason."""
        view = self._view
        if view is None:
            return
        if wanted in NEEDS_REASON:
            self.reason.ask(view.order.id, view.order.status, wanted)
        elif wanted == IN_PROGRESS and view.safety_asked(self._bench.now()):
            self.safety_wanted.emit()
        elif wanted == COMPLETED:
            self._look(self._complete)
        else:
            self._set_status(wanted, "")

    def look_again(self) -> None:
        """Ask whether what stood in the way still does."""
        if self._view is not None:
            self._look(self._tell)

    def _look(self, then: Callable[[list[Missing]], None]) -> None:
        """Ask every closing check that features offer, away from the window."""
        view, offers = self._view, self._bench.offers
        if view is not None:
            order = view.order
            self._bench.read(
                lambda read: (order.id, offers.missing(read, order.id)), partial(self._looked, then),
                key=f"closing.{then.__name__}.{id(self)}",
            )  # fmt: skip

    def _looked(self, then: Callable[[list[Missing]], None], answer: tuple[str, list[Missing]]) -> None:
        order_id, missing = answer
        if self._view is not None and self._view.order.id == order_id:
            then(missing)

    def _tell(self, missing: list[Missing]) -> None:
        self.lacks.emit([one for one in missing if not one.may_wait])

    def _complete(self, missing: list[Missing]) -> None:
        self._tell(missing)
        if all(one.may_wait for one in missing):
            self._set_status(COMPLETED, "")

    def _set_status(self, wanted: str, reason: str) -> None:
        view = self._view
        if view is None:
            return
        order = view.order
        check = view.checked.id if wanted == IN_PROGRESS and view.checked is not None else None
        shown = {"status": order.status, "status_reason": order.status_reason}
        after = {"status": wanted, "status_reason": reason}

        def taken_back(_done: Done) -> Call:
            return call(
                set_order_status, based_on=after, order_id=order.id, status=order.status, reason=order.status_reason,
                unasked=int(order.status == IN_PROGRESS),
            )  # fmt: skip

        for button in self._buttons:
            button.setEnabled(False)
        self._bench.do(
            call(
                set_order_status, based_on=shown, order_id=order.id, status=wanted, reason=reason, safety_check_id=check
            ),
            said=lambda: _("{number} is {status}").format(number=order.number, status=status_words(wanted)),
            undo=taken_back if can_follow(wanted, order.status) else None,
            then=lambda _done: self.done.emit(),
            failed=self._refused,
            drops=[(REASON_DRAFT, order.id)] if reason else [],
        )

    def _refused(self, error: FieldDeskError) -> None:
        self._bench.toast(sentence(error), icon="warning-fill")
        self.refused.emit()


def lacking(missing: Sequence[Missing], lead: Callable[[str], None]) -> Notice:
    """What the banner says when an order cannot be completed yet; its buttons lead to where the first two are given.

    What has a step of its own needs none: that stands at the bottom right.
    """
    first = missing[0]

    def fact() -> str:
        return _("Not complete yet: {what}").format(what=spoken(first.words))

    def advice() -> str:
        if len(missing) == 1:
            return _("Give it, or say why it is left out; then complete the order.")
        others = "; ".join(spoken(one.words) for one in missing[1:])
        return _("Also: {what}").format(what=others)

    panels = list(dict.fromkeys(one.panel for one in missing if not one.step))[:2]
    leads = [next(one for one in missing if one.panel == panel) for panel in panels]
    answers = [(partial(_go_words, one), partial(lead, one.panel)) for one in leads]
    return Notice(fact, advice, "warn", "warning-fill", answers)


def _go_words(one: Missing) -> str:
    return _("Go to: {what}").format(what=shortened(spoken(one.words), 40))
