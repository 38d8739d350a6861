"""The languages FieldDesk speaks, and how it writes numbers, days and times in each of them.

Sentences are English in the code (`_("2 changes wait")`) and translated from the gettext catalogues in
`resources/translations`. Nothing heavy is loaded here: Babel comes in the first time a date is written.
"""

from __future__ import annotations

import gettext as _gettext
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

from fielddesk.core.errors import FieldDeskError
from fielddesk.core.languages import DOMAIN
from fielddesk.core.languages import LANGUAGES as LANGUAGES
from fielddesk.core.languages import NAMES_OF_LANGUAGES as NAMES_OF_LANGUAGES

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from babel import Locale

FAMILY = {"en": ("en", "zh_CN", "zh_TW"), "zh_CN": ("zh_CN", "zh_TW", "en"), "zh_TW": ("zh_TW", "zh_CN", "en")}
"""In which order a name is looked for: a reader of one Chinese script reads the other before English."""

MILLION = 1_000_000
QUANTITY_LIMIT = 10**9 * MILLION
QUANTITY_DECIMALS = 6
_LONGEST_NUMBER = 60
_SIGNS = "+-\N{MINUS SIGN}\N{EN DASH}"

_chosen = "en"
_region: str | None = None
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_listeners: list[Callable[[], None]] = []


# ---------------------------------------------------------------- language


def language() -> str:
    """The language now spoken: that of `speaking(...)` around this call, else the one chosen."""
    return _spoken.get() or _chosen


def region() -> str | None:
    """What was last chosen beside the language for writing numbers."""
    return _region


def set_language(chosen: str, region: str | None = None) -> None:
    """Speak another language from now on and tell every listener.

    `region` (for example "de_DE") decides how numbers are written where that differs from the language.
    """
    global _chosen, _region
    if chosen not in LANGUAGES:
        raise FieldDeskError("language_unknown", language=chosen)
    changed = (chosen, region) != (_chosen, _region)
    _chosen, _region = chosen, region
    if changed:
        for listener in list(_listeners):
            listener()


