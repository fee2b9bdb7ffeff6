"""Numbers in their forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kundenakte.steps.search.business_keys import alike, amount_form, day_form, find, form


def forms(text: str) -> set[str]:
    return {key.form for key in find(text)}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Rechnung RE-2026/0815 vom", "RE20260815"),
        ("Kd.-Nr. K-10042", "K10042"),
        ("Serien-Nr. SN.4711-A", "SN4711A"),
        ("am 24.11.2026 geliefert", "@20261124"),
        ("am 4.1.26", "@20260104"),
        ("2026-11-24", "@20261124"),
        ("zu zahlen: 1.234,56 EUR", "=123456"),
        ("zu zahlen: 1234.56 EUR", "=123456"),
        ("IBAN DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("USt-IdNr. DE 123 456 789", "DE123456789"),
        ("Tel. 0911 / 123 45-67", "+499111234567"),
        ("Tel. +49 (911) 1234567", "+499111234567"),
    ],
)
def test_a_number_is_found_in_its_form(text: str, key: str) -> None:
    assert key in forms(text)


def test_an_iban_misread_by_ocr_is_mended_by_its_check_digits() -> None:
    assert "DE89370400440532013000" in forms("DE89 37O4 0044 O532 013O 00")
    assert not any(key.startswith("DE8937") and len(key) == 22 for key in forms("DE89 3704 0044 0532 0130 01"))


def test_letters_and_digits_that_ocr_confuses_are_alike() -> None:
    assert alike("RE2O26O8IS") == alike("RE20260815")
    assert alike("RE20260816") != alike("RE20260815")


def test_words_and_impossible_days_are_no_numbers() -> None:
    assert forms("Sehr geehrte Damen und Herren") == set()
    assert not any(key.startswith("@") for key in forms("am 31.02.2026"))


def test_places_are_those_in_the_text() -> None:
    text = "Rechnung RE-2026/0815 über 1.234,56 EUR"
    assert {text[key.start : key.end] for key in find(text)} == {"RE-2026/0815", "1.234,56"}


def test_forms_of_values_are_those_of_texts() -> None:
    assert amount_form(Decimal("-1234.56")) in forms("1.234,56")
    assert day_form(date(2026, 11, 24)) in forms("24. 11. 2026")
    assert form("re 2026/0815") == "RE20260815"


def test_long_rows_of_digits_cost_little() -> None:
    assert len(list(find("1" * 200_000))) <= 2
    assert len(list(find("1-" * 50_000))) <= 2
    assert len(list(find("+49 " * 20_000))) >= 0
