"""Names for rows and operations: 32 hexadecimal characters whose first 12 are the time they were made."""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache

_LENGTH = 32
_is_hex = lru_cache(maxsize=4096)(re.compile(r"[0-9a-f]{32}\Z").match)
"""Remembered: one operation asks a dozen times, mostly of the ids before it asked of too."""


def new_id(now: int, random: bytes | None = None) -> str:
    """A version 7 UUID without dashes; `now` in microseconds, `random` ten bytes or the system's."""
    tail = random if random is not None else os.urandom(10)
    head = (now // 1000) & 0xFFFF_FFFF_FFFF
    high = 0x7000 | (int.from_bytes(tail[:2], "big") & 0x0FFF)
    low = 0x8000_0000_0000_0000 | (int.from_bytes(tail[2:10], "big") & 0x3FFF_FFFF_FFFF_FFFF)
    return f"{head:012x}{high:04x}{low:016x}"


def derived_id(operation_id: str, *names: str) -> str:
    """The id of a row an operation makes: same operation and names, same id, on every machine.

    Keeps the operation's time in front: ids in random order made applying rows 1.6 to 2.8 times slower.
    """
    text = "\x1f".join((operation_id, *names))
    return operation_id[:12] + "8" + hashlib.sha256(text.encode()).hexdigest()[:19]


def is_id(text: object) -> bool:
    """Whether this is the name of a row or operation."""
    return isinstance(text, str) and len(text) == _LENGTH and _is_hex(text) is not None
