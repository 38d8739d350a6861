"""The two halves of a page: the list at the left, and the pane whose head and foot stay while its body scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QScroller,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Filters, Gate, IconButton
from fielddesk.ui.flow import Flow
from fielddesk.ui.lists import RowList
from fielddesk.ui.signs import Banner, Chip, Empty, Notice
from fielddesk.ui.text import Elided, Heading, Text, Worded, Words

LEAST_LIST = 112
"""A list is never lower than this: a row and a half, so that one sees that it goes on."""
LEAST_BODY = 160
LEAST_PANEL = 240
"""Of a body with tabs in it, which take a part of that for themselves."""
CORNER_BELOW_UNDER = 460
"""A pane narrower than this (pixels at 100 %) puts its corner under its title."""
LOW_UNDER = 480
"""A pane lower than this (pixels at 100 %) lets its banner scroll."""


class Scroll(QScrollArea):
    """A body that scrolls up and down, never sideways."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner.setProperty("kind", "body")
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)


def into_sight(widget: QWidget) -> None:
    """Scroll the body a widget stands in so that all of it is seen; Qt does so only for the Tab key."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, Scroll):
            around.ensureWidgetVisible(widget, 0, theme.px(8))
        around = around.parentWidget()


class _Whole(QWidget):
    """All of a pane. It scrolls only where there is less room than the least of everything in it."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return -1 if layout is None else layout.totalMinimumHeightForWidth(width)


class Pane(Worded, QWidget):
    """Head (title, chips, second line, corner), one banner, a body, a foot with the actions at its right end."""

    went_back = Signal()

    def __init__(
        self, title: Words = "", second: Words = "", *, scrolls: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = _Whole()
        self._column = QVBoxLayout(inner)
        theme.space(self._column, (24, 16, 24, 16), 12)
        around = QVBoxLayout(self)
        theme.space(around)
        around.addWidget(Scroll(inner))
        self._make_head(title, second)
        self.banner = Banner()
        self._column.addWidget(self.banner)
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        theme.space(self.column, spacing=16)
        self.scroll_area: Scroll | None = Scroll(self.body) if scrolls else None
        # In a window too low for head, body and foot all of it scrolls, so that nothing is squashed.
        theme.size(self.scroll_area or self.body, least_height=LEAST_BODY if scrolls else LEAST_PANEL)
        self._column.addWidget(self.scroll_area or self.body, 1)
        self._low = False
        self._make_foot()

    def _make_head(self, title: Words, second: Words) -> None:
        self.head = QWidget()
        self._head_row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.head)
        theme.space(self._head_row, spacing=12)
        row = QHBoxLayout()
        theme.space(row, spacing=12)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        self.back = IconButton(lambda: _("Back to the list"), "arrow-left", key="Alt+Left")
        self.back.clicked.connect(self.went_back)
        self.back.hide()
        row.addWidget(self.back)
        line = QHBoxLayout()
        theme.space(line, spacing=8)
        self.title = Heading(title)
        line.addWidget(self.title)
        self._chips = QHBoxLayout()
        theme.space(self._chips, (4, 2, 0, 0), 8)
        line.addLayout(self._chips)
        line.setAlignment(self._chips, Qt.AlignmentFlag.AlignTop)  # beside the first line of a title that has two
        line.addStretch(1)
        words.addLayout(line)
        self.second = Elided(second, "second")
        words.addWidget(self.second)
        words.addStretch(1)  # where the corner is higher, the title stays at the top beside its chips
        row.addLayout(words, 1)
        self._head_row.addLayout(row, 1)
        self.corner = QHBoxLayout()
        theme.space(self.corner, spacing=8)
        self._head_row.addLayout(self.corner)
        self._head_row.setAlignment(self.corner, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(self.head)
        self._shown_chips: list[Chip] = []

    def _make_foot(self) -> None:
        self.foot = QWidget()
        self._foot_row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.foot)
        theme.space(self._foot_row, spacing=8)
        self.foot_left = QHBoxLayout()
        theme.space(self.foot_left, spacing=8)
        self.foot_left.addStretch(0)
        self._foot_row.addLayout(self.foot_left, 1)
        self.foot_right = Flow(right=True)
        theme.space(self.foot_right, spacing=8)
        self._foot_row.addLayout(self.foot_right)
        self._column.addWidget(self.foot)
        self.foot.installEventFilter(self)
        self.foot.hide()

    def _fit_foot(self) -> None:
        """What is at the left of the foot goes above the actions where both have no room side by side."""
        wanted = self.foot_left.minimumSize().width() + self.foot_right.sizeHint().width() + theme.px(56)
        wanted += sum(theme.px(160) for gate in self.foot.findChildren(Gate) if not gate.button.isEnabled())
        above = QBoxLayout.Direction.TopToBottom if wanted > self.width() else QBoxLayout.Direction.LeftToRight
        if self._foot_row.direction() != above:
            self._foot_row.setDirection(above)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Emptied by the collector, it may still hear of its parts as they go.
        if (
            watched is getattr(self, "foot", None) and event.type() == QEvent.Type.LayoutRequest
        ):  # other buttons, or words on them
            self._fit_foot()
        return False

    def _fit_head(self) -> None:
        ways = QBoxLayout.Direction
        way = ways.TopToBottom if self.width() < theme.px(CORNER_BELOW_UNDER) else ways.LeftToRight
        if self._head_row.direction() != way:
            self._head_row.setDirection(way)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()
        self._fit_foot()
        low = event.size().height() < theme.px(LOW_UNDER)
        if self.scroll_area is not None and low != self._low:
            # Head, banner and foot together would leave the body no room: then the banner scrolls with it.
            self._low = low
            (self.column if low else self._column).insertWidget(0 if low else 1, self.banner)

    def show_title(self, title: Words, second: Words = "") -> None:
        self.title.set_words(title)
        self.second.set_words(second)

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Chips beside the title; those that say the same already stay."""
        if [chip.told() for chip in chips] == [chip.told() for chip in self._shown_chips]:
            return
        for chip in self._shown_chips:
            self._chips.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._shown_chips = list(chips)
        for chip in chips:
            self._chips.addWidget(chip)

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """The banner of the page; the first notice is shown, the others are counted."""
        self.banner.show_notices(notices)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Put a card or any widget at the end of the body."""
        self.column.addWidget(widget, stretch)
        return widget

    def add_stretch(self) -> None:
        """Let what is in the body stand at its top."""
        self.column.addStretch(1)

    def add_action(self, widget: QWidget, *, left: bool = False) -> QWidget:
        """Put a button into the foot; the last one added is the next step, at the bottom right."""
        if left:
            self.foot_left.insertWidget(self.foot_left.count() - 1, widget, 1 if isinstance(widget, Gate) else 0)
        else:
            self.foot_right.addWidget(widget)
        self.foot.show()
        return widget


