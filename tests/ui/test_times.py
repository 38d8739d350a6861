"""A moment as people type it: a day and a time, on the clocks of the place meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fielddesk.core.clock import SECOND, local_day, moment_at
from fielddesk.core.errors import FieldDeskError
from fielddesk.core.i18n import format_moment
from fielddesk.ui.times import split_time

ZONES = ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati"]


@pytest.mark.parametrize(
    ("text", "day", "minutes"),
    [
        ("2028-03-17 09:30", "2028-03-17", 570),
        ("2028-03-17T9:30", "2028-03-17", 570),
        ("tomorrow, 14:05", "tomorrow", 845),
        ("明天 9点30分", "明天", 570),
        ("2028年3月17日 14點", "2028年3月17日", 840),
        ("\uff11\uff14\uff1a\uff10\uff15", "", 845),
        ("2028-03-17", "2028-03-17", None),
        ("17.3.2028", "17.3.2028", None),
        ("next week", "next week", None),
    ],
)
def test_day_and_time_are_told_apart(text: str, day: str, minutes: int | None) -> None:
    assert split_time(text) == (day, minutes)


@pytest.mark.parametrize("text", ["24:00", "9:60", "2028-03-17 99:99"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FieldDeskError, match="time_not_understood"):
        split_time(text)


@given(some.dates(), some.integers(0, 1439), some.sampled_from(ZONES))
def test_a_moment_reads_on_the_clock_it_was_typed_by(day: object, minutes: int, zone: str) -> None:
    """But for the hour that summer time leaves out: that reads on the clock behind it."""
    moment = moment_at(str(day), minutes, zone)
    read = format_moment(moment, zone, "time")
    exact = (local_day(moment, zone), read) == (str(day), f"{minutes // 60:02}:{minutes % 60:02}")
    assert exact or moment_at(str(day), minutes, zone) == moment_at(local_day(moment, zone), _minutes(read), zone)
    assert moment % SECOND == 0


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:5])


def test_a_time_that_comes_twice_is_the_first() -> None:
    first = moment_at("2027-10-31", 150, "Europe/Berlin")
    assert format_moment(first, "UTC", "time") == "00:30"


def test_an_unknown_zone_is_utc() -> None:
    assert moment_at("1970-01-02", 1, "Nowhere/Land") == (86_400 + 60) * SECOND
