"""One way to write a value as text, so that two machines that agree on a value agree on its digest."""

from __future__ import annotations

import hashlib
import json
import json.encoder
from collections.abc import Callable
from typing import Any

import pydantic_core


def _encoder() -> Callable[[Any], str]:
    """`JSONEncoder.encode`, which makes a new encoder in C at each call; ours is made once."""
    encoder = json.JSONEncoder(
        ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
    )
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    encode = make(None, encoder.default, json.encoder.encode_basestring, None, ":", ",", True, False, False)
    return lambda value: "".join(encode(value, 0))


dumps: Callable[[Any], str] = _encoder()
"""Canonical JSON: keys sorted, no spaces, no NaN. Floats are the caller's to keep out."""


def dumps_sorted(value: dict[str, Any]) -> str:
    """The same text for a flat object of texts and whole numbers whose keys stand in order already; a third the price.

    ValueError for a text that no UTF-8 can hold.
    """
    return pydantic_core.to_json(value).decode()


def loads(text: str | bytes) -> Any:
    """Read JSON; ValueError for anything that is not, NaN and deep nesting included."""
    return pydantic_core.from_json(text, allow_inf_nan=False)


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
