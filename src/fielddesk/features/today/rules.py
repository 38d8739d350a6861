"""What a visit needs before one drives there, and from when on the laptop's rows count as old (SY5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from fielddesk.core.frozen import dataclass

NO_CUSTOMER: Final = "customer_not_here"
NO_ASSET: Final = "asset_not_here"
NO_CHECKLIST: Final = "checklist_not_here"
PART_SHORT: Final = "part_short"
NO_PICTURES: Final = "pictures_not_here"
NO_FILES: Final = "files_not_here"
NO_ADDRESS: Final = "address_missing"
NO_PERMIT: Final = "permit_needed"
NO_INDUCTION: Final = "induction_needed"

ADVICE: Final = frozenset({NO_PERMIT, NO_INDUCTION, NO_ADDRESS})
"""What must be thought of and cannot be fetched by a sync: a visit that lacks no more than this is ready."""

HOUR: Final = 3_600_000_000
HALF: Final = HOUR // 2
FIRST_HOUR: Final = 8
"""The hour of the day at which a first visit is proposed (our choice)."""
VISIT: Final = 2 * HOUR
"""How long a visit is taken to last where the next one is proposed (our choice)."""
OLD_AFTER: Final = 12 * HOUR
"""Rows older than this may have been overtaken (microseconds, our choice)."""
SOON_DAYS: Final = 2
WEEK_DAYS: Final = 7


@dataclass(frozen=True)
class Lack:
    """One thing a visit lacks; `values` name it."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def is_ready(lacks: tuple[Lack, ...]) -> bool:
    """Whether one can drive there with what is on this laptop and on the van."""
    return all(lack.code in ADVICE for lack in lacks)


def short_parts(reserved: Mapping[str, int], on_van: Mapping[str, int]) -> dict[str, int]:
    """Part to how many millionths of it are wanted and not on the van."""
    found = {part: wanted - max(on_van.get(part, 0), 0) for part, wanted in reserved.items()}
    return {part: lacking for part, lacking in found.items() if lacking > 0}


def is_old(synced_at: int | None, now: int) -> bool:
    """Whether the last agreement with headquarters (microseconds since 1970, UTC) is too long ago to rely on."""
    return synced_at is None or now - synced_at > OLD_AFTER


def free_time(begins: int, now: int, taken: Sequence[int]) -> int:
    """When the next visit of a day could begin: eight o'clock or the next half hour, two hours after the last one.

    `begins` is the day's first moment, `taken` when its visits begin; all in microseconds since 1970, UTC.
    """
    first = begins + FIRST_HOUR * HOUR
    soon = now + (HALF - (now - begins) % HALF) % HALF
    after = max(taken) + VISIT if taken else first
    return max(first, after, soon)
