"""The kinds of fields a form has: a line, prose, a quantity, a choice."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_quantity, parse_quantity
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.combo import Combo
from fielddesk.ui.field import LINE_LENGTH, PROSE_LENGTH, Field, checked_text
from fielddesk.ui.pasting import LineEditor, ProseEditor
from fielddesk.ui.signs import Remark
from fielddesk.ui.text import Glyph, Text, Words, spoken, visible

__all__ = [
    "LINE_LENGTH",
    "PROSE_LENGTH",
    "Choice",
    "Combo",
    "Field",
    "Line",
    "Prose",
    "Quantity",
    "YesNo",
    "checked_text",
]


class PutAside(QWidget):
    """Under a field: what was typed is out of it, and how to have it back. Signal `wanted`."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = Text(lambda: _("What you typed is put aside. Ctrl+Z brings it back."), "second", wraps=True)
        self.again = Button(lambda: _("Bring it back"), kind="quiet")
        self.again.clicked.connect(self.wanted)
        row = QHBoxLayout(self)
        theme.space(row, spacing=6)
        row.addWidget(Glyph("arrow-counter-clockwise", "text2", 16))
        row.addWidget(self._words, 1)
        row.addWidget(self.again)

    def words(self) -> str:
        return self._words.text()


class Line(Field):
    """One line of text."""

    def __init__(
        self, key: str, label: Words, *, limit: int = LINE_LENGTH, needed: bool = False, hint: Words = ""
    ) -> None:
        self.limit = limit
        self._unseen = Remark("warn")
        self._aside = ""
        self._draft_waits = False
        self._aside_row: PutAside | None = None
        super().__init__(key, label, needed=needed, hint=hint)
        self._column.addWidget(self._unseen)
        self.say("_write_hint", hint)

    def _write_hint(self, text: str) -> None:
        self.editor.setPlaceholderText(text)

    def make_editor(self) -> QLineEdit:
        self.editor = LineEditor(self.limit)
        self.editor.too_long.connect(self._too_long)
        self.editor.textEdited.connect(self._typing)
        return self.editor

    def _too_long(self) -> None:
        self.say_trouble(FieldDeskError("text_too_long", limit=self.limit))

    def text(self) -> str:
        return self.editor.text()

    def write(self, text: str) -> None:
        if self.editor.text() != text:
            self.editor.setText(text)
            self.editor.setCursorPosition(0)
        self._tell_unseen()

    def _tell_unseen(self) -> None:
        """The editor obeys what turns or hides letters, since it holds the text as it is; here stands how it reads."""
        text = self.text()
        shown = visible(text)
        self._unseen.show_words(
            "" if shown == text else lambda: _("There are invisible characters in it: {text}").format(text=shown)
        )

    def parse(self, text: str) -> Any:
        return checked_text(text.strip(), self.limit, one_line=True)

    # ---------------------------------------------------------------- Escape, and thinking again

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self.dirty():
            self.put_aside()
            return True
        return super().key_pressed(event)

    def put_aside(self) -> None:
        """Show again what the store holds. What was typed can be had back, and its draft is kept until the field is
        left: one key must not be the end of it."""
        self.flush_draft()
        self._aside, self._draft_waits = self.text(), True
        shown = self._elsewhere if self._has_elsewhere else self.shown
        self.editor.selectAll()
        self.editor.insert(self.display(shown))  # not `write`: undo within the editor must know of it
        self._set_shown(shown)
        self.write(self.text())  # what stands beside the editor
        self.say_trouble("")
        self._offer_back(True)

    def bring_back(self) -> None:
        """Type again what was put aside."""
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editor.selectAll()
        self.editor.insert(self._aside)
        self._typing()

    def _offer_back(self, on: bool) -> None:
        if self._aside_row is None:
            if not on:
                return
            self._aside_row = PutAside()
            self._aside_row.wanted.connect(self.bring_back)
            self._column.addWidget(self._aside_row)
        self._aside_row.setVisible(on)
        if on:
            theme.announce(self.editor, self._aside_row.words())

    def _typing(self) -> None:
        super()._typing()
        self._tell_unseen()
        if self._aside_row is not None and self.text() == self._aside:
            self._draft_waits = False
            self._offer_back(False)

    def start(self, value: Any) -> None:
        self._draft_waits = False
        self._offer_back(False)
        super().start(value)

    def commit(self) -> bool:
        """Leaving decides: the draft of what was put aside goes; it is offered until something else is committed."""
        typed = self.dirty()
        done = super().commit()
        if not typed:
            self._draft_waits = False
            self.flush_draft()
        elif done:
            self._offer_back(False)
        return done

    def flush_draft(self) -> None:
        if self.dirty():
            self._draft_waits = False
        if not self._draft_waits:
            super().flush_draft()


