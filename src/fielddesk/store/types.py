"""The only column types there are; each has one canonical value on both databases, and one check.

An alias here (`Line`, `Quantity`, `Moment`, …) types a column and an action's argument alike, so what the screen
accepts, headquarters accepts. Every value is an int, a str or None, so a row's body is plain JSON at once.
`Numeric` on SQLite sums 0.1 and 0.2 to 0.30000000000000004, `DateTime` loses its zone and PostgreSQL refuses NUL:
therefore none of SQLAlchemy's plain types is used anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import sqlalchemy as sa
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.compiler import compiles

from fielddesk.core import canonical
from fielddesk.core.ids import is_id

if TYPE_CHECKING:
    from pydantic_core.core_schema import CoreSchema

MILLION = 1_000_000
LINE_LENGTH = 500
PROSE_LENGTH = 100_000
JSON_LENGTH = 1_000_000
REMEMBERED_LENGTH = 64
NUMBER_LIMIT = 10**9 * MILLION
"""No quantity or amount is larger: a sum of nine thousand of them still fits a BIGINT."""
MOMENT_LIMIT = 253_402_300_800 * MILLION  # the year 10000
FAMILIES = {"en": ("en", "zh_CN", "zh_TW"), "zh_CN": ("zh_CN", "zh_TW", "en"), "zh_TW": ("zh_TW", "zh_CN", "en")}

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""In JSON; six typed characters that look like it have another backslash before them."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,63}\Z", re.ASCII)
_ZONE = re.compile(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+){0,2}\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class _Whole(sa.BigInteger):
    """BIGINT on both databases."""


class _Text(sa.Text):
    """Text that compares byte by byte on both databases."""

    def __init__(self) -> None:
        super().__init__()


class FieldKind:
    """What a column may hold: its SQL type, its check, and the words of its schema."""

    def __init__(self, name: str, sql: sa.types.TypeEngine[Any], check: Callable[[Any], Any], **schema: Any) -> None:
        self.name = name
        self.sql = sql
        self.check = check
        self.schema = schema

    def __repr__(self) -> str:
        return f"FieldKind({self.name})"

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        from pydantic_core import core_schema  # when the first action is checked, not at the start

        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"title": self.name, **self.schema}


def wrong(code: str, **values: Any) -> PydanticCustomError:
    """What a check raises; the argument's name is added where the action is called."""
    return PydanticCustomError(code, code, values)


def _text(limit: int, *, one_line: bool) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if type(value) is not str:
            raise wrong("not_text")
        if value.isascii():
            clean = value
        else:
            if len(value) > 4 * limit:
                raise wrong("text_too_long", limit=limit)
            clean = unicodedata.normalize("NFC", value)
            try:
                clean.encode("utf-8")
            except UnicodeEncodeError:
                raise wrong("text_broken") from None
        if len(clean) > limit:
            raise wrong("text_too_long", limit=limit)
        if "\x00" in clean:
            raise wrong("text_has_nul")
        if one_line and ("\n" in clean or "\r" in clean):
            raise wrong("text_has_lines")
        return clean

    return check


def _whole(limit: int, low: int | None = None) -> Callable[[Any], int]:
    least = -limit if low is None else low

    def check(value: Any) -> int:
        if type(value) is not int:
            raise wrong("number_not_exact")
        if not least <= value <= limit:
            raise wrong("number_out_of_range", low=least, high=limit)
        return value

    return check


def _matching(pattern: re.Pattern[str], code: str) -> Callable[[Any], str]:
    known = lru_cache(maxsize=1024)(pattern.match)

    def check(value: Any) -> str:
        if type(value) is not str or not (known if len(value) <= REMEMBERED_LENGTH else pattern.match)(value):
            raise wrong(code)
        return value

    return check


def _check_id(value: Any) -> str:
    if not is_id(value):
        raise wrong("not_an_id")
    return value  # type: ignore[no-any-return]


def _check_day(value: Any) -> str:
    if type(value) is not str or not _DAY.match(value):
        raise wrong("not_a_day")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise wrong("not_a_day") from None


def _check_json(value: Any) -> str:
    """Canonical text of a JSON value; takes the value or its text."""
    try:
        tree = canonical.loads(value) if isinstance(value, str) else value
        _no_floats(tree, 20)
        text = canonical.dumps(tree)
        text.encode("utf-8")
    except (ValueError, TypeError, RecursionError):
        raise wrong("not_json") from None
    if _NUL.search(text):
        raise wrong("text_has_nul")
    if len(text) > JSON_LENGTH:
        raise wrong("text_too_long", limit=JSON_LENGTH)
    return text


