"""What tells a state or a fact at a glance: chip, banner, empty place, card and its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from fielddesk.core.frozen import dataclass
from fielddesk.core.i18n import ngettext
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button
from fielddesk.ui.text import Elided, Glyph, Text, Worded, Words, spoken
from fielddesk.ui.tokens import STATE_ICONS


def state_icon(state: str) -> str:
    """The icon of a state; filled, but for idle: there nothing has happened yet."""
    return STATE_ICONS[state] if state == "idle" else f"{STATE_ICONS[state]}-fill"


class Chip(QFrame):
    """A state in icon and word on a soft ground; not pressable."""

    def __init__(self, words: Words, state: str = "idle", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("chip", "true")
        self.setProperty("state", state)
        self._glyph = Glyph(icon or state_icon(state), state, 16)
        self._text = Text(words)
        self._text.setProperty("state", state)
        row = QHBoxLayout(self)
        theme.space(row, (8, 0, 10, 0), 4)
        row.addWidget(self._glyph)
        row.addWidget(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, words: Words, state: str, icon: str = "") -> None:
        self._text.set_words(words)
        self._text.set_state(state)
        self._glyph.show_icon(icon or state_icon(state), state)
        theme.set_property(self, "state", state)

    def words(self) -> str:
        return self._text.text()

    def told(self) -> tuple[str, str, str]:
        """All that one sees of it."""
        return self.words(), self.property("state"), self._glyph.name()


@dataclass(frozen=True)
class Notice:
    """What a banner says: the fact, what to do, and at most two answers (words, what they run)."""

    fact: Words
    advice: Words = ""
    state: str = "warn"
    icon: str = ""
    answers: Sequence[tuple[Words, Callable[[], None]]] = ()


class Banner(Worded, QFrame):
    """The one banner of a page; more than one notice is told as "and 1 more"."""

    heard_as = "notice"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("banner", "true")
        self._glyph = Glyph("info-fill", "info", 24)
        self._fact = Text("", "strong", wraps=True)
        self._advice = Text("", "second", wraps=True)
        words = QVBoxLayout()
        theme.space(words, (0, 8, 0, 8), 2)
        words.addStretch(1)
        words.addWidget(self._fact)
        words.addWidget(self._advice)
        words.addStretch(1)
        self._answers = QHBoxLayout()
        theme.space(self._answers, spacing=8)
        told = QHBoxLayout()
        theme.space(told, spacing=12)
        told.addWidget(self._glyph)
        told.addLayout(words, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        theme.space(self._row, (12, 0, 12, 0), 12)
        self._row.addLayout(told, 1)
        self._row.addLayout(self._answers)
        self._buttons: list[Button] = []
        self._runs: list[Callable[[], None]] = []
        self._told: list[tuple[str, ...]] = []
        self.hide()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show the first notice, count the rest; none hides the banner. What says the same already stays: a button
        that has the keyboard or is just being pressed must not go."""
        told = [_told(notice) for notice in notices]
        self._runs = [run for _words, run in notices[0].answers] if notices else []
        if told == self._told:
            return
        self._told = told
        self.setVisible(bool(notices))
        for button in self._buttons:
            self._answers.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        if not notices:
            return
        first, more = notices[0], len(notices) - 1
        assert len(first.answers) <= 2, "a banner has at most two answers"
        theme.set_property(self, "state", first.state)
        self._glyph.show_icon(first.icon or state_icon(first.state), first.state)
        self._fact.set_words(first.fact)
        advice: Words = first.advice
        if more:
            advice = lambda: ngettext("and {n} more", "and {n} more", more).format(n=more)  # noqa: E731
        self._advice.set_words(advice)
        self._advice.setVisible(bool(spoken(advice)))
        for place, (words, _run) in enumerate(first.answers):
            button = Button(words)
            button.clicked.connect(lambda _on=False, place=place: self._runs[place]())
            self._answers.addWidget(button)
            self._buttons.append(button)
        self._arrange()
        self.say("set_name", lambda: f"{spoken(first.fact)}. {spoken(advice)}".strip(". "))
        theme.announce(self, self.accessibleName())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Answers beside the words, or under them where both have no room."""
        wanted = sum(button.sizeHint().width() for button in self._buttons) + theme.px(300)
        under = bool(self._buttons) and 0 < self.width() < wanted
        way = QBoxLayout.Direction.TopToBottom if under else QBoxLayout.Direction.LeftToRight
        if self._row.direction() != way:
            self._row.setDirection(way)
            self._answers.setAlignment(Qt.AlignmentFlag.AlignLeft)
            theme.space(self._row, (12, 0, 12, 8 if under else 0), 0 if under else 12)


def _told(notice: Notice) -> tuple[str, ...]:
    """All that one sees of a notice."""
    answers = [spoken(words) for words, _run in notice.answers]
    return (spoken(notice.fact), spoken(notice.advice), notice.state, notice.icon, *answers)


class Remark(QWidget):
    """A sentence in the icon and colour of a state, such as what is wrong right here; without words it is hidden."""

    heard_as = "notice"

    def __init__(self, state: str = "bad", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = Text("", wraps=True)
        self._text.set_state(state)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        theme.space(row, spacing=6)
        row.addWidget(Glyph(icon or state_icon(state), state, 16), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        column = QVBoxLayout(self)  # beside a button the row is higher: then both stand in its middle
        theme.space(column)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self.hide()

    def show_words(self, words: Words) -> None:
        self._text.set_words(words)
        self.setAccessibleName(self._text.text())
        self.setVisible(bool(spoken(words)))

    def words(self) -> str:
        return self._text.text()


class Empty(QWidget):
    """Says what will appear here and how, where there is nothing yet."""

    def __init__(self, icon: str, fact: Words, how: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fact = Text(fact, "strong", wraps=True)
        self._how = Text(how, "second", wraps=True)
        words = QVBoxLayout()
        theme.space(words, spacing=2)
        words.addWidget(self._fact)
        words.addWidget(self._how)
        row = QHBoxLayout(self)
        theme.space(row, (20, 16, 20, 16), 16)
        row.addWidget(Glyph(icon, "text2", 28), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_words(self, fact: Words, how: Words) -> None:
        self._fact.set_words(fact)
        self._how.set_words(how)


class Card(QFrame):
    """A rounded ground with a head (title, number, one quiet button) and rows under it."""

    def __init__(self, title: Words = "", *, action: Words = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._column = QVBoxLayout(self)
        theme.space(self._column, (1, 0, 1, 4))
        self.action: Button | None = None
        self._count = Text("", "second")
        self._title = Text(title, "heading")
        if title:
            head = QWidget()
            row = QHBoxLayout(head)
            theme.space(row, (16, 4, 8, 4), 8)
            theme.size(head, height=48)
            row.addWidget(self._title)
            row.addWidget(self._count)
            row.addStretch(1)
            if action:
                self.action = Button(action, kind="quiet")
                row.addWidget(self.action)
            self._column.addWidget(head)
        self._rows: list[QWidget] = []
        self._wants_line = bool(title)

    def set_count(self, count: int | None) -> None:
        self._count.setText("" if count is None else str(count))

    def add(self, widget: QWidget) -> QWidget:
        """Put a row or any widget under the last one, parted by a line."""
        if self._wants_line or self._rows:
            line = QFrame()
            line.setProperty("kind", "line")
            self._column.addWidget(line)
            self._rows.append(line)
        self._column.addWidget(widget)
        self._rows.append(widget)
        return widget

    def clear(self) -> None:
        """Take every row away; the head stays."""
        for widget in self._rows:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._rows = []

    def column(self) -> QVBoxLayout:
        """The layout of the rows, for content that is no row."""
        return self._column


class CardRow(Worded, QWidget):
    """A row of a card: icon or time at the left, two lines, then a chip, words or a button at the right."""

    pressed = Signal()

    def __init__(
        self,
        title: Words,
        second: Words = "",
        *,
        icon: str = "",
        state: str = "idle",
        lead: Words = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        theme.space(self._row, (16, 10, 12, 10), 12)
        if lead:
            time = Text(lead, "heading")
            theme.size(time, least=56)
            self._row.addWidget(time)
        elif icon:
            self._row.addWidget(Glyph(icon, state if state != "idle" else "text2", 20))
        self._words = QVBoxLayout()
        theme.space(self._words, spacing=2)
        self._words.addWidget(Elided(title, "strong"))
        if second:
            self._words.addWidget(Elided(second, "second"))
        self._row.addLayout(self._words, 1)

    def add_below(self, text: Text) -> Text:
        """Put words under the title, where a sentence has room to wrap."""
        self._words.addWidget(text)
        return text

    def add(self, widget: QWidget) -> QWidget:
        """Put something at the right end."""
        self._row.addWidget(widget)
        return widget

    def add_words(self, words: Words, state: str | None = None) -> Text:
        """Put words at the right end; strong where they have a state."""
        text = Text(words, "strong" if state else "second")
        if state:
            text.set_state(state)
        self._row.addWidget(text)
        return text
