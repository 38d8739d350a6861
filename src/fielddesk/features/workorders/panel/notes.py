"""Notes of an order, newest first, and the box to write one."""

from __future__ import annotations

from collections import Counter
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.features.people.dialogs import mark_state, mark_words
from fielddesk.features.people.queries import marks
from fielddesk.features.workorders.actions import add_note
from fielddesk.features.workorders.queries import (
    NoteRow,
    note_count,
    note_page,
)
from fielddesk.store.actions import call
from fielddesk.store.tx import Reading
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.entries import Entries, Entry
from fielddesk.ui.fields import Prose
from fielddesk.ui.moments import moment_words
from fielddesk.ui.page import Scroll
from fielddesk.ui.seams import Bench, SubjectPanel
from fielddesk.ui.signs import Empty
from fielddesk.ui.text import Text

NOTES_AT_ONCE: Final = 30
NOTE_DRAFT: Final = "note.text"


class NoteField(Prose):
    """A note being written. Leaving it keeps it as a draft; only Ctrl+Enter or the button adds it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.editor and isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            self.flush_draft()
            return False
        return super().eventFilter(watched, event)

    def commit(self) -> bool:
        """Hand the note over; one without words is asked for in words."""
        if self.dirty():
            return super().commit()
        self.say_trouble(FieldDeskError("note_empty"))
        return False


class NotesPanel(SubjectPanel):
    """Notes of an order, newest first, and the box to write one."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench
        self._order_id = ""
        self._limit = NOTES_AT_ONCE
        self._saving: Counter[str] = Counter()
        """How many notes of an order are on their way to the disk."""
        self._since: dict[str, str] = {}
        """What was typed for an order after its last note was handed over."""
        self.field = NoteField("text", lambda: _("New note"), hint=lambda: _("What did you see, do, agree on?"))
        theme.size(self.field.editor, height=72)
        self.field.start("")
        self.field.typed.connect(self._typed)
        self.field.committed.connect(self._add)
        self.add = Button(lambda: _("Add note"), "plus", tip=lambda: _("Add the note") + "  Ctrl+Enter")
        self.add.clicked.connect(self._press)
        self._hint = Text(lambda: _("Ctrl+Enter adds it. Until then it is kept as a draft."), "caption")
        self.entries = Entries()
        self.entries.more_asked.connect(self._more)
        self.empty = Empty(
            "note",
            lambda: _("No notes yet"),
            lambda: _("What you and colleagues write on this order appears here, the newest first."),
        )
        inner = QWidget()
        column = QVBoxLayout(inner)
        theme.space(column, (0, 12, 0, 0), 8)
        column.addWidget(self.field)
        row = QHBoxLayout()
        theme.space(row, spacing=8)
        row.addWidget(self._hint, 1)
        row.addWidget(self.add)
        column.addLayout(row)
        column.addWidget(self.empty)
        column.addWidget(self.entries, 1)
        self.empty.hide()
        outer = QVBoxLayout(self)
        theme.space(outer)
        outer.addWidget(Scroll(inner))

    def show_subject(self, row_id: str) -> None:
        self.field.flush_draft()
        self._order_id, self._limit = row_id, NOTES_AT_ONCE
        self.field.start("")
        if self._saving[row_id]:  # the draft on the disk may be the note on its way: what was typed since counts
            self._restore(row_id, self._since.get(row_id))
        else:
            self._bench.draft(NOTE_DRAFT, row_id, lambda text: self._restore(row_id, text))
        self.reload()

    def reload(self) -> None:
        order_id, limit = self._order_id, self._limit

        def ask(read: Reading) -> tuple[str, list[NoteRow], int, dict[str, str]]:
            notes = note_page(read, order_id, 0, limit)
            return order_id, notes, note_count(read, order_id), marks(read, [note.id for note in notes])

        self._bench.read(ask, self._take, key=f"notes.{id(self)}")

    def focus(self) -> None:
        self.field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def may_leave(self) -> bool:
        self.field.flush_draft()
        return True

    def _restore(self, order_id: str, text: str | None) -> None:
        if order_id == self._order_id and text and not self.field.dirty():
            self.field.restore(text)

    def _typed(self, text: str | None) -> None:
        self._since[self._order_id] = text or ""
        self._bench.keep_draft(NOTE_DRAFT, self._order_id, text or None)

    def _press(self) -> None:
        if not self.field.commit():
            self.focus()

    def _add(self, _shown: object, text: str) -> None:
        order_id = self._order_id
        self.field.start("")
        self._since.pop(order_id, None)
        self._saving[order_id] += 1
        try:
            note = call(add_note, order_id=order_id, text=text)
        except FieldDeskError as error:
            self._refused(order_id, text, error)
            return
        self._bench.do(
            note,
            then=lambda _done: self._added(order_id),
            failed=lambda error: self._refused(order_id, text, error),
            said=lambda: _("Note added"),
            drops=[(NOTE_DRAFT, order_id)],
        )
        self.focus()

    def _added(self, order_id: str) -> None:
        self._saving[order_id] -= 1

    def _refused(self, order_id: str, text: str, error: FieldDeskError) -> None:
        """Give the text back, in front of what was typed since."""
        self._saving[order_id] -= 1
        if order_id != self._order_id:
            later = self._since.get(order_id)
            self._since[order_id] = f"{text}\n{later}" if later else text
            self._bench.keep_draft(NOTE_DRAFT, order_id, self._since[order_id])
            return
        self.field.put_before(text)
        self.field.flush_draft()
        self.field.say_trouble(error)

    def _more(self) -> None:
        self._limit += 5 * NOTES_AT_ONCE
        self.reload()

    def _take(self, answer: tuple[str, list[NoteRow], int, dict[str, str]]) -> None:
        order_id, notes, count, marked = answer
        if order_id != self._order_id:
            return
        now, zone = self._bench.now(), self._bench.zone()
        entries = [
            Entry(
                note.id,
                note.text,
                _("{who}, {when}").format(who=note.author or _("somebody"), when=moment_words(note.at, now, zone)),
                "note",
                mark=(mark_words(mark), mark_state(mark)) if (mark := marked.get(note.id)) else None,
            )
            for note in notes
        ]
        self.entries.show_entries(entries, more=count > len(notes))
        self.empty.setVisible(not entries)
