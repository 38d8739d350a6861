"""When a picture was taken, out of the EXIF block of a JPEG, PNG or WebP file; nothing else of it is read."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Final

HEAD_BYTES: Final = 256 * 1024
"""So much from the beginning of a file holds the block of every camera."""
_IFD_EXIF: Final = 0x8769
_TAKEN: Final = 0x9003
_CHANGED: Final = 0x0132
_OFFSET: Final = 0x9011
_DAY_AND_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_AWAY = re.compile(r"([+-])(\d\d):(\d\d)")
_MOST_ENTRIES: Final = 500


def taken_at(head: bytes, zone: str) -> int | None:
    """The moment (microseconds UTC) a picture was taken; `zone` is where the camera's clock stood if it does not say.

    None where the file has no such block or a damaged one. A file's own date is no answer: copying changes it.
    """
    block = _block(head)
    if block is None:
        return None
    try:
        return _moment(_Fields(block), zone)
    except (struct.error, IndexError, ValueError, OverflowError):
        return None


def scan_begins(head: bytes) -> int:
    """Where the pixels of a JPEG begin, behind the small picture that its EXIF block may hold; 0 where not in sight."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        if head[at + 1] == 0xDA:
            return at
        at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4], "big"))
    return 0


def _block(head: bytes) -> bytes | None:
    """The TIFF structure within the file."""
    if head[:2] == b"\xff\xd8":
        at = 2
        while at + 4 <= len(head) and head[at] == 0xFF and head[at + 1] != 0xDA:
            length = int.from_bytes(head[at + 2 : at + 4], "big")
            if head[at + 1] == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
                return head[at + 10 : at + 2 + length]
            at += 2 + max(2, length)
        return None
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return _chunk(head, 8, b"eXIf", "big", 4)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _chunk(head, 12, b"EXIF", "little", 0)
    return None


def _chunk(head: bytes, at: int, wanted: bytes, order: str, after: int) -> bytes | None:
    """The content of a chunk: PNG writes the length before the name and a checksum behind, WebP the name first."""
    while at + 8 <= len(head):
        first, second = head[at : at + 4], head[at + 4 : at + 8]
        name, size = (second, first) if order == "big" else (first, second)
        length = int.from_bytes(size, "big" if order == "big" else "little")
        if name == wanted:
            content = head[at + 8 : at + 8 + length]
            return content[6:] if content[:6] == b"Exif\0\0" else content
        at += 8 + length + after + (length % 2 if order == "little" else 0)
    return None


class _Fields:
    """The few fields we ask for; every place is checked by the slice that reads it."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._order = {b"II": "<", b"MM": ">"}[block[:2]] if block[:2] in (b"II", b"MM") else ""
        if not self._order or self._number("H", 2) != 42:
            raise ValueError("no TIFF")
        self._main = self._table(self._number("I", 4))
        inner = self._main.get(_IFD_EXIF)
        self._inner = self._table(struct.unpack(f"{self._order}I", inner[1])[0]) if inner else {}

    def _number(self, kind: str, at: int) -> int:
        return int(struct.unpack_from(f"{self._order}{kind}", self._block, at)[0])

    def _table(self, at: int) -> dict[int, tuple[int, bytes]]:
        """Tag to length in letters and the four bytes that hold the value or its place."""
        found = {}
        for place in range(min(self._number("H", at), _MOST_ENTRIES)):
            entry = at + 2 + 12 * place
            found[self._number("H", entry)] = (self._number("I", entry + 4), self._block[entry + 8 : entry + 12])
        return found

    def text(self, tag: int) -> str:
        length, value = self._inner.get(tag) or self._main.get(tag) or (0, b"")
        if not 4 < length <= 64:
            return ""
        at = struct.unpack(f"{self._order}I", value)[0]
        return self._block[at : at + length].split(b"\0")[0].decode("ascii", "replace")


def _moment(fields: _Fields, zone: str) -> int | None:
    from zoneinfo import ZoneInfo

    match = _DAY_AND_TIME.match(fields.text(_TAKEN)) or _DAY_AND_TIME.match(fields.text(_CHANGED))
    if match is None:
        return None
    local = datetime(*map(int, match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - its zone comes next
    away = _AWAY.match(fields.text(_OFFSET))
    if away is not None:
        minutes = int(away[2]) * 60 + int(away[3])
        moment = local.replace(tzinfo=UTC) - timedelta(minutes=-minutes if away[1] == "-" else minutes)
    else:
        moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000
