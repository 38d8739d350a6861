"""A month as a sheet of days with what falls on each; one goes through it with the arrows, by month with Page Up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_day, ngettext
from fielddesk.ui import fonts, icons, theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.days import months_on
from fielddesk.ui.lists import one_line, paint_ring
from fielddesk.ui.signs import state_icon
from fielddesk.ui.text import Text, Worded, Words, plain_tip, spoken, visible

WEEKS: Final = 6
DAYS: Final = 7
LEAST_DAY: Final = 56
"""Height of a day, so that its number and one entry have room."""
_A_MONDAY: Final = date(2024, 1, 1)

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One thing that falls on a day: its words, and its state (ok, warn, …) in icon and colour."""

    id: str
    words: str
    state: str = "idle"


class _Sheet(QAbstractTableModel):
    """Six weeks of days from the Monday on or before the first of the month."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.month = date(2000, 1, 1)
        self.today = ""
        self.entries: Mapping[str, Sequence[DayEntry]] = {}

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return WEEKS

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return DAYS

    def day(self, index: Index) -> date:
        first = self.month.replace(day=1)
        return first + timedelta(days=index.row() * DAYS + index.column() - first.weekday())

    def place(self, day: date) -> tuple[int, int]:
        first = self.month.replace(day=1)
        return divmod((day - first).days + first.weekday(), DAYS)

    def on(self, day: date) -> Sequence[DayEntry]:
        return self.entries.get(day.isoformat(), ())

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        day = self.day(index)
        if role == Role.DisplayRole:
            return str(day.day)
        if role in (Role.AccessibleTextRole, Role.ToolTipRole):
            told = [format_day(day, "long")]
            if day.isoformat() == self.today:
                told.append(_("today"))
            found = self.on(day)
            told += [entry.words for entry in found]
            if role == Role.ToolTipRole:
                return plain_tip("\n".join(told)) if found else None
            return visible(", ".join(told))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role in (Role.DisplayRole, Role.AccessibleTextRole):
            return format_day(_A_MONDAY + timedelta(days=section), "weekday")
        return None


class _DayDelegate(QStyledItemDelegate):
    """Paints a day: its number, today's on a filled ground, and as many entries as there is room for."""

    def __init__(self, sheet: _Sheet, parent: QObject) -> None:
        super().__init__(parent)
        self._sheet = sheet

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        day, rect, px = self._sheet.day(index), option.rect, theme.px
        away = (day.year, day.month) != (self._sheet.month.year, self._sheet.month.month)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("select"))
            painter.fillRect(rect.left(), rect.top(), rect.width(), px(4), theme.colour("bar"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        painter.fillRect(rect.right(), rect.top(), 1, rect.height(), theme.colour("line"))
        self._paint_number(painter, option, day, away)
        self._paint_entries(painter, option, self._sheet.on(day))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect)
        painter.restore()

    def _paint_number(self, painter: QPainter, option: QStyleOptionViewItem, day: date, away: bool) -> None:
        px = theme.px
        place = QRect(option.rect.left() + px(6), option.rect.top() + px(6), px(26), px(22))
        today = day.isoformat() == self._sheet.today
        if today:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.colour("accent"))
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(place, px(6), px(6))
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setFont(fonts.sized(option.font, px(14), 600 if today or chosen else 400))
        painter.setPen(theme.colour("on_accent" if today else "text2" if away else "text"))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), str(day.day))

    def _paint_entries(self, painter: QPainter, option: QStyleOptionViewItem, entries: Sequence[DayEntry]) -> None:
        if not entries:
            return
        px, rect = theme.px, option.rect
        line = px(22)
        room = max(1, (rect.height() - px(32)) // line)
        font = fonts.sized(option.font, px(12))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        shown = list(entries) if len(entries) <= room else list(entries)[: room - 1]
        top = rect.top() + px(30)
        width = rect.width() - px(30)
        for entry in shown:
            icons.paint(
                painter, QRect(rect.left() + px(6), top + px(3), px(16), px(16)), state_icon(entry.state),
                "text2" if entry.state == "idle" else entry.state,
            )  # fmt: skip
            painter.setPen(theme.colour("text"))
            words = metrics.elidedText(visible(one_line(entry.words)), Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(rect.left() + px(26), top, width, line), int(Qt.AlignmentFlag.AlignVCenter), words)
            top += line
        if more := len(entries) - len(shown):
            painter.setPen(theme.colour("text2"))
            words = ngettext("{n} more", "{n} more", more) if shown else ngettext("{n} visit", "{n} visits", more)
            painter.drawText(
                QRect(rect.left() + px(8), top, rect.width() - px(12), line), int(Qt.AlignmentFlag.AlignVCenter),
                metrics.elidedText(words.format(n=more), Qt.TextElideMode.ElideRight, rect.width() - px(12)),
            )  # fmt: skip


class DaySheet(QTableView):
    """The days. Signals: `moved(day)` when another day is current, `opened(day)` by Enter or double click."""

    moved = Signal(str)
    opened = Signal(str)
    month_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = _Sheet(self)
        self.setModel(self.sheet)
        self.setItemDelegate(_DayDelegate(self.sheet, self))
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        for head in (self.horizontalHeader(), self.verticalHeader()):
            head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            head.setSectionsClickable(False)
            head.setHighlightSections(False)
        self.setCornerButtonEnabled(False)
        self._measure()
        self.selectionModel().currentChanged.connect(self._now)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.sheet.day(index).isoformat()))

    def day(self) -> date:
        return self.sheet.day(self.currentIndex())

    def go(self, day: date) -> None:
        """Make a day the current one; in another month the sheet changes."""
        if (day.year, day.month) != (self.sheet.month.year, self.sheet.month.month):
            self.month_wanted.emit(day)
            return
        row, column = self.sheet.place(day)
        self.setCurrentIndex(self.sheet.index(row, column))

    def _now(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.moved.emit(self.sheet.day(index).isoformat())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, day = Qt.Key, self.day()
        steps = {keys.Key_Left: -1, keys.Key_Right: 1, keys.Key_Up: -DAYS, keys.Key_Down: DAYS}
        key = keys(event.key())
        if key in steps:
            self.go(day + timedelta(days=steps[key]))
        elif key in (keys.Key_PageUp, keys.Key_PageDown):
            self.go(months_on(day, -1 if key == keys.Key_PageUp else 1))
        elif key in (keys.Key_Home, keys.Key_End):
            last = months_on(day.replace(day=1), 1) - timedelta(days=1)
            self.go(day.replace(day=1) if key == keys.Key_Home else last)
        elif key in (keys.Key_Return, keys.Key_Enter):
            self.opened.emit(day.isoformat())
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "sheet"):
            self._measure()

    def _measure(self) -> None:
        self.horizontalHeader().setFixedHeight(theme.px(32))
        self.horizontalHeader().setMinimumSectionSize(theme.px(40))
        self.setMinimumHeight(theme.px(32) + WEEKS * theme.px(LEAST_DAY))


