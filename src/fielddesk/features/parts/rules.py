"""Quantities, kinds of movement and the check of a parts list (SP4)."""

from __future__ import annotations

from typing import Final

from fielddesk.core.errors import RuleBroken

FITTED: Final = "fitted"
TAKEN_BACK: Final = "taken_back"
RECEIVED: Final = "received"

VAN: Final = "van"
DEPOT: Final = "depot"
HEADQUARTERS: Final = "headquarters"
PLACE_KINDS: Final = (VAN, DEPOT, HEADQUARTERS)

MILLION: Final = 1_000_000
MOST_AT_ONCE: Final = 1_000_000 * MILLION


def check_quantity(quantity: int) -> None:
    """RuleBroken where a quantity (millionths) is not above zero, or more than anyone carries at once."""
    if quantity <= 0:
        raise RuleBroken("quantity_not_positive", field="quantity")
    if quantity > MOST_AT_ONCE:
        raise RuleBroken("quantity_too_large", field="quantity", most=MOST_AT_ONCE)


def check_part(number: str) -> None:
    """RuleBroken where a part has no number."""
    if not number.strip():
        raise RuleBroken("number_missing", field="number")
