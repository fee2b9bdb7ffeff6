"""German words: folded, stemmed, taken apart."""

from __future__ import annotations

import time

import pytest

from kundenakte.steps.search.analysis import LONGEST, fold, passage, pieces, terms_of, tokens


def terms(text: str) -> set[str]:
    return {term for token in tokens(text) for term in token.terms}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Größe", "Groesse"),
        ("Größe", "grosse"),
        ("GRÖSSE", "große"),
        ("Müller", "Mueller"),
        ("Müller", "Muller"),
        ("Mu\u0308ller", "Müller"),
        ("Verträge", "Vertrag"),
        ("Verträgen", "Vertrags"),
        ("Rechnungen", "Rechnung"),
        ("Häuser", "Haus"),
        ("Maße", "Masse"),
        ("Café", "Cafe"),
        ("ﬁx", "fix"),
        ("Wartungs\xadvertrag", "Wartungsvertrag"),
    ],
)
def test_two_ways_of_writing_are_one_word(one: str, other: str) -> None:
    assert terms_of(one)[0] == terms_of(other)[0]


@pytest.mark.parametrize(("one", "other"), [("Steuer", "Stur"), ("Rechnung", "Zeichnung"), ("Quelle", "Qualle")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert terms_of(one)[0] != terms_of(other)[0]


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("Wartungsvertrag", "Wartung Vertrag"),
        ("Wartungsverträge", "Wartung Verträge"),
        ("Ausgangsrechnung", "Ausgang Rechnung"),
        ("Ölwechsel", "Öl Wechsel"),
        ("Kundennummer", "Kunde Nummer"),
        ("Schweißnahtprüfung", "Naht Prüfung"),
        ("Rotationsverdampferwartung", "Wartung"),
        ("Umsatzsteuer-Voranmeldung", "Umsatz Steuer Umsatzsteuer"),
    ],
)
def test_a_compound_is_found_by_its_parts_and_by_itself(compound: str, parts: str) -> None:
    assert {terms_of(part)[0] for part in parts.split()} <= terms(compound)
    assert terms_of(compound.replace("-", ""))[0] in terms(compound)


@pytest.mark.parametrize("word", ["Verwaltung", "Motor", "Nürnberg", "Angebot", "Erlangen", "Vereinbarung", "Monitor"])
def test_a_word_that_only_looks_like_a_compound_stays_whole(word: str) -> None:
    assert len(terms_of(word)) == 1


def test_a_word_broken_at_the_end_of_a_line_is_found_whole() -> None:
    assert terms_of("Wartungsvertrag")[0] in terms("der Wartungs-\nvertrag gilt")


def test_words_keep_their_place_in_the_text() -> None:
    text = "Die E-Mail zum Vertrag"
    assert [text[token.start : token.end] for token in tokens(text)] == ["Die", "E", "Mail", "zum", "Vertrag"]
    assert [token.position for token in tokens(text, position=7)] == [7, 8, 9, 10, 11]
    assert "email" in terms(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Der Wartungsvertrag vom 3. Mai",
        "E-Mail zum Service-\nVertrag A-B-C",
        "RE2-Abc a1bc-def 12-ab foo_bar-baz ab-‐cd Kälte‐Anlage -allein allein-",
        f"{'y' * 80}-x x-{'y' * 59}",
        "Wartungs\xadvertrag Rech\xad\nnung \ufdfa",
    ],
)
def test_the_index_knows_a_text_by_the_terms_its_words_have(text: str) -> None:
    made = passage(text, pieces(text))
    found = list(tokens(text))
    assert made.run.split(" ") == ([token.terms[0] for token in found] or [""])
    assert set(made.run.split(" ")) | set(made.beside) - {""} == {term for t in found for term in t.terms} or {""}


def test_a_hostile_word_costs_little_and_stays_short() -> None:
    began = time.thread_time()
    assert all(len(term) <= LONGEST for term in terms("wartungs" * 50_000 + " " + "ä" * 100_000))
    assert all(terms_of(word) for word in ("tortortortortortortortortortortortortortortorx", "ton" * 19))
    assert fold("e" * 100_000) == "e" * 100_000
    assert time.thread_time() - began < 5
