"""The menu over a text: what can be done with it, in our words; Qt's own speaks English only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.ui.text import no_mnemonic

Keys = QKeySequence.StandardKey


@dataclass(frozen=True)
class Step:
    """One line of the menu: its words, the key that does the same, what it runs, and whether it can be done now."""

    words: str
    key: Keys
    run: Callable[[], object]
    possible: bool = True


def copying(run: Callable[[], object], possible: bool = True) -> Step:
    return Step(_("Copy"), Keys.Copy, run, possible)


def marking_all(run: Callable[[], object], possible: bool = True) -> Step:
    return Step(_("Select all"), Keys.SelectAll, run, possible)


def open_menu(widget: QWidget, where: QPoint, groups: Sequence[Sequence[Step]]) -> QMenu:
    """Open a menu at a place on the screen; groups are parted by a line."""
    menu = QMenu(widget)
    for group in groups:
        if not menu.isEmpty():
            menu.addSeparator()
        for step in group:
            action = menu.addAction(no_mnemonic(step.words))
            action.setShortcut(QKeySequence(step.key))
            action.setEnabled(step.possible)
            action.triggered.connect(lambda _on=False, run=step.run: run())
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)
    return menu


class EditLine(QLineEdit):
    """A line to type in."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        writes = self.isEnabled() and not self.isReadOnly()
        marked = self.hasSelectedText()
        shows = marked and self.echoMode() == QLineEdit.EchoMode.Normal
        steps = _steps(
            self,
            delete=self.del_,
            undo=writes and self.isUndoAvailable(),
            redo=writes and self.isRedoAvailable(),
            marked=(writes and shows, shows, writes and marked),
            paste=writes and bool(QGuiApplication.clipboard().text()),
            some=bool(self.text()),
        )
        open_menu(self, event.globalPos(), steps)
        event.accept()


class EditProse(QPlainTextEdit):
    """Several lines to type in."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        writes = self.isEnabled() and not self.isReadOnly()
        marked = self.textCursor().hasSelection()
        steps = _steps(
            self,
            delete=lambda: self.textCursor().removeSelectedText(),
            undo=writes and self.document().isUndoAvailable(),
            redo=writes and self.document().isRedoAvailable(),
            marked=(writes and marked, marked, writes and marked),
            paste=writes and self.canPaste(),
            some=not self.document().isEmpty(),
        )
        open_menu(self, event.globalPos(), steps)
        event.accept()


def _steps(
    edit: QLineEdit | QPlainTextEdit,
    *,
    delete: Callable[[], object],
    undo: bool,
    redo: bool,
    marked: tuple[bool, bool, bool],
    paste: bool,
    some: bool,
) -> list[list[Step]]:
    cut, copy, away = marked
    history = [Step(_("Undo"), Keys.Undo, edit.undo, undo), Step(_("Redo"), Keys.Redo, edit.redo, redo)]
    board = [
        Step(_("Cut"), Keys.Cut, edit.cut, cut),
        copying(edit.copy, copy),
        Step(_("Paste"), Keys.Paste, edit.paste, paste),
        Step(_("Delete"), Keys.Delete, delete, away),
    ]
    everything = [marking_all(edit.selectAll, some)]
    return [board, everything] if edit.isReadOnly() else [history, board, everything]
