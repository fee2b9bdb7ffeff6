"""Identifiers in the form in which they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.customers import normal_forms
from kundenakte.customers.own import OwnCompany


@pytest.mark.parametrize(
    ("name", "core", "form"),
    [
        ("Müller Metallbau GmbH", "mueller metallbau", "gmbh"),
        ("MÜLLER-METALLBAU GMBH", "mueller metallbau", "gmbh"),
        ("Fa. Mueller & Söhne GmbH & Co. KG", "mueller soehne", "gmbh co kg"),
        ("Weber GmbH & Co. Kommanditgesellschaft", "weber", "gmbh co kg"),
        ("Holz Ges.m.b.H.", "holz", "gmbh"),
        ("Sommer UG (haftungsbeschränkt)", "sommer", "ug"),
        ("Bäckerei Schulz e. K.", "baeckerei schulz", "ek"),
        ("Müller Aktiengesellschaft", "mueller", "ag"),
        ("AG Weser", "ag weser", ""),
        ("Hans Kraus", "hans kraus", ""),
        ("Société Générale S.A.", "societe generale", "sa"),
    ],
)
def test_a_name_has_a_core_and_a_form(name: str, core: str, form: str) -> None:
    assert normal_forms.name_parts(name) == (core, form)


@pytest.mark.parametrize("street", ["Hauptstraße 5a", "Hauptstr. 5 a", "Haupt-Strasse 5A", "HAUPTSTR.5a"])
def test_a_street_has_one_key(street: str) -> None:
    assert normal_forms.street_key(street) == "hauptstr5a"


@pytest.mark.parametrize(
    ("street", "key"),
    [
        ("Straße des 17. Juni 135", "strdes17juni135"),
        ("Hauptstr. 5-7", "hauptstr5"),
        ("Postfach 12 34", "postfach1234"),
        ("Am Hafen", "amhafen"),
    ],
)
def test_odd_streets_keep_what_tells_them_apart(street: str, key: str) -> None:
    assert normal_forms.street_key(street) == key


def test_an_address_without_a_house_number_is_no_key() -> None:
    assert normal_forms.zip_street("90402", "Am Hafen") == ""
    assert normal_forms.zip_street("90402", "Am Hafen 7") == "90402 amhafen7"


@pytest.mark.parametrize("text", ["0911 / 123456", "+49 (0)911 123-456", "(0911) 12 34 56", "0049 911 123456"])
def test_a_german_phone_number_has_one_form(text: str) -> None:
    assert normal_forms.phone(text) == "+49911123456"


@pytest.mark.parametrize("text", ["112", "12345678", "", "abc", "+"])
def test_what_can_not_be_dialled_from_elsewhere_is_no_phone_number(text: str) -> None:
    assert normal_forms.phone(text) == ""


def test_free_mail_is_nobody_s_domain() -> None:
    assert normal_forms.email_domain("mueller@gmx.de") == ""
    assert normal_forms.email_domain("https://www.mueller-metall.de/kontakt") == "mueller-metall.de"


def test_checksums_are_checked() -> None:
    assert normal_forms.iban_is_valid("DE89370400440532013000")
    assert not normal_forms.iban_is_valid("DE89370400440532013001")
    assert normal_forms.vat_id_is_valid("DE136695976")
    assert not normal_forms.vat_id_is_valid("DE136695977")


def test_our_own_company_knows_itself_in_every_writing() -> None:
    own = OwnCompany.of(
        names=["Pegnitzwerk Anlagentechnik GmbH"], email_domains=["pegnitzwerk.example"], phones=["0911 4400-0"]
    )
    assert own.has_name("PEGNITZWERK ANLAGENTECHNIK GmbH Buchhaltung")
    assert own.has_domain("a@post.pegnitzwerk.example")
    assert own.has_phone("+4991144001234")
    assert not own.has_name("Pegnitzwerke Süd GmbH")
    assert not own.has_domain("a@nicht-pegnitzwerk.example")


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    forms = normal_forms
    for form in (forms.number, forms.vat_id, forms.iban, forms.email, forms.phone, forms.tax_number, forms.name_core):
        assert isinstance(form(text), str)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normal_forms.fold(normal_forms.fold(text)) == normal_forms.fold(text)
