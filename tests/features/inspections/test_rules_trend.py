"""When a reading is questioned: its laws, over whatever history a machine may have."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from fielddesk.features.inspections.rules import LIMITS, TREND, question_of, trend_of
from fielddesk.features.inspections.rules.items import NUMBER, Item

DAY = 86_400_000_000
QUARTER = 91 * DAY
BAR = 1_000_000
PRESSURE = Item("p", NUMBER, '{"en":"Accumulator pressure"}', unit="bar", low=92 * BAR, high=108 * BAR, decimals=1)
FREE = Item("p", NUMBER, '{"en":"Temperature"}', decimals=1)
LOOK = [(0, 98_400_000), (QUARTER, 97_900_000), (2 * QUARTER, 98_100_000), (3 * QUARTER, 97_600_000)]

values = st.integers(-(10**9), 10**9).map(lambda n: n * 1000)
moments = st.integers(1, 4000).map(lambda n: n * DAY)
readings = st.lists(st.tuples(moments, values), max_size=12, unique_by=lambda reading: reading[0])
NOW = 5000 * DAY


def test_the_reading_of_the_picture_is_questioned_for_its_trend() -> None:
    found = question_of(PRESSURE, LOOK, 4 * QUARTER, 93_200_000)
    assert found is not None
    assert (found.why, found.last, found.last_at, found.limit) == (TREND, 97_600_000, 3 * QUARTER, None)
    assert found.expected is not None
    assert 97_000_000 < found.expected < 97_700_000
    assert found.difference == 93_200_000 - found.expected


def test_outside_its_limits_a_reading_is_questioned_with_the_limit_it_crossed() -> None:
    low = question_of(PRESSURE, [], NOW, 91_900_000)
    high = question_of(PRESSURE, LOOK, NOW, 110 * BAR)
    assert low is not None
    assert high is not None
    assert (low.why, low.difference, low.limit, low.expected, low.last) == (LIMITS, -100_000, 92 * BAR, None, None)
    assert (high.why, high.difference, high.limit, high.last) == (LIMITS, 2 * BAR, 108 * BAR, 97_600_000)


def test_a_slow_drift_within_its_limits_is_no_question() -> None:
    drift = [(n * QUARTER, 100 * BAR - n * 400_000) for n in range(8)]
    assert question_of(PRESSURE, drift, 8 * QUARTER, 96_700_000) is None


def test_the_last_digit_of_equal_readings_is_no_question() -> None:
    same = [(n * QUARTER, 98 * BAR) for n in range(6)]
    for digits in range(-4, 5):
        assert question_of(PRESSURE, same, 6 * QUARTER, 98 * BAR + digits * 100_000) is None
    assert question_of(PRESSURE, same, 6 * QUARTER, 98 * BAR + 500_000) is not None


def test_readings_of_one_moment_make_no_trend() -> None:
    assert trend_of(FREE, [(DAY, 1), (DAY, 2), (DAY, 3), (DAY, 4)], NOW) is None


@given(readings, values)
def test_fewer_than_four_earlier_readings_never_question_a_trend(found: list[tuple[int, int]], number: int) -> None:
    assert question_of(FREE, found[:3], NOW, number) is None


@given(readings, values)
def test_what_was_read_later_does_not_count(found: list[tuple[int, int]], number: int) -> None:
    later = [(moment + NOW, value) for moment, value in found]
    assert question_of(FREE, found + later, NOW, number) == question_of(FREE, found, NOW, number)


@given(readings, values, values)
def test_a_shift_of_everything_shifts_the_question(found: list[tuple[int, int]], number: int, shift: int) -> None:
    before = question_of(FREE, found, NOW, number)
    after = question_of(FREE, [(moment, value + shift) for moment, value in found], NOW, number + shift)
    assert (before is None) == (after is None)
    if before and after:
        assert before.difference == after.difference


@given(readings, values, st.integers(1, 4000))
def test_a_shift_in_time_changes_nothing(found: list[tuple[int, int]], number: int, days: int) -> None:
    later = [(moment + days * DAY, value) for moment, value in found]
    before, after = question_of(FREE, found, NOW, number), question_of(FREE, later, NOW + days * DAY, number)
    assert (before is None) == (after is None)


@given(readings, values, st.sampled_from([10, 100, 1000]))
def test_another_unit_changes_nothing(found: list[tuple[int, int]], number: int, factor: int) -> None:
    """Bar or millibar: where the last digit plays no part, the verdict is the same."""
    coarse = Item("p", NUMBER, '{"en":"x"}', decimals=3)
    assume(all((value - number) % 1000 == 0 for _, value in found))
    fine = trend_of(coarse, found, NOW)
    assume(fine is None or fine.tolerance > 4 * 1000 * factor)
    scaled = trend_of(coarse, [(moment, value * factor) for moment, value in found], NOW)
    assert (fine is None) == (scaled is None)
    if fine and scaled:
        assert abs(scaled.expected - fine.expected * factor) <= factor
        assert abs(scaled.tolerance - fine.tolerance * factor) <= factor


@given(
    st.integers(-1000, 1000), st.integers(-50, 50), st.integers(6, 12), st.data(), st.integers(-(10**9), 10**9),
    st.integers(-1000, 1000),
)  # fmt: skip
def test_one_wild_reading_of_the_past_changes_no_verdict(
    start: int, slope: int, count: int, data: st.DataObject, wild: int, offset: int
) -> None:
    line = [(n * QUARTER, (start + slope * n) * 100_000) for n in range(count)]
    place = data.draw(st.integers(0, count - 1))
    spoiled = [(moment, wild * 1000 if n == place else value) for n, (moment, value) in enumerate(line)]
    number = (start + slope * count + offset) * 100_000
    clean = question_of(FREE, line, count * QUARTER, number)
    dirty = question_of(FREE, spoiled, count * QUARTER, number)
    assert (clean is None) == (dirty is None)


@given(readings, values)
def test_the_order_in_which_they_came_does_not_matter(found: list[tuple[int, int]], number: int) -> None:
    assert question_of(FREE, found[::-1], NOW, number) == question_of(FREE, found, NOW, number)