class Prose(Field):
    """Text of several lines; Ctrl+Enter or leaving the field commits."""

    def __init__(
        self, key: str, label: Words, *, limit: int = PROSE_LENGTH, needed: bool = False, hint: Words = ""
    ) -> None:
        self.limit = limit
        self._quiet = False
        super().__init__(key, label, needed=needed, hint=hint)
        theme.size(self.editor, height=96)
        self.say("_write_hint", hint)

    def minimumSizeHint(self) -> QSize:
        """Never lower than it wants to be: a form that has little room scrolls instead of cutting lines in two."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def _write_hint(self, text: str) -> None:
        self.editor.setPlaceholderText(text)

    def make_editor(self) -> QPlainTextEdit:
        self.editor = ProseEditor(self.limit)
        self.editor.too_long.connect(self._too_long)
        self.editor.setTabChangesFocus(True)
        self.editor.textChanged.connect(self._changed)
        return self.editor

    def _too_long(self) -> None:
        self.say_trouble(FieldDeskError("text_too_long", limit=self.limit))

    def _changed(self) -> None:
        if not self._quiet:
            self._typing()

    def text(self) -> str:
        return self.editor.toPlainText()

    def write(self, text: str) -> None:
        if self.editor.toPlainText() != text:
            self._quiet = True
            self.editor.setPlainText(text)
            self._quiet = False

    def put_before(self, text: str) -> None:
        """Put text in front of what is being typed, on lines of its own; cursor and undo stay."""
        ahead = QTextCursor(self.editor.document())
        ahead.insertText(f"{text}\n" if self.text() else text)

    def parse(self, text: str) -> Any:
        return checked_text(text, self.limit, one_line=False)

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return False  # a long text is not lost to one key; undo within the editor takes words back
        return super().key_pressed(event)

    def enter_commits(self, event: QKeyEvent) -> bool:
        return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


class Quantity(Line):
    """An exact number in millionths, with its unit outside; `reading=True` is the large one of an inspection."""

    def __init__(
        self, key: str, label: Words, unit: Words = "", *, reading: bool = False, needed: bool = False, hint: Words = ""
    ) -> None:
        super().__init__(key, label, needed=needed, hint=hint)
        self.editor.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if reading:
            self.editor.setProperty("kind", "reading")
        self.unit = Text(unit, "heading" if reading else "second")
        self._line.addWidget(self.unit)
        theme.size(self.editor, width=150)
        self._line.setStretch(0, 0)
        self._line.addStretch(1)

    def parse(self, text: str) -> int | None:
        return parse_quantity(text) if text.strip() else None

    def display(self, value: Any) -> str:
        return "" if value is None else format_quantity(value, grouped=False)

    def retranslate(self) -> None:
        super().retranslate()
        if not self.dirty():  # another language may write the same number with another sign
            self._shown_text = self.display(self.shown)
            self.write(self._shown_text)


class Choice(Field):
    """One of several; values are keys, words are shown. Choosing commits at once."""

    def __init__(self, key: str, label: Words, options: list[tuple[str, Words]], *, needed: bool = False) -> None:
        self._options = options
        super().__init__(key, label, needed=needed)

    def make_editor(self) -> Combo:
        self.editor = Combo()
        self._fill()
        self.editor.activated.connect(self._picked)
        return self.editor

    def set_options(self, options: list[tuple[str, Words]]) -> None:
        """Offer other choices; the value stays."""
        self._options = options
        now = self.text()
        self._fill()
        self.write(now)

    def _fill(self) -> None:
        self.editor.clear()
        self.editor.addItem("–", "")
        for key, words in self._options:
            self.editor.addItem(visible(spoken(words)), key)

    def _picked(self) -> None:
        self.commit()

    def text(self) -> str:
        return str(self.editor.currentData() or "")

    def write(self, text: str) -> None:
        place = self.editor.findData(text)
        if place < 0:
            self.editor.addItem(_("{value} (no longer offered)").format(value=visible(text)), text)
            place = self.editor.count() - 1
        self.editor.setCurrentIndex(place)

    def parse(self, text: str) -> Any:
        return text or None

    def in_words(self, value: Any) -> str:
        return next((spoken(words) for key, words in self._options if key == value), super().in_words(value))

    def retranslate(self) -> None:
        super().retranslate()
        self.set_options(self._options)

    def enter_commits(self, event: QKeyEvent) -> bool:
        return False


class YesNo(Choice):
    """Yes or no; the value is 1 or 0."""

    def __init__(self, key: str, label: Words) -> None:
        super().__init__(key, label, [("0", lambda: _("No")), ("1", lambda: _("Yes"))], needed=False)

    def parse(self, text: str) -> int:
        return int(text == "1")

    def in_words(self, value: Any) -> str:
        return super().in_words("" if value is None else str(value))
