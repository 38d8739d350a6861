"""Readings over time beside their limits, as a picture and as a table of the same values.

The plot package is loaded with the first picture and not with the window: it brings numpy and
costs a third of a second.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainterPath, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_quantity
from fielddesk.ui import fonts, theme
from fielddesk.ui.buttons import IconButton
from fielddesk.ui.tables import Column, Table
from fielddesk.ui.text import Text, Worded, Words, spoken

MILLION = 1_000_000.0
HEIGHT = 168


@dataclass(frozen=True)
class Reading:
    """One mark of a trend: when, in words, and what was read, in millionths."""

    when: Words
    value: int


def load_plots() -> Any:
    """The plot package; may be called on any thread, and then costs the window nothing later."""
    before = sys.excepthook, threading.excepthook
    plots = importlib.import_module("pyqtgraph")
    sys.excepthook, threading.excepthook = before  # it puts its own in front of the one that keeps our reports
    plots.setConfigOptions(antialias=True, exitCleanup=False)  # its clean-up walks over what is gone already
    return plots


class Trend(Worded, QWidget):
    """Earlier readings round on a line, today's a diamond in the colour of its state with a dotted link, limits dashed
    and named. Every value is written: shape tells, colour helps. A button shows the same values as a table."""

    heard_as = "chart"

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
        self.title = Text(name, "second")
        self.table_shown = IconButton(lambda: _("Show the values as a table"), "table")
        self.table_shown.setCheckable(True)
        self.table_shown.toggled.connect(self._swap)
        head = QHBoxLayout()
        theme.space(head, spacing=8)
        head.addWidget(self.title, 1)
        head.addWidget(self.table_shown)
        self._stack = QStackedWidget()
        self.plot: Any = None
        self._holder = QWidget()
        theme.space(QVBoxLayout(self._holder))
        theme.size(self._stack, height=HEIGHT)
        self.table = Table(
            name,
            [
                Column("when", lambda: _("When"), lambda row: spoken(row.when), stretch=True),
                Column("value", lambda: _("Value"), lambda row: format_quantity(row.value, self._unit), number=True),
            ],
        )
        self._stack.addWidget(self._holder)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        theme.space(column, spacing=0)
        column.addLayout(head)
        column.addWidget(self._stack)

    def earlier(self) -> Sequence[Reading]:
        """The earlier readings that are drawn, from the oldest on."""
        return self._before

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
        wanted = (tuple(before), now, low, high, unit, state)
        if wanted == (self._before, self._now, self._low, self._high, self._unit, self._state):
            return
        self._before, self._now, self._low, self._high, self._unit, self._state = wanted
        self.retranslate()

    def retranslate(self) -> None:
        """Say and draw everything anew."""
        self.title.set_words(self._name)
        self.setAccessibleName(spoken(self._name))
        self.setAccessibleDescription(self.in_words())
        rows = [_Line(str(place), each.when, each.value) for place, each in enumerate(self._readings())]
        for name, words, value in (
            ("high", lambda: _("Upper limit"), self._high), ("low", lambda: _("Lower limit"), self._low),
        ):  # fmt: skip
            if value is not None:
                rows.append(_Line(name, words, value))
        self.table.show_rows(rows)
        self._draw()

    def in_words(self) -> str:
        """The whole picture as a sentence, for who cannot see it."""
        told = [
            _("{when}: {value}").format(when=spoken(each.when), value=format_quantity(each.value, self._unit))
            for each in self._readings()
        ]
        for words, limit in ((_("min {value}"), self._low), (_("max {value}"), self._high)):
            if limit is not None:
                told.append(words.format(value=format_quantity(limit, self._unit)))
        return _(", ").join(told)

    def _readings(self) -> list[Reading]:
        return [*self._before, self._now] if self._now is not None else list(self._before)

    def _limits(self) -> list[tuple[str, int]]:
        named = ((_("max {value}"), self._high), (_("min {value}"), self._low))
        return [(words.format(value=format_quantity(value)), value) for words, value in named if value is not None]

    def _swap(self, table: bool) -> None:
        self._stack.setCurrentIndex(1 if table else 0)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(420), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(220), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "plot"):
            self._draw()

    # ---------------------------------------------------------------- the picture

    def _draw(self) -> None:
        """Draw anew: a handful of marks, so nothing is kept between two looks."""
        if not self._readings() and self.plot is None:
            return
        plots = load_plots()
        if self.plot is None:
            self._make_plot(plots)
        self.plot.clear()
        self.plot.setBackground(theme.colour("surface"))
        if self._readings():
            _Picture(plots, self.plot, self.font(), self).draw()

    def _make_plot(self, plots: Any) -> None:
        self.plot = plots.PlotWidget()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a second thing that could have the keyboard
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.plot.hideAxis("bottom")
        self.plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the wheel scrolls the page
        item = self.plot.getPlotItem()
        item.layout.setContentsMargins(0, 0, 0, 0)
        item.setContentsMargins(0, 0, 0, 0)
        self.plot.getViewBox().setDefaultPadding(0)
        layout = self._holder.layout()
        assert layout is not None
        layout.addWidget(self.plot)

    def drawn(self) -> tuple[Sequence[Reading], Reading | None, int | None, int | None, str]:
        """What the picture is made of."""
        return self._before, self._now, self._low, self._high, self._state


def _diamond() -> QPainterPath:
    """A square on its corner; that of the plot package is thin and easily overlooked."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(*corner) for corner in ((0, -0.5), (0.5, 0), (0, 0.5), (-0.5, 0), (0, -0.5))]))
    return path