class MonthSheet(Worded, QWidget):
    """A month with its title, its days and the way to other months.

    Signals: `shown(first, last)`: ISO days the sheet now holds, to be answered with `show_entries`; `picked(day)` when
    another day is current; `opened(day)` by Enter.
    """

    shown = Signal(str, str)
    picked = Signal(str)
    opened = Signal(str)

    def __init__(self, name: Words, today: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text("", "heading")
        before = IconButton(lambda: _("Month before"), "caret-left")
        before.clicked.connect(lambda: self._turn(-1))
        after = IconButton(lambda: _("Month after"), "caret-right")
        after.clicked.connect(lambda: self._turn(1))
        now = Button(lambda: _("Today"), "calendar-blank")
        now.clicked.connect(self.go_today)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        for widget in (before, after):
            head.addWidget(widget)
        head.addWidget(self._title, 1)
        head.addWidget(now)
        self.days = DaySheet()
        self.days.sheet.today = today
        self.days.moved.connect(self.picked)
        self.days.opened.connect(self.opened)
        self.days.month_wanted.connect(self.show_day)
        column = QVBoxLayout(self)
        theme.space(column, spacing=8)
        column.addLayout(head)
        column.addWidget(self.days, 1)
        self._name = name
        self.show_day(date.fromisoformat(today))

    def show_day(self, day: date) -> None:
        """Show the month of a day, with that day current."""
        sheet = self.days.sheet
        sheet.beginResetModel()
        sheet.month, sheet.entries = day.replace(day=1), {}
        sheet.endResetModel()
        self.retranslate()
        self.days.go(day)
        first, last = self.span()
        self.shown.emit(first, last)

    def _turn(self, months: int) -> None:
        self.days.go(months_on(self.days.day(), months))

    def go_today(self) -> None:
        self.days.go(date.fromisoformat(self.days.sheet.today))
        self.days.setFocus(Qt.FocusReason.OtherFocusReason)

    def span(self) -> tuple[str, str]:
        """First and last day of the sheet."""
        sheet = self.days.sheet
        return sheet.day(sheet.index(0, 0)).isoformat(), sheet.day(sheet.index(WEEKS - 1, DAYS - 1)).isoformat()

    def show_entries(self, entries: Mapping[str, Sequence[DayEntry]]) -> None:
        """What falls on the days of this sheet, by ISO day."""
        sheet = self.days.sheet
        sheet.entries = entries
        sheet.dataChanged.emit(sheet.index(0, 0), sheet.index(WEEKS - 1, DAYS - 1))

    def set_today(self, today: str) -> None:
        self.days.sheet.today = today
        self.days.viewport().update()

    def retranslate(self) -> None:
        month = partial(format_day, self.days.sheet.month, "month")
        self._title.set_words(month)
        self.days.setAccessibleName(visible(f"{spoken(self._name)}, {month()}"))
        self.days.sheet.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, DAYS - 1)
