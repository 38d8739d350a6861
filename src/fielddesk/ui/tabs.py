"""Tabs with counts over a stack of panels; a panel is made the first time its tab is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from fielddesk.core.i18n import _
from fielddesk.ui import icons, theme
from fielddesk.ui.text import Worded, Words, no_mnemonic, spoken


class Bar(Worded, QTabBar):
    """The row of tabs; the arrow buttons that come when there is no room have names and 40 px."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.retranslate()

    def retranslate(self) -> None:
        for button in self.findChildren(QToolButton):
            left = button.arrowType() == Qt.ArrowType.LeftArrow or button.objectName() == "ScrollLeftButton"
            button.setAccessibleName(_("Earlier tabs") if left else _("Later tabs"))
            button.setArrowType(Qt.ArrowType.NoArrow)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys bring every tab into sight
            button.setIcon(icons.icon("caret-left" if left else "caret-right", "text"))


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
        line = QFrame()
        line.setProperty("kind", "line")
        column = QVBoxLayout(self)
        theme.space(column)
        column.addWidget(self.bar)
        column.addWidget(line)
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

    def _label(self, key: str) -> str:
        words, count = spoken(self._words[key]), self._counts[key]
        return no_mnemonic(words if count is None else f"{words} {count}")

    def set_count(self, key: str, count: int | None) -> None:
        self._counts[key] = count
        self.bar.setTabText(self._keys.index(key), self._label(key))

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

    def _show(self, place: int) -> None:
        if not 0 <= place < len(self._keys):
            return
        key = self._keys[place]
        if key not in self._made:
            self._made[key] = self._makers[key]()
            self._stack.addWidget(self._made[key])
        self._stack.setCurrentWidget(self._made[key])
        self.chosen.emit(key)
