"""Things that somebody brings along for a walk: a photo of a rod with oil on it, and the label of a machine."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QRadialGradient

from fielddesk.features.documents.papers import Label

WIDE, HIGH = 1600, 1200
# Of the picture, not of the program: steel, brass, oil.
STEEL = ("#3a4047", "#9aa4ae", "#e8edf1", "#7c858e", "#2c3136")
OIL = "#5a3a10"


def leaking_rod(folder: Path) -> Path:
    """A photo of the rod of a press below its gland, with oil on it; painted, so that it may be given away."""
    image = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_hall(painter)
    _paint_cylinder(painter)
    _paint_oil(painter)
    painter.end()
    _add_grain(image)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rod seal.jpg"
    image.save(str(path), quality=88)
    return path


def label_picture(label: Label, folder: Path) -> Path:
    """A picture of the printed label of a machine."""
    from fielddesk.core import pdf
    from fielddesk.features.documents.papers import QR, ROLL_62
    from fielddesk.features.documents.papers.labels import label_sheet

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "label.png"
    path.write_bytes(pdf.pages(label_sheet([label], ROLL_62, QR), 200)[0])
    return path


def _gradient(start: QPointF, end: QPointF, *colours: str) -> QLinearGradient:
    made = QLinearGradient(start, end)
    for place, colour in enumerate(colours):
        made.setColorAt(place / (len(colours) - 1), QColor(colour))
    return made


def _paint_hall(painter: QPainter) -> None:
    painter.fillRect(0, 0, WIDE, HIGH, _gradient(QPointF(0, 0), QPointF(0, HIGH), "#4d565e", "#6d767d", "#394047"))
    painter.fillRect(0, 930, WIDE, 270, _gradient(QPointF(0, 930), QPointF(0, HIGH), "#59605f", "#2a2f30"))
    for left in (60, 1330):
        painter.fillRect(left, 0, 210, 960, _gradient(QPointF(left, 0), QPointF(left + 210, 0), "#20405c", "#3c6c94",
                                                      "#1a334a"))  # fmt: skip


def _paint_cylinder(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for left, top, wide, high in ((430, 0, 740, 250), (490, 250, 620, 90), (640, 340, 320, 640)):
        painter.fillRect(left, top, wide, high, _gradient(QPointF(left, 0), QPointF(left + wide, 0), *STEEL))
    for place in range(6):
        middle = QPointF(480 + place * 128, 200)
        shine = QRadialGradient(middle - QPointF(8, 8), 34)
        shine.setColorAt(0, QColor(STEEL[2]))
        shine.setColorAt(1, QColor(STEEL[0]))
        painter.setBrush(shine)
        painter.drawEllipse(middle, 30, 30)
    painter.fillRect(520, 330, 560, 22, QColor("#1c1f22"))  # the seal's groove
    painter.fillRect(560, 980, 480, 110, _gradient(QPointF(560, 0), QPointF(1040, 0), *STEEL))


def _paint_oil(painter: QPainter) -> None:
    oil = QColor(OIL)
    for left, wide, long in ((690, 44, 330), (742, 26, 210), (800, 58, 470), (872, 24, 150)):
        stream = QPainterPath()
        stream.setFillRule(Qt.FillRule.WindingFill)
        stream.addRoundedRect(QRectF(left, 345, wide, long), wide / 2, wide / 2)
        stream.addEllipse(QPointF(left + wide / 2, 345 + long), wide * 0.8, wide)
        oil.setAlpha(190)
        painter.fillPath(stream, oil)
        oil.setAlpha(120)
        painter.fillRect(QRectF(left + wide * 0.2, 360, wide * 0.15, long * 0.8), QColor("#f0d8a0"))
    oil.setAlpha(210)
    painter.setBrush(oil)
    painter.drawEllipse(QPointF(800, 1130), 330, 46)


def _add_grain(image: QImage) -> None:
    """A little noise, so that it compresses as a photo does."""
    draw = Random(14)
    painter = QPainter(image)
    for _dot in range(9_000):
        shade = draw.choice((0, 255))
        painter.fillRect(draw.randrange(WIDE), draw.randrange(HIGH), 3, 3, QColor(shade, shade, shade, 14))
    painter.end()
