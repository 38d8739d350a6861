"""A row that goes on in the next line where there is no room, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from fielddesk.ui import theme


class Flow(QLayout):
    """Widgets side by side, `spacing` apart, in as many lines as they need.

    `right` puts each line at the right end; else one widget may stand there.
    """

    def __init__(self, parent: QWidget | None = None, *, right: bool = False) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._right = right
        self._items: list[QLayoutItem] = []
        self._at_end: QWidget | None = None

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def add_at_end(self, widget: QWidget) -> None:
        """A widget at the right end of the last line."""
        self.addWidget(widget)
        self._at_end = widget

    def insertWidget(self, place: int, widget: QWidget) -> None:
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
        y, below = room.y(), 0
        for line in self._lines_of(room.width()):
            y += below
            sizes = [self._size_of(item, room.width()) for item in line]
            width = sum(size.width() for size in sizes) + self.spacing() * (len(line) - 1)
            x = room.right() + 1 - width if self._right else room.x()
            height = max(size.height() for size in sizes)
            for item, size in zip(line, sizes, strict=True):
                if move:
                    at = room.right() + 1 - size.width() if item.widget() is self._at_end else x
                    item.setGeometry(QRect(QPoint(at, y), size))
                x += size.width() + self.spacing()
            y, below = y + height, theme.px(8)
        return y - rect.y() + edge.bottom()

    def _lines_of(self, room: int) -> list[list[QLayoutItem]]:
        """What stands in one line."""
        lines: list[list[QLayoutItem]] = []
        taken = 0
        for item in self._items:
            if item.isEmpty():
                continue
            width = self._size_of(item, room).width()
            if not lines or taken + width > room:
                lines.append([])
                taken = 0
            lines[-1].append(item)
            taken += width + self.spacing()
        return lines

    def _size_of(self, item: QLayoutItem, room: int) -> QSize:
        """What an item takes; one that would be wider than the room gets higher instead."""
        hint = item.sizeHint()
        if hint.width() <= room or room <= 0:
            return hint
        width = max(room, item.minimumSize().width())
        return QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else hint.height())
