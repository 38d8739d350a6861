"""A field in which one types to find a record and takes it from what was found; made for keyboard and hand scanner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.editing import EditLine
from fielddesk.ui.fields import Field
from fielddesk.ui.lists import Row, RowList
from fielddesk.ui.text import Text, Words, spoken, visible

ASK_AFTER_MS = 120
SHOWN = 5

Ask = Callable[[str, Callable[[Sequence[Row]], None]], None]
"""Asks for rows that fit a text and hands them over later, on the main thread."""


class Picker(Field):
    """The value is a row's id, what is read is its title.

    Signals: `picked(id)` when a row was taken, or "" given up; `offered(bool)` when a choice is put up and taken away.

    Keys: down and up move through what was found, Enter takes it (the first one right after scanning), Escape gives
    what was taken before back.
    """

    picked = Signal(str)
    offered = Signal(bool)
    editor: EditLine

    def __init__(
        self, key: str, label: Words, ask: Ask, *, needed: bool = False, hint: Words = "", lines: int = 2
    ) -> None:
        self._lines = lines
        self._ask_for = ask
        self._titles: dict[str, str] = {}
        self._found: list[Row] = []
        self._typed = ""
        self._enter_waits = False
        self._asking = False
        super().__init__(key, label, needed=needed, hint=hint)
        self.say("_write_hint", hint)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(ASK_AFTER_MS)
        self._soon.timeout.connect(self._ask)
        self._column.insertWidget(1, self._make_results())
        self._into_sight = QTimer(self)  # once the layout has made room for what was found
        self._into_sight.setSingleShot(True)
        self._into_sight.setInterval(0)
        self._into_sight.timeout.connect(self._bring_into_sight)

    def _make_results(self) -> QFrame:
        self.results = QFrame()
        self.results.setProperty("kind", "overlay")
        column = QVBoxLayout(self.results)
        theme.space(column, (2, 2, 2, 2))
        self.list = RowList(lambda: _("Found"), self._lines)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda index: self.take(self._found[index.row()].id))
        self.nothing = Text("", "second", wraps=True)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.nothing.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        self.results.hide()
        return self.results

    def make_editor(self) -> EditLine:
        self.editor = EditLine()
        self.editor.textEdited.connect(self._edited)
        return self.editor

    def _write_hint(self, text: str) -> None:
        self.editor.setPlaceholderText(text)

    # ---------------------------------------------------------------- value and words

    def name(self, row_id: str, title: str) -> None:
        """Tell the title of a row, so that it can be shown before anything was looked for."""
        self._titles[row_id] = title = visible(title)
        if self.shown == row_id and not self.results.isVisible():
            self._shown_text = title
            self.write(title)

    def text(self) -> str:
        return self.editor.text()

    def write(self, text: str) -> None:
        if self.editor.text() != text:
            self.editor.setText(text)
            self.editor.setCursorPosition(0)

    def display(self, value: Any) -> str:
        return self._titles.get(value, "") if value else ""

    def parse(self, text: str) -> str | None:
        if not text.strip():
            return None
        if self.shown and text == self._titles.get(self.shown):
            return str(self.shown)
        raise FieldDeskError("nothing_taken")

    def take(self, row_id: str) -> None:
        """Take a row that was found."""
        row = next((row for row in self._found if row.id == row_id), None)
        if row is not None:
            self._titles[row.id] = visible(row.title)
        self._close()
        before = self.shown
        self._set_shown(row_id)
        self.say_trouble("")
        self.editor.setFocus()
        self.picked.emit(row_id)
        if row_id != before:
            self.committed.emit(before, row_id)

    # ---------------------------------------------------------------- looking

    def _edited(self, _text: str) -> None:
        self._enter_waits = False
        self._typing()
        self._soon.start()

    def _ask(self) -> None:
        self._soon.stop()
        self._typed = self.text().strip()
        self._asking = True
        self._ask_for(self._typed, self._took(self._typed))

    def _took(self, typed: str) -> Callable[[Sequence[Row]], None]:
        def take(rows: Sequence[Row]) -> None:
            if typed == self.text().strip() and self._asking:
                self._asking = False
                self._show(rows)

        return take

    def _show(self, rows: Sequence[Row]) -> None:
        self._found = list(rows[:SHOWN])
        self.list.choose("")
        self.list.show_rows(self._found)
        self.list.setVisible(bool(rows))
        self.list.setFixedHeight(theme.px(72 if self._lines == 2 else 48) * len(self._found))
        self.nothing.setText("" if rows else _("Nothing has these words. Look at the spelling, or type less."))
        self.nothing.setVisible(not rows)
        self.results.show()
        self.offered.emit(True)
        self._into_sight.start()
        if rows:
            self.list.choose(self._found[0].id)
            theme.announce(self.editor, ", ".join(rows[0].told()))
        if self._enter_waits and rows:
            self.take(self._found[0].id)

    def _bring_into_sight(self) -> None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if around is not None and not self.results.isHidden():
            around.ensureWidgetVisible(self.results, 0, theme.px(8))
            around.ensureWidgetVisible(self.editor, 0, theme.px(8))

    def _close(self) -> None:
        self._enter_waits = self._asking = False
        self._soon.stop()
        if not self.results.isHidden():
            self.results.hide()
            self.offered.emit(False)

    def open_up(self) -> None:
        """Look for what stands in the field, also for nothing: then the first ones are offered."""
        self._ask()

    def key_pressed(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if self.results.isHidden():
                self.open_up()
            else:
                self.list.keyPressEvent(event)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._enter()
        if key == Qt.Key.Key_Escape and not self.results.isHidden():
            self._close()
            self.revert()
            return True
        return super().key_pressed(event)

    def _enter(self) -> bool:
        if self.text().strip() != self._typed or self._soon.isActive():
            self._ask()
        if self._asking:
            self._enter_waits = True  # a scanner's Enter comes before the answer
            return True
        if not self.results.isHidden() and self._found:
            self.take(self.list.chosen_id() or self._found[0].id)
            return True
        return False

    def commit(self) -> bool:
        """Leaving: one thing found with exactly this title counts as taken, an empty field as given up."""
        typed = self.text().strip()
        exact = [row for row in self._found if visible(row.title).casefold() == typed.casefold()] if typed else []
        if self.dirty() and len(exact) == 1:
            self.take(exact[0].id)
            return True
        self._close()
        if self.dirty() and not typed:
            before = self.shown
            self._set_shown(None)
            self.picked.emit("")
            self.committed.emit(before, None)
        return super().commit()

    def retranslate(self) -> None:
        super().retranslate()
        self.editor.setAccessibleName(visible(spoken(self._label_words)))