def on_language_change(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each change; the answer, called, ends that."""
    _listeners.append(listener)

    def stop() -> None:
        if listener in _listeners:
            _listeners.remove(listener)

    return stop


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak `chosen` inside this block and thread only: a document in its customer's language."""
    if chosen not in LANGUAGES:
        raise FieldDeskError("language_unknown", language=chosen)
    token = _spoken.set(chosen)
    try:
        yield
    finally:
        _spoken.reset(token)


def closest_language(wanted: str | None) -> str:
    """The language of ours nearest to a locale name such as "zh-Hant-HK" or "de_DE.UTF-8"."""
    parts = re.split(r"[-_.@]", (wanted or "").lower())
    if parts[0] != "zh":
        return "en"
    return "zh_TW" if {"hant", "tw", "hk", "mo"} & set(parts) and "hans" not in parts else "zh_CN"


def pick(names: Mapping[str, str | None]) -> str:
    """The name to show from {"en": …, "zh_CN": …, "zh_TW": …}; empty when there is none."""
    for each in FAMILY[language()]:
        if name := names.get(each):
            return name
    return next((name for name in names.values() if name), "")


# ---------------------------------------------------------------- sentences


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(chosen: str) -> _gettext.NullTranslations:
    if chosen == "en":
        return _gettext.NullTranslations()
    from fielddesk.core.paths import resources

    path = resources() / "translations" / chosen / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return _gettext.GNUTranslations(file)


def _(message: str) -> str:
    """The sentence in the language now spoken; English where nobody translated it."""
    return _catalogue(language()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """`one` or `many` as the language counts; fill in the number with `.format(n=…)`."""
    return _catalogue(language()).ngettext(one, many, n)


def pgettext(context: str, message: str) -> str:
    """A word that means two things: `context` says which."""
    return _catalogue(language()).pgettext(context, message)


def N_(message: str) -> str:
    """Mark a sentence for translation here; `_()` translates it where it is shown."""
    return message


# ---------------------------------------------------------------- numbers


@lru_cache(maxsize=8)
def _signs(locale: str) -> tuple[str, str]:
    """Decimal sign and grouping sign of a locale."""
    if locale in LANGUAGES:  # checked against Babel by a test; spares its import for most people
        return ".", ","
    from babel import UnknownLocaleError

    try:
        symbols = _babel_locale(locale).number_symbols["latn"]
    except (UnknownLocaleError, ValueError):  # "C", or what a later system calls a place Babel has not heard of
        return _signs("en")
    return str(symbols["decimal"]), str(symbols["group"])


def _number_locale() -> str:
    return (_region or "").partition(".")[0].replace("-", "_") or language()


def decimal_sign() -> str:
    """What stands before the decimals of a number as it is written now."""
    return _signs(_number_locale())[0]


def group_sign() -> str:
    """What parts the thousands of a number as it is written now."""
    return _signs(_number_locale())[1]


def format_number(number: int, grouped: bool = True) -> str:
    """A whole number such as 12,345."""
    return _grouped(str(abs(number)), grouped, number < 0)


def format_quantity(millionths: int, unit: str = "", *, decimals: int = 0, grouped: bool = True) -> str:
    """An exact quantity; at least `decimals` places, more where it has more. A form field asks `grouped=False`."""
    whole, rest = divmod(abs(millionths), MILLION)
    places = f"{rest:06d}".rstrip("0").ljust(decimals, "0")
    text = _grouped(str(whole), grouped, millionths < 0)
    if places:
        text += _signs(_number_locale())[0] + places
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def _grouped(digits: str, grouped: bool, negative: bool) -> str:
    if grouped and len(digits) > 3:
        sign = _signs(_number_locale())[1]
        head = len(digits) % 3
        parts = [digits[:head]] * bool(head) + [digits[i : i + 3] for i in range(head, len(digits), 3)]
        digits = sign.join(parts)
    return "\N{MINUS SIGN}" + digits if negative else digits


def parse_quantity(text: str) -> int:
    """Millionths of what a person typed, exactly; full-width digits and a decimal comma are understood.

    Codes: number_missing, number_not_understood, number_ambiguous (values: either, other — as in 1,234),
    number_too_precise (limit: places), number_too_large (limit).
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * _LONGEST_NUMBER]).strip()
    if not plain:
        raise FieldDeskError("number_missing")
    if len(text) > _LONGEST_NUMBER:
        raise FieldDeskError("number_not_understood", text=text[:_LONGEST_NUMBER])
    sign = plain[0] if plain[0] in _SIGNS else ""
    whole, places = _split_number(plain[len(sign) :].lstrip(), text)
    if len(places) > QUANTITY_DECIMALS:
        raise FieldDeskError("number_too_precise", limit=QUANTITY_DECIMALS)
    value = int(whole or "0") * MILLION + int(places.ljust(QUANTITY_DECIMALS, "0"))
    if value > QUANTITY_LIMIT:
        raise FieldDeskError("number_too_large", limit=QUANTITY_LIMIT // MILLION)
    return value if sign in ("", "+") else -value


_GROUP_SPACES = " '’\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"


def _split_number(plain: str, typed: str) -> tuple[str, str]:
    """Digits before and after the decimal sign of a number without its plus or minus."""
    not_understood = FieldDeskError("number_not_understood", text=typed)
    if not re.fullmatch(rf"[0-9.,{_GROUP_SPACES}]+", plain, re.ASCII):
        raise not_understood
    if re.search(rf"[{_GROUP_SPACES}]", plain):
        if not re.fullmatch(rf"[0-9]{{1,3}}([{_GROUP_SPACES}][0-9]{{3}})+([.,][0-9]*)?", plain):
            raise not_understood
        plain = re.sub(rf"[{_GROUP_SPACES}]", "", plain)
        whole, _sign, places = plain.replace(",", ".").partition(".")
        return whole, places
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        decimal = max(".,", key=plain.rfind)
        group = "." if decimal == "," else ","
        whole, _sign, places = plain.partition(decimal)
        if not re.fullmatch(rf"[0-9]{{1,3}}([{group}][0-9]{{3}})+", whole) or not re.fullmatch("[0-9]*", places):
            raise not_understood
        return whole.replace(group, ""), places
    if points + commas > 1:
        if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+", plain):
            raise not_understood
        return re.sub("[.,]", "", plain), ""
    return _split_at_one_sign(plain, not_understood)


def _split_at_one_sign(plain: str, not_understood: FieldDeskError) -> tuple[str, str]:
    match = re.fullmatch(r"([0-9]*)(?:([.,])([0-9]*))?", plain)
    if not match or not (match[1] or match[3]):
        raise not_understood
    whole, sign, places = match[1], match[2], match[3] or ""
    if sign and sign != _signs(_number_locale())[0] and len(places) == 3 and re.fullmatch("[1-9][0-9]{0,2}", whole):
        # A person who groups with this sign means thousands, one who was raised with it as decimal sign does not.
        raise FieldDeskError("number_ambiguous", either=whole + places, other=f"{whole}{'.,'[sign == '.']}{places}")
    return whole, places


# ---------------------------------------------------------------- days and times


@lru_cache(maxsize=8)
def _babel_locale(locale: str) -> Locale:
    from babel import Locale

    return Locale.parse(locale)


_CHINESE = {"short": "M月d日", "medium": "y年M月d日", "month": "y年M月", "weekday": "EEEEE"}
_DAY_PATTERNS = {
    "en": {"short": "d MMM", "medium": "d MMM y", "long": "EEEE d MMMM y", "month": "MMMM y", "weekday": "EEE"},
    "zh_CN": {**_CHINESE, "long": "y年M月d日EEEE"},
    "zh_TW": {**_CHINESE, "long": "y年M月d日 EEEE"},
}


def format_day(day: date | str, style: str = "medium") -> str:
    """A calendar day (a date or its ISO text). Styles: short (17 Mar), medium, long (with the weekday), month,
    weekday (Fri), iso."""
    from datetime import date, datetime

    if isinstance(day, str):
        day = date.fromisoformat(day)
    elif isinstance(day, datetime):
        day = day.date()
    if style == "iso":
        return day.isoformat()
    if (plain := _plain_day(day, style)) is not None:
        return plain
    from babel.dates import format_date

    return format_date(day, _DAY_PATTERNS[language()][style], locale=_babel_locale(language()))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _plain_day(day: date, style: str) -> str | None:
    """The two short styles, which lists are full of, without Babel: loading it would delay the first list."""
    if style not in ("short", "medium"):
        return None
    if language() == "en":
        # Checked against Babel by a test, as are the Chinese ones.
        return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if style == "medium" else "")
    return (f"{day.year}年" if style == "medium" else "") + f"{day.month}月{day.day}日"


def format_moment(us_utc: int, zone: str, style: str = "medium") -> str:
    """A moment (microseconds UTC) on the clocks of `zone`. Styles: time (09:41), seconds, short, medium, long.

    Where this machine does not know the zone, UTC is shown and named.
    """
    from datetime import UTC, datetime, timedelta

    place, named = _zone(zone)
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us_utc)).astimezone(place)
    clock = f"{local:%H:%M:%S}" if style == "seconds" else f"{local:%H:%M}"
    ending = "" if named else " UTC"
    if style in ("time", "seconds"):
        return clock + ending
    day = format_day(local.date(), style)
    return f"{day} {clock}{ending}" if language() != "en" else f"{day}, {clock}{ending}"


@lru_cache(maxsize=32)
def _zone(zone: str) -> tuple[tzinfo, bool]:
    from datetime import UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(zone), True
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC, zone in ("UTC", "")


def _days_between(day: date | str, today: date | str) -> int:
    from datetime import date

    first = date.fromisoformat(day) if isinstance(day, str) else day
    second = date.fromisoformat(today) if isinstance(today, str) else today
    return (first - second).days


def relative_day(day: date | str, today: date | str) -> str:
    """A day as one says it: "today", "in 3 days", "2 days ago"."""
    days = _days_between(day, today)
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if days > 0:
        return ngettext("in {n} day", "in {n} days", days).format(n=format_number(days))
    return ngettext("{n} day ago", "{n} days ago", -days).format(n=format_number(-days))


def due_words(day: date | str, today: date | str) -> str:
    """How a due day stands: "due today", "due in 3 days", "3 days late"."""
    days = _days_between(day, today)
    if days == 0:
        return _("due today")
    if days == 1:
        return _("due tomorrow")
    if days > 0:
        return ngettext("due in {n} day", "due in {n} days", days).format(n=format_number(days))
    return ngettext("{n} day late", "{n} days late", -days).format(n=format_number(-days))


def duration_words(us: int) -> str:
    """A length of time in its two largest units, rounded down: "1 h 10 min", "2 d 4 h"."""
    minutes = abs(us) // (60 * MILLION)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("{h} h {m} min").format(h=hours, m=minutes) if minutes else _("{n} h").format(n=hours)
    days, hours = divmod(hours, 24)
    return _("{d} d {h} h").format(d=days, h=hours) if hours else _("{n} d").format(n=format_number(days))


def left_words(us: int) -> str:
    """Time until a limit: "1 h 10 min left", or "35 min late" when `us` is negative."""
    words = duration_words(us)
    return _("{time} late").format(time=words) if us < 0 else _("{time} left").format(time=words)


if __name__ == "__main__":
    from fielddesk.core.catalogues import main

    raise SystemExit(main())
