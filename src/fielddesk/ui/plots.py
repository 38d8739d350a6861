"""Pictures where people would rather look than read: readings with their limits, and the clock of a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from fielddesk.core.i18n import _, format_quantity
from fielddesk.ui import fonts, theme
from fielddesk.ui.text import Glyph, Text, Worded, Words, spoken


@dataclass(frozen=True)
class Reading:
    """One mark of a trend: when, in words, and what was read, in millionths."""

    when: Words
    value: int


class Trend(Worded, QWidget):
    """Readings over time between their limits: earlier ones round on a line, today's a diamond in the colour of its
    state with a dotted link. Every value is written; shape tells, colour helps."""

    def __init__(self, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._before: Sequence[Reading] = ()
        self._now: Reading | None = None
        self._low: int | None = None
        self._high: int | None = None
        self._unit = ""
        self._state = "ok"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_readings(
        self,
        before: Sequence[Reading],
        now: Reading | None = None,
        *,
        low: int | None = None,
        high: int | None = None,
        unit: str = "",
        state: str = "ok",
    ) -> None:
        """Earlier readings from the oldest on, today's if there is one, limits in millionths, `state` of today's."""
        self._before, self._now, self._low, self._high = tuple(before), now, low, high
        self._unit, self._state = unit, state
        self.retranslate()
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(spoken(self._name))
        self.setAccessibleDescription(self.in_words())

    def in_words(self) -> str:
        """The whole picture as a sentence, for who cannot see it."""
        told = [
            _("{when}: {value}").format(when=spoken(each.when), value=format_quantity(each.value, self._unit))
            for each in self._readings()
        ]
        for words, limit in ((_("min {value}"), self._low), (_("max {value}"), self._high)):
            if limit is not None:
                told.append(words.format(value=format_quantity(limit, self._unit)))
        return ", ".join(told)

    def _readings(self) -> list[Reading]:
        return [*self._before, self._now] if self._now is not None else list(self._before)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(420), theme.px(136))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(136))

    # ---------------------------------------------------------------- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        readings = self._readings()
        if not readings:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.sized(self.font(), theme.px(14)))
        area = self._area(painter)
        self._paint_limits(painter, area)
        step = area.width() / max(1, len(readings))
        points = [
            QPointF(area.left() + step * (place + 0.5), self._height(area, reading.value))
            for place, reading in enumerate(readings)
        ]
        earlier = points[: len(self._before)]
        self._paint_lines(painter, earlier, points)
        for place, (point, reading) in enumerate(zip(points, readings, strict=True)):
            self._paint_reading(painter, area, point, step, reading, today=place >= len(earlier))
        painter.end()

    def _area(self, painter: QPainter) -> QRectF:
        metrics = QFontMetricsF(painter.font())
        widest = max((metrics.horizontalAdvance(words) for words, _value in self._limits()), default=0.0)
        right = widest + theme.px(8) if widest else 0.0
        return QRectF(self.rect()).adjusted(0, theme.px(26), -right, -theme.px(34))

    def _limits(self) -> list[tuple[str, int]]:
        named = ((_("max {value}"), self._high), (_("min {value}"), self._low))
        return [(words.format(value=format_quantity(value)), value) for words, value in named if value is not None]

    def _height(self, area: QRectF, value: int) -> float:
        """Where a value lies; the scale holds every reading and limit."""
        values = [reading.value for reading in self._readings()] + [limit for _words, limit in self._limits()]
        low, high = min(values), max(values)
        share = (value - low) / (high - low) if high > low else 0.5
        return area.bottom() - share * area.height()

    def _paint_limits(self, painter: QPainter, area: QRectF) -> None:
        limits = self._limits()
        heights = [self._height(area, value) for _words, value in limits]
        if len(limits) == 2 and theme.look().scheme != "contrast":
            band = QRectF(area.left(), heights[0], area.width(), heights[1] - heights[0])
            painter.fillRect(band, theme.colour("ok_soft"))
        pen = QPen(theme.colour("ok"), theme.px(2))
        pen.setDashPattern([4, 2])
        for (words, _value), y in zip(limits, heights, strict=True):
            painter.setPen(pen)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.colour("text2"))
            place = QRectF(area.right() + theme.px(8), y - theme.px(12), self.width(), theme.px(24))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_lines(self, painter: QPainter, earlier: list[QPointF], points: list[QPointF]) -> None:
        painter.setPen(QPen(theme.colour("info"), theme.px(2)))
        painter.drawPolyline(QPolygonF(earlier))
        if earlier and len(points) > len(earlier):
            pen = QPen(theme.colour(self._state), theme.px(2), Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawLine(earlier[-1], points[-1])

    def _paint_reading(
        self, painter: QPainter, area: QRectF, point: QPointF, step: float, reading: Reading, *, today: bool
    ) -> None:
        px = theme.px
        ink = theme.colour(self._state if today else "info")
        painter.setPen(QPen(theme.colour("surface"), px(2)))
        painter.setBrush(ink)
        if today:
            reach = px(7)
            corners = (QPointF(0, -reach), QPointF(reach, 0), QPointF(0, reach), QPointF(-reach, 0))
            painter.drawPolygon(QPolygonF([point + corner for corner in corners]))
        else:
            painter.drawEllipse(point, px(6), px(6))
        middle = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(theme.colour("text" if today else "text2"))
        painter.setFont(_weight(painter.font(), 600 if today else 400))
        above = QRectF(point.x() - step / 2, point.y() - px(30), step, px(22))
        painter.drawText(above, middle, format_quantity(reading.value))
        below = QRectF(point.x() - step / 2, area.bottom() + px(12), step, px(22))
        shown = QFontMetricsF(painter.font()).elidedText(spoken(reading.when), Qt.TextElideMode.ElideRight, step)
        painter.drawText(below, middle, shown)


def _weight(font: QFont, weight: int) -> QFont:
    return fonts.sized(font, font.pixelSize(), weight)


class Clock(Worded, QWidget):
    """How long until a promise falls due: icon, words, a bar of the time used, and a line on how it is counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = Glyph("timer-fill", "text2", 20)
        self._words = Text("", "heading")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 100)
        self._note = Text("", "caption")
        theme.size(self._bar, least=180)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        head.addWidget(self._glyph)
        head.addWidget(self._words)
        head.addStretch(1)
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._note)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_time(self, words: Words, used: float, state: str, note: Words = "") -> None:
        """`words` as in "1 h 10 min left"; `used` from 0 to 1, more is over; `note` as in "resolve by 14:30"."""
        self._words.set_words(words)
        self._words.set_state(state)
        self._glyph.show_icon("timer-fill", state)
        self._bar.setValue(round(100 * min(1.0, max(0.0, used))))
        self._bar.setAccessibleName(spoken(words))
        theme.set_property(self._bar, "state", state)
        self._note.set_words(note)
        self._note.setVisible(bool(spoken(note)))
