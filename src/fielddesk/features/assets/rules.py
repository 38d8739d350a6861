"""What an asset record must hold (AC1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fielddesk.core.errors import RuleBroken

OPTIONAL: Final = frozenset(
    {"site_id", "model_id", "parent_id", "replaced_by_id", "installed_on", "warranty_until"}
)  # fmt: skip
"""What a record may hold nothing of."""
IN_WARRANTY: Final = "in"
OUT_OF_WARRANTY: Final = "out"


def check_asset(serial: str, name: str) -> None:
    """RuleBroken where an asset has neither a serial nor a name a person could find it by."""
    if not serial.strip():
        raise RuleBroken("serial_missing", field="serial")
    if not name.strip():
        raise RuleBroken("name_missing", field="name")


def check_days(installed_on: str | None, warranty_until: str | None) -> None:
    """RuleBroken where a warranty would end before the machine was installed."""
    if installed_on is not None and warranty_until is not None and warranty_until < installed_on:
        raise RuleBroken("warranty_before_installed", field="warranty_until")


def check_parent(asset_id: str, above: Iterable[str | None]) -> None:
    """RuleBroken where a machine would become a part of itself, at once or through others above it."""
    if asset_id in set(above):
        raise RuleBroken("part_of_itself", field="parent_id")


def warranty(warranty_until: str | None, today: str) -> str:
    """`in` up to and on the last day, `out` after it, empty where nobody knows."""
    if warranty_until is None:
        return ""
    return IN_WARRANTY if today <= warranty_until else OUT_OF_WARRANTY
