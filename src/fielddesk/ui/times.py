"""The field for a moment: a day and a time in one line, typed as 2028-03-17 09:30 on the clocks of the place meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from fielddesk.core.clock import local_day, moment_at
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import _, format_moment
from fielddesk.ui import theme
from fielddesk.ui.days import Day, parse_day
from fielddesk.ui.text import Words

_TIME = re.compile(
    r"(?P<day>.*?)[\s,T]*(?<!\d)(?P<hour>\d{1,2})\s*(?::|点|點|时|時)\s*(?P<minute>\d{2})?分?\s*\Z", re.ASCII
)


def split_time(text: str) -> tuple[str, int | None]:
    """What is said of the day, and the minutes past midnight; None where no time is said. Code: time_not_understood."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _TIME.fullmatch(plain)
    if match is None:
        return plain, None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        raise FieldDeskError("time_not_understood")
    return match["day"].strip(" ,"), 60 * hour + minute


class DayTime(Day):
    """A moment; the value is microseconds UTC or None.

    What is typed and shown goes by the clocks of `place()`, a zone: where the machine stands, not where one sits.
    A time alone is one of today. `says(moment)` is what stands behind it.
    """

    def __init__(
        self,
        key: str,
        label: Words,
        *,
        place: Callable[[], str],
        today: Callable[[], str],
        says: Callable[[int], str],
        needed: bool = False,
        hint: Words = "",
    ) -> None:
        self._place, self._says = place, says
        super().__init__(key, label, needed=needed, hint=hint, today=today)
        theme.size(self.editor, width=180)

    def parse(self, text: str) -> Any:
        if not text.strip():
            return None
        day, minutes = split_time(text)
        found = parse_day(day, self._today()) if day else self._today()
        if minutes is None:
            raise FieldDeskError("time_missing")
        return moment_at(found, minutes, self._place())

    def display(self, value: Any) -> str:
        return "" if value is None else f"{local_day(value, self._place())} {self._clock(value)}"

    def _clock(self, value: int) -> str:
        return format_moment(value, self._place(), "time").removesuffix(" UTC")

    def in_words(self, value: Any) -> str:
        return self._says(value) if value is not None else super().in_words(value)

    def _say_day(self) -> None:
        if not hasattr(self, "said"):
            return
        self.none.setVisible(bool(self.text()) and not self.needed)
        try:
            moment = self.parse(self.text())
        except FieldDeskError:
            self.said.setText("")
        else:
            self.said.setText("" if moment is None else self._says(moment))

    def _typed_day(self) -> str:
        try:
            day, _minutes = split_time(self.text())
        except FieldDeskError:
            return ""
        return day

    def _picked(self, popup: QFrame, day: str) -> None:
        """A day from the calendar; a time that was typed stays, without one it is asked for."""
        popup.close()
        try:
            _day, minutes = split_time(self.text())
        except FieldDeskError:
            minutes = None
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if minutes is None:
            self.write(f"{day} ")
            self.editor.end(False)
            self.say_trouble(lambda: _("Now the time, such as 09:30."))
            return
        self.write(f"{day} {minutes // 60:02}:{minutes % 60:02}")
        self.commit()
