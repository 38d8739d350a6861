"""How an item is answered: large buttons, a reading, a choice, a text, a day, a picture; a widget for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.inspections.dialogs import named
from fielddesk.features.inspections.rules import (
    CHOICE,
    DATE,
    FAILED,
    NOT_APPLICABLE,
    NUMBER,
    PASS_FAIL,
    PASSED,
    PHOTO,
    SIGNATURE,
    TEXT,
    TICK,
    Given,
    Item,
)  # fmt: skip
from fielddesk.ui import theme
from fielddesk.ui.days import Day
from fielddesk.ui.field import Field
from fielddesk.ui.fields import Prose, Quantity
from fielddesk.ui.seams import Bench
from fielddesk.ui.verdicts import Marks

LOOKS_AFTER_MS = 300
"""How long after a keystroke a reading is laid beside its limits: not at each digit of a number."""
MOST_BUTTONS = 6


def at_the_end(field: Field) -> None:
    """Put the cursor behind what stands in a field."""
    if isinstance(field.editor, QPlainTextEdit):
        field.editor.moveCursor(QTextCursor.MoveOperation.End)
    elif isinstance(field.editor, QLineEdit):
        field.editor.end(False)


class Answering(QWidget):
    """One way of answering. Signals: `given(answer)`, `typed(text)` for the draft (None: nothing is typed any more),
    `looked(number)` while a reading is typed, `entered` when Enter asks to go on."""

    given = Signal(object)
    typed = Signal(object)
    looked = Signal(object)
    entered = Signal()

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item
        self.field: Field | None = None
        """What is typed in, where this is answered by typing."""
        self.marks: Marks | None = None
        self.column = QVBoxLayout(self)
        theme.space(self.column, spacing=8)

    def start(self, given: Given | None) -> None:
        """Show the answer that stands."""
        raise NotImplementedError

    def load(self, given: Given | None) -> None:
        """The answer that stands was read again: what is being typed stays."""
        self.start(given)

    def restore(self, draft: str) -> None:
        """Put back what was typed and never handed over."""
        if self.field is not None:
            self.field.restore(draft)
            at_the_end(self.field)  # a person goes on with the last letter

    def commit(self) -> bool:
        """Hand over what is typed; False where it is refused."""
        return self.field.commit() if self.field is not None else True

    def flush(self) -> None:
        """Tell what is typed right now."""
        if self.field is not None:
            self.field.flush_draft()

    def focus(self) -> None:
        if self.marks is not None:
            self.marks.focus()
        elif self.field is not None:
            self.field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def trouble(self, error: FieldDeskError) -> None:
        """Say what is wrong with the answer."""
        if self.field is not None:
            self.field.refused(error)

    def take_field(self, field: Field) -> None:
        self.field = field
        field.typed.connect(self.typed)
        self.column.addWidget(field)


class MarksAnswer(Answering):
    """Pressed: pass, fail, not applicable; or a tick; or one of a few choices."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.marks = Marks(lambda: named(item.names))
        if item.kind == PASS_FAIL:
            self.marks.add(PASSED, lambda: _("Pass"), "P", "check", "ok")
            self.marks.add(FAILED, lambda: _("Fail"), "F", "x", "bad")
            self.marks.add(NOT_APPLICABLE, lambda: _("Not applicable"), "N", "minus", "idle")
        elif item.kind == TICK:
            self.marks.add(PASSED, lambda: _("Done"), "D", "check", "ok")
        for place, option in enumerate(item.options, 1):
            words = _naming(option.names)
            state = "bad" if option.fails else "info"
            self.marks.add(option.key, words, str(place) if place < 10 else "", state=state)
        self.marks.given.connect(self._pressed)
        self.column.addWidget(self.marks)

    def start(self, given: Given | None) -> None:
        assert self.marks is not None
        if given is None:
            self.marks.choose(None)
        else:
            self.marks.choose(given.choice if self.item.kind == CHOICE else given.verdict)

    def _pressed(self, key: str) -> None:
        self.given.emit(Given(choice=key) if self.item.kind == CHOICE else Given(verdict=key))


def _naming(names: str) -> Callable[[], str]:
    return lambda: named(names)


