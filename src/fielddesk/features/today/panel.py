"""The cards of a day: visits, what is late, inspections due, parts that run out, what waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from fielddesk.core.i18n import _, format_moment, ngettext
from fielddesk.features.inspections.dialogs import STANDINGS, named, progress_words, standing_words
from fielddesk.features.inspections.panel import RUN
from fielddesk.features.inspections.queries import InspectionRow
from fielddesk.features.parts.dialogs import amount, part_name
from fielddesk.features.today.dialogs import lack_words, ready_words
from fielddesk.features.today.queries import Late, Short, Visit
from fielddesk.features.workorders.dialogs import due_short, due_state
from fielddesk.features.workorders.rules import IN_PROGRESS
from fielddesk.ui.buttons import Button
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, CardRow, Chip, Empty, state_icon
from fielddesk.ui.text import Text, Words

ORDER = "work_order"
INSPECTION = "inspection"


class DayCard(Card):
    """A card whose rows are made again only when what they say has changed; the keyboard stays where it was."""

    def __init__(self, bench: Bench, title: Words, empty: tuple[str, Words, Words], *, action: Words = "") -> None:
        super().__init__(title, action=action)
        self._bench = bench
        self._empty = empty
        self._told: Hashable = None
        self._buttons: dict[str, Button] = {}

    def show_rows(self, told: Hashable, rows: Sequence[Callable[[], QWidget]]) -> None:
        """Show rows; `told` is all that they say, so that equal rows stay as they are."""
        if told == self._told:
            return
        self._told = told
        held = next((key for key, button in self._buttons.items() if button is QApplication.focusWidget()), None)
        self._buttons = {}
        self.clear()
        for make in rows:
            self.add(make())
        if not rows:
            self.add(Empty(*self._empty))
        if held in self._buttons:
            self._buttons[held].setFocus()

    def button(
        self, key: str, words: Words, run: Callable[[], None], kind: str = "default", name: Words = ""
    ) -> Button:
        """A button of a row; `name` says to assistive technology which row it belongs to."""
        button = Button(words, kind=kind)
        button.clicked.connect(lambda _on=False: run())
        if name:
            button.say("setAccessibleName", name)
        self._buttons[key] = button
        return button

    def focus_first(self) -> bool:
        """Put the keyboard on the first button; False where there is none."""
        first = next(iter(self._buttons.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        return first is not None

    def open_order(self, order_id: str) -> None:
        self._bench.show(ORDER, order_id)


class VisitsCard(DayCard):
    """The visits in the order in which one drives; the first one that is ready has the primary button."""

    def __init__(self, bench: Bench) -> None:
        how: Words = lambda: _("Orders with an agreed visit on this day, or due on it, appear here.")  # noqa: E731
        super().__init__(bench, lambda: _("Visits"), ("calendar-blank", lambda: _("No visits"), how))

    def show_visits(self, visits: Sequence[Visit], zone: str, *, tomorrow: bool) -> None:
        """Show a day's visits, times on the clocks of `zone`."""
        self.set_count(len(visits))
        first = "" if tomorrow or not visits else visits[0].order_id
        rows = [partial(self._row, visit, zone, visit.order_id == first) for visit in visits]
        self.show_rows((tuple(visits), zone, tomorrow), rows)

    def _row(self, visit: Visit, zone: str, primary: bool) -> QWidget:
        lead = "" if visit.planned_at is None else format_moment(visit.planned_at, zone, "time")
        row = CardRow(
            visit.customer or visit.number,
            " · ".join(part for part in (visit.title, visit.where) if part),
            lead=lead or "\N{EN DASH}",
        )
        for lack in visit.lacks:
            row.add_below(Text(partial(lack_words, lack), "caption", wraps=True))
        row.add(Chip(lambda: ready_words(visit.lacks)[0], ready_words(visit.lacks)[1]))
        begun = visit.status == IN_PROGRESS
        words: Words = lambda: _("Continue") if begun else _("Start") if primary else _("Open")  # noqa: E731
        row.add(
            self.button(
                visit.order_id, words, partial(self._begin, visit, primary or begun),
                "primary" if primary else "default",
                lambda: _("Open {title}").format(title=f"{visit.number} {visit.title}"),
            )
        )  # fmt: skip
        return row

    def _begin(self, visit: Visit, begins: bool) -> None:
        """Into the work: an inspection runs at once where work has begun, and before that the place is looked at."""
        if not begins or not visit.inspection_id:
            self.open_order(visit.order_id)
        elif visit.status == IN_PROGRESS:
            self._bench.show(INSPECTION, RUN + visit.inspection_id)
        else:
            self.open_order(visit.order_id)
            self._bench.show(ORDER, "tab:safety")


class LateCard(DayCard):
    """What is late, and what will be within two days."""

    def __init__(self, bench: Bench) -> None:
        how: Words = lambda: _("Orders appear here two days before they are due.")  # noqa: E731
        super().__init__(
            bench, lambda: _("Late and soon late"), ("check-circle", lambda: _("Nothing is late"), how),
            action=lambda: _("All orders"),
        )  # fmt: skip
        assert self.action is not None
        self.action.clicked.connect(lambda _on=False: bench.go("orders"))

    def show_late(self, late: Sequence[Late], count: int, today: str) -> None:
        """Show orders due soon; `count` of all that are late already."""
        self.set_count(count or None)
        self.show_rows((tuple(late), today), [partial(self._row, order, today) for order in late])

    def _row(self, order: Late, today: str) -> QWidget:
        state = due_state(order.status, order.due_on, today)
        row = CardRow(
            order.title, " · ".join(part for part in (order.number, order.customer) if part),
            icon="timer-fill" if state == "bad" else state_icon(state), state=state,
        )  # fmt: skip
        row.add_words(lambda: due_short(order.status, order.due_on, today), state if state != "idle" else None)
        row.add(_opens(self, order.order_id, order.title))
        return row


