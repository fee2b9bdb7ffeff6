"""Forms: what is filled in becomes plain values, or a sentence at the field."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.circulation.processes import forms
from kundenakte.circulation.processes.refusals import AnswersRefused

FORM = forms.read(
    """{"type":"object","required":["text","wahl","frage"],"properties":{
    "text":{"title":"Text","type":"string","maxLength":10},
    "wahl":{"title":"Wahl","type":"string","oneOf":[{"const":"a","title":"Erstes"},{"const":"b","title":"Zweites"}]},
    "betrag":{"title":"Betrag","type":"number","format":"amount","minimum":0,"maximum":10000},
    "zahl":{"title":"Zahl","type":"integer"},
    "tag":{"title":"Tag","type":"string","format":"date"},
    "frage":{"title":"Frage","type":"boolean"},
    "wer":{"title":"Wer","type":"string","format":"person"},
    "was":{"title":"Was","type":"string","format":"document"}}}"""
)
GOOD: dict[str, Any] = {"text": "kurz", "wahl": "a", "frage": "ja"}


def test_what_is_filled_in_becomes_plain_values() -> None:
    clean, faults = FORM.checked(
        GOOD | {"betrag": "1.234,5", "zahl": "7", "tag": "3.12.2026", "wer": "12", "was": 9, "frage": "nein"}
    )
    assert faults == {}
    assert clean == {
        "text": "kurz", "wahl": "a", "betrag": "1234.50", "zahl": "7", "tag": "2026-12-03", "frage": False, "wer": 12,
        "was": 9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", ""),
        ("text", "viel zu lang hier"),
        ("text", 3),
        ("text", "a\x00b"),
        ("wahl", "c"),
        ("wahl", None),
        ("frage", ""),
        ("frage", "vielleicht"),
        ("betrag", "-1"),
        ("betrag", "10000,01"),
        ("betrag", "1,234"),
        ("betrag", "viel"),
        ("betrag", "1e5"),
        ("betrag", True),
        ("zahl", "1,5"),
        ("tag", "31.02.2026"),
        ("tag", "morgen"),
        ("wer", "0"),
        ("wer", "1; DROP"),
        ("was", True),
        ("fremd", "x"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(name: str, value: object) -> None:
    _clean, faults = FORM.checked(GOOD | {name: value})
    assert list(faults) == [name]


def test_a_fault_names_its_question_only_where_it_does_not_stand_beside_it() -> None:
    _clean, faults = FORM.checked(GOOD | {"tag": "morgen", "fremd": "x"})
    refused = AnswersRefused(faults)
    assert faults["tag"].sentence == "Bitte geben Sie einen Tag ein, etwa 31.12.2026."
    question = faults["tag"].question
    assert question
    assert f"„{question}“: Bitte geben Sie einen Tag ein" in refused.sentence
    assert "Das Feld „fremd“ gibt es hier nicht." in refused.sentence
    # Told to somebody who reads another language, the question is put into it as well.
    english = {"Bitte geben Sie einen Tag ein, etwa 31.12.2026.": "Please enter a day.", "„%(question)s“: %(said)s":
               "%(question)s: %(said)s", question: "Day"}  # fmt: skip
    assert faults["tag"].named(lambda text: english.get(text, text)) == "Day: Please enter a day."


@pytest.mark.parametrize(
    ("typed", "meant"), [("1.500", "1500.00"), ("1.500,75", "1500.75"), ("1500.75", "1500.75"), ("12 €", "12.00")]
)
def test_amounts_are_read_as_people_here_write_them(typed: str, meant: str) -> None:
    clean, _faults = FORM.checked(GOOD | {"betrag": typed})
    assert clean["betrag"] == meant
