"""What a customer record must hold (AC3)."""

from __future__ import annotations

from typing import Final

from fielddesk.core.errors import RuleBroken

TIERS: Final = ("strategic", "key", "standard")


def check_customer(number: str, name: str, tier: str) -> None:
    """RuleBroken where number or name is empty or the tier is none of ours."""
    if not number.strip():
        raise RuleBroken("number_missing", field="number")
    if not name.strip():
        raise RuleBroken("name_missing", field="name")
    if tier not in TIERS:
        raise RuleBroken("tier_unknown", field="tier", tier=tier)
