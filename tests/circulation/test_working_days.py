"""The working calendar of Bavaria."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.circulation import working_days

_DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1991, 3, 31), (2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5),
     (2027, 3, 28), (2038, 4, 25)],
)  # fmt: skip
def test_easter_is_where_the_calendar_has_it(year: int, month: int, day: int) -> None:
    assert working_days.easter(year) == date(year, month, day)


def test_the_holidays_of_2026() -> None:
    assert sorted(working_days.holidays(2026)) == [
        date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14),
        date(2026, 5, 25), date(2026, 6, 4), date(2026, 10, 3), date(2026, 11, 1), date(2026, 12, 25),
        date(2026, 12, 26),
    ]  # fmt: skip


def test_days_are_added_over_weekends_and_holidays() -> None:
    assert working_days.add(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert working_days.add(date(2026, 12, 24), 2) == date(2026, 12, 29)
    assert working_days.add(date(2026, 4, 7), -1) == date(2026, 4, 2)
    assert working_days.add(date(2026, 11, 24), 0) == date(2026, 11, 24)
    assert working_days.on_or_after(date(2026, 12, 25)) == date(2026, 12, 28)


@given(_DAYS, st.integers(min_value=1, max_value=40))
def test_adding_lands_on_a_working_day_and_counts_right(day: date, count: int) -> None:
    later = working_days.add(day, count)
    assert working_days.is_working_day(later)
    assert working_days.between(day, later) == count


@given(_DAYS)
def test_easter_is_a_sunday_between_its_earliest_and_latest_day(day: date) -> None:
    sunday = working_days.easter(day.year)
    assert sunday.weekday() == 6
    assert date(day.year, 3, 22) <= sunday <= date(day.year, 4, 25)
    assert sunday + timedelta(days=1) in working_days.holidays(day.year)
