"""Customer numbers have a shape that a company's customers teach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.records.number_shapes import NumberShapes

LETTER = NumberShapes.from_numbers(f"K-{number}" for number in range(10001, 10400))
DIGITS = NumberShapes.from_numbers(str(number) for number in range(10001, 10400))
CODES = NumberShapes.from_numbers(["MUE001", "SCH002", "WEB003", "KOC004", "BAU017"])


@pytest.mark.parametrize("shown", ["K-10042", "K 10042", "k10042", "10042", "K-10 042", "K.10042"])
def test_a_labelled_number_is_found_in_any_writing(shown: str) -> None:
    found = LETTER.labelled.match(shown)
    assert found is not None
    assert "K10042" in LETTER.variants(found[0])


def test_digits_in_groups_do_not_swallow_the_next_column() -> None:
    found = DIGITS.labelled.match("10042 4711 01.02.2026")
    assert found is not None
    assert found[0] == "10042"


def test_only_a_distinctive_shape_is_looked_for_without_a_label() -> None:
    assert DIGITS.unlabelled is None
    assert LETTER.unlabelled is not None
    assert LETTER.unlabelled.findall("Ihr Zeichen K-10042, Artikel AK-10042 und K-100421") == ["K-10042"]


def test_codes_made_of_names_are_one_shape() -> None:
    assert CODES.fits("FIS099")
    assert not CODES.fits("FISC99")


def test_a_completed_prefix_is_not_distinctive_by_itself() -> None:
    assert (LETTER.is_distinctive("K10042"), LETTER.is_distinctive("10042")) == (True, False)


def test_rare_shapes_are_accidents() -> None:
    shapes = NumberShapes.from_numbers([*(f"{number}" for number in range(10_000, 11_000)), "ALT/7"])
    assert not shapes.fits("NEU8")


def test_shapes_survive_being_kept() -> None:
    assert NumberShapes.from_json(LETTER.to_json()) == LETTER


@given(st.lists(st.text(max_size=12), max_size=20), st.text(max_size=30))
def test_no_list_of_numbers_is_too_odd(numbers: list[str], text: str) -> None:
    shapes = NumberShapes.from_numbers(numbers)
    shapes.labelled.match(text)
    assert isinstance(shapes.variants(text), list)
