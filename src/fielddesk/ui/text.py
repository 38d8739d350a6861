"""Words on the screen: always plain text, whatever they contain, and said anew when the language changes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from fielddesk.ui import icons, theme
from fielddesk.ui.wrapping import Formats, Lines

Words = str | Callable[[], str]
"""A text, or a callable that makes it: that one follows a change of language by itself."""


def spoken(words: Words) -> str:
    """The text of some words now."""
    return words() if callable(words) else words


_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls; not tab and line ends
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of what follows
    "\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # without a width
    "\u115f\u1160\u3164\uffa0]"  # letters that are drawn as nothing
)
"""Not the two joiners (U+200C, U+200D): Persian, Indian scripts and emoji are written with them."""
UNSEEN_MARK = "\N{REPLACEMENT CHARACTER}"
_ENDS = str.maketrans({"\N{LINE SEPARATOR}": "\n", "\N{PARAGRAPH SEPARATOR}": "\n", "\N{SOFT HYPHEN}": "\N{HYPHEN}"})


def visible(text: str) -> str:
    """Text from outside as it may be shown: what turns letters around or hides among them is seen as a mark.

    Everything that puts text on the screen goes through this; what is stored, typed and copied stays as it is. Letter
    for letter, so that a place in one is the same place in the other.
    """
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(UNSEEN_MARK, text).translate(_ENDS)


def plain_tip(text: str) -> str:
    """A tooltip that shows `text` as it is; Qt would read what looks like markup as markup."""
    text = visible(text)
    if "<" not in text and "&" not in text:
        return text
    return "<qt>" + html.escape(text).replace("\n", "<br>") + "</qt>"


def no_mnemonic(text: str) -> str:
    """The text of a button, tab or menu entry: an ampersand from outside must not become a key."""
    return visible(text).replace("&", "&&")


class Worded:
    """Mixin of a widget that remembers where its words came from and says them again in another language."""

    def say(self, setter: str, words: Words) -> None:
        """Call `setter` with the words, now and after each change of language."""
        said: dict[str, Callable[[], str]] = self.__dict__.setdefault("_said", {})
        if callable(words):
            said[setter] = words
        else:
            said.pop(setter, None)
        getattr(self, setter)(spoken(words))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            for setter, words in list(self.__dict__.get("_said", {}).items()):
                getattr(self, setter)(words())
            self.retranslate()
        super().changeEvent(event)  # type: ignore[misc]

    def retranslate(self) -> None:
        """For what `say` cannot know."""

    def set_tip(self, text: str) -> None:
        self.setToolTip(plain_tip(text))  # type: ignore[attr-defined]

    def set_name(self, text: str) -> None:
        self.setAccessibleName(text)

    def setAccessibleName(self, text: str) -> None:
        super().setAccessibleName(visible(text))  # type: ignore[misc]


LEAST_LINE = 96
"""A wrapped text of longer words than this (pixels at 100 %) breaks them before it makes its page any wider."""


class Text(Worded, QLabel):
    """A label. Kinds: "" body, caption, second, strong, medium, heading, title, reading, error.

    One that wraps is never wider than its room, whatever words are in it.
    """

    def __init__(
        self, words: Words = "", kind: str = "", *, wraps: bool = False, parent: QWidget | None = None
    ) -> None:
        self._lines = Lines()  # first: Qt tells of changes while it makes the label
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setWordWrap(wraps)
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        if kind:
            self.setProperty("kind", kind)
        self.set_words(words)

    def setText(self, text: str) -> None:
        if self.wordWrap():
            self._lines.show(visible(text))
        super().setText(visible(text))

    def set_words(self, words: Words) -> None:
        self.say("setText", words)

    def set_state(self, state: str | None) -> None:
        """Colour of a state (ok, warn, bad, info, idle); None takes it away."""
        theme.set_property(self, "state", state or "")

    # ---------------------------------------------------------------- wrapped

    def _edges(self) -> QSize:
        edge = self.contentsMargins()
        return QSize(edge.left() + edge.right(), edge.top() + edge.bottom())

    def sizeHint(self) -> QSize:
        return self._lines.hint(self.font()) + self._edges() if self.wordWrap() else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        if not self.wordWrap():
            return super().minimumSizeHint()
        least = self._lines.least(self.font(), theme.px(LEAST_LINE))
        return QSize(least, QFontMetrics(self.font()).height()) + self._edges()

    def heightForWidth(self, width: int) -> int:
        if not self.wordWrap():
            return super().heightForWidth(width)
        edges, font = self._edges(), self.font()
        lines = self._lines.size(width - edges.width(), font).toSize().height()
        return max(lines, QFontMetrics(font).height()) + edges.height()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self._lines.forget()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.wordWrap():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setClipRect(event.rect())
        self._lines.draw(painter, self._place(), self._side(), self._formats())
        painter.end()

    def _side(self) -> Qt.AlignmentFlag:
        return self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask

    def _place(self) -> QRectF:
        """Where the lines begin."""
        room = QRectF(self.contentsRect())
        spare = room.height() - self._lines.size(int(room.width()), self.font()).height()
        if spare > 0 and self.alignment() & Qt.AlignmentFlag.AlignVCenter:
            room.setTop(room.top() + spare // 2)
        return room

    def _formats(self) -> Formats:
        """What is painted in another way, such as what is marked."""
        return ()


class Elided(Text):
    """One line that ends in "…" where it has no room, with the whole as tooltip; for names from outside."""

    def __init__(self, words: Words = "", kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words, kind, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(40), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._one_line()) + theme.px(2), super().sizeHint().height())

    def _one_line(self) -> str:
        return " ".join(self.text().split("\n"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        rect = self.contentsRect()
        line = self._one_line()
        shown = QFontMetrics(self.font()).elidedText(line, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
        tip = plain_tip(self.text()) if shown != line else ""
        if tip != self.toolTip():
            self.setToolTip(tip)


class Heading(Elided):
    """The title of a record, which is what a person reads: a second line where one has no room, "…" only after it."""

    heard_as = "heading"

    def __init__(self, words: Words = "", kind: str = "title", parent: QWidget | None = None) -> None:
        super().__init__(words, kind, parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return len(self.lines(width)) * self.sizeHint().height()

    def lines(self, width: int) -> list[str]:
        """The one or two lines it has in this width."""
        line, metrics = self._one_line(), QFontMetrics(self.font())
        if metrics.horizontalAdvance(line) <= width:
            return [line]
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = QTextLayout(line, self.font())
        layout.setTextOption(option)
        layout.beginLayout()
        first = layout.createLine()
        first.setLineWidth(max(1, width))
        layout.endLayout()
        units = line.encode("utf-16-le")  # Qt counts in these
        cut = 2 * first.textLength()
        begins, rest = (piece.decode("utf-16-le", "replace") for piece in (units[:cut], units[cut:]))
        return [begins.rstrip(), metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)]

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        rect = self.contentsRect()
        shown = self.lines(rect.width())
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        high = rect.height() // len(shown)
        for place, line in enumerate(shown):
            row = QRect(rect.left(), rect.top() + place * high, rect.width(), high)
            painter.drawText(row, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), line)
        painter.end()
        tip = plain_tip(self.text()) if shown[-1].endswith("…") else ""
        if tip != self.toolTip():
            self.setToolTip(tip)


class Glyph(QWidget):
    """An icon that stands by itself; decoration beside a word, so assistive technology passes it over."""

    def __init__(self, name: str, token: str = "text", pixels: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token = name, token
        theme.size(self, width=pixels, height=pixels)

    def name(self) -> str:
        return self._name

    def show_icon(self, name: str, token: str) -> None:
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = min(self.width(), self.height())
        icons.paint(
            painter, QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side), self._name, self._token
        )
        painter.end()


def see_through(widget: Any) -> Any:
    """The widget, made transparent for the pointer: what lies under it takes the press."""
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return widget
