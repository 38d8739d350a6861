"""One item of a running inspection: what is asked, how it is answered, and what its value says beside earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import (
    item_title,
    limits_words,
    named,
    value_words,
    verdict_chip,
)  # fmt: skip
from fielddesk.features.inspections.panel.answering import Answering, NumberAnswer, answering, at_the_end, with_text
from fielddesk.features.inspections.panel.earlier import (
    EarlierAnswers,
    HelpPicture,
    caption_of,
    in_quarters,
    reading_marks,
)
from fielddesk.features.inspections.panel.pictures import photos_of, signature_of
from fielddesk.features.inspections.panel.question import QuestionBar
from fielddesk.features.inspections.queries import InspectionView, ItemView, ReadingRow
from fielddesk.features.inspections.queries.running import given_of
from fielddesk.features.inspections.rules import (
    ANSWERED_BY_FILE,
    LIMITS,
    NONE,
    NOT_APPLICABLE,
    NOTED,
    NUMBER,
    PASS_FAIL,
    PHOTO,
    SIGNATURE,
    TEXT,
    Given,
    Question,
    check_answer,
    question_of,
)  # fmt: skip
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.fields import Prose
from fielddesk.ui.seams import Bench
from fielddesk.ui.signs import Card, Chip
from fielddesk.ui.text import Heading, Text
from fielddesk.ui.trend import Reading, Trend

SHOWN_READINGS: Final = 4
PLOT_BESIDE_FROM: Final = 620
"""A card narrower than this (pixels at 100 %) has the plot under the reading."""
ANSWER, NOTE, KEPT = "", ":note", ":kept"
"""What a draft is of: its key is the item's, it is about the inspection's id with one of these behind it."""


class ItemCard(Card):
    """One item; a new one is made for each.

    Signals: `answered(given, questioned, why it was kept)`; `drafted(what, text)`, what being ANSWER, NOTE or KEPT;
    `go_on` when Enter asks for the next item; `asking(on)` when a value is questioned and waits for its decision.
    """

    answered = Signal(object, str, str)
    drafted = Signal(str, object)
    go_on = Signal()
    asking = Signal(bool)

    def __init__(self, bench: Bench, about: InspectionView, view: ItemView, readings: Sequence[ReadingRow]) -> None:
        super().__init__()
        self._bench, self._about, self.view, self._readings = bench, about, view, list(readings)
        self.item = view.item
        self._given = given_of(view.answer) if view.answer is not None else None
        self.question: Question | None = None
        self._asked: int | None = None
        self._gone = False
        self._not_applicable = False
        self.inner = QVBoxLayout()
        theme.space(self.inner, (16, 12, 12, 12), 12)
        self.column().addLayout(self.inner)
        self._make_head()
        self._make_help()
        self._make_answer()
        self._make_question()
        self._make_note()
        self._make_pictures()
        self.earlier = EarlierAnswers(self.item, bench, about.people)
        self.inner.addWidget(self.earlier)
        self.earlier.show_answers(view.earlier)
        self.answer.start(self._given)
        self._show_value(None if self._given is None else self._given.number)

    # ---------------------------------------------------------------- parts

    def _make_head(self) -> None:
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        self.title = Heading(lambda: item_title(self.item, self.view.number))
        row.addWidget(self.title, 1)
        self.photo = Button(lambda: _("Photo"), "camera", tip=lambda: _("Photos of this item"))
        self.photo.clicked.connect(self.show_pictures)
        self.note_button = Button(lambda: _("Note"), "note-pencil", tip=lambda: _("A note on this item"))
        self.note_button.clicked.connect(self.show_note)
        row.addWidget(self.photo)
        row.addWidget(self.note_button)
        self.inner.addLayout(row)
        self.note_button.setVisible(self.item.kind != TEXT)

    def _make_help(self) -> None:
        help_text = named(self.item.help)
        if help_text:
            self.inner.addWidget(Text(lambda: named(self.item.help), "second", wraps=True))
        if self.item.picture:
            self.inner.addWidget(HelpPicture(self._bench, self._about.inspection.version_id, self.item.key))

    def _make_answer(self) -> None:
        self.answer: Answering = answering(self._bench, self.item)
        self.answer.given.connect(self._take)
        self.answer.typed.connect(lambda text: self._draft(ANSWER, text))
        self.answer.looked.connect(self._show_value)
        self.answer.entered.connect(self._enter)
        left = QVBoxLayout()
        theme.space(left, spacing=8)
        left.addWidget(self.answer)
        below = QHBoxLayout()
        theme.space(below, spacing=8)
        self.chip = Chip("")
        self.chip.hide()
        below.addWidget(self.chip)
        below.addStretch(1)
        left.addLayout(below)
        self.limits = Text(lambda: limits_words(self.item), "caption")
        left.addWidget(self.limits)
        left.addWidget(self._marks())
        left.addStretch(1)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        theme.space(self._beside, spacing=24)
        self._beside.addLayout(left, 0 if self.item.kind == NUMBER else 1)
        self.trend: Trend | None = None
        if self.item.kind == NUMBER:
            self.trend = Trend(lambda: caption_of(self._readings[-SHOWN_READINGS:], self._bench.zone()))
            self._beside.addWidget(self.trend, 1)
        self.inner.addLayout(self._beside)
        self.limits.setVisible(bool(limits_words(self.item)))
        self.cannot.setVisible(self.item.kind != PASS_FAIL)

    def _marks(self) -> QWidget:
        """Whether it may be left out, and the way to say that it cannot be done."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        theme.space(row, spacing=8)
        self.needed = Text(lambda: _("Needed") if self.item.required else _("May be left out"), "caption")
        row.addWidget(self.needed)
        self.cannot = Button(lambda: _("Not applicable"), "minus-circle", "quiet")
        self.cannot.clicked.connect(self._ask_why_not)
        row.addWidget(self.cannot)
        row.addStretch(1)
        return holder

    def _make_question(self) -> None:
        self.asked = QuestionBar(self.item)
        self.banner, self.why = self.asked.banner, self.asked.why
        self.asked.again.connect(self.measure_again)
        self.asked.kept.connect(self.keep)
        self.why.typed.connect(lambda text: self._draft(KEPT, text))
        self.inner.addWidget(self.asked)
        if isinstance(self.answer, NumberAnswer):
            self.answer.reading.kept.connect(self.keep)

    def _make_note(self) -> None:
        self.note = Prose("note", lambda: self._note_label())
        theme.size(self.note.editor, height=72)
        self.note.start(self._given.text if self._given is not None and self.item.kind != TEXT else "")
        self.note.typed.connect(lambda text: self._draft(NOTE, text))
        self.note.committed.connect(self._note_left)
        self._note_row = QWidget()
        column = QVBoxLayout(self._note_row)
        theme.space(column, spacing=4)
        column.addWidget(self.note.label)
        column.addWidget(self.note)
        self.inner.addWidget(self._note_row)
        self._note_row.setVisible(bool(self.note.text()))

    def _note_label(self) -> str:
        return _("Why it cannot be done (needed)") if getattr(self, "_not_applicable", False) else _("Note")

    def _make_pictures(self) -> None:
        order_id = self._about.inspection.order_id
        make = signature_of if self.item.kind == SIGNATURE else photos_of
        self._make_photos: Callable[[], QWidget] = partial(make, self._bench, order_id, self.item.key)
        self.pictures: QWidget | None = None
        self._pictures_at = QVBoxLayout()
        theme.space(self._pictures_at)
        self.inner.addLayout(self._pictures_at)
        self.photo.setVisible(self.item.kind not in (PHOTO, SIGNATURE))
        if self.item.kind in (PHOTO, SIGNATURE) or self.view.files:
            self.show_pictures()

    # ---------------------------------------------------------------- what the person does

    def focus(self) -> None:
        """Put the keyboard where this item is answered."""
        if self.answer.field is None and self.answer.marks is None:
            (self.pictures or self.note_button).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.answer.focus()

    def show_pictures(self) -> None:
        """Put up the photos of this item and the ways to take more."""
        if self.pictures is None:
            self.pictures = self._make_photos()
            self._pictures_at.addWidget(self.pictures)
        self.pictures.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_note(self) -> None:
        """Put up the note and the keyboard into it."""
        self._note_row.show()
        self.note.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_why_not(self) -> None:
        self._not_applicable = True
        self.note.label.set_words(self._note_label())
        self.note.retranslate()
        if self.note.text().strip():
            self._hand_over(Given(NOT_APPLICABLE))
        else:
            self.show_note()

    def _take(self, given: Given) -> None:
        """Something was answered: keep it, unless it is questioned first."""
        if self._gone:
            return
        if given.number is not None:
            self._show_value(given.number)
            question = question_of(self.item, self._past(), self._moment(), given.number)
            stands = self._given is not None and self._given.number == given.number
            if question is not None and not stands:
                self._ask(question, given.number)
                return
        elif self.item.kind == NUMBER:  # the field was emptied: what stands stays until another value is read
            self.answer.start(self._given)
            self._close_question()
            return
        self._close_question()
        self._not_applicable = given.verdict == NOT_APPLICABLE
        self._hand_over(given)

    def _hand_over(self, given: Given, questioned: str = NONE, because: str = "") -> None:
        text = given.text if self.item.kind == TEXT else self.note.text()
        try:
            whole = check_answer(self.item, with_text(given, text.strip() if given.verdict == NOT_APPLICABLE else text))
        except FieldDeskError as error:
            if error.values.get("field") == "text" and given.verdict == NOT_APPLICABLE:
                self.show_note()
                self.note.say_trouble(error)
            else:
                self.answer.trouble(error)
            return
        if whole == self._given and questioned == NONE:
            return  # pressed twice: what stands says it already
        self._given = whole
        self.answered.emit(whole, questioned, because)

    def _note_left(self, _shown: object, text: str) -> None:
        if self._gone:
            return
        if self._not_applicable:
            self._hand_over(Given(NOT_APPLICABLE))
        elif self._given is not None:
            view = self.view.answer
            self._hand_over(self._given, view.questioned if view else NONE, view.kept_because if view else "")
        elif self.item.kind in ANSWERED_BY_FILE:  # no answer follows that it could go with
            self._hand_over(Given(NOTED))
        else:
            self._draft(NOTE, text or None)  # it goes with the answer

    def _enter(self) -> None:
        if self.question is None:
            self.go_on.emit()

    # ---------------------------------------------------------------- the question

    def _past(self) -> list[tuple[int, int]]:
        return [(row.at, row.number) for row in self._readings]

    def _moment(self) -> int:
        """Now, but behind every earlier reading: a clock that stands in 1970 must not leave the trend without them."""
        return max(self._bench.now(), *(row.at + 1 for row in self._readings), 0)

    def _ask(self, question: Question, number: int) -> None:
        """Put the question under the value; until it is decided the value stays a draft."""
        self.question, self._asked = question, number
        assert isinstance(self.answer, NumberAnswer)
        reading = self.answer.reading
        self._draft(ANSWER, reading.text())
        quarters = in_quarters(self._readings[-SHOWN_READINGS:], self._bench.zone())
        self.asked.ask(question, number, quarters=quarters)
        reading.asks = True
        self.asking.emit(True)
        if not self.why.editor.hasFocus():
            reading.editor.selectAll()

    def _close_question(self) -> None:
        if self.question is None:
            return
        self.question = None
        self.asked.put_away()
        if isinstance(self.answer, NumberAnswer):
            self.answer.reading.asks = False
        self.asking.emit(False)

    def measure_again(self) -> None:
        """Take the questioned value out and wait for another."""
        self._close_question()
        self.why.start("")
        self.answer.start(self._given)
        self._draft(ANSWER, None)
        self._draft(KEPT, None)
        self._show_value(None if self._given is None else self._given.number)
        self.answer.focus()
        if isinstance(self.answer, NumberAnswer):
            self.answer.reading.editor.selectAll()

    def keep(self) -> None:
        """Keep the questioned value, with the reason where one was given."""
        question, number = self.question, self._asked
        if question is None or number is None:
            return
        if isinstance(self.answer, NumberAnswer) and self.answer.number() != number:
            self.answer.commit()  # another one was typed since: that one is looked at first
            return
        because = self.why.text().strip()
        self.why.start(because)
        self._close_question()
        self._hand_over(Given(number=number), question.why, because)
        self.answer.focus()

    # ---------------------------------------------------------------- what is shown

    def _show_value(self, number: int | None) -> None:
        """Lay a value beside its limits and the earlier ones."""
        if self.item.kind != NUMBER:
            return
        question = None if number is None else question_of(self.item, self._past(), self._moment(), number)
        state = "ok" if question is None else "bad" if question.why == LIMITS else "warn"
        if number is not None:
            words, colour = verdict_chip(self.item, number, question)
            self.chip.show_state(words, colour)
            self.chip.setVisible(bool(words))
        else:
            self.chip.hide()
        self.limits.setVisible(number is None and bool(limits_words(self.item)))
        if self.trend is not None:
            marks = reading_marks(self._readings[-SHOWN_READINGS:], self._bench.zone())
            now = None if number is None else Reading(lambda: _("now"), number)
            self.trend.show_readings(
                marks, now, low=self.item.low, high=self.item.high, unit=self.item.unit, state=state
            )
            self.trend.setVisible(bool(marks) or now is not None)

    def show_view(self, view: ItemView) -> None:
        """The same item was read again: what is being typed stays."""
        self.view = view
        self._given = given_of(view.answer) if view.answer is not None else None
        self.earlier.show_answers(view.earlier)
        if self.question is None:
            self.answer.load(self._given)
            if self.answer.field is None or not self.answer.field.dirty():
                self._show_value(None if self._given is None else self._given.number)
        if self.item.kind != TEXT:
            self.note.load(self._given.text if self._given is not None else "")
        if view.files and self.pictures is None:
            self.show_pictures()

    def lock(self, locked: bool) -> None:
        """A completed inspection is looked at; it is changed only after it was opened again."""
        for part in (self.answer, self.cannot, self.note_button, self.note, self.asked):
            part.setEnabled(not locked)

    def restore(self, what: str, draft: str) -> None:
        """Put back what was typed before the program ended or another item was looked at."""
        if what == ANSWER:
            self.answer.restore(draft)
            if isinstance(self.answer, NumberAnswer) and (number := self.answer.number()) is not None:
                question = question_of(self.item, self._past(), self._moment(), number)
                if question is not None:
                    self._ask(question, number)
        elif what == NOTE:
            self._note_row.show()
            self.note.restore(draft)
            at_the_end(self.note)
        else:
            self.why.restore(draft)

    def value(self) -> str:
        return value_words(self.item, self._given) if self._given is not None else ""

    # ---------------------------------------------------------------- leaving

    def commit(self) -> bool:
        """Hand over what is typed; a value that is questioned stays a draft until it is decided."""
        done = self.answer.commit() if self.question is None else True
        return (self.note.commit() if self.item.kind != TEXT else True) and done

    def leave(self) -> None:
        """Another item is shown: nothing is heard of this one any more."""
        self.commit()
        for field in (self.answer, self.why):
            field.flush() if isinstance(field, Answering) else field.flush_draft()
        self._gone = True

    def _draft(self, what: str, text: str | None) -> None:
        if not self._gone:
            self.drafted.emit(what, text)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        ways = QBoxLayout.Direction
        way = ways.LeftToRight if self.width() >= theme.px(PLOT_BESIDE_FROM) else ways.TopToBottom
        if self._beside.direction() != way:
            self._beside.setDirection(way)