class ListPane(Worded, QFrame):
    """The list at the left of a page: title, one button, filters, rows, and words where there are none."""

    def __init__(
        self, title: Words, empty: tuple[str, Words, Words], *, lines: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "listpane")
        inner = _Whole()
        self.column = QVBoxLayout(inner)
        theme.space(self.column, (0, 16, 0, 0))
        around = QVBoxLayout(self)
        theme.space(around, (0, 0, 1, 0))
        around.addWidget(Scroll(inner))
        head = QWidget()
        row = QHBoxLayout(head)
        theme.space(row, (16, 0, 12, 0), 8)
        self.title = Text(title, "title")
        row.addWidget(self.title)
        row.addStretch(1)
        self.corner = QHBoxLayout()
        theme.space(self.corner, spacing=8)
        row.addLayout(self.corner)
        theme.size(head, height=40)
        self.column.addWidget(head)
        self.filters = Filters(title)
        theme.space(self.filters.row, (16, 12, 12, 12), 8)
        self.column.addWidget(self.filters)
        line = QFrame()
        line.setProperty("kind", "line")
        self.column.addWidget(line)
        self.list = RowList(title, lines)
        self.empty = Empty(*empty)
        self._stack = QStackedWidget()
        nothing = QWidget()
        above = QVBoxLayout(nothing)
        theme.space(above)
        above.addWidget(self.empty)
        above.addStretch(1)
        self._stack.addWidget(self.list)
        self._stack.addWidget(nothing)
        # In a window too low for what is above the list all of it scrolls, so that nothing is squashed.
        theme.size(self._stack, least_height=LEAST_LIST)
        self.column.addWidget(self._stack, 1)
        self.list.counted.connect(lambda count: self._stack.setCurrentIndex(0 if count else 1))

    def add_row(self, widget: QWidget) -> QWidget:
        """A line between the filters and the list."""
        self.column.insertWidget(2, widget)
        return widget

    def add_action(self, button: QWidget) -> QWidget:
        """The button beside the title."""
        self.corner.addWidget(button)
        return button
