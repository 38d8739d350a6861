"""A table in the look of the window: rows of 44 px, no grid, numbers right, copied as a spreadsheet takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
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
from fielddesk.ui.exporting import add_export
from fielddesk.ui.lists import one_line, paint_ring
from fielddesk.ui.paging import Chosen, PagedModel, Source
from fielddesk.ui.text import Worded, Words, no_mnemonic, plain_tip, spoken, visible

ALL_ROWS = 1_000
"""More rows than a page that shows every one of them should have."""

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(frozen=True)
class Column:
    """A column: its key, head, the words of a row's cell, and whether they are numbers.

    A column is as wide as its words; those that stretch share what is left (the first one, when none says so).
    `state` names the state of a cell (ok, warn, …) or "".
    """

    key: str
    title: Words
    text: Callable[[Any], str]
    number: bool = False
    stretch: bool = False
    state: Callable[[Any], str] | None = None
    icon: Callable[[Any], str] | None = None


class TableRows(PagedModel):
    """Cells of a table; each tells assistive technology its column's name and its value."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(len(columns), parent)
        self.columns = columns

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role not in (Role.DisplayRole, Role.AccessibleTextRole, Role.ToolTipRole, Role.UserRole):
            return None
        row = self.row_at(index.row())
        if role == Role.UserRole:
            return row
        if row is None:
            return "…" if role == Role.DisplayRole else None
        words = column.text(row)
        if role == Role.AccessibleTextRole:
            return visible(f"{spoken(column.title)}: {words}")
        return plain_tip(words) if role == Role.ToolTipRole else visible(words)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            column = self.columns[section]
            if role in (Role.DisplayRole, Role.AccessibleTextRole):
                return spoken(column.title)
            if role == Role.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        elif role in (Role.DisplayRole, Role.AccessibleTextRole):
            row = self.row_at(section)
            return "" if row is None else visible(self.columns[0].text(row))
        return None

    def say_heads(self) -> None:
        """After a change of language."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: row line, fill, state colour; the ring goes around the cell that has the focus."""

    def __init__(self, rows: TableRows, parent: QObject) -> None:
        super().__init__(parent)
        self._rows = rows

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column = self._rows.columns[index.column()]
        row = index.data(Role.UserRole)
        rect, px = option.rect, theme.px
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour("select"))
            if index.column() == 0:
                painter.fillRect(rect.left(), rect.top(), px(4), rect.height(), theme.colour("bar"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        state = column.state(row) if column.state and row is not None else ""
        left = px(10)
        if column.icon and row is not None and (name := column.icon(row)):
            icons.paint(
                painter, QRect(rect.left() + left, rect.center().y() - px(9), px(18), px(18)), name, state or "text2"
            )
            left += px(26)
        font = fonts.sized(option.font, px(14), 600 if selected and index.column() == 0 else 400)
        painter.setFont(font)
        painter.setPen(theme.colour("text2" if row is None else state or "text"))
        place = rect.adjusted(left, 0, -px(10), 0)
        shown = QFontMetrics(font).elidedText(one_line(index.data() or ""), Qt.TextElideMode.ElideRight, place.width())
        side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        font = fonts.sized(option.font, theme.px(14), 600)
        width = QFontMetrics(font).horizontalAdvance(one_line(index.data() or ""))
        return QSize(width + theme.px(22), theme.px(44))


def squeezed(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fill the room and no more: the widest columns give way first, all down to the same width."""
    widths, left = list(wanted), max(0, room)
    for done, place in enumerate(sorted(range(len(widths)), key=widths.__getitem__)):
        widths[place] = min(widths[place], left // (len(widths) - done))
        left -= widths[place]
    return widths


class Table(Worded, QTableView):
    """A table. Signals: `chosen(id)`, `opened(id)` by Enter or double click, `gone(id)`, `counted(n)`."""

    chosen = Signal(str)
    opened = Signal(str)
    gone = Signal(str)
    counted = Signal(int)

    def __init__(self, name: Words, columns: Sequence[Column], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = TableRows(columns, self)
        self.setModel(self.rows)
        self.setItemDelegate(CellDelegate(self.rows, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self._most = 0
        """How many rows its height was made for, where it was: another text size makes it anew."""
        self._within = False
        self._chosen = Chosen(self, self.rows)
        self._chosen.changed.connect(self.chosen)
        self._chosen.gone.connect(self.gone)
        self.rows.counted.connect(self._fit_height)
        self.rows.counted.connect(self.counted)
        self.rows.arrived.connect(self._fit)
        self.doubleClicked.connect(self._open)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.say("set_name", name)
        self._measure()

    def show_source(self, source: Source) -> None:
        self.rows.show(source)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show rows that are in memory; a row with the chosen id stays chosen."""
        if self.rows.source() is None:
            self.rows.show(Source.of(rows))
        else:
            self.rows.replace(Source.of(rows))

    def reload(self) -> None:
        self.rows.reload()

    def choose(self, row_id: str) -> None:
        self._chosen.choose(row_id)

    def chosen_id(self) -> str:
        return self._chosen.id()

    def fit_height(self, most: int = ALL_ROWS) -> None:
        """Be as high as the rows, at most `most` of them, and never wider than the room, from now on.

        For a table inside a page that scrolls itself: bars within bars are hard to hit and harder to understand.
        """
        self._most = most
        self.keep_within()

    def keep_within(self) -> None:
        """Never be wider than the room: where the words do not all fit, the widest columns give way."""
        self._within = True
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._measure()

    def _fit_height(self) -> None:
        if self._most:
            shown = max(1, min(self._most, self.rows.rowCount()))
            self.setFixedHeight(theme.px(32) + shown * theme.px(44) + theme.px(4))

    def as_text(self) -> str:
        """The selected rows (all that have arrived, when none is) with their heads, tab separated."""
        picked = sorted({index.row() for index in self.selectionModel().selectedRows()})
        rows = [self.rows.row_at(row) for row in picked or range(self.rows.rowCount())]
        lines = [[spoken(column.title) for column in self.rows.columns]]
        lines += [[column.text(row) for column in self.rows.columns] for row in rows if row is not None]
        return "\n".join("\t".join(one_line(cell) for cell in line) for line in lines)

    def copy(self) -> None:
        """Put the selected rows on the clipboard."""
        QGuiApplication.clipboard().setText(self.as_text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def retranslate(self) -> None:
        self.rows.say_heads()
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_most"):
            self._measure()

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.px(44))
        self.horizontalHeader().setFixedHeight(theme.px(32))
        self.horizontalHeader().setMinimumSectionSize(theme.px(32 if self._within else 56))
        self._fit_height()
        self._fit()

    def _fit(self) -> None:
        """Widths from the words that have arrived; where they do not all fit, the table scrolls sideways, or where it
        may not, its widest columns give way."""
        columns = self.rows.columns
        room = self.viewport().width()
        stretching = [place for place, column in enumerate(columns) if column.stretch] or [0]
        wanted = [self._wanted_width(place) for place in range(len(columns))]
        if self._within and sum(wanted) > room:
            self._set_widths(squeezed(wanted, room), stretching=())
            return
        most, least = max(theme.px(120), room * 2 // 5), theme.px(160)
        widths = [least if place in stretching else min(width, most) for place, width in enumerate(wanted)]
        if self._within:
            widths = wanted
        self._set_widths(widths, stretching if sum(widths) <= room else ())

    def _set_widths(self, widths: Sequence[int], stretching: Sequence[int]) -> None:
        head, modes = self.horizontalHeader(), QHeaderView.ResizeMode
        for place, width in enumerate(widths):
            head.setSectionResizeMode(place, modes.Stretch if place in stretching else modes.Interactive)
            if place not in stretching:
                head.resizeSection(place, width)

    def _wanted_width(self, place: int) -> int:
        column = self.rows.columns[place]
        small, body = (QFontMetrics(fonts.sized(self.font(), theme.px(pixels))) for pixels in (12, 14))
        widest = small.horizontalAdvance(spoken(column.title))
        for row in self.rows.present():
            icon = theme.px(26) if column.icon else 0
            widest = max(widest, body.horizontalAdvance(visible(one_line(column.text(row)))) + icon)
        return widest + theme.px(24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _open(self, index: QModelIndex) -> None:
        if (row := self.rows.row_at(index.row())) is not None:
            self.opened.emit(row.id)

    def _menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        copy = menu.addAction(no_mnemonic(_("Copy rows")))
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.triggered.connect(self.copy)
        add_export(menu, self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(where))
