"""A running inspection: its items at the left, the one being worked at in the middle, the next step at the right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.features.documents.panel import hot_folder
from fielddesk.features.inspections.actions import start_inspection
from fielddesk.features.inspections.dialogs import item_rows, named
from fielddesk.features.inspections.panel.item_card import ANSWER, KEPT, NOTE, ItemCard
from fielddesk.features.inspections.panel.names import RUNNING
from fielddesk.features.inspections.panel.run_calls import answer_call, complete, open_again, taking_back
from fielddesk.features.inspections.panel.run_frame import RunFrame
from fielddesk.features.inspections.panel.run_state import Opened, opened
from fielddesk.features.inspections.queries import InspectionView, ReadingRow
from fielddesk.features.inspections.rules import NUMBER, Given, result_of
from fielddesk.store.actions import call
from fielddesk.ui.buttons import Button
from fielddesk.ui.seams import Bench
from fielddesk.ui.trend import load_plots
from fielddesk.ui.wording import sentence


class Running(RunFrame):
    """A running inspection. Signals: `went_back` to all inspections; `completed(order id)`."""

    went_back = Signal()
    completed = Signal(str)

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._inspection_id = ""
        self._readings: Mapping[str, list[ReadingRow]] = {}
        self._asking: set[str] = set()
        self._busy = False
        self.photos = hot_folder(bench)
        self.photos.changed.connect(self._show_banner)
        self.card: ItemCard | None = None
        self.head.back.connect(self.leave)
        self.list.chosen.connect(self._chosen)
        self.failed.change_asked.connect(self.show_item)
        self.previous.clicked.connect(partial(self._step, -1))
        self.complete.clicked.connect(self._complete_or_open)
        self.next.clicked.connect(self.go_on)
        for keys, run in (("Ctrl+Down", partial(self._step, 1)), ("Ctrl+Up", partial(self._step, -1)),
                          ("Ctrl+Right", partial(self._step, 1)), ("Ctrl+Left", partial(self._step, -1))):  # fmt: skip
            QShortcut(QKeySequence(keys), self, run)

    # ---------------------------------------------------------------- which inspection

    def show_inspection(self, inspection_id: str) -> None:
        """Go on with an inspection where it was left: at what was being typed, else at the next without answer."""
        if inspection_id != self._inspection_id:
            self._put_card_away()
            self._inspection_id, self._now = inspection_id, ""
            self.stands.begin()
            self._asking, self._asked_to_complete = set(), False
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
        self._readings = readings
        self.stands.take(view)
        if first:
            self._begin(view, typed_in)
        elif self.card is not None:
            self.card.show_view(self.stands.item_view(self._now))
            self.card.lock(self.stands.is_complete())
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
        wanted = self.stands.first(typed_in)
        if wanted:
            self.show_item(wanted)

    # ---------------------------------------------------------------- showing

    def _show(self) -> None:
        """List, progress, foot and the failed card, as they stand now."""
        view = self.view
        if view is None:
            return
        stands = self.stands
        rows = item_rows(
            stands.shown(), stands.numbers(), stands.answers(), stands.files(), self._now, frozenset(self._asking)
        )
        self.list.show_rows(rows)
        if self._now:
            self.list.choose(self._now)
        progress = stands.progress()
        self.head.show_progress(progress.done, progress.total, progress.failed)
        self._show_failed()
        self._show_foot()
        self._show_banner()

    def _show_banner(self) -> None:
        """What is missing or not begun, then new photos of the folder: each goes to the item it was taken at."""
        if self.view is not None:
            self.pane.show_notices([*self._notices(), *self.photos.notices(self.view.inspection.order_id)])

    def _show_failed(self) -> None:
        """The item itself where it failed, else the last failed one before it."""
        assert self.view is not None
        key = self.stands.failed_before(self._now)
        if not key:
            self.failed.show_failed(None, None)
            return
        view = self.stands.item_view(key)
        if view.answer is None or key in self.stands.pending:
            return  # on its way to the disk: shown as soon as it stands
        self.failed.show_failed(self.view, view, current=key == self._now)

    # ---------------------------------------------------------------- going from item to item

    def _chosen(self, key: str) -> None:
        if key != self._now:
            keys = [item.key for item in self.stands.shown()]
            if key in keys and key not in self.stands.asked():  # a heading: what stands under it
                key = next((one for one in keys[keys.index(key) + 1 :] if one in self.stands.asked()), self._now)
            self.show_item(key, focus=not self.list.hasFocus())

    def show_item(self, key: str, *, focus: bool = True) -> None:
        """Put an item in front."""
        if self.view is None or not key:
            return
        self._put_card_away()
        self._now = key
        self.photos.in_front(self.view.inspection.order_id, key)
        readings = self._readings.get(key, [])
        card = ItemCard(self._bench, self.view, self.stands.item_view(key), readings)
        self.card = card
        card.answered.connect(lambda given, questioned, why: self._store(card, given, questioned, why))
        card.drafted.connect(lambda what, text: self._draft(key, what, text))
        card.go_on.connect(self.go_on)
        card.asking.connect(lambda on: self._asks(key, on))
        card.lock(self.stands.is_complete())
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
            card.focus()

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
        if on and self.card is not None:
            QTimer.singleShot(0, self.card, self._bring_question_into_sight)  # once the layout has made room for it

    def _bring_question_into_sight(self) -> None:
        if self.card is not None and self.pane.scroll_area is not None:
            self.pane.scroll_area.ensureWidgetVisible(self.card.banner, 0, 0)

    def _step(self, by: int) -> None:
        keys = self.stands.asked()
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
            self.card.asked.focus()
            return
        if not committed:
            return
        following = self.stands.following(self._now)
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
        before, after = self.stands.item_view(item.key).answer, self.stands.after(item.key)
        try:
            answer = answer_call(inspection, item.key, given, questioned, because, after)
        except FieldDeskError as error:
            card.answer.trouble(error)
            return
        self.stands.pending[item.key] = given
        self.stands.saving += 1
        self._bench.do(
            answer,
            then=lambda _done: self._stored(card),
            failed=partial(self._not_stored, card, item.key),
            undo=taking_back(inspection, item.key, before, after + 1),
            drops=[(item.key, inspection.id + what) for what in (ANSWER, NOTE, KEPT)],
        )
        if self.card is card:
            self._show()

    def _stored(self, card: ItemCard) -> None:
        self.stands.saving -= 1
        clock = format_moment(self._bench.now(), self._bench.zone(), "seconds")
        self.saved.set_words(lambda: _("Saved {time}").format(time=clock))
        if card is self.card and card.answer.field is not None:  # what the next item complains of stays
            card.answer.field.saved()
        self.reload()

    def _not_stored(self, card: ItemCard, key: str, error: FieldDeskError) -> None:
        self.stands.saving -= 1
        self.stands.pending.pop(key, None)
        self.saved.set_words(lambda: _("Not saved"))
        if card is self.card:
            card.answer.trouble(error)
            card.answer.flush()
        self._bench.toast(lambda: sentence(error), icon="warning-fill")
        self.reload()

    # ---------------------------------------------------------------- completing

    def _complete_or_open(self) -> None:
        if self.view is not None and self.stands.is_complete():
            open_again(self._bench, self.view.inspection)
        else:
            self.try_to_complete()

    def try_to_complete(self) -> None:
        """Complete, or name what is missing with a way there."""
        view = self.view
        if view is None or self._busy:
            return
        if self.card is not None:
            self.card.commit()
            if self.card.question is not None:
                self.card.asked.focus()
                return
        left = self.stands.missing()
        self._asked_to_complete = bool(left)
        if left:
            self.show_item(left[0])
            return
        self._busy = True
        inspection, result = view.inspection, result_of(self.stands.items(), self.stands.answers())
        complete(self._bench, inspection, result, partial(self._is_complete, inspection.order_id), self._not_complete)

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
        self._inspection_id, self._now = "", ""
        self.stands.begin()
        self._bench.keep_draft(*RUNNING, None)
        self.went_back.emit()
