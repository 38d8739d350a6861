"""What is drawn on a picture: arrows, circles and words, kept as numbers until they are painted into a copy of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from fielddesk.core import canonical
from fielddesk.core.frozen import dataclass
from fielddesk.ui.text import visible
from fielddesk.ui.tokens import COLOURS

ARROW: Final = "arrow"
CIRCLE: Final = "circle"
TEXT: Final = "text"
KINDS: Final = (ARROW, CIRCLE, TEXT)
INKS: Final = ("bad", "warn", "ok", "info", "text")
"""Always those of the light look: a picture reads the same on every screen. A white rim keeps them apart from any
ground."""
MOST_MARKS: Final = 200
MOST_TEXT: Final = 200
FAR: Final = 1_000_000
"""No mark is farther away than so many pixels."""


@dataclass(frozen=True)
class Mark:
    """One mark, in pixels of the picture: an arrow from 1 to 2, a circle between the corners 1 and 2, text at 1."""

    kind: str
    x1: int
    y1: int
    x2: int
    y2: int
    ink: str = "bad"
    text: str = ""

    def moved(self, end: int, dx: int, dy: int) -> Mark:
        """With end 1 or 2 moved, or all of it (0)."""
        both = end == 0 or self.kind == TEXT
        one, two = both or end == 1, both or end == 2
        return replace(self, x1=self.x1 + dx * one, y1=self.y1 + dy * one, x2=self.x2 + dx * two, y2=self.y2 + dy * two)

    def is_nothing(self) -> bool:
        """Too small to have been meant, or words that say nothing."""
        if self.kind == TEXT:
            return not self.text.strip()
        return abs(self.x1 - self.x2) + abs(self.y1 - self.y2) < 8


def to_text(marks: Sequence[Mark]) -> str:
    """Marks as text for a draft."""
    return canonical.dumps([[m.kind, m.x1, m.y1, m.x2, m.y2, m.ink, m.text] for m in marks])


def from_text(text: str) -> list[Mark]:
    """Marks out of a draft; what is none of ours is left out."""
    try:
        tree = canonical.loads(text)
    except ValueError:
        return []
    return [mark for each in tree if (mark := _mark(each)) is not None][:MOST_MARKS] if isinstance(tree, list) else []


def _mark(each: Any) -> Mark | None:
    if not isinstance(each, list) or len(each) != 7:
        return None
    kind, *places, ink, text = each
    if kind not in KINDS or ink not in INKS or type(text) is not str or any(type(one) is not int for one in places):
        return None
    x1, y1, x2, y2 = (max(-FAR, min(FAR, one)) for one in places)
    return Mark(kind, x1, y1, x2, y2, ink, text[:MOST_TEXT])


# ---------------------------------------------------------------- painting


def stroke(width: int, height: int) -> float:
    """How thick lines are on a picture of this size, so that they are seen when it is small."""
    return max(3.0, max(width, height) / 170)


def paint(painter: QPainter, marks: Sequence[Mark], thick: float) -> None:
    """Paint marks in the coordinates of their picture."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark in marks:
        if mark.kind == TEXT:
            _paint_text(painter, mark, thick)
        else:
            _paint_lines(painter, _ellipse(mark) if mark.kind == CIRCLE else _arrow(mark, thick), mark, thick)


def ink_of(mark: Mark) -> QColor:
    return QColor(COLOURS["light"][mark.ink])


def _rim() -> QColor:
    return QColor(COLOURS["light"]["surface"])


def _paint_lines(painter: QPainter, path: QPainterPath, mark: Mark, thick: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_rim(), 2 * thick), (ink_of(mark), thick)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)


def _ellipse(mark: Mark) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QRectF(QPointF(mark.x1, mark.y1), QPointF(mark.x2, mark.y2)).normalized())
    return path


def _arrow(mark: Mark, thick: float) -> QPainterPath:
    path = QPainterPath(QPointF(mark.x1, mark.y1))
    tip = QPointF(mark.x2, mark.y2)
    path.lineTo(tip)
    away = math.atan2(mark.y1 - mark.y2, mark.x1 - mark.x2)
    long = min(6 * thick, math.hypot(mark.x1 - mark.x2, mark.y1 - mark.y2))
    ends = [tip + QPointF(long * math.cos(away + turn), long * math.sin(away + turn)) for turn in (-0.5, 0.5)]
    path.addPolygon(QPolygonF([ends[0], tip, ends[1]]))
    return path


def font_of(thick: float) -> QFont:
    font = QFont()
    font.setPixelSize(max(12, round(7 * thick)))
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _paint_text(painter: QPainter, mark: Mark, thick: float) -> None:
    """Words on a white ground: letters with a rim alone are hard to read on a picture of metal."""
    font = font_of(thick)
    box = text_box(mark, thick)
    painter.setPen(QPen(ink_of(mark), max(1.0, thick / 3)))
    painter.setBrush(_rim())
    painter.drawRoundedRect(box, thick, thick)
    painter.setFont(font)
    painter.setPen(ink_of(mark))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), visible(mark.text))


def text_box(mark: Mark, thick: float) -> QRectF:
    """Where the words of a mark stand."""
    metrics = QFontMetricsF(font_of(thick))
    wide = max(metrics.horizontalAdvance(visible(mark.text)), 2 * thick) + 4 * thick
    return QRectF(mark.x1, mark.y1, wide, metrics.height() + 2 * thick)


def inside(mark: Mark, width: int, height: int) -> Mark:
    """The same mark on the picture: words that would go beyond its edge are moved back, ends stay on it."""
    if mark.kind != TEXT:
        return replace(
            mark, x1=_within(mark.x1, width), y1=_within(mark.y1, height), x2=_within(mark.x2, width),
            y2=_within(mark.y2, height),
        )  # fmt: skip
    box = text_box(mark, stroke(width, height))
    x, y = _within(mark.x1, width - math.ceil(box.width())), _within(mark.y1, height - math.ceil(box.height()))
    return replace(mark, x1=x, y1=y, x2=x, y2=y)


def _within(place: int, most: int) -> int:
    return max(0, min(place, most))


def drawn_on(image: QImage, marks: Sequence[Mark]) -> QImage:
    """A copy of the picture with the marks in it; for a worker thread."""
    copy = image.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(copy)
    paint(painter, marks, stroke(copy.width(), copy.height()))
    painter.end()
    return copy


def hit(mark: Mark, x: float, y: float, near: float, thick: float) -> bool:
    """Whether a point is on a mark, or nearer to it than `near`."""
    if mark.kind == TEXT:
        return text_box(mark, thick).adjusted(-near, -near, near, near).contains(x, y)
    if mark.kind == ARROW:
        return _from_line(mark, x, y) <= near
    box = QRectF(QPointF(mark.x1, mark.y1), QPointF(mark.x2, mark.y2)).normalized()
    if not box.adjusted(-near, -near, near, near).contains(x, y):
        return False
    rx, ry = max(box.width() / 2, 1), max(box.height() / 2, 1)
    off = math.hypot((x - box.center().x()) / rx, (y - box.center().y()) / ry)
    return abs(off - 1) * min(rx, ry) <= near


def _from_line(mark: Mark, x: float, y: float) -> float:
    dx, dy = mark.x2 - mark.x1, mark.y2 - mark.y1
    length = dx * dx + dy * dy
    along = 0.0 if not length else max(0.0, min(1.0, ((x - mark.x1) * dx + (y - mark.y1) * dy) / length))
    return math.hypot(x - mark.x1 - along * dx, y - mark.y1 - along * dy)
