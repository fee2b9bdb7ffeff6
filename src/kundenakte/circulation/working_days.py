"""The working calendar: Monday to Friday without the public holidays of Bavaria, calculated for any year.

Assumption Day (15 August) is none: it is one only in places with more Catholics than Protestants.
"""

from __future__ import annotations

import functools
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
# (month, day): New Year, Epiphany, Labour Day, German Unity Day, All Saints' Day, Christmas.
_FIXED: Final = ((1, 1), (1, 6), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26))
# Days after Easter Sunday: Good Friday, Easter Monday, Ascension Day, Whit Monday, Corpus Christi.
_MOVING: Final = (-2, 1, 39, 50, 60)


@functools.cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year."""
    sunday = easter(year)
    fixed = {date(year, month, day) for month, day in _FIXED}
    return frozenset(fixed | {sunday + days * _DAY for days in _MOVING})


def easter(year: int) -> date:
    """Easter Sunday by Gauss's rule, with Lichtenberg's amendments."""
    century = year // 100
    moon_shift = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun_shift = 2 - (3 * century + 3) // 4
    moon = (19 * (year % 19) + moon_shift) % 30
    full_moon = 21 + moon - (moon + year % 19 // 11) // 29
    first_sunday = 7 - (year + year // 4 + sun_shift) % 7
    return date(year, 3, 1) + (full_moon + 6 - (full_moon - first_sunday) % 7) * _DAY


def is_working_day(day: date) -> bool:
    """Whether somebody is at the desk."""
    return day.weekday() < 5 and day not in holidays(day.year)


def on_or_after(day: date) -> date:
    """The day itself, or the next one on which somebody works."""
    while not is_working_day(day):
        day += _DAY
    return day


def add(day: date, count: int) -> date:
    """So many working days later; a negative count goes back."""
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def between(earlier: date, later: date) -> int:
    """How many working days lie after `earlier`, up to and with `later`."""
    days = (earlier + count * _DAY for count in range(1, (later - earlier).days + 1))
    return sum(map(is_working_day, days))
