"""Which pages are looked at."""

from __future__ import annotations

from random import Random

from kundenakte.steps.scanning.sampling import Page, drawn


def test_all_of_them_where_the_house_wants_it() -> None:
    assert drawn([Page(is_first=True), Page(), Page(is_empty=True)], 100, Random(1)) == ["all", "all", "empty"]


def test_a_sample_never_misses_what_was_left_out_hardly_read_or_begins_a_letter() -> None:
    pages = [Page(is_first=True), *[Page()] * 50, Page(is_doubtful=True), Page(is_empty=True), *[Page()] * 50]
    for seed in range(20):
        why = drawn(pages, 5, Random(seed))
        assert (why[0], why[51], why[52]) == ("first", "doubtful", "empty")
        assert why.count("sample") == 5
        assert why.count("") == 95


def test_even_one_sound_page_is_drawn_from() -> None:
    assert drawn([Page(is_first=True), Page()], 1, Random(1)) == ["first", "sample"]


def test_nothing_is_drawn_from_nothing() -> None:
    assert drawn([], 10, Random(1)) == []
