"""Text that a spreadsheet would take for a formula, made inert on its way out and itself again on its way in."""

from __future__ import annotations

import re

_SIGNS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_RUNS = re.compile(f"'*[{_SIGNS}]")
_WAS_MADE_INERT = re.compile(f"''*[{_SIGNS}]")
_NUMBER = re.compile(r"-[0-9]{1,15}([.,][0-9]{1,15})?", re.ASCII)


def runs(text: str) -> bool:
    """Whether a spreadsheet might run this; a number below zero is only a number."""
    return _RUNS.match(text) is not None and _NUMBER.fullmatch(text) is None


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `as_written` gives back what it was."""
    return "'" + text if runs(text) else text


def as_written(text: str) -> str:
    """A cell of a CSV as it was before `inert`."""
    return text[1:] if _WAS_MADE_INERT.match(text) else text


__all__ = ["as_written", "inert", "runs"]
