"""The life of a product model as a picture: its stages as bars along the years, today and its dates as marks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _, format_day
from fielddesk.features.lifecycle.dialogs import date_words, stage_state, stage_words
from fielddesk.ui import fonts, icons, theme
from fielddesk.ui.text import Worded, visible

Span = tuple[str, str, str | None]
BAR: Final = 40
LINE: Final = 22


@dataclass(frozen=True)
class _Mark:
    day: str
    words: str
    token: str


class StageLine(Worded, QWidget):
    """Stages as bars, each with its word where there is room; below them today and the dates, every one named.

    All of it is told to assistive technology as a sentence.
    """

    heard_as = "chart"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spans: Sequence[Span] = ()
        self._marks: list[_Mark] = []
        self._today = "2000-01-01"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_life(self, spans: Sequence[Span], dates: dict[str, str], today: str) -> None:
        """Show stages (stage, from, to or None) and dates by key; `today` splits what was from what comes."""
        self._spans, self._today = spans, today
        marks = [_Mark(today, _("today"), "accent")]
        marks += [
            _Mark(day, f"{date_words(key)} {format_day(day)}", "text2" if day < today else "warn")
            for key, day in dates.items()
        ]
        self._marks = sorted(marks, key=lambda mark: mark.day)
        self.setVisible(bool(spans))
        told = [f"{stage_words(stage)} {format_day(begin)}" for stage, begin, _end in spans]
        self.setAccessibleName(", ".join([*told, *(mark.words for mark in self._marks)]))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(BAR + 12 + LINE * max(1, len(self._marks))))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._spans:
            return
        painter = QPainter(self)
        for stage, begin, end in self._spans:
            self._paint_span(painter, stage, self._at(begin), self._at(end) if end else self.width())
        for place, mark in enumerate(self._marks):
            self._paint_mark(painter, place, mark)
        painter.end()

    def _paint_span(self, painter: QPainter, stage: str, left: int, right: int) -> None:
        state = stage_state(stage)
        rect = QRect(left, 0, max(theme.px(4), right - left - theme.px(2)), theme.px(BAR))
        painter.fillRect(rect, theme.colour(f"{state}_soft"))
        painter.fillRect(QRect(left, 0, theme.px(4), rect.height()), theme.colour(state))
        painter.fillRect(QRect(left, rect.height() - theme.px(2), rect.width(), theme.px(2)), theme.colour(state))
        font = fonts.sized(self.font(), theme.px(14), 600)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        inner = rect.adjusted(theme.px(10), 0, -theme.px(4), 0)
        words = QFontMetrics(font).elidedText(visible(stage_words(stage)), Qt.TextElideMode.ElideRight, inner.width())
        if inner.width() > theme.px(24):
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)

    def _paint_mark(self, painter: QPainter, place: int, mark: _Mark) -> None:
        """A thin line down from the bars to the words at its left: there no line of a later day passes, which goes on
        further down."""
        at = min(max(self._at(mark.day), 0), self.width() - theme.px(2))
        top = theme.px(BAR + 12 + LINE * place)
        begin = theme.px(BAR - 8)
        painter.fillRect(at, begin, theme.px(2), top + theme.px(LINE // 2) - begin, theme.colour(mark.token))
        font = fonts.sized(self.font(), theme.px(12))
        width = QFontMetrics(font).horizontalAdvance(mark.words) + theme.px(4)
        side, gap = theme.px(14), theme.px(6)
        whole = gap + side + gap + width
        left = at - whole if at >= whole else at + gap
        icons.paint(
            painter, QRect(left, top + (theme.px(LINE) - side) // 2, side, side), "calendar-blank", mark.token
        )  # fmt: skip
        painter.setFont(font)
        painter.setPen(theme.colour("text" if mark.token == "accent" else mark.token))
        room = QRect(left + side + gap, top, width, theme.px(LINE))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), mark.words)

    def _at(self, day: str) -> int:
        """Where a day lies: the whole width is from the first stage to a year after the last mark."""
        first = date.fromisoformat(self._spans[0][1]).toordinal()
        days = [self._today, *(mark.day for mark in self._marks), *(begin for _stage, begin, _end in self._spans)]
        last = max(date.fromisoformat(each).toordinal() for each in days)
        whole = max(30, last - first) * 1.08
        return round((date.fromisoformat(day).toordinal() - first) / whole * self.width())