class ReadingField(Quantity):
    """A reading. Enter hands it over and goes on; K keeps one that is questioned. Signals: `entered`, `kept`."""

    entered = Signal()
    kept = Signal()
    asks = False
    """Whether the value is questioned and waits for a decision."""

    def make_editor(self) -> QWidget:  # type: ignore[override]
        editor = super().make_editor()
        editor.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)  # K reaches us, whatever IME is on
        return editor

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_K and self.asks and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self.kept.emit()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self.entered.emit()
            return True
        return super().key_pressed(event)


class NumberAnswer(Answering):
    """A reading with its unit."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self._reading = ReadingField("number", lambda: _("Measured"), item.unit, reading=True)
        self._reading.label.setAccessibleName(named(item.names))
        self.column.addWidget(self._reading.label)
        self.take_field(self._reading)
        self._reading.committed.connect(lambda _shown, new: self.given.emit(Given(number=new)))
        self._reading.entered.connect(self.entered)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOKS_AFTER_MS)
        self._soon.timeout.connect(self._look)
        self._reading.editor.textEdited.connect(lambda _text: self._soon.start())

    @property
    def reading(self) -> ReadingField:
        return self._reading

    def start(self, given: Given | None) -> None:
        self._reading.start(None if given is None else given.number)

    def load(self, given: Given | None) -> None:
        self._reading.load(None if given is None else given.number)

    def restore(self, draft: str) -> None:
        super().restore(draft)
        self._look()

    def number(self) -> int | None:
        """What stands in the field; None where it is no number."""
        try:
            return self._reading.parse(self._reading.text())
        except FieldDeskError:
            return None

    def _look(self) -> None:
        self.looked.emit(self.number())


class EnterProse(Prose):
    """A text; Ctrl+Enter hands it over and goes on."""

    entered = Signal()

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.enter_commits(event):
            if self.commit():
                self.entered.emit()
            return True
        return super().key_pressed(event)


class EnterDay(Day):
    """A day; Enter hands it over and goes on."""

    entered = Signal()

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self.entered.emit()
            return True
        return super().key_pressed(event)


class TextAnswer(Answering):
    """A text of several lines."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        field = EnterProse("text", lambda: named(item.names), hint=lambda: _("What did you find? Ctrl+Enter goes on."))
        self.take_field(field)
        field.committed.connect(lambda _shown, new: self.given.emit(Given(text=new)))
        field.entered.connect(self.entered)

    def start(self, given: Given | None) -> None:
        assert self.field is not None
        self.field.start(given.text if given is not None else "")

    def load(self, given: Given | None) -> None:
        assert self.field is not None
        self.field.load(given.text if given is not None else "")


class DayAnswer(Answering):
    """A day."""

    def __init__(self, item: Item, today: Callable[[], str]) -> None:
        super().__init__(item)
        field = EnterDay("day", lambda: named(item.names), hint="2028-03-17", today=today)
        self.take_field(field)
        field.committed.connect(lambda _shown, new: self.given.emit(Given(day=new)))
        field.entered.connect(self.entered)

    def start(self, given: Given | None) -> None:
        assert self.field is not None
        self.field.start(given.day if given is not None else None)

    def load(self, given: Given | None) -> None:
        assert self.field is not None
        self.field.load(given.day if given is not None else None)


class FileAnswer(Answering):
    """Answered by a photo or a signature, which the panel of pictures takes."""

    def start(self, given: Given | None) -> None:
        """What is there stands in the panel of pictures."""


def answering(bench: Bench, item: Item) -> Answering:
    """The widget that answers an item."""
    if item.kind in (PASS_FAIL, TICK, CHOICE):
        return MarksAnswer(item)
    if item.kind == NUMBER:
        return NumberAnswer(item)
    if item.kind == TEXT:
        return TextAnswer(item)
    if item.kind == DATE:
        return DayAnswer(item, bench.today)
    assert item.kind in (PHOTO, SIGNATURE), item.kind
    return FileAnswer(item)


def with_text(given: Given, text: str) -> Given:
    """The same answer with a note."""
    return replace(given, text=text)
