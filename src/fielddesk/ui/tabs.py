"""Tabs with counts over a stack of panels; a panel is made the first time its tab is chosen.

Where they do not all have room, the last ones go into a menu behind More; the chosen one is always in sight.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Worded, Words, no_mnemonic, spoken


class Bar(Worded, QTabBar):
    """The row of tabs, without the arrows that Qt would put over them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)  # else it would never be narrower than all of its tabs
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, Right, Home and End, through those behind More too: the chosen one comes into sight."""
        last, now = self.count() - 1, self.currentIndex()
        steps = {Qt.Key.Key_Left: now - 1, Qt.Key.Key_Right: now + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        wanted = steps.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
            return
        self.setCurrentIndex(max(0, min(wanted, last)))
        event.accept()

    def wanted(self, place: int) -> int:
        """How wide a tab is, also one that is not in sight."""
        return self.tabSizeHint(place).width()


class Tabs(Worded, QWidget):
    """Panels behind tabs. Signal `chosen(key)`."""

    chosen = Signal(str)

    def __init__(self, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = Bar()
        self.bar.say("set_name", name)
        self._stack = QStackedWidget()
        self._keys: list[str] = []
        self._words: dict[str, Words] = {}
        self._counts: dict[str, int | None] = {}
        self._made: dict[str, QWidget] = {}
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self.more = Button(lambda: _("More"), "caret-down", "quiet", tip=lambda: _("The other tabs"))
        self.more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.more.clicked.connect(self._offer_more)
        self.more.hide()
        self._line = QFrame()
        self._line.setProperty("kind", "line")
        row = QHBoxLayout()
        theme.space(row)
        row.addWidget(self.bar, 1)
        row.addWidget(self.more)
        column = QVBoxLayout(self)
        theme.space(column)
        column.addLayout(row)
        column.addWidget(self._line)
        column.addWidget(self._stack, 1)
        self.bar.currentChanged.connect(self._show)

    def add(self, key: str, words: Words, panel: QWidget | Callable[[], QWidget], count: int | None = None) -> None:
        """Add a tab at the end; `panel` is a widget, or a callable that makes it when it is first wanted."""
        self._keys.append(key)
        self._words[key], self._counts[key] = words, count
        if isinstance(panel, QWidget):
            self._made[key] = panel
            self._stack.addWidget(panel)
        else:
            self._makers[key] = panel
        self.bar.addTab(self._label(key))
        self._fit()

    def _label(self, key: str) -> str:
        words, count = spoken(self._words[key]), self._counts[key]
        return no_mnemonic(words if count is None else f"{words} {count}")

    def set_count(self, key: str, count: int | None) -> None:
        self._counts[key] = count
        self.bar.setTabText(self._keys.index(key), self._label(key))
        self._fit()

    def current(self) -> str:
        return self._keys[self.bar.currentIndex()] if self._keys else ""

    def choose(self, key: str) -> None:
        self.bar.setCurrentIndex(self._keys.index(key))

    def panel(self, key: str) -> QWidget | None:
        """A panel if it has been made."""
        return self._made.get(key)

    def clear(self) -> None:
        """Take all tabs and panels away."""
        self.bar.blockSignals(True)
        while self.bar.count():
            self.bar.removeTab(0)
        self.bar.blockSignals(False)
        for panel in self._made.values():
            self._stack.removeWidget(panel)
            panel.deleteLater()
        self._keys, self._words, self._counts, self._made, self._makers = [], {}, {}, {}, {}

    def retranslate(self) -> None:
        for place, key in enumerate(self._keys):
            self.bar.setTabText(place, self._label(key))
        self._fit()

    # ---------------------------------------------------------------- room

    def shown(self) -> list[str]:
        """The keys of the tabs that are in sight."""
        return [key for place, key in enumerate(self._keys) if self.bar.isTabVisible(place)]

    def _fit(self) -> None:
        """All tabs where there is room; else the chosen one, and of the others as many as fit, in their order."""
        wide = [self.bar.wanted(place) for place in range(len(self._keys))]
        shown = set(range(len(wide)))
        chosen = self.bar.currentIndex()
        if sum(wide) > self.width() and chosen >= 0:
            shown, left = {chosen}, self.width() - self.more.sizeHint().width() - wide[chosen]
            for place, width in enumerate(wide):
                if place != chosen:
                    if width > left:
                        break
                    shown.add(place)
                    left -= width
        for place in range(len(wide)):
            if self.bar.isTabVisible(place) != (place in shown):
                self.bar.setTabVisible(place, place in shown)
        self.more.setVisible(len(shown) < len(wide))
        alone = len(wide) == 1  # its name would only say again what the page is about
        self.bar.setVisible(not alone)
        self._line.setVisible(not alone)

    def _offer_more(self) -> None:
        menu = QMenu(self)
        for place, key in enumerate(self._keys):
            if not self.bar.isTabVisible(place):
                menu.addAction(self._label(key)).triggered.connect(partial(self._picked, key))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _picked(self, key: str, _on: bool = False) -> None:
        self.choose(key)
        self.bar.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "more"):
            self._fit()

    def _show(self, place: int) -> None:
        if not 0 <= place < len(self._keys):
            return
        key = self._keys[place]
        if key not in self._made:
            self._made[key] = self._makers[key]()
            self._stack.addWidget(self._made[key])
        self._stack.setCurrentWidget(self._made[key])
        self._fit()
        self.chosen.emit(key)
