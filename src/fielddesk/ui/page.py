"""The shape of every page: head and foot stay, the body scrolls, and where there is a list it stands at the left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
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
from fielddesk.ui.lists import RowList
from fielddesk.ui.signs import Banner, Chip, Empty, Notice
from fielddesk.ui.text import Elided, Text, Worded, Words
from fielddesk.ui.tokens import NARROW_LIST_UNDER, STACKED_UNDER

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


class Pane(Worded, QWidget):
    """Head (title, chips, second line, corner), one banner, a body, a foot with the actions at its right end."""

    went_back = Signal()

    def __init__(
        self, title: Words = "", second: Words = "", *, scrolls: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        theme.space(self._column, (24, 16, 24, 16), 12)
        self._make_head(title, second)
        self.banner = Banner()
        self._column.addWidget(self.banner)
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        theme.space(self.column, spacing=16)
        self.scroll_area: Scroll | None = Scroll(self.body) if scrolls else None
        self._column.addWidget(self.scroll_area or self.body, 1)
        self._low = False
        self._make_foot()

    def _make_head(self, title: Words, second: Words) -> None:
        self.head = QWidget()
        row = QHBoxLayout(self.head)
        theme.space(row, spacing=12)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        self.back = IconButton(lambda: _("Back to the list"), "arrow-left", key="Alt+Left")
        self.back.clicked.connect(self.went_back)
        self.back.hide()
        row.addWidget(self.back)
        line = QHBoxLayout()
        theme.space(line, spacing=8)
        self.title = Elided(title, "title")
        line.addWidget(self.title)
        self._chips = QHBoxLayout()
        theme.space(self._chips, (4, 0, 0, 0), 8)
        line.addLayout(self._chips)
        line.addStretch(1)
        words.addLayout(line)
        self.second = Elided(second, "second")
        words.addWidget(self.second)
        row.addLayout(words, 1)
        self.corner = QHBoxLayout()
        theme.space(self.corner, spacing=8)
        row.addLayout(self.corner)
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
        self.foot_right = QHBoxLayout()
        theme.space(self.foot_right, spacing=8)
        self.said = Text("", "second")
        self.foot_right.addStretch(0)
        self.foot_right.addWidget(self.said)
        self._foot_row.addLayout(self.foot_right)
        self._column.addWidget(self.foot)
        self.foot.hide()

    def _fit_foot(self) -> None:
        """What is at the left of the foot goes above the actions where both have no room side by side."""
        wanted = self.foot_left.minimumSize().width() + self.foot_right.sizeHint().width() + theme.px(56)
        wanted += sum(theme.px(160) for gate in self.foot.findChildren(Gate) if not gate.button.isEnabled())
        above = QBoxLayout.Direction.TopToBottom if wanted > self.width() else QBoxLayout.Direction.LeftToRight
        if self._foot_row.direction() != above:
            self._foot_row.setDirection(above)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
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
        """Chips beside the title."""
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

    def say_saved(self, words: str) -> None:
        """The saved state in the foot."""
        self.said.setText(words)
        if words:
            self.foot.show()


class ListPane(Worded, QFrame):
    """The list at the left of a page: title, one button, filters, rows, and words where there are none."""

    def __init__(
        self, title: Words, empty: tuple[str, Words, Words], *, lines: int = 2, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "listpane")
        self._column = QVBoxLayout(self)
        theme.space(self._column, (0, 16, 1, 0))
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
        self._column.addWidget(head)
        self.filters = Filters(title)
        theme.space(self.filters.row, (16, 12, 12, 12), 8)
        self._column.addWidget(self.filters)
        line = QFrame()
        line.setProperty("kind", "line")
        self._column.addWidget(line)
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
        self._column.addWidget(self._stack, 1)
        self.list.counted.connect(lambda count: self._stack.setCurrentIndex(0 if count else 1))

    def add_row(self, widget: QWidget) -> QWidget:
        """A line between the filters and the list."""
        self._column.insertWidget(2, widget)
        return widget

    def add_action(self, button: QWidget) -> QWidget:
        """The button beside the title."""
        self.corner.addWidget(button)
        return button


class Page(Worded, QWidget):
    """A page of the desk. Subclasses fill it in `build`, say names again in `retranslate`, read again in `reload`.

    The desk calls `reload` when something that the page watches (`watches`: names of tables) has changed, and
    `arrive` each time the page comes to the front.
    """

    watches: frozenset[str] = frozenset()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def reload(self) -> None:
        """Read again what is shown; what a person types, chose and scrolled to stays."""

    def arrive(self) -> None:
        """The page came to the front."""

    def focus(self) -> None:
        """Put the keyboard where work begins."""
        self.setFocus()

    def may_leave(self) -> bool:
        """Commit what is typed before another place is shown; False keeps the person here."""
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.reload()


class PlainPage(Page):
    """A page of one pane."""

    def __init__(
        self, title: Words = "", second: Words = "", *, scrolls: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.pane = Pane(title, second, scrolls=scrolls)
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(self.pane)


class SplitPage(Page):
    """A page with a list and, at its right, the chosen thing; in a narrow window one covers the other."""

    def __init__(
        self,
        title: Words,
        empty: tuple[str, Words, Words],
        nothing_chosen: tuple[str, Words, Words],
        *,
        lines: int = 2,
        scrolls: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.left = ListPane(title, empty, lines=lines)
        self.pane = Pane(scrolls=scrolls)
        self.pane.went_back.connect(self.show_list)
        self._panes = [self.pane]
        self._right = QStackedWidget()
        blank = QWidget()
        above = QVBoxLayout(blank)
        theme.space(above, (24, 16, 24, 16))
        above.addWidget(Empty(*nothing_chosen))
        above.addStretch(1)
        self._right.addWidget(blank)
        self._right.addWidget(self.pane)
        self._row = QHBoxLayout(self)
        theme.space(self._row)
        self._row.addWidget(self.left)
        self._row.addWidget(self._right, 1)
        self._stacked: bool | None = None
        self._detail = False
        self.left.list.opened.connect(lambda _id: self.show_detail())
        self.left.list.gone.connect(lambda _id: self.show_nothing())
        self.left.list.clicked.connect(lambda _index: self._stacked and self.show_detail())

    @property
    def list(self) -> RowList:
        return self.left.list

    @property
    def filters(self) -> Filters:
        return self.left.filters

    def stacked(self) -> bool:
        """Whether the list and the chosen thing cover each other."""
        return bool(self._stacked)

    def show_detail(self, *, focus: bool = True) -> None:
        """Show the chosen thing; in a narrow window over the list."""
        self._right.setCurrentWidget(self.pane)
        self._detail = True
        self._arrange()
        if focus and self._stacked:
            self.pane.back.setFocus()

    def fill_detail(self) -> None:
        """There is something chosen; beside the list it is shown, over the list only when a person opens it."""
        self._right.setCurrentWidget(self.pane)

    def add_pane(self, pane: Pane) -> None:
        """Another right side, such as the form of a new record; `show_pane` puts it up."""
        pane.went_back.connect(self.show_list)
        self._panes.append(pane)
        self._right.addWidget(pane)

    def show_pane(self, pane: Pane) -> None:
        """Show another right side instead of the chosen thing."""
        self._right.setCurrentWidget(pane)
        self._detail = True
        self._arrange()

    def show_list(self) -> None:
        """In a narrow window: back to the list."""
        self._detail = False
        self._arrange()
        self.list.setFocus()

    def show_nothing(self) -> None:
        """Nothing is chosen (any more)."""
        self._right.setCurrentIndex(0)
        self._detail = False
        self._arrange()

    def focus(self) -> None:
        self.list.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_stacked"):
            self._arrange()

    def _arrange(self) -> None:
        width = self.window().width() * 100 / theme.look().text_size
        self._stacked = width < STACKED_UNDER
        for pane in self._panes:
            pane.back.setVisible(self._stacked)
        theme.set_property(self.left, "stacked", "true" if self._stacked else "false")
        if self._stacked:
            self.left.setMinimumWidth(0)
            self.left.setMaximumWidth(16_777_215)
            self.left.setVisible(not self._detail)
            self._right.setVisible(self._detail)
        else:
            self.left.setFixedWidth(theme.px(336 if width < NARROW_LIST_UNDER else 380))
            self.left.show()
            self._right.show()
