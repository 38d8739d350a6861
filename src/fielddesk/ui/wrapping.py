"""A text in lines that end where the room does: between words, or within a word that is longer than a line.

Qt's own labels break between words only, so one long word (a line of a key, a note of one letter held down) would make
the page wider than its window. Nothing is put into the text for it: what is read aloud and copied is what was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextLayout, QTextOption

Formats = Sequence[QTextLayout.FormatRange]

_WORD = re.compile(r"[^\s\u2e80-\uffef]+")
"""What is not broken while there is room; Chinese breaks anywhere."""
_KEPT = 3
"""Widths a layout asks about before it settles on one."""
_HINT_LETTERS = 80
_ENDLESS = 20_000
"""Qt looks for the end of a word anew in every line of it; a text with one as long as this breaks anywhere."""


def units(text: str, place: int) -> int:
    """A place in a text as Qt counts it: letters beyond the first plane are two."""
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def place_of(text: str, count: int) -> int:
    """The place in a text that Qt counts as `count`."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * count].decode("utf-16-le", "replace"))


class Lines:
    """A text and how it is laid out at the widths last asked for."""

    def __init__(self, text: str = "", formats: Callable[[], Formats] | None = None) -> None:
        self._formats = formats
        self.show(text)

    def show(self, text: str) -> None:
        """Another text; a place in it stays the same place."""
        self.text = text.replace("\r\n", " \n").replace("\n", "\N{LINE SEPARATOR}")
        self._longest = max((found.group() for found in _WORD.finditer(self.text)), key=len, default="")
        self.forget()

    def forget(self) -> None:
        """Lay out anew: colours or the language of the letters have changed."""
        self._kept: dict[tuple[int, str, int], tuple[QTextLayout, QSizeF]] = {}
        self._hints: tuple[str, QSize] | None = None

    def size(self, width: int, font: QFont) -> QSizeF:
        """How wide and high the lines are when none is longer than `width`."""
        return self._at(width, font, Qt.AlignmentFlag.AlignLeft)[1]

    def layout(self, width: int, font: QFont, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> QTextLayout:
        return self._at(width, font, side)[0]

    def hint(self, font: QFont) -> QSize:
        """A good size: one line where that is short, else a paragraph of a width that is easily read."""
        if self._hints is None or self._hints[0] != font.key():
            metrics = QFontMetrics(font)
            line, full = metrics.lineSpacing(), metrics.averageCharWidth() * _HINT_LETTERS
            found = self.size(full, font)
            for share, lines in ((2, 4), (4, 2)):
                if found.height() < lines * line and found.width() > full / share:
                    found = self.size(full // share, font)
            self._hints = font.key(), QSize(_up(found.width()), max(_up(found.height()), metrics.height()))
        return self._hints[1]

    def least(self, font: QFont, most: int) -> int:
        """The width under which a word would be broken, at most `most`."""
        if len(self._longest) > most:
            return most
        return min(most, QFontMetrics(font).horizontalAdvance(self._longest))

    def draw(self, painter: QPainter, place: QRectF, side: Qt.AlignmentFlag, formats: Formats = ()) -> None:
        """Draw the lines in the painter's font; only what is within its clip is looked at."""
        layout = self.layout(int(place.width()), painter.font(), side)
        layout.draw(painter, place.topLeft(), list(formats), painter.clipBoundingRect())

    def letter_at(self, point: QPointF, place: QRectF, font: QFont, side: Qt.AlignmentFlag) -> int:
        """The place between two letters nearest to a point, as Qt counts, when the lines are drawn at `place`."""
        layout = self.layout(int(place.width()), font, side)
        under = point - place.topLeft()
        for row in range(layout.lineCount()):
            line = layout.lineAt(row)
            if under.y() < line.y() + line.height():
                return int(_first(line.xToCursor(under.x())))
        return units(self.text, len(self.text))

    def _at(self, width: int, font: QFont, side: Qt.AlignmentFlag) -> tuple[QTextLayout, QSizeF]:
        key = width, font.key(), side.value
        found = self._kept.pop(key, None) or self._lay(width, font, side)
        self._kept[key] = found
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return found

    def _lay(self, width: int, font: QFont, side: Qt.AlignmentFlag) -> tuple[QTextLayout, QSizeF]:
        layout = QTextLayout(self.text, font)
        option = QTextOption(side)
        modes = QTextOption.WrapMode
        option.setWrapMode(modes.WrapAtWordBoundaryOrAnywhere if len(self._longest) < _ENDLESS else modes.WrapAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        if self._formats is not None:
            layout.setFormats(list(self._formats()))
        leading = QFontMetrics(font).leading()
        widest, y = 0.0, float(-leading)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(20, width))
            y += leading
            line.setPosition(QPointF(0, y))
            y += line.height()
            widest = max(widest, line.naturalTextWidth())
        layout.endLayout()
        return layout, QSizeF(widest, max(y, 0.0))


def _first(found: int | Sequence[int]) -> int:
    """PySide answers some questions about lines with a pair."""
    return found if isinstance(found, int) else found[0]


def _up(length: float) -> int:
    return int(-(-length // 1))
