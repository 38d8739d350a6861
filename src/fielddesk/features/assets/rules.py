"""What an asset record must hold (AC1)."""

from __future__ import annotations

from fielddesk.core.errors import RuleBroken


def check_asset(serial: str, name: str) -> None:
    """RuleBroken where an asset has neither a serial nor a name a person could find it by."""
    if not serial.strip():
        raise RuleBroken("serial_missing", field="serial")
    if not name.strip():
        raise RuleBroken("name_missing", field="name")
