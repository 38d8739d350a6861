"""The shape of every page: head and foot stay, the body scrolls, and where there is a list it stands at the left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fielddesk.ui import theme
from fielddesk.ui.buttons import Filters
from fielddesk.ui.lists import RowList
from fielddesk.ui.panes import ListPane, Pane, Scroll, into_sight
from fielddesk.ui.signs import Empty
from fielddesk.ui.text import Worded, Words
from fielddesk.ui.tokens import NARROW_LIST_UNDER, STACKED_UNDER

__all__ = ["ListPane", "Page", "Pane", "PlainPage", "Scroll", "SplitPage", "into_sight"]


class Page(Worded, QWidget):
    """A page of the desk. Subclasses fill it in `build`, say names again in `retranslate`, read again in `reload`.

    The desk calls `reload` when something that the page watches (`watches`: names of tables) has changed, and
    `arrive` each time the page comes to the front.
    """

    watches: frozenset[str] = frozenset()
    room_wanted = Signal()
    wants_room = False
    """Whether the places shall be icons only while this page is shown, such as while an inspection runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def want_room(self, wants: bool) -> None:
        """Ask the desk for the width of the places' names, or give it back."""
        if wants != self.wants_room:
            self.wants_room = wants
            self.room_wanted.emit()

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
            self.left.setFixedWidth(theme.px(352 if width < NARROW_LIST_UNDER else 380))
            self.left.show()
            self._right.show()
