"""The field for a day: typed as 2028-03-17 (or the way people write it), or picked from a calendar."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import QCalendarWidget, QFrame, QToolButton, QVBoxLayout

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_day, language
from fielddesk.ui import icons, theme
from fielddesk.ui.buttons import IconButton
from fielddesk.ui.fields import Line
from fielddesk.ui.text import Text, Words

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年 ]\s*(\d{1,2})[-/.月 ]\s*(\d{1,2})日?号?號?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def parse_day(text: str) -> str:
    """ISO text of a day someone typed: 2028-03-17, 2028/3/17, 2028年3月17日, 17.3.2028, 20280317.

    3/4/2028 is refused: half of the world reads it the other way. Code: day_not_understood.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _YEAR_FIRST.fullmatch(plain) or _DIGITS.fullmatch(plain)
    parts = match.groups() if match else ()
    if match := _DAY_FIRST.fullmatch(plain):
        parts = match.groups()[::-1]
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except (TypeError, ValueError):
        raise FieldDeskError("day_not_understood", text=text) from None


class Day(Line):
    """A calendar day; the value is its ISO text or None."""

    def __init__(self, key: str, label: Words, *, needed: bool = False, hint: Words = "") -> None:
        super().__init__(key, label, needed=needed, hint=hint)
        theme.size(self.editor, width=150)
        self.open = IconButton(lambda: _("Pick from the calendar"), "calendar-blank")
        self.open.clicked.connect(self._open_calendar)
        self._line.setStretch(0, 0)
        self._line.addWidget(self.open)
        self.said = Text("", "second")
        self._line.addWidget(self.said)
        self._line.addStretch(1)
        self._calendar: QFrame | None = None

    def parse(self, text: str) -> str | None:
        return parse_day(text) if text.strip() else None

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
        try:
            self.said.setText(format_day(parse_day(self.text()), "long"))
        except FieldDeskError:
            self.said.setText("")

    def retranslate(self) -> None:
        super().retranslate()
        self._say_day()

    def _open_calendar(self) -> None:
        popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setProperty("kind", "overlay")
        column = QVBoxLayout(popup)
        theme.space(column, (8, 8, 8, 8))
        calendar = make_calendar(self.text())
        calendar.activated.connect(lambda day: self._picked(popup, day))
        calendar.clicked.connect(lambda day: self._picked(popup, day))
        column.addWidget(calendar)
        popup.move(self.editor.mapToGlobal(self.editor.rect().bottomLeft()))
        popup.show()
        calendar.setFocus()

    def _picked(self, popup: QFrame, day: QDate) -> None:
        popup.close()
        self.write(day.toString(Qt.DateFormat.ISODate))
        self.editor.setFocus()
        self.commit()


def make_calendar(text: str) -> QCalendarWidget:
    """A month in the look of the window; the week begins on Monday."""
    calendar = QCalendarWidget()
    names = {"zh_CN": "zh_Hans_CN", "zh_TW": "zh_Hant_TW"}
    calendar.setLocale(QLocale(names.get(language(), "en_GB")))
    calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setAccessibleName(_("Calendar"))
    calendar.setMinimumSize(theme.px(340), theme.px(320))
    arrows = (
        ("qt_calendar_prevmonth", "caret-left", _("Month before")),
        ("qt_calendar_nextmonth", "caret-right", _("Month after")),
    )
    for name, icon, words in arrows:
        button = calendar.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(icons.icon(icon, "text"))
            button.setAccessibleName(words)
    try:
        calendar.setSelectedDate(QDate.fromString(parse_day(text), Qt.DateFormat.ISODate))
    except FieldDeskError:
        pass  # nothing sensible typed yet: it opens on today
    return calendar
