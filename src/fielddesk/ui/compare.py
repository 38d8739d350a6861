"""Two versions of one record side by side with what both began from, and a choice for each field."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import _
from fielddesk.ui import icons, theme
from fielddesk.ui.text import Text, Worded, Words, spoken, visible
from fielddesk.ui.wrapping import Lines, units

MINE, THEIRS = "mine", "theirs"
_ABOVE_UNDER = 600
"""A comparison narrower than this (pixels at 100 %) puts the versions above each other."""
_PIECES = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Difference:
    """One field of a conflict, each version as it reads on the screen."""

    key: str
    label: Words
    base: str
    mine: str
    theirs: str


def changed_spans(before: str, after: str) -> list[tuple[int, int]]:
    """Which letters of `after` (start, length) are not in `before`; by words in Latin, by letters in Chinese."""
    if len(before) + len(after) > 20_000:
        return [(0, len(after))] if before != after else []
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    starts = [0]
    for piece in new:
        starts.append(starts[-1] + len(piece))
    spans = []
    for kind, _i1, _i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("replace", "insert"):
            spans.append((starts[j1], starts[j2] - starts[j1]))
    return spans


class Version(Worded, QAbstractButton):
    """One version of one field; what is new in it is underlined on a soft ground. A press takes it."""

    def __init__(self, name: str, value: str, base: str, *, choosable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = visible(value) or _("(empty)")
        self._spans = changed_spans(base, value) if choosable else []
        self._lines = Lines(self._value, self._formats)
        self._choosable = choosable
        self.setCheckable(choosable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if choosable else Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{name}: {self._value}")
        if choosable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def words(self) -> str:
        return self._value

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        inner = width - theme.px(24) - (theme.px(26) if self._choosable else 0)
        return max(theme.px(40), self._lines.size(inner, self.font()).toSize().height() + theme.px(20))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), self.heightForWidth(theme.px(200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(110), theme.px(40))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self._lines.forget()
        super().changeEvent(event)

    def _formats(self) -> list[QTextLayout.FormatRange]:
        formats = []
        for start, length in self._spans:
            piece = QTextLayout.FormatRange()
            piece.start = units(self._value, start)
            piece.length = units(self._value, start + length) - piece.start
            piece.format.setBackground(theme.colour("warn_soft"))
            piece.format.setForeground(theme.colour("text"))
            piece.format.setFontUnderline(True)
            piece.format.setUnderlineColor(theme.colour("warn"))
            formats.append(piece)
        return formats

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        px, look = theme.px, theme.look()
        rect = self.rect()
        on = self.isChecked()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "select" if on else "hover" if self._choosable and self.underMouse() else "surface"
        wide = look.ring if self.hasFocus() or on else px(1)
        ink = "focus" if self.hasFocus() else "bar" if on else "edge" if self._choosable else "line"
        pen = painter.pen()
        pen.setColor(theme.colour(ink))
        pen.setWidth(wide)
        painter.setPen(pen)
        painter.setBrush(theme.colour(ground))
        inset = (wide + 1) // 2
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), px(6), px(6))
        left = px(12)
        if self._choosable:
            mark = QRect(left, rect.top() + px(10), px(20), px(20))
            icons.paint(painter, mark, "radio-button-fill" if on else "circle", "bar" if on else "edge")
            left += px(26)
        painter.setPen(theme.colour("text" if self._choosable else "text2"))
        painter.setFont(self.font())
        painter.setClipRect(event.rect())
        place = QRectF(left, px(10), rect.width() - left - px(12), rect.height())
        self._lines.draw(painter, place, Qt.AlignmentFlag.AlignLeft)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


@dataclass(frozen=True)
class _Row:
    """What the screen has of one difference: line, label, and the three versions each with a head of its own."""

    line: QFrame
    label: Text
    heads: tuple[Text, ...]
    versions: tuple[Version, ...]


class Compare(Worded, QWidget):
    """The three columns; where they have no room, mine stands above theirs. Signals: `chosen(key, "mine" | "theirs")`,
    `complete(bool)` once every field has a choice.

    Keyboard: Tab to a field, arrows between the versions, Space or Enter takes one; Alt+1 takes all of mine, Alt+2 all
    of theirs.
    """

    chosen = Signal(str, str)
    complete = Signal(bool)

    def __init__(self, mine: Words = "", theirs: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mine, self._theirs = mine, theirs
        self._differences: list[Difference] = []
        self._choices: dict[str, str] = {}
        self._versions: dict[tuple[str, str], Version] = {}
        self._rows: list[_Row] = []
        self._heads: list[Text] = []
        self._above = False
        self._column = QVBoxLayout(self)
        theme.space(self._column)
        self._inner: QWidget | None = None

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Show a conflict; earlier choices are forgotten."""
        self._differences = list(differences)
        self._choices = {}
        self._build()
        self.complete.emit(not differences)

    def choices(self) -> dict[str, str]:
        """By field "mine" or "theirs", as far as chosen."""
        return dict(self._choices)

    def take(self, key: str, side: str) -> None:
        """One side for one field, as if it were pressed."""
        self._versions[key, side].click()

    def take_all(self, side: str) -> None:
        """One side for every field."""
        for difference in self._differences:
            self._versions[difference.key, side].click()

    def retranslate(self) -> None:
        if self._differences:
            kept = dict(self._choices)
            self._build()
            for key, side in kept.items():
                self._versions[key, side].setChecked(True)
            self._choices = kept

    def _build(self) -> None:
        if self._inner is not None:
            self._column.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self._inner = QWidget()
        self._versions = {}
        self._grid = QGridLayout(self._inner)
        theme.space(self._grid, spacing=8)
        heads = (_("Before"), spoken(self._mine) or _("Mine"), spoken(self._theirs) or _("Theirs"))
        self._heads = [Text(words, "caption", wraps=True) for words in heads]
        self._rows = [self._make_row(difference, heads) for difference in self._differences]
        self._lay()
        self._column.addWidget(self._inner)

    def _make_row(self, difference: Difference, heads: tuple[str, str, str]) -> _Row:
        line = QFrame()
        line.setProperty("kind", "line")
        name = spoken(difference.label)
        label = Text(name, "strong", wraps=True)
        base = Version(f"{name}, {heads[0]}", difference.base, difference.base, choosable=False)
        group = QButtonGroup(self._inner)
        for place, (side, value) in enumerate(((MINE, difference.mine), (THEIRS, difference.theirs))):
            version = Version(f"{name}, {heads[place + 1]}", value, difference.base, choosable=True)
            version.clicked.connect(lambda _on=True, key=difference.key, side=side: self._take(key, side))
            group.addButton(version)
            self._versions[difference.key, side] = version
        mine, theirs = (self._versions[difference.key, side] for side in (MINE, THEIRS))
        return _Row(line, label, tuple(Text(words, "caption", wraps=True) for words in heads), (base, mine, theirs))

    # ---------------------------------------------------------------- room

    def minimumSizeHint(self) -> QSize:
        """Less than the three columns need: they give way to three lines."""
        return QSize(theme.px(160), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_inner"):
            self._arrange()

    def _arrange(self) -> None:
        above = self.width() < theme.px(_ABOVE_UNDER)
        if above != self._above:
            self._above = above
            if self._inner is not None:
                self._lay()

    def _lay(self) -> None:
        grid, wide = self._grid, not self._above
        while grid.takeAt(0) is not None:
            pass
        for place, head in enumerate(self._heads):
            grid.setColumnStretch(place + 1, int(wide))
            head.setVisible(wide)
            if wide:
                grid.addWidget(head, 0, place + 1)
        grid.setColumnMinimumWidth(0, theme.px(110) if wide else 0)
        grid.setColumnStretch(0, int(not wide))
        for place, row in enumerate(self._rows):
            at = 1 + 8 * place
            grid.addWidget(row.line, at, 0, 1, 4 if wide else 1)
            grid.addWidget(row.label, at + 1, 0, Qt.AlignmentFlag.AlignTop if wide else Qt.AlignmentFlag(0))
            for side, (head, version) in enumerate(zip(row.heads, row.versions, strict=True)):
                head.setVisible(not wide)
                if wide:
                    grid.addWidget(version, at + 1, side + 1)
                else:
                    grid.addWidget(head, at + 2 + 2 * side, 0)
                    grid.addWidget(version, at + 3 + 2 * side, 0)

    # ---------------------------------------------------------------- choosing

    def _take(self, key: str, side: str) -> None:
        self._choices[key] = side
        self.chosen.emit(key, side)
        self.complete.emit(len(self._choices) == len(self._differences))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        sides = {Qt.Key.Key_1: MINE, Qt.Key.Key_2: THEIRS}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in sides:
            self.take_all(sides[Qt.Key(event.key())])
            event.accept()
            return
        super().keyPressEvent(event)
