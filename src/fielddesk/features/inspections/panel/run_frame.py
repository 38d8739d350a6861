"""The frame of a running inspection: what stands around the item in front, and what it says of the whole."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import item_title
from fielddesk.features.inspections.panel.failed_card import FailedCard
from fielddesk.features.inspections.panel.run_head import RunHead
from fielddesk.features.inspections.panel.run_state import Standing
from fielddesk.features.inspections.queries import InspectionView
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.page import SplitPage
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Notice
from fielddesk.ui.text import Text

WAITING: Final = ("open", "assigned", "on_hold")
"""States of an order whose work has not begun, or waits."""
MOST_ON_BUTTON: Final = 36


def _short(words: str) -> str:
    """A name from outside on one line of a button."""
    line = " ".join(words.split())
    return line if len(line) <= MOST_ON_BUTTON else line[: MOST_ON_BUTTON - 1].rstrip() + "…"


class RunFrame(SplitPage):
    """Head and list at the left, banner, failed card and foot at the right. Subclasses put items in front."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            lambda: _("Items"),
            ("list-checks", lambda: _("No items"), lambda: _("This checklist asks for nothing.")),
            ("list-checks", lambda: _("No item chosen"), lambda: _("Choose one in the list to answer it.")),
            lines=1,
        )  # fmt: skip
        self._bench = bench
        self.stands = Standing()
        self._now = ""
        self._asked_to_complete = False
        self._make_left()
        self._make_right()

    def show_item(self, key: str, *, focus: bool = True) -> None:
        """Put an item in front."""
        raise NotImplementedError

    @property
    def view(self) -> InspectionView | None:
        """The inspection as it was read last."""
        return self.stands.view

    def _make_left(self) -> None:
        self.head = RunHead()
        item = self.left.column.itemAt(0)
        assert item is not None
        own = item.widget()
        assert own is not None
        own.hide()
        self.filters.hide()
        self.left.column.insertWidget(0, self.head)

    def _make_right(self) -> None:
        self.failed = FailedCard(self._bench)
        self.pane.add(self.failed)
        self.pane.add_stretch()
        self.previous = Button(lambda: _("Previous"), "caret-left", tip=lambda: _("The item before") + "  Ctrl+Up")
        self.pane.add_action(self.previous, left=True)
        self.saved = Text("", "second")
        theme.size(self.saved, height=40)
        self.pane.add_action(self.saved)
        self.complete = Button(lambda: _("Complete inspection"), "check")
        self.pane.add_action(self.complete)
        self.next = Button(lambda: _("Next"), "arrow-right", "primary")
        self.next.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.pane.add_action(self.next)

    def _arrange(self) -> None:
        super()._arrange()
        # The item says itself what it is; the head is for the way back to the list where that is covered.
        self.pane.head.setVisible(self.stacked())

    def _show_foot(self) -> None:
        view = self.view
        assert view is not None
        finished = view.inspection.completed_at is not None
        keys = self.stands.asked()
        at = keys.index(self._now) if self._now in keys else 0
        self.previous.setEnabled(at > 0)
        self.previous.setVisible(len(keys) > 1)
        following = self.stands.following(self._now)
        left = self.stands.missing()
        self.complete.set_words(lambda: _("Open again") if finished else _("Complete inspection"))
        self.complete.setVisible(finished or (following is not None and not left))
        if following is not None:
            number = self.stands.numbers().get(following.key)
            self.next.set_words(lambda: _("Next: {item}").format(item=_short(item_title(following, number))))
        elif finished:
            self.next.set_words(lambda: _("Go to the order"))
        else:
            self.next.set_words(lambda: _("Complete inspection"))

    def _notices(self) -> list[Notice]:
        """What the banner says: what is missing once completion was asked for, else that the order has not begun."""
        view = self.view
        assert view is not None
        left = self.stands.missing()
        if self._asked_to_complete and left:
            return [self._missing_notice(left)]
        order = view.order
        if order is None or view.inspection.completed_at is not None or order.status not in WAITING:
            return []
        return [
            Notice(
                lambda: _("Safety before work has not been answered yet"),
                lambda: _("The order begins with it. What you answer here is kept all the same."),
                "warn",
                "shield-warning",
                [(lambda: _("Go to the order"), lambda: self._show_order(order.id))],
            )
        ]

    def _show_order(self, order_id: str) -> None:
        self._bench.show("work_order", order_id)
        if any(panel.key == "safety" for panel in self._bench.offers.panels("work_order")):
            self._bench.show("work_order", "tab:safety")

    def _missing_notice(self, keys: list[str]) -> Notice:
        numbers = self.stands.numbers()
        listed = _(", ").join(
            item_title(self.stands.item_view(key).item, numbers[key]).replace("  ", " ") for key in keys[:4]
        )
        more = len(keys) - 4
        words = _("Still without answer: {items}").format(items=listed)
        if more > 0:
            words = _("{list} and {n} more").format(list=words, n=more)
        answers = [(lambda: _("Go to the first"), lambda: self.show_item(keys[0]))]
        return Notice(words, lambda: _("The inspection is complete when these are answered."), "warn", "", answers)