@dataclass(frozen=True)
class _Line:
    """A row of the table."""

    id: str
    when: Words
    value: int


class _Picture:
    """One drawing of a trend: how much room the words need decides the scales."""

    def __init__(self, plots: Any, plot: Any, font: QFont, trend: Trend) -> None:
        self.plots, self.plot = plots, plot
        self.body, self.strong = (fonts.sized(font, theme.px(14), weight) for weight in (400, 600))
        self.before, self.now, self.low, self.high, self.state = trend.drawn()
        self.limits = trend._limits()
        self.readings = trend._readings()
        # Of the trend and not of the plot: one that was just made has not been laid out yet, and is far higher.
        self.width, self.height = max(trend.width(), theme.px(120)), theme.px(HEIGHT)
        metrics = QFontMetricsF(self.body)
        names = max((metrics.horizontalAdvance(words) for words, _value in self.limits), default=0.0)
        self.right = names + theme.px(20) if names else 0.0
        self.step = (self.width - self.right) / len(self.readings)

    def draw(self) -> None:
        self._scale()
        self._draw_limits()
        self._draw_links()
        for place, reading in enumerate(self.readings):
            self._draw_reading(place, reading, today=place >= len(self.before))

    def _scale(self) -> None:
        """Room above for the highest value, below for the days, at the right for the names of the limits."""
        values = [reading.value for reading in self.readings] + [value for _words, value in self.limits]
        low, high = min(values) / MILLION, max(values) / MILLION
        span = (high - low) or max(1.0, abs(high) / 10)
        above, below = theme.px(32), theme.px(48)
        unit = span / max(1.0, self.height - above - below)
        self.floor = low - unit * theme.px(24)
        self.plot.setXRange(-0.5, -0.5 + self.width / self.step, padding=0)
        self.plot.setYRange(low - unit * below, high + unit * above, padding=0)
        self.end = len(self.readings) - 0.5

    def _draw_limits(self) -> None:
        ends = [-0.5, self.end]
        if len(self.limits) == 2 and theme.look().scheme != "contrast":
            lines = [self._line(ends, [value / MILLION] * 2, None) for _words, value in self.limits]
            self.plot.addItem(self.plots.FillBetweenItem(*lines, brush=theme.colour("ok_soft")))
        for words, value in self.limits:
            self._line(ends, [value / MILLION] * 2, self._pen("ok", [4, 2]))
            self._words(words, self.end, value / MILLION, (0, 0.5), "text2", self.body)

    def _draw_links(self) -> None:
        heights = [reading.value / MILLION for reading in self.before]
        if len(heights) > 1:
            self._line(list(range(len(heights))), heights, self._pen("info"))
        if heights and self.now is not None:
            last = len(heights) - 1
            self._line([last, last + 1], [heights[-1], self.now.value / MILLION], self._pen(self.state, [1, 2]))

    def _draw_reading(self, place: int, reading: Reading, *, today: bool) -> None:
        height = reading.value / MILLION
        self.plot.addItem(
            self.plots.ScatterPlotItem(
                [place], [height], symbol=_diamond() if today else "o", size=theme.px(17 if today else 13),
                pen=self._pen("surface"), brush=theme.colour(self.state if today else "info"),
            )
        )  # fmt: skip
        ink, font = ("text", self.strong) if today else ("text2", self.body)
        self._words(format_quantity(reading.value), place, height, (0.5, 1.25), ink, font)
        room = self.step - theme.px(8)
        shown = QFontMetricsF(font).elidedText(spoken(reading.when), Qt.TextElideMode.ElideRight, room)
        self._words(shown, place, self.floor, (0.5, 0), ink, font)

    def _pen(self, token: str, dashes: Sequence[float] = ()) -> QPen:
        pen = QPen(theme.colour(token), theme.px(2))
        pen.setCosmetic(True)
        if dashes:
            pen.setDashPattern(dashes)
        return pen

    def _line(self, along: Sequence[float], heights: Sequence[float], pen: QPen | None) -> Any:
        line = self.plots.PlotCurveItem(list(map(float, along)), list(map(float, heights)), pen=pen)
        self.plot.addItem(line)
        return line

    def _words(
        self, words: str, along: float, height: float, anchor: tuple[float, float], token: str, font: QFont
    ) -> None:
        item = self.plots.TextItem(words, color=theme.colour(token), anchor=anchor)
        item.setFont(font)
        self.plot.addItem(item)
        item.setPos(along, height)


__all__ = ["Reading", "Trend", "load_plots"]
