"""One way to write a value as text, so that two machines that agree on a value agree on its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pydantic_core

_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def dumps(value: Any) -> str:
    """Canonical JSON: keys sorted, no spaces, no NaN. Floats are the caller's to keep out."""
    return _encode(value)


def loads(text: str | bytes) -> Any:
    """Read JSON; ValueError for anything that is not, NaN and deep nesting included."""
    return pydantic_core.from_json(text, allow_inf_nan=False)


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
