"""A signature by pen, finger or mouse, or typed where a hand cannot draw; it becomes a picture."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.lists import paint_ring
from fielddesk.ui.text import Worded, Words, visible

SIZE: Final = (1200, 400)
"""Pixels of the picture; strokes are kept in them, so that they are the same at any size of the window."""
LEAST_INK: Final = 120
"""Pixels of line in that picture: a dot or a slip of the hand is no signature."""
MOST_POINTS: Final = 20_000
_WIDTH: Final = 7.0

Stroke = list[tuple[float, float, float]]
"""Points with the pressure of the pen, 0 to 1."""


class SignaturePad(Worded, QWidget):
    """Signal `changed` whenever there is more, or nothing again. Delete empties it."""

    changed = Signal()
    heard_as = "picture"

    def __init__(self, name: Words) -> None:
        super().__init__()
        self._strokes: list[Stroke] = []
        self._typed = ""
        self._drawing = False
        self._pen = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.size(self, height=180, least=260)
        self.say("set_name", name)
        self.say("setAccessibleDescription", lambda: _("Sign with pen, finger or mouse, or type your name beside it."))

    # ---------------------------------------------------------------- what is in it

    def is_empty(self) -> bool:
        """Whether nothing that could be a signature is there."""
        return not self._typed.strip() and self._ink() < LEAST_INK

    def is_typed(self) -> bool:
        return bool(self._typed.strip()) and self._ink() < LEAST_INK

    def _ink(self) -> float:
        return sum(
            math.hypot(one[0] - two[0], one[1] - two[1]) for stroke in self._strokes for one, two in pairwise(stroke)
        )

    def clear(self) -> None:
        self._strokes, self._typed, self._drawing = [], "", False
        self.changed.emit()
        self.update()

    def type_name(self, name: str) -> None:
        """A typed name instead of a drawn one; it is marked as typed. What was drawn is gone, "" takes it away."""
        if name == self._typed:
            return
        self._typed = name
        if name.strip():
            self._strokes = []
        self.changed.emit()
        self.update()

    def image(self) -> QImage:
        """The signature, black on white."""
        image = QImage(*SIZE, QImage.Format.Format_RGB32)
        image.fill(QColor(Qt.GlobalColor.white))
        painter = QPainter(image)
        self._paint_ink(painter, QColor(Qt.GlobalColor.black))
        painter.end()
        return image

    # ---------------------------------------------------------------- pen, finger, mouse

    def _place(self, point: QPointF) -> tuple[float, float]:
        scale = self._scale()
        x, y = (point.x() - self._left(scale)) / scale, point.y() / scale
        return max(0.0, min(SIZE[0], x)), max(0.0, min(SIZE[1], y))

    def _scale(self) -> float:
        return max(0.01, min(self.width() / SIZE[0], self.height() / SIZE[1]))

    def _left(self, scale: float) -> float:
        return (self.width() - SIZE[0] * scale) / 2

    def _begin(self, point: QPointF, pressure: float) -> None:
        self._typed = ""
        self._drawing = True
        self._strokes.append([(*self._place(point), pressure)])
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.update()

    def _go(self, point: QPointF, pressure: float) -> None:
        if self._drawing and sum(map(len, self._strokes)) < MOST_POINTS:
            self._strokes[-1].append((*self._place(point), pressure))
            self.update()

    def _end(self) -> None:
        if self._drawing:
            self._drawing = False
            self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._pen:
            self._begin(event.position(), 0.5)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._pen:
            self._go(event.position(), 0.5)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        if not self._pen:
            self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        kind, pressure = event.type(), max(0.1, min(1.0, event.pressure()))
        if kind == QEvent.Type.TabletPress:
            self._pen = True
            self._begin(event.position(), pressure)
        elif kind == QEvent.Type.TabletMove:
            self._go(event.position(), pressure)
        elif kind == QEvent.Type.TabletRelease:
            self._end()
            self._pen = False
        event.accept()  # or Qt makes a mouse of it, without the pressure

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
            event.accept()
            return
        super().keyPressEvent(event)

    # ---------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.setPen(theme.colour("edge"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        scale = self._scale()
        painter.save()
        painter.translate(self._left(scale), 0)
        painter.scale(scale, scale)
        line = round(0.8 * SIZE[1])
        painter.setPen(QPen(theme.colour("edge"), 2))
        painter.drawLine(40, line, SIZE[0] - 40, line)
        self._paint_ink(painter, theme.colour("text"))
        painter.restore()
        if self.hasFocus():
            paint_ring(painter, self.rect())
        painter.end()

    def _paint_ink(self, painter: QPainter, ink: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._typed.strip():
            _paint_name(painter, self._typed.strip(), ink)
        for stroke in self._strokes:
            _paint_stroke(painter, stroke, ink)


def _paint_stroke(painter: QPainter, stroke: Stroke, ink: QColor) -> None:
    pen = QPen(ink, _WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if len(stroke) == 1:
        painter.setPen(pen)
        painter.drawPoint(QPointF(stroke[0][0], stroke[0][1]))
    for one, two in pairwise(stroke):
        pen.setWidthF(_WIDTH * (0.4 + one[2] + two[2]) / 1.4)
        painter.setPen(pen)
        painter.drawLine(QPointF(one[0], one[1]), QPointF(two[0], two[1]))


def _paint_name(painter: QPainter, name: str, ink: QColor) -> None:
    """A typed name leaning like handwriting, and under it that it was typed."""
    font = QFont()
    font.setStyleHint(QFont.StyleHint.Cursive)
    font.setPixelSize(150)
    wide = QFontMetricsF(font).horizontalAdvance(visible(name))
    font.setPixelSize(max(24, round(150 * min(1.0, (SIZE[0] - 200) / max(1.0, wide)))))
    painter.setPen(ink)
    painter.save()
    painter.setTransform(QTransform().shear(-0.25, 0), True)
    painter.setFont(font)
    painter.drawText(QRectF(160, 40, SIZE[0] - 120, 270), int(Qt.AlignmentFlag.AlignVCenter), visible(name))
    painter.restore()
    font = QFont()
    font.setPixelSize(36)
    painter.setFont(font)
    painter.drawText(QRectF(40, 340, SIZE[0] - 80, 50), int(Qt.AlignmentFlag.AlignVCenter), _("Typed, not drawn"))
