"""What a clerk types."""

from __future__ import annotations

import pytest

from kundenakte.steps.search.engine import AllOf, AnyOf, Every, Expression, Field, Phrase, Prefix, Term, Weighed
from kundenakte.steps.search.language import understand


def parts(expression: Expression) -> list[Expression]:
    """All simple expressions within one."""
    match expression:
        case AllOf(inner, but_not, better):
            return [leaf for part in (*inner, *but_not, *better) for leaf in parts(part)]
        case AnyOf(inner, _):
            return [leaf for part in inner for leaf in parts(part)]
        case Weighed(part, _):
            return parts(part)
    return [expression]


def exact(text: str, *, typing: bool = False) -> list[list[Expression]]:
    return [parts(clause.exact) for clause in understand(text, typing=typing).clauses]


def test_each_word_is_asked_for_by_its_stem() -> None:
    assert exact("Verträge Müller") == [[Term(Field.BODY, "vertrag")], [Term(Field.BODY, "mull")]]


def test_quotation_marks_of_all_kinds_make_a_phrase() -> None:
    for text in ('"frei Haus"', "„frei Haus“", "»frei Haus«", '"frei Haus'):
        assert exact(text) == [[Phrase(Field.BODY, ("frei", "haus"))]]


def test_a_minus_before_a_word_excludes_it_and_within_a_word_does_not() -> None:
    question = understand("wartung -angebot")
    assert question.without == (Term(Field.BODY, "angebot"),)
    assert understand("E-Mail").without == ()


def test_the_last_word_grows_while_typing_until_a_space_follows() -> None:
    assert Prefix(Field.BODY, "wartungsv") in exact("alt Wartungsv", typing=True)[1]
    assert exact("alt Wartungsv ", typing=True)[1] == exact("alt Wartungsv")[1]
    assert Prefix(Field.BODY, "wartungsv") in exact("Wartungsv*")[0]


def test_little_words_are_not_asked_for_unless_they_are_all_there_is() -> None:
    assert len(exact("die Wartung der Anlage")) == 2
    assert len(exact("die der")) == 2


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("RE-2026/0815", "RE20260815"),
        ("re20260815", "RE20260815"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("0911 / 123 45-67", "+499111234567"),
        ("1.234,56", "=123456"),
        ("24.11.2026", "@20261124"),
    ],
)
def test_a_number_is_one_clause_however_it_is_written(text: str, key: str) -> None:
    clauses = exact(text)
    assert len(clauses) == 1
    assert Term(Field.KEYS, key) in clauses[0]


def test_words_around_a_spaced_number_stay_words() -> None:
    assert len(exact("Zahlung DE89 3704 0044 0532 0130 00 Müller")) == 3


@pytest.mark.parametrize("text", ["", "   ", "-", '"', '""', "***", "(){}[]", "\x00", "§$%&/", "- -"])
def test_nothing_asks_for_every_document(text: str) -> None:
    assert understand(text).is_empty
    assert understand(text).exact(Every()) == AllOf((Every(),))


def test_a_pasted_page_does_not_become_a_huge_question() -> None:
    assert len(understand("wort " * 10_000).clauses) <= 24
    assert len(understand("1-2 " * 10_000 + "3").clauses) <= 24
