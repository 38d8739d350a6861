"""The list of a page: rows of two lines with an icon, read a page at a time, chosen by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QScroller,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.ui import fonts, icons, theme
from fielddesk.ui.paging import Chosen, PagedModel, Source
from fielddesk.ui.signs import state_icon
from fielddesk.ui.text import Worded, Words, plain_tip, visible

DEEPEST = 8
"""A tree is drawn no further right than this: the words of a row need the room."""

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
CursorAction = QAbstractItemView.CursorAction


@dataclass(frozen=True, slots=True)
class Mark:
    """How a row stands with the rest of the world: a small icon under that of its state, its words told besides."""

    words: str
    state: str = "idle"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `state` gives the icon and its colour; the words at the right ends of the lines name their own.

    Of the second line the right end is whole and the left end gives way: what tells rows apart belongs to its front.
    `number` is what a person would read out to somebody else, and copies.
    """

    id: str
    title: str
    second: str = ""
    right: str = ""
    state: str = "idle"
    icon: str = ""
    right_state: str = ""
    below: str = ""
    below_state: str = ""
    mark: Mark | None = None
    number: str = ""
    indent: int = 0
    """How many steps further right it begins: its depth in a tree."""

    def told(self) -> list[str]:
        """Everything it says, in the order in which it is read out and copied."""
        mark = self.mark.words if self.mark and self.mark.words != self.right else ""
        return [part for part in (self.title, self.second, self.right, self.below, mark) if part]


class Rows(PagedModel):
    """Rows of a list, with what assistive technology reads of each."""

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Role.DisplayRole, Role.AccessibleTextRole, Role.UserRole, Role.ToolTipRole):
            row: Row | None = self.row_at(index.row())
            if role == Role.UserRole:
                return row
            if row is None:
                return None if role == Role.ToolTipRole else _("Loading…")
            if role == Role.DisplayRole:
                return visible(row.title)
            if role == Role.AccessibleTextRole:
                return visible(", ".join(row.told()))
            return plain_tip("\n".join(row.told()))
        return None

    def headerData(self, _section: int, _orientation: Qt.Orientation, _role: int = Role.DisplayRole) -> Any:
        return None  # a list has no heads; without this assistive technology reads out numbers of rows


def one_line(text: str) -> str:
    """Text from outside on one line: a line break in a name must not push the row apart."""
    return " ".join(text.split()) if "\n" in text or "\t" in text or "\r" in text else text


def paint_row_ground(painter: QPainter, rect: QRect, option: QStyleOptionViewItem, *, bar: bool = True) -> None:
    """Fill, bar, line and focus ring of a row; the ring lies inside, so nothing moves."""
    look = theme.look()
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if selected or hovered:
        painter.fillRect(rect, theme.colour("select" if selected else "hover"))
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))
    if selected and bar:
        painter.fillRect(rect.left(), rect.top(), look.px(4), rect.height(), theme.colour("bar"))
    if option.state & QStyle.StateFlag.State_HasFocus:
        paint_ring(painter, rect)


def paint_ring(painter: QPainter, rect: QRect) -> None:
    """The focus ring just inside a rectangle, with sharp edges at any scale."""
    ring, ink = theme.look().ring, theme.colour("focus")
    painter.fillRect(rect.left(), rect.top(), rect.width(), ring, ink)
    painter.fillRect(rect.left(), rect.bottom() + 1 - ring, rect.width(), ring, ink)
    painter.fillRect(rect.left(), rect.top(), ring, rect.height(), ink)
    painter.fillRect(rect.right() + 1 - ring, rect.top(), ring, rect.height(), ink)


