"""A running inspection: its items at the left, the one being worked at in the middle, the next step at the right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.inspections.actions import (
    answer_item,
    complete_inspection,
    reopen_inspection,
    start_inspection,
    take_answer_back,
)  # fmt: skip
from fielddesk.features.inspections.dialogs import failed_words, item_rows, item_title, named, progress_words
from fielddesk.features.inspections.panel.failed_card import FailedCard
from fielddesk.features.inspections.panel.item_card import ANSWER, KEPT, NOTE, ItemCard
from fielddesk.features.inspections.queries import InspectionView, ItemView, ReadingRow, inspection_view
from fielddesk.features.inspections.queries.running import given_of, readings_of_all
from fielddesk.features.inspections.rules import (
    NUMBER,
    PASSED,
    SECTION,
    Given,
    Item,
    failed_items,
    missing,
    next_item,
    numbers_of,
    progress_of,
    result_of,
    visible,
)  # fmt: skip
from fielddesk.store.actions import Call, call
from fielddesk.store.database import Done
from fielddesk.store.outbox import Draft
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.page import SplitPage
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Notice
from fielddesk.ui.text import Elided, Glyph, Text
from fielddesk.ui.trend import load_plots
from fielddesk.ui.wording import sentence

WAITING: Final = ("open", "assigned", "on_hold")
"""States of an order whose work has not begun, or waits."""
RUNNING: Final = ("inspection.running", "here")
"""The draft that holds which inspection is under way on this laptop."""
MOST_ON_BUTTON: Final = 36
Opened = tuple[InspectionView | None, Mapping[str, list[ReadingRow]], str]


def opened(read: Reading, inspection_id: str) -> Opened:
    """What a running inspection shows, the earlier readings of its items, and the item somebody was typing in last."""
    view = inspection_view(read, inspection_id)
    if view is None:
        return None, {}, ""
    c = Draft.c
    about = [inspection_id + what for what in (ANSWER, NOTE, KEPT)]
    last = next(iter(read.all(Draft, c.about_id.in_(about), order=[c.at.desc(), c.name], limit=1)), None)
    readings = readings_of_all(read, view.inspection, [each.item for each in view.items])
    return view, readings, last.name if last is not None else ""


def _short(words: str) -> str:
    """A name from outside on one line of a button."""
    line = " ".join(words.split())
    return line if len(line) <= MOST_ON_BUTTON else line[: MOST_ON_BUTTON - 1].rstrip() + "…"


class RunHead(QWidget):
    """Above the items: which inspection, of what, and how far it is. Signal `back`."""

    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        out = IconButton(lambda: _("Back to all inspections"), "arrow-left")
        out.clicked.connect(self.back)
        self.title = Elided("", "heading")
        self.second = Elided("", "second")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.progress = Text("", "second")
        self._cross = Glyph("x-circle-fill", "bad", 16)
        self.failed = Text("")
        self.failed.set_state("bad")
        first = QHBoxLayout()
        theme.space(first, spacing=4)
        first.addWidget(out)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(self.title)
        words.addWidget(self.second)
        first.addLayout(words, 1)
        last = QHBoxLayout()
        theme.space(last, spacing=6)
        last.addWidget(self.progress, 1)
        last.addWidget(self._cross)
        last.addWidget(self.failed)
        column = QVBoxLayout(self)
        theme.space(column, (8, 0, 16, 8), 6)
        column.addLayout(first)
        column.addWidget(self.bar)
        column.addLayout(last)

    def show_progress(self, done: int, total: int, failed: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)
        self.progress.set_words(lambda: progress_words(done, total))
        self.bar.setAccessibleName(self.progress.text())
        self.failed.set_words(lambda: failed_words(failed) if failed else "")
        self._cross.setVisible(bool(failed))


class Running(SplitPage):
    """A running inspection. Signals: `went_back` to all inspections; `completed(order id)`."""

    went_back = Signal()
    completed = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__(
            lambda: _("Items"),
            ("list-checks", lambda: _("No items"), lambda: _("This checklist asks for nothing.")),
            ("list-checks", lambda: _("No item chosen"), lambda: _("Choose one in the list to answer it.")),
            lines=1,
        )  # fmt: skip
        self._bench = bench
        self._inspection_id = ""
        self.view: InspectionView | None = None
        self._readings: Mapping[str, list[ReadingRow]] = {}
        self._pending: dict[str, Given | None] = {}
        """Answers on their way to the disk, by item."""
        self._saving = 0
        self._asking: set[str] = set()
        self._now = ""
        self._busy = False
        self._asked_to_complete = False
        self.card: ItemCard | None = None
        self._make_left()
        self._make_right()
        for keys, run in (("Ctrl+Down", partial(self._step, 1)), ("Ctrl+Up", partial(self._step, -1)),
                          ("Ctrl+Right", partial(self._step, 1)), ("Ctrl+Left", partial(self._step, -1))):  # fmt: skip
            QShortcut(QKeySequence(keys), self, run)

    def _make_left(self) -> None:
        self.head = RunHead()
        self.head.back.connect(self.leave)
        item = self.left.column.itemAt(0)
        assert item is not None
        own = item.widget()
        assert own is not None
        own.hide()
        self.filters.hide()
        self.left.column.insertWidget(0, self.head)
        self.list.chosen.connect(self._chosen)

    def _make_right(self) -> None:
        self.failed = FailedCard(self._bench)
        self.failed.change_asked.connect(self.show_item)
        self.pane.add(self.failed)
        self.pane.add_stretch()
        self.previous = Button(lambda: _("Previous"), "caret-left", tip=lambda: _("The item before") + "  Ctrl+Up")
        self.previous.clicked.connect(partial(self._step, -1))
        self.pane.add_action(self.previous, left=True)
        self.saved = Text("", "second")
        theme.size(self.saved, height=40)
        self.pane.add_action(self.saved)
        self.complete = Button(lambda: _("Complete inspection"), "check")
        self.complete.clicked.connect(self.try_to_complete)
        self.pane.add_action(self.complete)
        self.next = Button(lambda: _("Next"), "arrow-right", "primary")
        self.next.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.next.clicked.connect(self.go_on)
        self.pane.add_action(self.next)

    def _arrange(self) -> None:
        super()._arrange()
        # The item says itself what it is; the head is for the way back to the list where that is covered.
        self.pane.head.setVisible(self.stacked())

    # ---------------------------------------------------------------- which inspection

    def show_inspection(self, inspection_id: str) -> None:
        """Go on with an inspection where it was left: at what was being typed, else at the next without answer."""
        if inspection_id != self._inspection_id:
            self._put_card_away()
            self._inspection_id, self.view, self._now = inspection_id, None, ""
            self._pending, self._asking, self._asked_to_complete = {}, set(), False
            self.saved.set_words("")
            self.failed.show_failed(None, None)
            self.pane.show_notices([])
        self._bench.keep_draft(*RUNNING, inspection_id)
        self.reload()

    def shown_id(self) -> str:
        return self._inspection_id

    def reload(self) -> None:
        inspection_id = self._inspection_id
        if inspection_id:
            self._bench.read(lambda read: opened(read, inspection_id), self._take, key=f"run.{id(self)}")

    def _take(self, found: Opened) -> None:
        view, readings, typed_in = found
        if view is None:
            if self.view is None:
                self._bench.toast(lambda: _("This inspection is not on this laptop."), icon="info-fill")
                self.leave()
            return
        if view.inspection.id != self._inspection_id:
            return
        first = self.view is None
        self.view, self._readings = view, readings
        if not self._saving:
            self._pending = {}
        if first:
            self._begin(view, typed_in)
        elif self.card is not None:
            self.card.show_view(self._item_view(self._now))
        self._show()
        self.failed.reload()

    def _begin(self, view: InspectionView, typed_in: str) -> None:
        self.head.title.set_words(lambda: named(view.checklist.names) if view.checklist else _("Inspection"))
        about = " · ".join(part for part in (view.asset, view.customer) if part)
        self.head.second.set_words(about)
        self.pane.show_title(lambda: named(view.checklist.names) if view.checklist else _("Inspection"), about)
        if any(each.item.kind == NUMBER for each in view.items):
            self._bench.work(load_plots, lambda _plots: None)  # off the window's thread, before the first reading
        if view.inspection.started_at is None and view.inspection.completed_at is None:
            self._bench.do(call(start_inspection, inspection_id=view.inspection.id))
        keys = [item.key for item in self._shown_items() if item.kind != SECTION]
        answered = [each.answer for each in view.items if each.answer is not None and each.item.key in keys]
        last = max(answered, key=lambda answer: (answer.at, answer.id)).item if answered else None
        upcoming = next_item(self._items(), self._answers(), view.file_counts, last)
        wanted = typed_in if typed_in in keys else upcoming.key if upcoming else last or (keys[0] if keys else "")
        if wanted:
            self.show_item(wanted)

    # ---------------------------------------------------------------- what stands, with what is on its way

    def _items(self) -> tuple[Item, ...]:
        return tuple(each.item for each in self.view.items) if self.view is not None else ()

    def _answers(self) -> dict[str, Given]:
        found = dict(self.view.answers) if self.view is not None else {}
        for key, given in self._pending.items():
            if given is None:
                found.pop(key, None)
            else:
                found[key] = given
        return found

    def _files(self) -> dict[str, int]:
        return self.view.file_counts if self.view is not None else {}

    def _shown_items(self) -> tuple[Item, ...]:
        return visible(self._items(), self._answers())

    def _item_view(self, key: str) -> ItemView:
        assert self.view is not None
        return next(each for each in self.view.items if each.item.key == key)

    # ---------------------------------------------------------------- showing

    def _show(self) -> None:
        """List, progress, foot and the failed card, as they stand now."""
        view = self.view
        if view is None:
            return
        items, answers, files = self._items(), self._answers(), self._files()
        numbers = numbers_of(items)
        rows = item_rows(self._shown_items(), numbers, answers, files, self._now, frozenset(self._asking))
        self.list.show_rows(rows)
        if self._now:
            self.list.choose(self._now)
        progress = progress_of(items, answers, files)
        self.head.show_progress(progress.done, progress.total, progress.failed)
        self._show_failed()
        self._show_foot()
        self.pane.show_notices(self._notices())

    def _notices(self) -> list[Notice]:
        """What the banner says: what is missing once completion was asked for, else that the order has not begun."""
        view = self.view
        assert view is not None
        left = [item.key for item in missing(self._items(), self._answers(), self._files())]
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

    def _show_failed(self) -> None:
        """The item itself where it failed, else the last failed one before it."""
        assert self.view is not None
        failed = [item.key for item in failed_items(self._items(), self._answers())]
        order = [item.key for item in self._items()]
        here = order.index(self._now) if self._now in order else len(order)
        before = [key for key in failed if order.index(key) <= here]
        if not before:
            self.failed.show_failed(None, None)
            return
        key = before[-1]
        view = self._item_view(key)
        if view.answer is None or key in self._pending:
            return  # on its way to the disk: shown as soon as it stands
        self.failed.show_failed(self.view, view, current=key == self._now)

    def _show_foot(self) -> None:
        view = self.view
        assert view is not None
        finished = view.inspection.completed_at is not None
        keys = self._keys()
        at = keys.index(self._now) if self._now in keys else 0
        self.previous.setEnabled(at > 0)
        self.previous.setVisible(len(keys) > 1)
        following = self._following()
        left = missing(self._items(), self._answers(), self._files())
        self.complete.setVisible(not finished and following is not None and not left)
        if following is not None:
            number = numbers_of(self._items()).get(following.key)
            self.next.set_words(lambda: _("Next: {item}").format(item=_short(item_title(following, number))))
        elif finished:
            self.next.set_words(lambda: _("Go to the order"))
        else:
            self.next.set_words(lambda: _("Complete inspection"))

    def _keys(self) -> list[str]:
        return [item.key for item in self._shown_items() if item.kind != SECTION]

    def _following(self) -> Item | None:
        """What Next leads to: the next item behind this one, whether answered or not; at the end what has no answer."""
        assert self.view is not None
        keys = self._keys()
        if self._now in keys and keys.index(self._now) + 1 < len(keys):
            after = keys[keys.index(self._now) + 1]
            return next(item for item in self._items() if item.key == after)
        if self.view.inspection.completed_at is not None:
            return None
        found = next_item(self._items(), self._answers(), self._files(), self._now or None)
        return None if found is None or found.key == self._now else found

    # ---------------------------------------------------------------- going from item to item

    def _chosen(self, key: str) -> None:
        if key != self._now:
            keys = [item.key for item in self._shown_items()]
            if key in keys and key not in self._keys():  # a heading: what stands under it
                key = next((one for one in keys[keys.index(key) + 1 :] if one in self._keys()), self._now)
            self.show_item(key, focus=not self.list.hasFocus())

    def show_item(self, key: str, *, focus: bool = True) -> None:
        """Put an item in front."""
        if self.view is None or not key:
            return
        self._put_card_away()
        self._now = key
        readings = self._readings.get(key, [])
        card = ItemCard(self._bench, self.view, self._item_view(key), readings)
        self.card = card
        card.answered.connect(lambda given, questioned, why: self._store(card, given, questioned, why))
        card.drafted.connect(lambda what, text: self._draft(key, what, text))
        card.go_on.connect(self.go_on)
        card.asking.connect(lambda on: self._asks(key, on))
        self.pane.column.insertWidget(0, card)
        card.show()  # at once: what is not on the screen yet cannot take the keyboard
        self.fill_detail()
        for what in (NOTE, ANSWER, KEPT):
            self._bench.draft(key, self._inspection_id + what, partial(self._restore, card, what))
        self._show()
        if self.pane.scroll_area is not None:
            self.pane.scroll_area.verticalScrollBar().setValue(0)
        if focus:
            self.show_detail(focus=False)
            card.answer.focus()

    def _put_card_away(self) -> None:
        card, self.card = self.card, None
        if card is not None:
            card.leave()
            self.pane.column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _restore(self, card: ItemCard, what: str, draft: str | None) -> None:
        if draft and card is self.card:
            card.restore(what, draft)
            if what == ANSWER:
                self.saved.set_words(lambda: _("Draft, not saved yet"))

    def _draft(self, key: str, what: str, text: str | None) -> None:
        self._bench.keep_draft(key, self._inspection_id + what, text)
        if text:
            self.saved.set_words(lambda: _("Draft, not saved yet"))

    def _asks(self, key: str, on: bool) -> None:
        (self._asking.add if on else self._asking.discard)(key)
        self._show()

    def _step(self, by: int) -> None:
        keys = self._keys()
        if self._now in keys:
            if self.card is not None:
                self.card.commit()
            place = keys.index(self._now) + by
            if 0 <= place < len(keys):
                self.show_item(keys[place])

    def go_on(self) -> None:
        """Enter, or the button at the bottom right: the next item, or at the end completion."""
        view = self.view
        if view is None or self.card is None:
            return
        committed = self.card.commit()
        if self.card.question is not None:
            self.card.focus_question()
            return
        if not committed:
            return
        following = self._following()
        if following is not None:
            self.show_item(following.key)
        elif view.inspection.completed_at is not None:
            self.leave()
            self.completed.emit(view.inspection.order_id)
        else:
            self.try_to_complete()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on a button that is not the next step presses it; anywhere else it goes on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            held = self.focusWidget()
            marks = self.card.answer.marks if self.card is not None else None
            if isinstance(held, Button) and not (marks is not None and marks.isAncestorOf(held)):
                held.click()
            else:
                self.go_on()
            event.accept()
            return
        super().keyPressEvent(event)

    # ---------------------------------------------------------------- answers

    def _store(self, card: ItemCard, given: Given, questioned: str, because: str) -> None:
        view = self.view
        if view is None:
            return
        item, inspection = card.item, view.inspection
        before = self._item_view(item.key).answer
        try:
            answer = self._answer_call(item.key, given, questioned, because)
        except FieldDeskError as error:
            card.answer.trouble(error)
            return
        old = None if before is None else (given_of(before), before.questioned, before.kept_because)

        def take_back(_done: Done) -> Call:
            if old is not None:
                return self._answer_call(item.key, *old)
            return call(take_answer_back, **self._ids(), item=item.key)

        self._pending[item.key] = given
        self._saving += 1
        self._bench.do(
            answer,
            then=lambda _done: self._stored(),
            failed=partial(self._not_stored, card, item.key),
            undo=take_back,
            drops=[(item.key, inspection.id + what) for what in (ANSWER, NOTE, KEPT)],
        )
        if self.card is card:
            self._show()

    def _ids(self) -> dict[str, Any]:
        assert self.view is not None
        own = self.view.inspection
        return {
            "inspection_id": own.id, "order_id": own.order_id, "asset_id": own.asset_id, "version_id": own.version_id,
        }  # fmt: skip

    def _answer_call(self, item: str, given: Given, questioned: str, because: str) -> Call:
        return call(
            answer_item, **self._ids(), item=item, verdict=given.verdict, number=given.number, choice=given.choice,
            text=given.text, day=given.day, questioned=questioned, kept_because=because,
        )  # fmt: skip

    def _stored(self) -> None:
        self._saving -= 1
        clock = format_moment(self._bench.now(), self._bench.zone(), "seconds")
        self.saved.set_words(lambda: _("Saved {time}").format(time=clock))
        if self.card is not None and self.card.answer.field is not None:
            self.card.answer.field.saved()
        self.reload()

    def _not_stored(self, card: ItemCard, key: str, error: FieldDeskError) -> None:
        self._saving -= 1
        self._pending.pop(key, None)
        self.saved.set_words(lambda: _("Not saved"))
        if card is self.card:
            card.answer.trouble(error)
            card.answer.flush()
        self._bench.toast(lambda: sentence(error), icon="warning-fill")
        self.reload()

    # ---------------------------------------------------------------- completing

    def try_to_complete(self) -> None:
        """Complete, or name what is missing with a way there."""
        view = self.view
        if view is None or self._busy:
            return
        if self.card is not None:
            self.card.commit()
            if self.card.question is not None:
                self.card.focus_question()
                return
        left = missing(self._items(), self._answers(), self._files())
        self._asked_to_complete = bool(left)
        if left:
            self.show_item(left[0].key)
            return
        self._busy = True
        inspection, answers = view.inspection, self._answers()
        result = result_of(self._items(), answers)
        self._bench.do(
            call(complete_inspection, inspection_id=inspection.id, completed_on=self._bench.today()),
            said=lambda: _("Inspection completed: {result}").format(
                result=_("everything passed") if result == PASSED else _("with failed items")
            ),
            undo=lambda _done: call(reopen_inspection, inspection_id=inspection.id),
            then=lambda _done: self._is_complete(inspection.order_id),
            failed=self._not_complete,
        )

    def _missing_notice(self, keys: list[str]) -> Notice:
        numbers = numbers_of(self._items())
        listed = ", ".join(item_title(self._item_view(key).item, numbers[key]).replace("  ", " ") for key in keys[:4])
        more = len(keys) - 4
        words = _("Still without answer: {items}").format(items=listed)
        if more > 0:
            words = _("{list} and {n} more").format(list=words, n=more)
        answers = [(lambda: _("Go to the first"), lambda: self.show_item(keys[0]))]
        return Notice(words, lambda: _("The inspection is complete when these are answered."), "warn", "", answers)

    def _is_complete(self, order_id: str) -> None:
        self._busy = False
        self.leave()
        self.completed.emit(order_id)

    def _not_complete(self, error: FieldDeskError) -> None:
        self._busy = False
        self._bench.toast(lambda: sentence(error), icon="warning-fill")
        self.reload()

    # ---------------------------------------------------------------- leaving

    def keep(self) -> None:
        """Hand over what is typed, before another place is shown or the window closes."""
        if self.card is not None:
            self.card.commit()
            self.card.answer.flush()
            self.card.why.flush_draft()

    def leave(self) -> None:
        """Back to all inspections; the inspection waits where it is."""
        self._put_card_away()
        self._inspection_id, self.view, self._now = "", None, ""
        self._bench.keep_draft(*RUNNING, None)
        self.went_back.emit()