class DueCard(DayCard):
    """Inspections due within a week."""

    def __init__(self, bench: Bench) -> None:
        how: Words = lambda: _("Inspections appear here a week before they are due.")  # noqa: E731
        super().__init__(
            bench, lambda: _("Inspections due"), ("clipboard-text", lambda: _("No inspection is due"), how),
            action=lambda: _("All inspections"),
        )  # fmt: skip
        assert self.action is not None
        self.action.clicked.connect(lambda _on=False: bench.go("inspections"))

    def show_due(self, due: Sequence[InspectionRow], today: str) -> None:
        """Show inspections, the first due first, each with how it stands to its window."""
        self.set_count(len(due) or None)
        self.show_rows((tuple(due), today), [partial(self._row, each, today) for each in due])

    def _row(self, due: InspectionRow, today: str) -> QWidget:
        _words, state, icon = STANDINGS.get(due.standing, STANDINGS["coming"])
        how_far = progress_words(due.done, due.total) if due.started_at is not None else ""
        title = due.asset or due.title
        row = CardRow(title, lambda: " · ".join(p for p in (named(due.names), due.customer, how_far) if p),
                      icon="clipboard-text")  # fmt: skip
        if due.planned_on:
            day = due.planned_on
            colour = due_state("open", day, today)
            row.add_words(lambda: due_short("open", day, today), colour if colour != "idle" else None)
        if due.standing:
            row.add(Chip(partial(standing_words, due.standing), state, icon))
        button = self.button(
            due.id, lambda: _("Open"), partial(self._bench.show, INSPECTION, due.id), "quiet",
            lambda: _("Open {title}").format(title=title),
        )  # fmt: skip
        row.add(button)
        return row


class ShortCard(DayCard):
    """Parts of which the van has less than the orders of the week want."""

    def __init__(self, bench: Bench) -> None:
        how: Words = lambda: _("Parts that your orders want and your van lacks appear here.")  # noqa: E731
        super().__init__(
            bench, lambda: _("Parts that run out"), ("package", lambda: _("No part runs out"), how),
            action=lambda: _("All parts"),
        )  # fmt: skip
        assert self.action is not None
        self.action.clicked.connect(lambda _on=False: bench.go("parts"))

    def show_short(self, short: Sequence[Short]) -> None:
        """Show parts by number."""
        self.set_count(len(short) or None)
        self.show_rows(tuple(short), [partial(self._row, each) for each in short])

    def _row(self, short: Short) -> QWidget:
        def second() -> str:
            n = short.orders
            wanted = ngettext("needed for {n} order this week", "needed for {n} orders this week", n).format(n=n)
            return f"{amount(short.wanted, short.unit)} {wanted}"

        row = CardRow(lambda: f"{part_name(short.names)} {short.number}", second, icon="hexagon")
        row.add_words(lambda: _("{count} left").format(count=amount(short.on_van, short.unit)), "warn")
        button = self.button(
            short.part_id, lambda: _("Open"), partial(self._bench.show, "part", short.part_id),
            name=lambda: _("Open {title}").format(title=short.number),
        )  # fmt: skip
        row.add(button)
        return row


class UnplannedCard(DayCard):
    """Orders without an agreed visit; one press puts one into the day."""

    def __init__(self, bench: Bench, add: Callable[[Late], None]) -> None:
        how: Words = lambda: _("All your open orders have a visit.")  # noqa: E731
        super().__init__(
            bench, lambda: _("Orders without a visit"), ("check-circle", lambda: _("Nothing to add"), how),
            action=lambda: _("Close"),
        )  # fmt: skip
        self._add = add
        assert self.action is not None
        self.action.clicked.connect(self.hide)
        self.hide()

    def show_orders(self, orders: Sequence[Late], today: str) -> None:
        """Show orders, those with the first due day first."""
        self.show_rows((tuple(orders), today), [partial(self._row, order, today) for order in orders])

    def _row(self, order: Late, today: str) -> QWidget:
        state = due_state(order.status, order.due_on, today)
        row = CardRow(order.title, " · ".join(part for part in (order.number, order.customer) if part), icon="wrench")
        row.add_words(lambda: due_short(order.status, order.due_on, today), state if state != "idle" else None)
        name: Words = lambda: _("Add {title}").format(title=f"{order.number} {order.title}")  # noqa: E731
        row.add(self.button(order.order_id, lambda: _("Add"), partial(self._add, order), name=name))
        return row


class AsksCard(DayCard):
    """What waits for an answer: one line that leads to the sync centre."""

    def __init__(self, bench: Bench) -> None:
        how: Words = lambda: _("Questions of headquarters about your work appear here.")  # noqa: E731
        super().__init__(bench, "", ("tray", lambda: _("Nothing waits for an answer"), how))

    def show_asks(self, asks: int) -> None:
        """Show how many things need this person."""
        self.show_rows(asks, [partial(self._row, asks)] if asks else [])

    def _row(self, asks: int) -> QWidget:
        words: Words = lambda: ngettext("{n} thing needs you", "{n} things need you", asks).format(n=asks)  # noqa: E731
        row = CardRow(
            words, lambda: _("Conflicts and refusals, each with its next step."), icon="warning-fill", state="warn"
        )
        row.add(self.button("asks", lambda: _("Look"), partial(self._bench.go, "sync"), "tonal"))
        return row


def _opens(card: DayCard, order_id: str, title: str) -> Button:
    return card.button(
        order_id, lambda: _("Open"), partial(card.open_order, order_id), "quiet",
        lambda: _("Open {title}").format(title=title),
    )  # fmt: skip
