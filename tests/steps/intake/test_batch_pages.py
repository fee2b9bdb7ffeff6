"""Where a new letter begins in a PDF with many of them."""

from __future__ import annotations

import pytest

from kundenakte.steps.intake.batch_pages import LATE, NO_TEXT, NOWHERE, Mode, Undecided, divided, is_sayable


def letters(pages: list[str | None], words: str, mode: Mode = "anchor") -> list[list[int]]:
    return divided(pages, mode, words)


def test_a_letter_begins_where_the_words_stand() -> None:
    pages: list[str | None] = [
        "Rechnung\nSeite 1 von 2",
        "Seite 2\u00a0von 2",
        "",
        "Rechnung SEITE  1\nvon 1",
        "Seite 1 von 12",
    ]
    assert letters(pages, "Seite 1 von") == [[1, 2, 3], [4], [5]]


def test_a_longer_number_is_another_one() -> None:
    assert letters(["Seite 1", "Seite 10", "Seite 11"], "Seite 1") == [[1, 2, 3]]


def test_a_letter_begins_where_the_number_changes() -> None:
    pages: list[str | None] = [
        "Kundennummer: K-10001", "Fortsetzung", "Kundennummer: K-10001.", "Kundennummer K-10002", "Kundennummer Datum",
        "Kunden nummer: 7", "Kundennummer: K-10001",
    ]  # fmt: skip
    assert letters(pages, "Kundennummer", "value") == [[1, 2, 3], [4, 5, 6], [7]]


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        (["eins", "zwei"], NOWHERE),
        ([], NOWHERE),
        (["Deckblatt", "Seite 1 von 1"], LATE),
        (["Seite 1 von 2", None], NO_TEXT),
    ],
)
def test_what_cannot_be_told_apart_is_not_divided(pages: list[str | None], sentence: str) -> None:
    with pytest.raises(Undecided) as caught:
        letters(pages, "Seite 1 von")
    assert caught.value.sentence == sentence


def test_words_are_words_and_no_pattern() -> None:
    assert letters(["Beleg (1.) A", "Beleg 1a A"], "Beleg (1.)") == [[1, 2]]
    assert [is_sayable(words) for words in ("", ".*", "§ 1", "Nr")] == [False, False, False, True]
