"""How long a store may lock (R-34): as far as statute demands, at most thirteen months, all else for some weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kundenakte.records.retention.engine import End, retention_end
from kundenakte.records.retention.rules import Profile, Rule
from kundenakte.steps.archive.locking import SHORT_DAYS, TURN_DAYS, furthest, last_day

TODAY = date(2026, 11, 24)
SHORT = TODAY + timedelta(days=SHORT_DAYS)


def an_end(event: date | None, *, years: int = 8, kind: str = "S", ten_years: bool = False) -> End:
    rule = Rule(
        "INV_OUT", "Rechnung", kind, years, "DOCUMENT_DATE", True, "§ 147 AO", is_voucher=True, is_invoice=True
    )  # fmt: skip
    return retention_end({"DOCUMENT_DATE": event} if event else {}, [rule], Profile(ten_years=ten_years), TODAY)


def locked(end: End, *, has_blocks: bool = False, today: date = TODAY) -> date | None:
    return last_day(end, has_blocks=has_blocks, today=today)


def test_t12_an_end_far_away_is_locked_thirteen_months_ahead() -> None:
    assert locked(an_end(TODAY)) == date(2027, 12, 24)


def test_t12_an_end_that_is_near_is_locked_to_its_last_day_and_no_further() -> None:
    assert locked(an_end(date(2018, 5, 2))) == date(2026, 12, 31)


def test_what_nothing_demands_is_not_locked() -> None:
    assert locked(an_end(date(2015, 5, 2))) is None


def test_a_hold_locks_for_some_weeks_since_it_may_be_released_tomorrow() -> None:
    assert locked(an_end(date(2015, 5, 2)), has_blocks=True) == SHORT


def test_t12_two_years_the_house_added_itself_are_locked_for_some_weeks_only() -> None:
    """Invoices of 2017: the statute's eight years are over, the house's ten are not."""
    end = an_end(date(2017, 5, 2), ten_years=True)
    assert end.until == date(2027, 12, 31)
    assert locked(end) == SHORT
    assert locked(an_end(date(2018, 5, 2), ten_years=True)) == SHORT


def test_a_period_of_data_protection_is_locked_for_some_weeks_and_never_past_its_end() -> None:
    assert locked(an_end(TODAY, years=3, kind="G")) == SHORT
    assert locked(an_end(date(2023, 5, 2), years=3, kind="G")) == date(2026, 12, 31)


def test_a_period_that_has_not_begun_is_locked_as_if_it_began_today() -> None:
    assert locked(an_end(None, years=6)) == date(2027, 12, 24)
    assert locked(an_end(None, years=0)) == SHORT
    assert locked(End(None, None)) == SHORT


@pytest.mark.parametrize(
    ("today", "ahead"),
    [
        (date(2026, 1, 31), date(2027, 2, 28)),
        (date(2027, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2028, 1, 31)),
        (date(2026, 11, 30), date(2027, 12, 30)),
    ],
)
def test_thirteen_months_end_with_the_month_where_it_is_shorter(today: date, ahead: date) -> None:
    assert furthest(today) == ahead


def test_even_the_short_lock_outlasts_its_next_renewal() -> None:
    assert TURN_DAYS + 10 < SHORT_DAYS
