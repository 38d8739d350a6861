"""Pages of a document as they will be printed, under each other, as wide as there is room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.lists import paint_ring
from fielddesk.ui.panes import Scroll
from fielddesk.ui.text import Text, Worded, Words

WIDEST = 900
"""Pixels at 100 % of a page on the screen, at most."""


class Leaf(Worded, QWidget):
    """One page; it takes the focus by Tab, so that a keyboard scrolls through them."""

    heard_as = "page"

    def __init__(self, picture: QImage, number: int, of: int, words: str) -> None:
        super().__init__()
        self._picture = picture
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say("set_name", lambda: _("Page {page} of {pages}").format(page=number, pages=of))
        self.setAccessibleDescription(words)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        size = self._picture.size()
        shown = min(width, theme.px(WIDEST), size.width())
        return round(shown * size.height() / max(1, size.width()))

    def sizeHint(self) -> QSize:
        width = min(theme.px(WIDEST), max(theme.px(200), self.width()))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(80))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(self.heightForWidth(self.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        width = min(self.width(), theme.px(WIDEST), self._picture.width())
        place = self.rect().adjusted(0, 0, width - self.width(), 0)
        painter.drawImage(place, self._picture)
        painter.setPen(theme.colour("line"))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        if self.hasFocus():
            paint_ring(painter, place)
        painter.end()


class Leaves(Worded, QFrame):
    """The pages of a document, or words while they are made and where they could not be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Text("", "second", wraps=True)
        self._words.setBackgroundRole(QPalette.ColorRole.NoRole)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        theme.space(self._column, (0, 0, 8, 0), 12)
        self._column.addWidget(self._words)
        self._column.addStretch(1)
        self._leaves: list[Leaf] = []
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(Scroll(self._inner))

    def show_words(self, words: Words) -> None:
        """Words in place of the pages."""
        self._clear()
        self._words.set_words(words)
        self._words.show()

    def show_pages(self, pages: Sequence[QImage], words: str = "") -> None:
        """The pages; `words` tell assistive technology what is on them."""
        self._clear()
        self._words.hide()
        for place, picture in enumerate(pages):
            leaf = Leaf(picture, place + 1, len(pages), words)
            self._leaves.append(leaf)
            self._column.insertWidget(place + 1, leaf)

    def count(self) -> int:
        """How many pages are shown."""
        return len(self._leaves)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            for leaf in self.__dict__.get("_leaves", ()):
                leaf.updateGeometry()

    def _clear(self) -> None:
        for leaf in self._leaves:
            self._column.removeWidget(leaf)
            leaf.hide()
            leaf.deleteLater()
        self._leaves = []
