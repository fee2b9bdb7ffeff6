"""File names and keys from outside become text that can be shown and stored."""

from __future__ import annotations

import pytest

from kundenakte.steps.intake.file_names import shown_name, storable_text


@pytest.mark.parametrize("half", [0xD800, 0xDBFF, 0xDC7F, 0xDD00, 0xDFFF])
def test_half_characters_are_replaced(half: int) -> None:
    assert shown_name(f"Brief{chr(half)}.pdf") == "Brief\ufffd.pdf"
    assert storable_text(f"a{chr(half)}b") == "a\ufffdb"


def test_bytes_that_are_no_utf_8_are_shown_as_numbers() -> None:
    assert shown_name("Br\udcfccke.pdf") == "Br\\xfccke.pdf"
    assert storable_text("Br\udcfccke\0") == "Br\\xfccke␀"
