"""Entries of any length under each other, newest first: notes, and what happened to a record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.editing import copying, open_menu
from fielddesk.ui.lists import paint_ring
from fielddesk.ui.signs import Chip
from fielddesk.ui.text import Elided, Glyph, Text, visible


@dataclass(frozen=True)
class Entry:
    """One entry: text, who and when under it, an icon in the colour of a state, and a mark (words, state)."""

    id: str
    text: str
    second: str
    icon: str = "circle"
    state: str = "idle"
    mark: tuple[str, str] | None = None
    details: tuple[str, ...] = ()
    leads_to: tuple[str, str] | None = None
    """(table, row id) of what it tells of, where that can be shown."""


class Entries(QWidget):
    """The entries and, where there are more, a button that asks for them.

    Signals: `more_asked`; `followed(table, row id)` when what an entry leads to shall be shown, also by Enter.
    """

    more_asked = Signal()
    followed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        theme.space(self._column)
        self._shown: list[Entry] = []
        self._widgets: list[EntryRow] = []
        self.more = Button(lambda: _("Show earlier ones"), kind="quiet")
        self.more.clicked.connect(self.more_asked)
        self.more.hide()
        self._column.addWidget(self.more)
        self._column.addStretch(1)

    def show_entries(self, entries: Sequence[Entry], *, more: bool = False) -> None:
        """Show entries; what stands already stays where it is."""
        self.more.setVisible(more)
        if list(entries) == self._shown:
            return
        kept = {row.entry: row for row in self._widgets}
        wanted = [kept.pop(entry) if entry in kept else self._make(entry) for entry in entries]
        for row in kept.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, row in enumerate(wanted):
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
        self._shown, self._widgets = list(entries), wanted

    def _make(self, entry: Entry) -> EntryRow:
        row = EntryRow(entry)
        row.followed.connect(self.followed)
        return row

    def entries(self) -> list[Entry]:
        return list(self._shown)


class EntryRow(QFrame):
    """One entry. It takes the focus by Tab and is copied with Ctrl+C or a right click; Enter shows what it is about."""

    followed = Signal(str, str)
    heard_as = "entry"

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        told = (part.rstrip(".") for part in (entry.text, *entry.details, self._foot()))
        self.setAccessibleName(visible(". ".join(part for part in told if part)))
        row = QHBoxLayout(self)
        theme.space(row, (8, 10, 8, 10), 12)
        row.addWidget(
            Glyph(entry.icon, entry.state if entry.state != "idle" else "text2", 20), 0, Qt.AlignmentFlag.AlignTop
        )
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(Text(entry.text, wraps=True))
        for line in entry.details:
            words.addWidget(Text(line, "second", wraps=True))
        below = QHBoxLayout()
        theme.space(below, spacing=8)
        below.addWidget(Elided(entry.second, "caption"))
        if entry.mark:
            below.addWidget(Chip(entry.mark[0], entry.mark[1]))
        below.addStretch(1)
        words.addLayout(below)
        row.addLayout(words, 1)
        if entry.leads_to is not None:
            show = IconButton(lambda: _("Show: {what}").format(what=entry.text), "arrow-square-out")
            show.clicked.connect(self._follow)
            row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def _foot(self) -> str:
        return ", ".join(part for part in (self.entry.second, self.entry.mark[0] if self.entry.mark else "") if part)

    def copy(self) -> None:
        """Put the entry on the clipboard, with who and when."""
        lines = [self.entry.text, *self.entry.details, self.entry.second]
        QGuiApplication.clipboard().setText("\n".join(line for line in lines if line))

    def _follow(self) -> None:
        if self.entry.leads_to is not None:
            self.followed.emit(*self.entry.leads_to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            event.accept()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.entry.leads_to is not None:
            self._follow()
            event.accept()
            return
        super().keyPressEvent(event)

    def _menu(self, where: QPoint) -> None:
        open_menu(self, self.mapToGlobal(where), [[copying(self.copy)]])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        if self.hasFocus():
            paint_ring(painter, self.rect())
        painter.end()
