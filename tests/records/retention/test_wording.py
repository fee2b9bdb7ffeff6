"""The sentences about retention: which day counts, and days that cannot be read in two ways."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from kundenakte.records.models import LegalHold
from kundenakte.records.retention import wording
from kundenakte.records.retention.blocks import Blocks, YearBlock
from kundenakte.records.retention.engine import End
from tests.builders import NOW

ENDS = End(date(2031, 12, 31), None)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (Blocks(), ""),
        (Blocks(year=YearBlock(2025, date(2032, 12, 31))), "31.12.2032, oder bis das Veranlagungsjahr abgeschlossen"),
        (Blocks(year=YearBlock(2024, date(2031, 12, 31))), "Es zählt der spätere Tag: der 31.12.2031."),
        (Blocks(year=YearBlock(2020, date(2027, 12, 31))), "Es zählt der spätere Tag: der 31.12.2031."),
        (Blocks(year=YearBlock(2025, None)), "Auch nach dem 31.12.2031 bleibt"),
        (Blocks(holds=(LegalHold(set_at=NOW, review_on=date(2027, 1, 1)),)), "Auch nach dem 31.12.2031 bleibt"),
        (
            Blocks((LegalHold(set_at=NOW, review_on=date(2027, 1, 1)),), YearBlock(2025, date(2032, 12, 31))),
            "Auch nach dem 31.12.2031 bleibt",
        ),
    ],
)
def test_it_is_said_which_of_two_days_counts(blocks: Blocks, said: str) -> None:
    text = wording.what_counts(ENDS, blocks)
    assert said in text
    assert bool(text) == bool(said)


def test_an_open_end_has_no_second_day() -> None:
    assert wording.what_counts(End(None, None), Blocks(year=YearBlock(2025, None))) == ""


def test_days_are_written_so_that_they_cannot_be_read_in_two_ways() -> None:
    assert wording.day(date(2012, 11, 12)) == "12.11.2012"
    with translation.override("en"):
        assert wording.day(date(2012, 11, 12)) == "12 Nov 2012"
        assert wording.day(date(2015, 9, 1)) == "1 Sep 2015"


def test_a_hold_is_of_the_day_the_office_had() -> None:
    hold = LegalHold(kind="audit", set_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC), review_on=date(2027, 6, 1))
    assert "01.01.2027" in wording.reasons(Blocks(holds=(hold,)), with_reasons=False)[0]
