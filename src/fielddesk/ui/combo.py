"""A choice of one among several, in the look of the window."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from fielddesk.ui import fonts, icons, theme

Index = QModelIndex | QPersistentModelIndex


class _Offered(QStyledItemDelegate):
    """One line of the list that opens: 40 px high, the one under the pointer or the arrows filled and bold."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = QFontMetrics(fonts.sized(option.font, theme.px(14), 600)).horizontalAdvance(str(index.data()))
        return QSize(width + theme.px(24), theme.px(40))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(option.rect, theme.colour("select" if on else "surface"))
        painter.setFont(fonts.sized(option.font, theme.px(14), 600 if on else 400))
        painter.setPen(theme.colour("text"))
        place = option.rect.adjusted(theme.px(10), 0, -theme.px(10), 0)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), str(index.data()))
        painter.restore()


class Combo(QComboBox):
    """A choice that draws its own arrow (a style sheet takes the arrow away) and lets the wheel scroll the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setItemDelegate(_Offered(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = theme.px(18)
        painter = QPainter(self)
        place = QRect(self.width() - side - theme.px(10), (self.height() - side) // 2, side, side)
        icons.paint(painter, place, "caret-down", "text2" if self.isEnabled() else "disabled")
        painter.end()
