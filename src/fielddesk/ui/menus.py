"""Right click, menu key and Ctrl+C on a list or a table: what can be done with the row there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.ui.exporting import add_export
from fielddesk.ui.lists import RowList
from fielddesk.ui.tables import Table
from fielddesk.ui.text import Words, no_mnemonic, spoken


@dataclass(frozen=True)
class MenuLine:
    """One line of a menu: its words, what it runs, and the key that does the same while the list has the focus."""

    words: Words
    run: Callable[[], None]
    shortcut: str = ""


def give_menu(view: RowList | Table, entries: Callable[[str], Sequence[MenuLine]]) -> None:
    """Give a list or a table a menu; `entries(row id)` are put above Copy."""

    def open_at(where: QPoint) -> None:
        index = view.indexAt(where)
        if not index.isValid():
            index = view.currentIndex()
        row = view.rows.row_at(index.row()) if index.isValid() else None
        menu = QMenu(view)
        for entry in entries(row.id) if row is not None else ():
            action = menu.addAction(no_mnemonic(spoken(entry.words)))
            action.setShortcut(QKeySequence(entry.shortcut))
            action.triggered.connect(lambda _on=False, run=entry.run: run())
        if row is not None:
            copy = menu.addAction(no_mnemonic(_("Copy")))
            copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
            copy.triggered.connect(lambda: copy_rows(view))
        add_export(menu, view)
        menu.aboutToHide.connect(menu.deleteLater)
        if not menu.isEmpty():
            menu.popup(view.viewport().mapToGlobal(where))

    if isinstance(view, Table):
        view.customContextMenuRequested.disconnect()
    view.installEventFilter(_Keys(view, entries))
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(open_at)


class _Keys(QObject):
    """The keys of the menu's lines, while the list has the focus."""

    def __init__(self, view: RowList | Table, entries: Callable[[str], Sequence[MenuLine]]) -> None:
        super().__init__(view)
        self._view, self._entries = view, entries

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_rows(self._view)
            return True
        pressed = QKeySequence(event.keyCombination())
        chosen = self._view.chosen_id()
        for entry in self._entries(chosen) if chosen else ():
            if entry.shortcut and QKeySequence(entry.shortcut) == pressed:
                entry.run()
                return True
        return False


def copy_rows(view: RowList | Table) -> None:
    """Put the chosen row on the clipboard as text with tabs."""
    if isinstance(view, Table):
        view.copy()
        return
    index = view.currentIndex()
    row = view.rows.row_at(index.row()) if index.isValid() else None
    if row is not None:
        QGuiApplication.clipboard().setText("\t".join(row.told()))
