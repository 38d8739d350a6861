"""Days and times as people's lists write them: ISO, 17.3.2028, 2028年3月17日, 民國115年3月17日, a spreadsheet's number.

What can mean two days is refused, unless the column it stands in shows which way round its days are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from fielddesk.core.errors import RuleBroken
from fielddesk.core.frozen import dataclass

DAY_FIRST: Final = "day_first"
MONTH_FIRST: Final = "month_first"
UNSURE: Final = ""
ORDERS: Final = (UNSURE, DAY_FIRST, MONTH_FIRST)

LONGEST: Final = 60
ROC_BEFORE: Final = 1911
"""Year 1 of the Republic of China is 1912."""
_SERIAL_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(366, 109_574)
"""From 1901 to 2199: a smaller or larger number is rather an order's than a day's."""
_YEARS: Final = range(1900, 2200)
"""Days of 1905 and 1906 as a spreadsheet counts; whoever writes 2019 or 2019.5 means a year, and names no day."""

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?", re.ASCII)
_DIGITS = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})", re.ASCII)
_ROC = re.compile(
    r"(民國|民国|中華民國)?\s*(\d{2,3})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?", re.ASCII
)
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{4})", re.ASCII)
_MONTH_NAMED = re.compile(
    r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})|([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})", re.ASCII
)
_CLOCK = re.compile(
    r"(上午|下午|AM|PM)?\s*(\d{1,2})\s*[:时時点點]\s*(\d{1,2})(?:\s*[:分]\s*(\d{1,2})(?:\.\d+)?\s*秒?|分)?"
    r"\s*(上午|下午|[AaPp]\.?[Mm]\.?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_SERIAL = re.compile(r"\d{3,6}([.,]\d{1,15})?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Written:
    """A moment as it was written: an ISO day, seconds after its midnight (None: no time), and minutes east of
    Greenwich (None: the clock of the place)."""

    day: str
    seconds: int | None = None
    offset: int | None = None


def read_day(text: str, order: str = UNSURE) -> str:
    """ISO day. RuleBroken: day_not_read, day_unsure (either, other) where it can be read two ways."""
    return read_moment(text, order).day


def read_moment(text: str, order: str = UNSURE) -> Written:
    """A day with its time, where one stands behind it. Codes as in `read_day`."""
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST]).strip()
    if not plain or len(plain) > LONGEST:
        raise RuleBroken("day_not_read", value=text[:LONGEST])
    if _SERIAL.fullmatch(plain):
        return _of_serial(plain, text)
    for pattern in (_YEAR_FIRST, _YEAR_LAST, _MONTH_NAMED, _ROC, _DIGITS):
        if (found := pattern.match(plain)) is not None:
            rest = plain[found.end() :].lstrip(" T,")
            clock = _CLOCK.fullmatch(rest) if rest else None
            if rest and clock is None:
                continue
            return _with_clock(_day_of(pattern, found, order, text), clock, text)
    raise RuleBroken("day_not_read", value=text[:LONGEST])


def _day_of(pattern: re.Pattern[str], found: re.Match[str], order: str, text: str) -> str:
    parts = found.groups()
    if pattern is _YEAR_LAST:
        return _year_last(int(parts[0]), parts[1], int(parts[2]), int(parts[3]), order, text)
    if pattern is _MONTH_NAMED:
        day, month, year = (parts[0], parts[1], parts[2]) if parts[0] else (parts[4], parts[3], parts[5])
        if month[:3].lower() not in _MONTHS:
            raise RuleBroken("day_not_read", value=text[:LONGEST])
        return _iso(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day), text)
    if pattern is _ROC:
        named, year, sign, month, day = parts
        if not named and len(year) < 3 and sign != "年":
            raise RuleBroken("day_not_read", value=text[:LONGEST])  # 26/11/25: nobody can tell which is the year
        if not named and len(year) < 3:
            raise RuleBroken("day_unsure", either=f"20{year}", other=str(int(year) + ROC_BEFORE), value=text[:LONGEST])
        return _iso(int(year) + ROC_BEFORE, int(month), int(day), text)
    return _iso(int(parts[0]), int(parts[1]), int(parts[2]), text)


def _year_last(first: int, sign: str, second: int, year: int, order: str, text: str) -> str:
    if sign == "." or first > 12 or first == second:
        return _iso(year, second, first, text)
    if second > 12:
        return _iso(year, first, second, text)
    if order == DAY_FIRST:
        return _iso(year, second, first, text)
    if order == MONTH_FIRST:
        return _iso(year, first, second, text)
    either, other = _iso(year, second, first, text), _iso(year, first, second, text)
    raise RuleBroken("day_unsure", either=either, other=other, value=text[:LONGEST])


def _iso(year: int, month: int, day: int, text: str) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise RuleBroken("day_not_read", value=text[:LONGEST]) from None


def _with_clock(day: str, clock: re.Match[str] | None, text: str) -> Written:
    if clock is None:
        return Written(day)
    before, hour, minute, second, after, zone = clock.groups()
    half = (before or after or "").replace(".", "").lower()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise RuleBroken("day_not_read", value=text[:LONGEST])
        hours = hours % 12 + (12 if half in ("下午", "pm") else 0)
    seconds = int(second or 0)
    if hours > 23 or int(minute) > 59 or seconds > 59:
        raise RuleBroken("day_not_read", value=text[:LONGEST])
    offset = None
    if zone == "Z":
        offset = 0
    elif zone:
        offset = (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 60 + int(zone[-2:]))
    return Written(day, hours * 3600 + int(minute) * 60 + seconds, offset)


def _of_serial(plain: str, text: str) -> Written:
    """A spreadsheet's own number of a day, with a point or a comma before its part of the day."""
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise RuleBroken("day_not_read", value=text[:LONGEST]) from None
    days = int(number)
    if days not in _SERIALS or days in _YEARS:
        raise RuleBroken("day_not_read", value=text[:LONGEST])
    seconds = round((number - days) * 86_400)
    moment = datetime.combine(_SERIAL_ZERO, datetime.min.time()) + timedelta(days=days, seconds=seconds)
    timed = "." in plain.replace(",", ".") and seconds
    return Written(
        moment.date().isoformat(), moment.hour * 3600 + moment.minute * 60 + moment.second if timed else None
    )


def guess_order(texts: Iterable[str]) -> str:
    """Which way round the days of a column are, where one of them shows it: 17/3/2028 can only begin with its day."""
    found: set[str] = set()
    for text in texts:
        match = _YEAR_LAST.match(unicodedata.normalize("NFKC", text[:LONGEST]).strip())
        if match is None or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second:
            found.add(DAY_FIRST)
        elif second > 12 >= first:
            found.add(MONTH_FIRST)
    return found.pop() if len(found) == 1 else UNSURE


__all__ = ["DAY_FIRST", "MONTH_FIRST", "ORDERS", "UNSURE", "Written", "guess_order", "read_day", "read_moment"]
