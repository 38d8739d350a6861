"""Buttons of four ranks, the row of filter buttons, and the reason beside a button that is off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from fielddesk.ui import icons, theme
from fielddesk.ui.flow import Flow
from fielddesk.ui.text import Glyph, Text, Worded, Words, no_mnemonic, spoken

_INK = {"primary": "on_accent", "quiet": "link", "link": "link", "toast": "toast_link", "alert": "warn"}


class Button(Worded, QPushButton):
    """A button. Kinds: primary (one on a page), default, tonal (the second thing one should do), quiet, bare."""

    def __init__(
        self,
        words: Words,
        icon: str = "",
        kind: str = "default",
        *,
        key: str = "",
        tip: Words = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon = icon
        if icon:
            self.setIcon(icons.icon(icon, _INK.get(kind, "text")))
        if key:
            self.setShortcut(QKeySequence(key))
        self._key = key
        self._tip = tip
        self._bare = False
        self.set_words(words)
        self.rescale()

    def set_words(self, words: Words) -> None:
        """The button's text; assistive technology says the same."""
        self._words = words
        self.say("_write", words)
        self.say("_write_tip", self._tip or (words if self._bare else ""))

    def set_kind(self, kind: str) -> None:
        """Another rank, such as when another button becomes the next step."""
        if kind != self.property("kind"):
            theme.set_property(self, "kind", kind)
            if self._icon:
                self.setIcon(icons.icon(self._icon, _INK.get(kind, "text")))

    def show_words(self, on: bool) -> None:
        """The icon alone where there is no room for words; then the pointer is told them."""
        if self._bare is on:
            self._bare = not on
            self.set_words(self._words)

    def room_for_words(self) -> int:
        """How wide the button is with its words."""
        return self.fontMetrics().horizontalAdvance(spoken(self._words)) + theme.px(64)

    def _write(self, text: str) -> None:
        # Setting the text of a button takes its key away, so the key goes on again.
        gap = "\N{THIN SPACE}" if text and not self.icon().isNull() else ""  # Qt leaves four pixels after an icon
        self.setText("" if self._bare else gap + no_mnemonic(text))
        self.setAccessibleName(text)
        if self._key:
            self.setShortcut(QKeySequence(self._key))

    def _write_tip(self, text: str) -> None:
        key = QKeySequence(self._key).toString(QKeySequence.SequenceFormat.NativeText) if self._key else ""
        self.set_tip("  ".join(each for each in (text, key) if each))

    def words(self) -> str:
        """The text as it is read."""
        return self.accessibleName() if self._bare else self.text().lstrip("\N{THIN SPACE}").replace("&&", "&")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Shortcut and self.isEnabled():
            # Qt would press the button for a tenth of a second first; what is typed meanwhile would go elsewhere.
            self._innermost().click()
            return True
        return super().event(event)

    def _innermost(self) -> Button:
        """Of the buttons in sight that hear the same key, the one deepest inside: back to the list of a tab comes
        before back to the list of the page. Qt itself would take turns."""
        alike = [each for each in self.window().findChildren(Button) if each._key == self._key and each._hears()]
        return max(alike, key=_depth, default=self)

    def _hears(self) -> bool:
        return self.isVisible() and self.isEnabled()

    def rescale(self) -> None:
        """Take the icon to the present text size."""
        self.setIconSize(QSize(theme.px(20), theme.px(20)))

    def sizeHint(self) -> QSize:
        self.rescale()
        hint = super().sizeHint()
        return QSize(max(hint.width(), theme.px(40)), max(hint.height(), theme.px(40)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _depth(widget: QWidget) -> int:
    outer = widget.parentWidget()
    return 0 if outer is None else 1 + _depth(outer)


class Link(Button):
    """A name from outside that leads somewhere; where it has no room it ends in "…" and the whole is the tooltip."""

    def __init__(self, words: Words, icon: str = "arrow-square-out", parent: QWidget | None = None) -> None:
        super().__init__(words, icon, "link", parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        short = self.sizeHint().width() - self.width()
        if short > 0:
            metrics = self.fontMetrics()
            room = metrics.horizontalAdvance(self.words()) - short
            option.text = no_mnemonic(metrics.elidedText(self.words(), Qt.TextElideMode.ElideRight, room))
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.set_tip(self.words() if self.width() < self.sizeHint().width() else "")


class IconButton(Button):
    """A button that shows only its icon; its words are the tooltip and the accessible name."""

    def __init__(
        self, words: Words, icon: str, kind: str = "bare", *, key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(words, icon, kind, key=key, tip=words, parent=parent)
        theme.size(self, width=40, height=40)

    def _write(self, text: str) -> None:
        self.setAccessibleName(text)
        if self._key:
            self.setShortcut(QKeySequence(self._key))

    def words(self) -> str:
        return self.accessibleName()


class Gate(QWidget):
    """A button and, while it is off, a lock with the reason in words beside it."""

    pressed = Signal()

    def __init__(self, button: Button, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = button
        self._lock = Glyph("lock-simple", "text2")
        self._reason = Text("", "second", wraps=True)
        row = QHBoxLayout(self)
        theme.space(row, spacing=8)
        row.addWidget(button)
        row.addWidget(self._lock)
        row.addWidget(self._reason, 1)
        button.clicked.connect(self.pressed)
        self.let(None)

    def let(self, reason: Words | None) -> None:
        """None lets the button be pressed; words say why it cannot be."""
        blocked = reason is not None
        self.button.setEnabled(not blocked)
        self._lock.setVisible(blocked)
        self._reason.setVisible(blocked)
        self._reason.set_words(reason or "")
        self.button.setAccessibleDescription(spoken(reason or ""))


class Filters(Worded, QWidget):
    """A row of checkable buttons of which one is on, each with the number of what it would show."""

    chosen = Signal(str)
    heard_as = "group"

    def __init__(self, name: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._words: dict[str, Words] = {}
        self._counts: dict[str, int | None] = {}
        self._buttons: dict[str, Button] = {}
        self.row = Flow(self)
        theme.space(self.row, spacing=8)
        self.say("set_name", name)

    def add(self, key: str, words: Words, count: int | None = None) -> Button:
        """Add a button; the first one is on."""
        self._words[key], self._counts[key] = words, count
        button = Button(lambda: self._label(key), kind="filter")
        button.setCheckable(True)
        button.setChecked(not self._buttons)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(button)
        self.row.insertWidget(len(self._buttons), button)
        self._buttons[key] = button
        return button

    def add_at_end(self, widget: QWidget) -> None:
        """Something at the right end of the row, such as a quiet Filter button."""
        self.row.add_at_end(widget)

    def _label(self, key: str) -> str:
        words, count = spoken(self._words[key]), self._counts[key]
        return words if count is None else f"{words} {count}"

    def set_count(self, key: str, count: int | None) -> None:
        if self._counts[key] != count:
            self._counts[key] = count
            self._buttons[key].set_words(lambda: self._label(key))

    def current(self) -> str:
        """The key of the button that is on."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, key: str) -> None:
        """Turn a button on without saying so."""
        self._buttons[key].setChecked(True)