class RowDelegate(QStyledItemDelegate):
    """Paints the rows of every list: two lines in 72 px, or one in 48."""

    def __init__(self, lines: int, parent: QObject) -> None:
        super().__init__(parent)
        self.lines = lines

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(theme.px(120), theme.px(72 if self.lines == 2 else 48))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row | None = index.data(Role.UserRole)
        painter.save()
        paint_row_ground(painter, option.rect, option)
        if row is None:
            self._paint_waiting(painter, option.rect)
        else:
            self._paint_row(painter, option, row)
        painter.restore()

    def _paint_waiting(self, painter: QPainter, rect: QRect) -> None:
        px = theme.px
        ink = theme.colour("track")
        left = rect.left() + px(48)
        painter.fillRect(left, rect.center().y() - px(14), min(px(180), rect.width() - px(62)), px(8), ink)
        if self.lines == 2:
            painter.fillRect(left, rect.center().y() + px(8), min(px(120), rect.width() - px(62)), px(8), ink)

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        px, rect = theme.px, option.rect.adjusted(theme.px(20) * min(row.indent, DEEPEST), 0, 0, 0)
        two = self.lines == 2 and bool(row.second)
        body = fonts.sized(option.font, px(14))
        bold = fonts.sized(option.font, px(14), 600)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        left, right = rect.left() + px(48), rect.right() - px(14)
        top = QRect(left, rect.top() + px(12), right - left, px(24)) if two else rect.adjusted(px(48), 0, -px(15), 0)
        below = QRect(left, rect.top() + px(37), right - left, px(24))
        self._paint_icons(painter, rect, row, (top, below) if two and row.mark else None)
        end = bold if selected and not two else body
        taken = self._paint_end(painter, top, end, row.right, row.right_state, top.width() // 2)
        first = bold if two or selected or self.lines == 2 else body
        self._paint_line(painter, top.adjusted(0, 0, -taken, 0), first, row.title, "text")
        if two:
            room = below.width() - QFontMetrics(body).horizontalAdvance(visible(one_line(row.second))) - px(10)
            taken = self._paint_end(painter, below, body, row.below, row.below_state, max(room, below.width() // 2))
            self._paint_line(painter, below.adjusted(0, 0, -taken, 0), body, row.second, "text2")

    def _paint_icons(self, painter: QPainter, rect: QRect, row: Row, beside: tuple[QRect, QRect] | None) -> None:
        """The state in the middle, or beside the first line with the mark beside the second."""
        middle = rect.left() + theme.px(26)
        marks = [(rect.center().y() + 1, 20, row.icon or state_icon(row.state), row.state)]
        if beside and row.mark:
            first, second = (line.center().y() for line in beside)
            mark = (second + 1, 16, row.mark.icon or state_icon(row.mark.state), row.mark.state)
            marks = [(first + 1, *marks[0][1:]), mark]
        for height, pixels, name, state in marks:
            side = theme.px(pixels)
            place = QRect(middle - side // 2, height - side // 2, side, side)
            icons.paint(painter, place, name, "text2" if state == "idle" else state)

    def _paint_end(self, painter: QPainter, rect: QRect, font: QFont, words: str, state: str, most: int) -> int:
        """Words at the right end of a line, `most` pixels of them; returns the width they take from it."""
        if not words:
            return 0
        width = min(QFontMetrics(font).horizontalAdvance(visible(one_line(words))) + 2, most)
        place = QRect(rect.right() - width + 1, rect.top(), width, rect.height())
        self._paint_line(painter, place, font, words, state or "text2", Qt.AlignmentFlag.AlignRight)
        return width + theme.px(8)

    def _paint_line(
        self,
        painter: QPainter,
        rect: QRect,
        font: QFont,
        words: str,
        token: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(font)
        painter.setPen(theme.colour(token))
        shown = QFontMetrics(font).elidedText(visible(one_line(words)), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


class RowList(Worded, QTableView):
    """A list of rows. Signals: `chosen(id)`, `opened(id)` by Enter or double click, `gone(id)`, `counted(n)`.

    A table of one column: QListView asks the model for each of a hundred thousand rows whenever it lays them out, which
    took two seconds; a table counts them (25 ms).
    """

    chosen = Signal(str)
    opened = Signal(str)
    gone = Signal(str)
    counted = Signal(int)
    ahead = 0
    """So many rows behind the chosen one are kept in sight, where a person goes on to them."""
    table = ""
    """Whose rows these are, where each is a record: then an export has all of its columns."""

    def __init__(self, name: Words, lines: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = Rows(1, self)
        self.setModel(self.rows)
        self._delegate = RowDelegate(lines, self)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._measure()
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self._chosen = Chosen(self, self.rows)
        self._chosen.changed.connect(self.chosen)
        self._chosen.gone.connect(self.gone)
        self.rows.counted.connect(self.counted)
        self.doubleClicked.connect(self._open)
        self.say("set_name", name)

    def scrollTo(
        self, index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:  # fmt: skip
        """Bring a row into sight, and with it the `ahead` next ones."""
        last = min(index.row() + self.ahead, self.rows.rowCount() - 1)
        if self.ahead and index.isValid() and last > index.row():
            super().scrollTo(self.rows.index(last, 0), hint)
        super().scrollTo(index, hint)

    def show_source(self, source: Source) -> None:
        """Show other rows."""
        self.rows.show(source)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that are in memory; a row with the chosen id stays chosen."""
        source = Source.of(rows)
        if self.rows.source() is None:
            self.rows.show(source)
        else:
            self.rows.replace(source)

    def reload(self) -> None:
        """Read the rows again; place and choice stay."""
        self.rows.reload()

    def choose(self, row_id: str) -> None:
        self._chosen.choose(row_id)

    def choose_first(self) -> None:
        self._chosen.choose_first()

    def chosen_id(self) -> str:
        return self._chosen.id()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        if (row := self.rows.row_at(index.row())) is not None:
            self.opened.emit(row.id)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_chosen"):
            self._measure()

    def _measure(self) -> None:
        self.verticalHeader().setMinimumSectionSize(0)
        self.verticalHeader().setDefaultSectionSize(theme.px(72 if self._delegate.lines == 2 else 48))

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if action == CursorAction.MoveHome:
            return self.rows.index(0, 0)
        if action == CursorAction.MoveEnd:
            return self.rows.index(self.rows.rowCount() - 1, 0)
        return super().moveCursor(action, modifiers)
