"""Days as lists write them are read one way or refused; a doubtful one never becomes a wrong one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fielddesk.core.errors import RuleBroken
from fielddesk.core.written_days import DAY_FIRST, MONTH_FIRST, UNSURE, Written, guess_order, read_day, read_moment

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-25", "2026-11-25"), ("2026/1/5", "2026-01-05"), ("2026.11.25", "2026-11-25"),
        ("2026年11月25日", "2026-11-25"), ("２０２６年１１月２５日", "2026-11-25"), ("20261125", "2026-11-25"),
        ("民國115年11月25日", "2026-11-25"), ("民国 115 年 11 月 25 日", "2026-11-25"), ("115/11/25", "2026-11-25"),
        ("25.11.2026", "2026-11-25"), ("25/11/2026", "2026-11-25"), ("11/25/2026", "2026-11-25"),
        ("7/7/2026", "2026-07-07"), ("25 Nov 2026", "2026-11-25"), ("November 25, 2026", "2026-11-25"),
        ("45986", "2025-11-25"), ("45986.0", "2025-11-25"), ("45986,75", "2025-11-25"),
        ("2026-11-25 14:30", "2026-11-25"),
    ],
)  # fmt: skip
def test_a_day_is_read_in_the_forms_of_three_countries(text: str, day: str) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/04/2026", "day_unsure"), ("26年3月4日", "day_unsure"), ("26/11/25", "day_not_read"),
        ("2026-02-30", "day_not_read"), ("13/13/2026", "day_not_read"), ("soon", "day_not_read"), ("", "day_not_read"),
        ("12", "day_not_read"), ("999999", "day_not_read"), ("2026-11-25 25:00", "day_not_read"),
        ("2019", "day_not_read"), ("2019.5", "day_not_read"),
        ("2026-11-25 or so", "day_not_read"), ("x" * 100_000, "day_not_read"), ("٢٠٢٦-١١-٢٥", "day_not_read"),
    ],
)  # fmt: skip
def test_what_is_no_day_or_two_is_refused(text: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        read_day(text)
    assert refused.value.code == code


@given(DAYS)
def test_the_order_of_the_column_decides_what_one_cell_cannot(day: date) -> None:
    first, month = f"{day.day}/{day.month}/{day.year}", f"{day.month}/{day.day}/{day.year}"
    assert read_day(first, DAY_FIRST) == read_day(month, MONTH_FIRST) == day.isoformat()
    roc = f"民國{day.year - 1911}年{day.month}月{day.day}日"
    if day.year - 1911 >= 10:
        assert read_day(roc) == day.isoformat()


def test_a_column_shows_which_way_round_its_days_are() -> None:
    assert guess_order(["3/4/2026", "17/4/2026"]) == DAY_FIRST
    assert guess_order(["3/4/2026", "4/17/2026"]) == MONTH_FIRST
    assert guess_order(["3/4/2026"]) == guess_order(["17/4/2026", "4/17/2026"]) == UNSURE


def test_a_time_is_read_behind_its_day() -> None:
    assert read_moment("2026年11月25日 下午3时05分") == Written("2026-11-25", 15 * 3600 + 300)
    assert read_moment("2026-11-25T10:00:00+08:00") == Written("2026-11-25", 36_000, 480)
    assert read_moment("45986,5") == Written("2025-11-25", 43_200)
    assert read_moment("11/25/2026 12:05 AM") == Written("2026-11-25", 300)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    try:
        date.fromisoformat(read_day(text))
    except RuleBroken:
        pass
