"""The field for a day: typed as 2028-03-17 (or the way people write it), or picked from a calendar."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import LANGUAGES, _, format_day, relative_day, speaking
from fielddesk.ui import theme
from fielddesk.ui.buttons import Button, IconButton
from fielddesk.ui.fields import Line
from fielddesk.ui.text import Elided, Text, Words

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年 ]\s*(\d{1,2})[-/.月 ]\s*(\d{1,2})日?号?號?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


_SAID = range(-7, 32)
"""Days around today that are also understood as one says them."""


def parse_day(text: str, today: str = "") -> str:
    """ISO text of a day someone typed: 2028-03-17, 2028/3/17, 2028年3月17日, 17.3.2028, 20280317; where `today` is
    known also in the words the lists use, in any of our languages: tomorrow, in 3 days, 明天.

    3/4/2028 is refused: half of the world reads it the other way. Code: day_not_understood.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _YEAR_FIRST.fullmatch(plain) or _DIGITS.fullmatch(plain)
    parts = match.groups() if match else ()
    if match := _DAY_FIRST.fullmatch(plain):
        parts = match.groups()[::-1]
    if not parts and today and (day := _said(plain, date.fromisoformat(today))):
        return day
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except (TypeError, ValueError):
        raise FieldDeskError("day_not_understood", text=text) from None


def _said(plain: str, today: date) -> str:
    """The day that is called so, or "" when none near today is."""
    wanted = _folded(plain)
    for language in LANGUAGES:
        with speaking(language):
            for days in _SAID:
                day = today + timedelta(days=days)
                if _folded(relative_day(day, today)) == wanted:
                    return day.isoformat()
    return ""


def _folded(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def _of_this_computer() -> str:
    return date.today().isoformat()  # noqa: DTZ011  (a day typed in words by who sits before it)


class Day(Line):
    """A calendar day; the value is its ISO text or None."""

    def __init__(
        self,
        key: str,
        label: Words,
        *,
        needed: bool = False,
        hint: Words = "",
        today: Callable[[], str] = _of_this_computer,
    ) -> None:
        self._today = today
        super().__init__(key, label, needed=needed, hint=hint)
        theme.size(self.editor, width=150)
        self.open = IconButton(lambda: _("Pick from the calendar"), "calendar-blank")
        self.open.clicked.connect(self._open_calendar)
        self._line.setStretch(0, 0)
        self._line.addWidget(self.open)
        self.none = IconButton(lambda: _("No day"), "x")
        self.none.clicked.connect(self._clear)
        self.none.hide()
        self._line.addWidget(self.none)
        self.said = Elided("", "second")
        self._line.addWidget(self.said, 1)
        self._calendar: QFrame | None = None

    def parse(self, text: str) -> str | None:
        return parse_day(text, self._today()) if text.strip() else None

    def in_words(self, value: Any) -> str:
        return format_day(value, "long") if value else super().in_words(value)

    def write(self, text: str) -> None:
        super().write(text)
        self._say_day()

    def _typing(self) -> None:
        super()._typing()
        self._say_day()

    def _say_day(self) -> None:
        if not hasattr(self, "said"):
            return
        self.none.setVisible(bool(self.text()) and not self.needed)
        try:
            self.said.setText(format_day(parse_day(self.text(), self._today()), "long"))
        except FieldDeskError:
            self.said.setText("")

    def retranslate(self) -> None:
        super().retranslate()
        self._say_day()

    def _typed_day(self) -> str:
        """The part of what is typed that says the day."""
        return self.text()

    def _clear(self) -> None:
        self.write("")
        self.editor.setFocus()
        self.commit()

    def _open_calendar(self) -> None:
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setProperty("kind", "overlay")
        try:
            shown = date.fromisoformat(parse_day(self._typed_day(), self._today()))
        except FieldDeskError:
            shown = date.fromisoformat(self._today())
        month = Month(shown)
        month.picked.connect(lambda day: self._picked(popup, day))
        column = QVBoxLayout(popup)
        theme.space(column, (8, 8, 8, 8))
        column.addWidget(month)
        popup.move(self.editor.mapToGlobal(self.editor.rect().bottomLeft()))
        popup.show()
        month.focus_day()

    def _picked(self, popup: QFrame, day: str) -> None:
        popup.close()
        self.write(day)
        self.editor.setFocus()
        self.commit()


class Month(QWidget):
    """A month of days to pick from, beginning on Monday; arrows move by day and week, Page Up and Down by month."""

    picked = Signal(str)

    def __init__(self, shown: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Calendar"))
        self._day = shown
        self._title = Text("", "heading")
        before = IconButton(lambda: _("Month before"), "caret-left")
        before.clicked.connect(lambda: self._show(months_on(self._day, -1)))
        after = IconButton(lambda: _("Month after"), "caret-right")
        after.clicked.connect(lambda: self._show(months_on(self._day, 1)))
        head = QHBoxLayout()
        theme.space(head)
        head.addWidget(before)
        head.addStretch(1)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(after)
        self._grid = QGridLayout()
        theme.space(self._grid)
        column = QVBoxLayout(self)
        theme.space(column, spacing=4)
        column.addLayout(head)
        column.addLayout(self._grid)
        self._buttons = [self._make_day(place) for place in range(42)]
        for place in range(7):
            name = Text(partial(format_day, _A_MONDAY + timedelta(days=place), "weekday"), "caption")
            name.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._grid.addWidget(name, 0, place)
        self._show(shown)

    def _make_day(self, place: int) -> Button:
        button = Button("", kind="day")
        button.setCheckable(True)
        button.clicked.connect(lambda: self.picked.emit(self._at(place).isoformat()))
        button.installEventFilter(self)
        self._grid.addWidget(button, 1 + place // 7, place % 7)
        return button

    def _at(self, place: int) -> date:
        first = self._day.replace(day=1)
        return first + timedelta(days=place - first.weekday())

    def _show(self, day: date) -> None:
        self._day = day
        self._title.setText(format_day(day, "month"))
        for place, button in enumerate(self._buttons):
            here = self._at(place)
            button.set_words(str(here.day))
            button.setAccessibleName(format_day(here, "long"))
            button.setChecked(here == day)
            theme.set_property(button, "away", "true" if here.month != day.month else "false")

    def focus_day(self) -> None:
        """Put the keyboard on the day that is shown."""
        self._buttons[(self._day - self._at(0)).days].setFocus()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = event.key()
        if key in _DAYS_ON:
            self._show(self._day + timedelta(days=_DAYS_ON[Qt.Key(key)]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._show(months_on(self._day, -1 if key == Qt.Key.Key_PageUp else 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self._day.isoformat())
            return True
        else:
            return False
        self.focus_day()
        return True


_A_MONDAY = date(2024, 1, 1)
_DAYS_ON = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}


def months_on(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year < year < date.max.year:
        return day
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
