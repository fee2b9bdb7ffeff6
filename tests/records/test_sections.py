"""Which section a document belongs to, and how values are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kundenakte.records.index_fields import parse_amount, parse_date
from kundenakte.records.models import PlanEntry
from kundenakte.records.numbers import number_key
from kundenakte.records.sections import entries_of, section_for, sections_of, subdivision
from tests.builders import a_class, a_customer_file


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1234,5", "1234.5"),
        ("1.234", "1234"),
        ("0.234", "0.234"),
        ("1.234.567", "1234567"),
        ("EUR 12,00", "12.00"),
        ("-8.79", "-8.79"),
        ("€ 1'000.50", "1000.50"),
    ],
)
def test_amounts_in_german_and_english_notation(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "viel", "12 Stück", "--3", "1e5"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize("text", ["2026-11-24", "24.11.2026", "24.11.26", "20261124", " 24. 11.2026"])
def test_days_in_usual_notations(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-01", "morgen", "1.1.", ""])
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_numbers_that_differ_in_signs_only_are_the_same_and_zeros_count() -> None:
    assert number_key("RE-2026/0815") == number_key("re 2026 0815")
    assert number_key("0815") != number_key("815")


@pytest.mark.django_db
def test_the_rule_that_asks_for_more_wins() -> None:
    customer_file = a_customer_file()
    offers = PlanEntry.objects.get(section__key="korrespondenz")
    offers.rule = {"classes": ["OFFER"], "fields": {"project": ["*"]}}
    offers.save()
    entries = entries_of(customer_file.plan)
    assert section_for(entries, a_class("OFFER"), {}).section.key == "angebote"
    assert section_for(entries, a_class("OFFER"), {"project": "P7"}).section.key == "korrespondenz"


@pytest.mark.django_db
def test_a_class_that_no_rule_names_falls_into_the_last_section() -> None:
    customer_file = a_customer_file()
    PlanEntry.objects.filter(section__key="angebote").update(rule={})
    assert section_for(entries_of(customer_file.plan), a_class("OFFER"), {}).section.key == "sonstiges"


@pytest.mark.django_db
def test_a_local_section_shows_in_its_own_file_only() -> None:
    from kundenakte.records.actions.files import add_local_section
    from tests.builders import an_actor

    one, other = a_customer_file("Eins GmbH"), a_customer_file("Zwei GmbH")
    add_local_section(actor=an_actor(), customer_file=one, name="Sonderprojekt")
    assert [s.name for s in sections_of(one)][-1] == "Sonderprojekt"
    assert "Sonderprojekt" not in [s.name for s in sections_of(other)]


def test_sub_sections_are_formed_from_properties() -> None:
    def formed(by: str) -> str:
        return subdivision(by, dated_on=date(2025, 3, 1), project="P7", machine="M-1")

    assert [formed(by) for by in ("year", "project", "machine", "")] == ["2025", "P7", "M-1", ""]
