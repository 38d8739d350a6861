"""The places at the left of the window: icon, name and how many wait; under 1360 pixels only the icons."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QScroller,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_number, ngettext
from fielddesk.ui import fonts, icons, theme
from fielddesk.ui.lists import paint_ring
from fielddesk.ui.text import Worded, Words, plain_tip, spoken

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

FULL, RAIL, ROW = 216, 64, 42


@dataclass(frozen=True)
class Place:
    """A place of the desk; `at_bottom` stands apart at the lower end."""

    key: str
    title: Words
    icon: str
    at_bottom: bool = False


class _Places(QAbstractListModel):
    """The places, with a gap (None) before those at the bottom."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.places: list[Place | None] = []
        self.counts: dict[str, int] = {}
        self.rail = False

    def show(self, places: list[Place]) -> None:
        self.beginResetModel()
        self.places = [
            *(each for each in places if not each.at_bottom),
            None,
            *(each for each in places if each.at_bottom),
        ]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.places)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) if self.places[index.row()] else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        place = self.places[index.row()] if index.isValid() else None
        if place is None:
            return None
        if role == Role.UserRole:
            return place
        title, count = spoken(place.title), self.counts.get(place.key, 0)
        if role == Role.DisplayRole:
            return title
        if role == Role.AccessibleTextRole or (role == Role.ToolTipRole and self.rail):
            waiting = ngettext("{n} waits", "{n} wait", count).format(n=format_number(count))
            words = _("{place}, {waiting}").format(place=title, waiting=waiting) if count else title
            return words if role == Role.AccessibleTextRole else plain_tip(words)
        return None


class _PlaceDelegate(QStyledItemDelegate):
    def __init__(self, view: Navigation) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        place: Place | None = index.data(Role.UserRole)
        if place is None:
            return
        view = self._view
        rect, px = option.rect, theme.px
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour("select"))
            painter.fillRect(rect.left(), rect.top(), px(4), rect.height(), theme.colour("bar"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        side = px(22)
        left = rect.left() + px(16) if not view.is_rail() else rect.center().x() - side // 2
        mark = QRect(left, rect.center().y() - side // 2 + 1, side, side)
        icons.paint(painter, mark, f"{place.icon}-fill" if selected else place.icon, "link" if selected else "text")
        count = view.count(place.key)
        if view.is_rail():
            self._paint_dot(painter, mark, count)
        else:
            self._paint_words(painter, option, spoken(place.title), count, selected)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect)
        painter.restore()

    def _paint_dot(self, painter: QPainter, mark: QRect, count: int) -> None:
        if not count:
            return
        px = theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("bar"))
        painter.drawEllipse(mark.right() - px(3), mark.top() - px(3), px(8), px(8))

    def _paint_words(
        self, painter: QPainter, option: QStyleOptionViewItem, title: str, count: int, selected: bool
    ) -> None:
        rect, px = option.rect.adjusted(theme.px(50), 0, -theme.px(16), 0), theme.px
        number = format_number(count) if count else ""
        font = fonts.sized(option.font, px(14))
        painter.setFont(font)
        painter.setPen(theme.colour("text2"))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), number)
        room = rect.width() - (QFontMetrics(font).horizontalAdvance(number) + px(8) if number else 0)
        font = fonts.sized(option.font, px(14), 600 if selected else 500)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        shown = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        view = self._view
        if index.data(Role.UserRole) is None:
            return QSize(0, view.gap())
        return QSize(0, theme.px(ROW))


class Navigation(Worded, QListView):
    """The list of places. Signal `chosen(key)`: a person wants to go there."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "navigation")
        self._model = _Places(self)
        self.setModel(self._model)
        self.setItemDelegate(_PlaceDelegate(self))
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self.say("set_name", lambda: _("Places"))
        self.selectionModel().currentChanged.connect(self._moved)
        self.set_rail(False)

    def show_places(self, places: list[Place]) -> None:
        self._model.show(places)

    def places(self) -> list[Place]:
        return [place for place in self._model.places if place]

    def count(self, key: str) -> int:
        return self._model.counts.get(key, 0)

    def set_count(self, key: str, count: int) -> None:
        """How many wait at a place; 0 shows nothing."""
        if self.count(key) != count:
            self._model.counts[key] = count
            self._model.dataChanged.emit(self._model.index(0), self._model.index(self._model.rowCount() - 1))

    def is_rail(self) -> bool:
        return self._model.rail

    def set_rail(self, rail: bool) -> None:
        """Icons only, or icons with names."""
        self._model.rail = rail
        theme.size(self, width=RAIL if rail else FULL)
        self.scheduleDelayedItemsLayout()

    def choose(self, key: str) -> None:
        """Mark a place as the one that is shown; for one that is not among them, such as an import, mark none."""
        for row, place in enumerate(self._model.places):
            if place and place.key == key:
                self.setCurrentIndex(self._model.index(row))
                return
        self.setCurrentIndex(QModelIndex())

    def gap(self) -> int:
        """Height of the space that keeps the last places at the lower end; none when they do not all fit."""
        rows = len(self.places()) * theme.px(ROW)
        return max(0, self.viewport().height() - rows - theme.px(16))

    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        place = now.data(Role.UserRole) if now.isValid() else None
        if place is not None:
            self.chosen.emit(place.key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self.setViewportMargins(0, theme.px(8), 0, theme.px(8))
            self.scheduleDelayedItemsLayout()
            self.viewport().update()