def _no_floats(tree: Any, depth: int) -> None:
    if isinstance(tree, float) or depth == 0:
        raise ValueError
    if isinstance(tree, dict):
        for value in tree.values():
            _no_floats(value, depth - 1)
    elif isinstance(tree, list):
        for value in tree:
            _no_floats(value, depth - 1)


_check_line = _text(LINE_LENGTH, one_line=True)


def _check_names(value: Any) -> str:
    try:
        tree = canonical.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise wrong("not_names") from None
    if not isinstance(tree, dict) or not tree or set(tree) - set(FAMILIES):
        raise wrong("not_names")
    return canonical.dumps({language: _check_line(text) for language, text in tree.items() if text})


def _check_flag(value: Any) -> int:
    if value is True or value is False:
        return int(value)
    if type(value) is not int or value not in (0, 1):
        raise wrong("not_a_flag")
    return value


def _check_bytes_text(value: Any) -> str:
    if type(value) is not str or not value.isascii():
        raise wrong("not_text")
    return value


ID = FieldKind("Id", _Text(), _check_id, type="string", pattern="^[0-9a-f]{32}$")
LINE = FieldKind("Line", _Text(), _check_line, type="string", maxLength=LINE_LENGTH)
PROSE = FieldKind("Prose", _Text(), _text(PROSE_LENGTH, one_line=False), type="string", maxLength=PROSE_LENGTH)
CODE = FieldKind("Code", _Text(), _matching(_CODE, "not_a_code"), type="string", pattern=_CODE.pattern)
ZONE = FieldKind("Zone", _Text(), _matching(_ZONE, "not_a_zone"), type="string", pattern=_ZONE.pattern)
DAY = FieldKind("Day", _Text(), _check_day, type="string", format="date")
NAMES = FieldKind("Names", _Text(), _check_names, type="object")
JSON = FieldKind("Json", _Text(), _check_json)
OPAQUE = FieldKind("Opaque", _Text(), _check_bytes_text, type="string")
QUANTITY = FieldKind("Quantity", _Whole(), _whole(NUMBER_LIMIT), type="integer", unit="millionths")
MONEY = FieldKind("Money", _Whole(), _whole(NUMBER_LIMIT), type="integer", unit="millionths")
MOMENT = FieldKind("Moment", _Whole(), _whole(MOMENT_LIMIT), type="integer", unit="microseconds since 1970 UTC")
COUNT = FieldKind("Count", _Whole(), _whole(2**62), type="integer")
FLAG = FieldKind("Flag", _Whole(), _check_flag, type="integer", enum=[0, 1])

Id = Annotated[str, ID]
Line = Annotated[str, LINE]
"""One line of text, at most 500 characters, NFC, without NUL or lone surrogates."""
Prose = Annotated[str, PROSE]
"""Text of several lines, at most 100,000 characters."""
Code = Annotated[str, CODE]
Zone = Annotated[str, ZONE]
Day = Annotated[str, DAY]
Names = Annotated[str, NAMES]
"""A name in up to three languages, as canonical JSON text of {en, zh_CN, zh_TW}; `in_language` reads it."""
Json = Annotated[str, JSON]
Opaque = Annotated[str, OPAQUE]
"""ASCII that only machines read: hashes, tokens, operation bodies."""
Quantity = Annotated[int, QUANTITY]
"""Millionths of a unit."""
Money = Annotated[int, MONEY]
"""Millionths of a currency unit."""
Moment = Annotated[int, MOMENT]
"""Microseconds since 1970, UTC."""
Count = Annotated[int, COUNT]
Flag = Annotated[int, FLAG]


def in_language(names: str, language: str) -> str:
    """The name in this language, or in the nearest of its family; '' for an empty set."""
    tree = canonical.loads(names)
    for candidate in FAMILIES.get(language, FAMILIES["en"]):
        if text := tree.get(candidate):
            return str(text)
    return ""


@compiles(_Text, "postgresql")
def _text_on_postgresql(_type: _Text, _compiler: Any, **_: Any) -> str:
    return 'TEXT COLLATE "C"'


@compiles(_Text, "sqlite")
def _text_on_sqlite(_type: _Text, _compiler: Any, **_: Any) -> str:
    return "TEXT"
