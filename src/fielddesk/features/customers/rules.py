"""What a customer record must hold (AC3)."""

from __future__ import annotations

from typing import Final

from fielddesk.core.errors import RuleBroken

TIERS: Final = ("strategic", "key", "standard")
LANGUAGES: Final = ("en", "zh_cn", "zh_tw")
"""In which a customer's documents are made, and a contact is spoken to."""
CONFIRMED_MONTHS: Final = 12
"""A contact confirmed longer ago than this is asked again at the next visit (AC3, choice)."""


def check_customer(number: str, name: str, tier: str) -> None:
    """RuleBroken where number or name is empty or the tier is none of ours."""
    if not number.strip():
        raise RuleBroken("number_missing", field="number")
    if not name.strip():
        raise RuleBroken("name_missing", field="name")
    if tier not in TIERS:
        raise RuleBroken("tier_unknown", field="tier", tier=tier)


def check_named(name: str) -> None:
    """RuleBroken where a site or contact has no name."""
    if not name.strip():
        raise RuleBroken("name_missing", field="name")


def check_language(language: str) -> None:
    """RuleBroken for a language no document is made in."""
    if language not in LANGUAGES:
        raise RuleBroken("language_unknown", field="language", language=language)


def to_be_confirmed(confirmed_on: str | None, today: str) -> bool:
    """Whether a contact was never confirmed, or more than twelve months before `today` (ISO days)."""
    return confirmed_on is None or confirmed_on < f"{int(today[:4]) - CONFIRMED_MONTHS // 12:04}{today[4:]}"
