"""A row that goes on in the next line where there is no room, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from fielddesk.ui import theme


class Flow(QLayout):
    """Widgets side by side, `spacing` apart, in as many lines as they need; the last may stand at the right end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._items: list[QLayoutItem] = []
        self._at_end: QWidget | None = None

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def add_at_end(self, widget: QWidget) -> None:
        """A widget at the right end of the last line."""
        self.addWidget(widget)
        self._at_end = widget

    def insert(self, place: int, widget: QWidget) -> None:
        """Put a widget before the one at `place`."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay(rect, move=True)

    def minimumSize(self) -> QSize:
        widest = QSize()
        for item in self._items:
            if not item.isEmpty():
                widest = widest.expandedTo(item.minimumSize())
        edge = self.contentsMargins()
        return widest + QSize(edge.left() + edge.right(), edge.top() + edge.bottom())

    def sizeHint(self) -> QSize:
        edge = self.contentsMargins()
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(hint.width() for hint in hints) + self.spacing() * max(0, len(hints) - 1)
        height = max((hint.height() for hint in hints), default=0)
        return QSize(width + edge.left() + edge.right(), height + edge.top() + edge.bottom())

    def _lay(self, rect: QRect, *, move: bool) -> int:
        """Place the widgets if asked; the height they take, margins and all."""
        edge = self.contentsMargins()
        room = rect.marginsRemoved(edge)
        x, y, line = room.x(), room.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            if line and x + hint.width() > room.right() + 1:
                x, y, line = room.x(), y + line + theme.px(8), 0
            if move:
                at = room.right() + 1 - hint.width() if item.widget() is self._at_end else x
                item.setGeometry(QRect(QPoint(at, y), hint))
            x += hint.width() + self.spacing()
            line = max(line, hint.height())
        return y + line - rect.y() + edge.bottom()
