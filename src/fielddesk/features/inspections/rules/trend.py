"""Whether a reading is questioned: it lies outside its limits, or far from where the earlier ones were heading.

The line through the earlier readings is Theil and Sen's (the median of all slopes between two of them), and far is
more than four robust deviations (median of the distances from that line, times 1.4826). One wild reading of the past
moves neither. All is counted in whole numbers and fractions, so every machine says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from fielddesk.core.frozen import dataclass
from fielddesk.features.inspections.rules.items import Item

LIMITS: Final = "limits"
TREND: Final = "trend"

FEWEST: Final = 4
"""With fewer earlier readings there is no trend."""
MOST: Final = 40
"""Only so many of the latest are looked at."""
DEVIATIONS: Final = 4
_TO_SIGMA: Final = Fraction(14826, 10000)

Reading = tuple[int, int]
"""(microseconds UTC, millionths)."""


@dataclass(frozen=True)
class Trend:
    """Where the earlier readings head: the value expected at a moment, and how far from it is still usual
    (millionths)."""

    expected: int
    tolerance: int


@dataclass(frozen=True)
class Question:
    """Why a reading is questioned. All numbers in millionths.

    `why` is limits or trend; `difference` is signed, from the limit that was crossed or from the expected value;
    `limit` the limit crossed, `expected` what the trend foretold (None without a trend), `last` the latest earlier
    reading with its moment (None without any).
    """

    why: str
    difference: int
    limit: int | None = None
    expected: int | None = None
    last: int | None = None
    last_at: int | None = None


def question_of(item: Item, earlier: Sequence[Reading], at: int, number: int) -> Question | None:
    """Whether a reading of this moment is questioned, and why; None where it is as it should be."""
    before = sorted(reading for reading in earlier if reading[0] < at)
    trend = trend_of(item, before, at)
    last_at, last = before[-1] if before else (None, None)
    expected = None if trend is None else trend.expected
    if item.low is not None and number < item.low:
        return Question(LIMITS, number - item.low, item.low, expected, last, last_at)
    if item.high is not None and number > item.high:
        return Question(LIMITS, number - item.high, item.high, expected, last, last_at)
    if trend is not None and abs(number - trend.expected) > trend.tolerance:
        return Question(TREND, number - trend.expected, None, expected, last, last_at)
    return None


def trend_of(item: Item, earlier: Sequence[Reading], at: int) -> Trend | None:
    """The trend of the earlier readings at a moment; None for fewer than four, or where all are of one moment."""
    before = sorted(reading for reading in earlier if reading[0] < at)[-MOST:]
    if len(before) < FEWEST:
        return None
    slopes = [
        Fraction(right - left, later - sooner)
        for place, (sooner, left) in enumerate(before)
        for later, right in before[place + 1 :]
        if later > sooner
    ]
    if not slopes:
        return None
    slope = _median(slopes)
    start = _median([value - slope * (moment - at) for moment, value in before])
    spread = _median([abs(value - start - slope * (moment - at)) for moment, value in before])
    # Equal readings have no spread at all: the last digit alone must not be questioned.
    sigma = max(spread * _TO_SIGMA, Fraction(item.resolution))
    return Trend(round(start), round(sigma * DEVIATIONS))


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)
