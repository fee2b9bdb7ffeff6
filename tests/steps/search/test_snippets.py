"""Pieces of text around the hits."""

from __future__ import annotations

import time

import pytest

from kundenakte.steps.search.language import understand
from kundenakte.steps.search.snippets import Snippets


def marked(question: str, text: str, *, typing: bool = False) -> list[str]:
    snippet = Snippets(understand(question, typing=typing).wanted).of(text)
    return [part for part, is_marked in snippet.parts if is_marked]


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("größe", "Die Groesse, GRÖSSE und grosse Stücke", ["Groesse", "GRÖSSE", "grosse"]),
        ("Mueller", "Herr Müller und Frau Muller", ["Müller", "Muller"]),
        ("vertrag", "Wartungsverträge und Verträgen", ["Wartungsverträge", "Verträgen"]),
        ("steuer", "Umsatzsteuer, Steuern, Steuerung", ["Umsatzsteuer", "Steuern"]),
        ("RE-2026/0815", "RE-2026/0815 vom 1.1.2026", ["2026", "0815", "2026"]),
        ("maß", "Das Aufmaß und die Maße", ["Maße"]),
    ],
)
def test_words_are_marked_in_all_their_forms(question: str, text: str, words: list[str]) -> None:
    assert marked(question, text) == words


def test_bullets_of_symbol_fonts_are_left_out() -> None:
    text = "\uf0b7 Zahlung: 30 Tage \uf0b7 Lieferung: ab Werk \ufffd"
    snippet = Snippets(understand("lieferung", typing=False).wanted).of(text)
    assert snippet.plain.strip() == "Zahlung: 30 Tage Lieferung: ab Werk"


def test_the_word_being_typed_is_marked_by_its_beginning() -> None:
    assert marked("wartungsv", "Der Wartungsvertrag, die Wartung", typing=True) == ["Wartungsvertrag"]


def test_a_word_that_only_contains_the_letters_is_not_marked() -> None:
    assert marked("rat", "Beratung, Ratte, Rat, Apparat") == ["Rat"]


def test_the_stretch_with_the_most_different_words_is_shown() -> None:
    text = "Pumpe. " + "Nichts. " * 100 + "Die Dichtung der Pumpe. " + "Nichts. " * 100
    snippet = Snippets(understand("pumpe dichtung").wanted).of(text)
    assert "Dichtung der Pumpe" in snippet.plain
    assert snippet.cut_before
    assert snippet.cut_after


def test_without_hits_the_beginning_is_shown_and_an_empty_text_gives_nothing() -> None:
    assert Snippets(understand("zebra").wanted).of("Sehr geehrte Damen").plain == "Sehr geehrte Damen"
    assert Snippets(understand("").wanted).of("").parts == ()


def test_long_and_odd_texts_cost_little() -> None:
    began = time.thread_time()
    cut = Snippets(understand("a b c aa ss uuu").wanted)
    for text in ("a" * 200_000, "ss" * 100_000, "ue" * 100_000, "a " * 100_000):
        assert len(cut.of(text).plain) <= 300
    assert time.thread_time() - began < 5
