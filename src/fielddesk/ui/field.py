"""What every field of a form does: it knows the value it showed, keeps drafts, and says in words what it refuses."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Glyph, Text, Worded, Words, spoken, visible
from fielddesk.ui.wording import sentence

LINE_LENGTH = 500
PROSE_LENGTH = 100_000
DRAFT_AFTER_MS = 400
"""A draft is kept within half a second; this leaves the store a tenth."""

_NOT_LEAVING = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)


def checked_text(text: str, limit: int, *, one_line: bool) -> str:
    """The text as it will be stored (NFC). Codes: text_too_long_by, text_has_nul, text_broken, text_has_lines."""
    if "\x00" in text:
        raise FieldDeskError("text_has_nul")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise FieldDeskError("text_broken")
    clean = unicodedata.normalize("NFC", text)
    if len(clean) > limit:
        raise FieldDeskError("text_too_long_by", n=len(clean) - limit)
    if one_line and ("\n" in clean or "\r" in clean):
        raise FieldDeskError("text_has_lines")
    return clean


class Field(Worded, QWidget):
    """One question of a form.

    `shown` is the value the person saw when they began: what `committed(shown, new)` hands over as the base of the
    edit. `typed(text)` comes within half a second of a keystroke, with None when nothing is typed any more.
    """

    committed = Signal(object, object)
    typed = Signal(object)

    def __init__(self, key: str, label: Words, *, needed: bool = False, hint: Words = "") -> None:
        super().__init__()
        self.key, self.needed = key, needed
        self.label = Text(label, "second")
        self.shown: Any = None
        self._shown_text = ""
        self._before: Any = None
        self._pending = False
        self._elsewhere: Any = None
        self._has_elsewhere = False
        self._last_draft: str | None = None
        self._why: Words = ""
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(DRAFT_AFTER_MS)
        self._keep.timeout.connect(self.flush_draft)
        self.editor: Any = self.make_editor()  # QLineEdit, QPlainTextEdit or Combo, as the kind of field has it
        self.editor.installEventFilter(self)
        self.label.setBuddy(self.editor)
        self._line = QHBoxLayout()
        theme.space(self._line, spacing=8)
        self._line.addWidget(self.editor, 1)
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        column.addLayout(self._line)
        column.addWidget(self._make_trouble())
        column.addWidget(self._make_elsewhere())
        self._column = column
        self._label_words, self._hint = label, hint
        self.retranslate()

    def _make_trouble(self) -> QWidget:
        self._trouble = QWidget()
        row = QHBoxLayout(self._trouble)
        theme.space(row, spacing=6)
        row.addWidget(Glyph("warning-circle-fill", "bad", 16), 0, Qt.AlignmentFlag.AlignTop)
        self._trouble_words = Text("", "error", wraps=True)
        row.addWidget(self._trouble_words, 1)
        self._trouble.hide()
        return self._trouble

    def _make_elsewhere(self) -> QWidget:
        self._elsewhere_row = QWidget()
        row = QHBoxLayout(self._elsewhere_row)
        theme.space(row, spacing=6)
        row.addWidget(Glyph("arrows-left-right", "warn", 16))
        self._elsewhere_words = Text("", wraps=True)
        self._elsewhere_words.set_state("warn")
        row.addWidget(self._elsewhere_words, 1)
        self.take_theirs = Button(lambda: _("Use that"), kind="quiet")
        self.take_theirs.clicked.connect(self._take_elsewhere)
        row.addWidget(self.take_theirs)
        self._elsewhere_row.hide()
        return self._elsewhere_row

    def mark_needed(self) -> None:
        """Say beside the label, before anything is pressed, that this must be filled in."""
        if self.needed:
            plain = self._label_words
            self._label_words = lambda: _("{label} (needed)").format(label=spoken(plain))
            self.label.set_words(self._label_words)
            self.retranslate()

    # ---------------------------------------------------------------- what a kind of field says of itself

    def make_editor(self) -> QWidget:
        raise NotImplementedError

    def text(self) -> str:
        """What stands in the editor."""
        raise NotImplementedError

    def write(self, text: str) -> None:
        """Put text into the editor without counting as typed."""
        raise NotImplementedError

    def parse(self, text: str) -> Any:
        """The value of a text; raises FieldDeskError with the code of what is wrong."""
        return text

    def display(self, value: Any) -> str:
        """The text of a value."""
        return "" if value is None else str(value)

    def in_words(self, value: Any) -> str:
        """A value as another person's change is told."""
        return self.display(value) or _("(empty)")

    # ---------------------------------------------------------------- from the store

    def load(self, value: Any) -> None:
        """What the store holds now. It never overwrites what a person is typing: that is marked instead."""
        if self._pending and value == self._before != self.shown:
            return  # an answer that was on its way when this field was committed
        if self.dirty():
            if value != self.shown:
                self._elsewhere, self._has_elsewhere = value, True
                self._show_elsewhere()
            return
        if self._pending and value != self.shown:
            self._pending = False
        self._set_shown(value)

    def start(self, value: Any) -> None:
        """Another record: what was typed before is forgotten."""
        self._keep.stop()
        self._pending = False
        self._last_draft = None
        self._set_shown(value)
        self.say_trouble("")

    def restore(self, draft: str) -> None:
        """Put back what was typed and never committed."""
        self._last_draft = draft
        if draft != self._shown_text:
            self.write(draft)
            self._look_at(draft)

    def saved(self) -> None:
        """The commit went through."""
        self._pending = False
        self.say_trouble("")

    def refused(self, why: Words | FieldDeskError) -> None:
        """The commit did not go through; what was typed stays, and counts as typed again."""
        if self._pending:
            self._pending = False
            self.shown, self._shown_text = self._before, self.display(self._before)
        self.say_trouble(why)

    def _set_shown(self, value: Any) -> None:
        self.shown = value
        self._shown_text = self.display(value)
        self._has_elsewhere = False
        self._elsewhere_row.hide()
        if self.text() != self._shown_text:
            self.write(self._shown_text)

    # ---------------------------------------------------------------- from the person

    def dirty(self) -> bool:
        """Whether something is typed that is not committed."""
        return self.text() != self._shown_text

    def commit(self) -> bool:
        """Hand over what was typed; False when it is refused (the words stand under the field)."""
        self._keep.stop()
        if not self.dirty():
            self.say_trouble("")
            return True
        try:
            value = self.parse(self.text())
            if self.needed and value in (None, ""):
                raise FieldDeskError("value_missing")
        except FieldDeskError as error:
            self.say_trouble(error)
            self.flush_draft()
            return False
        self.say_trouble("")
        self._last_draft = None
        base, self._before = self.shown, self.shown
        self.shown, self._shown_text = value, self.display(value)
        self.write(self._shown_text)
        self._has_elsewhere = False
        self._elsewhere_row.hide()
        if value != base:
            self._pending = True
            self.committed.emit(base, value)
        return True

    def revert(self) -> None:
        """Put back what was shown."""
        self._keep.stop()
        self.write(self._shown_text)
        self.say_trouble("")
        if self._has_elsewhere:
            self._take_elsewhere()
        self.flush_draft()

    def flush_draft(self) -> None:
        """Tell what is typed right now, without waiting for the half second."""
        self._keep.stop()
        draft = self.text() if self.dirty() else None
        if draft != self._last_draft:
            self._last_draft = draft
            self.typed.emit(draft)

    def say_trouble(self, why: Words | FieldDeskError) -> None:
        """Say under the field what is wrong with it, in another language too; no words when all is well."""
        self._why = partial(sentence, why) if isinstance(why, FieldDeskError) else why
        words = spoken(self._why)
        self._write_trouble(words)
        if words:
            theme.announce(self.editor, words)

    def _write_trouble(self, words: str) -> None:
        self._trouble_words.setText(words)
        self._trouble.setVisible(bool(words))
        self.editor.setAccessibleDescription(words or spoken(self._hint))
        theme.set_property(self.editor, "error", "true" if words else "false")

    def _typing(self) -> None:
        if not self._keep.isActive():
            # Not started anew by each key: who types without a pause is kept every half second too.
            self._keep.start()
        self._look_at(self.text())

    def _look_at(self, text: str) -> None:
        """While typing only an old complaint is taken back; a new one waits until the field is left."""
        if self._trouble.isHidden():
            return
        try:
            self.parse(text)
        except FieldDeskError as error:
            self.say_trouble(error)
        else:
            self.say_trouble("")

    def _show_elsewhere(self) -> None:
        words = _("Changed elsewhere to: {value}").format(value=self.in_words(self._elsewhere))
        self._elsewhere_words.setText(words)
        self._elsewhere_row.show()
        theme.announce(self.editor, words)

    def _take_elsewhere(self) -> None:
        value = self._elsewhere
        self._set_shown(value)
        self.say_trouble("")
        self.flush_draft()

    def retranslate(self) -> None:
        words = spoken(self._label_words)
        self.editor.setAccessibleName(visible(words))
        self._write_trouble(spoken(self._why))
        if self._has_elsewhere:
            self._show_elsewhere()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is getattr(self, "editor", None):  # emptied by the collector, it may still hear of it
            if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
                if event.reason() not in _NOT_LEAVING:
                    self.commit()
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                return self.key_pressed(event)
        return False

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self.dirty():
            self.revert()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.enter_commits(event):
            self.commit()
            return True
        return False

    def enter_commits(self, event: QKeyEvent) -> bool:
        return True
