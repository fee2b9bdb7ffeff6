"""Identifiers as they are entered, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.customers import normal_forms
from kundenakte.customers.identifiers import (
    checked,
    clean,
    mail_domains,
    name_key,
    name_tokens,
    number_lookup,
    number_value,
    phone_stems,
)
from kundenakte.customers.refusals import BadIdentifier

NUMBER_PARTS = st.text(alphabet="0123456789KDkd-./ ", min_size=1, max_size=12)


@pytest.mark.parametrize("text", ["K-10042", "k 10042", "K10042", " K.10042 ", "Ｋ-10042"])
def test_signs_beside_letters_and_case_make_no_other_customer_number(text: str) -> None:
    assert number_value(text) == "K10042"


@pytest.mark.parametrize(("one", "other"), [("10-042", "100-42"), ("010042", "10042"), ("D-10042", "K-10042")])
def test_signs_between_digits_and_zeros_in_front_tell_customers_apart(one: str, other: str) -> None:
    assert number_value(one) != number_value(other)


@pytest.mark.parametrize("text", ["010042", "10 042", "10-042", "0010042", "10042"])
def test_a_number_is_searched_for_without_signs_and_zeros_in_front(text: str) -> None:
    assert number_lookup(text) == "10042"


def test_letters_count_in_the_search_and_zeros_inside_stay() -> None:
    assert number_lookup("K-0100042") == "K100042"
    assert number_lookup("0") == "0"
    assert number_lookup("000") == "0"


@given(NUMBER_PARTS)
def test_both_forms_of_a_number_stay_the_same_when_formed_again(text: str) -> None:
    assert number_value(number_value(text)) == number_value(text)
    assert number_lookup(number_lookup(text)) == number_lookup(text)


@given(NUMBER_PARTS, NUMBER_PARTS)
def test_the_same_number_is_always_searched_for_the_same_way(one: str, other: str) -> None:
    if number_value(one) == number_value(other):
        assert number_lookup(one) == number_lookup(other)


@pytest.mark.parametrize(
    ("kind", "text", "country", "value"),
    [
        ("vat_id", "DE 136 695 976", "DE", "DE136695976"),
        ("vat_id", "136695976", "DE", "DE136695976"),
        ("vat_id", "U13585627", "AT", "ATU13585627"),
        ("vat_id", "094259216", "GR", "EL094259216"),
        ("vat_id", "CHE-107.787.577 MWST", "CH", "CHE107787577"),
        ("vat_id", "NO 974 760 673 MVA", "NO", "NO974760673"),
        ("vat_id", "GB 980 7806 84", "GB", "GB980780684"),
        ("iban", "de89 3704 0044 0532 0130 00", "DE", "DE89370400440532013000"),
        ("email", "Info@Müller-Bau.de", "DE", "info@xn--mller-bau-q9a.de"),
        ("email", "<Einkauf@Firma.Example>", "DE", "einkauf@firma.example"),
        ("email_domain", "https://www.Firma.example/kontakt?x=1", "DE", "firma.example"),
        ("email_domain", "info@firma.example", "DE", "firma.example"),
        ("phone", "0911 1234-0", "DE", "+4991112340"),
        ("phone", "+49 (0)911 / 1234 – 27", "DE", "+49911123427"),
        ("phone", "0911 1234 ext. 27", "DE", "+49911123427"),
        ("phone", "01 5331234", "AT", "+4315331234"),
        ("tax_number", "181/815/08155", "DE", "18181508155"),
        ("gln", "40 12345 00000 9", "DE", "4012345000009"),
        ("name", "Müller & Söhne GmbH & Co. KG", "DE", "mueller soehne"),
    ],
)
def test_an_identifier_in_its_normal_form(kind: str, text: str, country: str, value: str) -> None:
    item = checked(kind, text, country=country)
    assert (item.value, item.lookup) == (value, value)
    assert item.shown == (value if kind == "email_domain" else clean(text))


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("number", "---", "Kundennummer"),
        ("number", "1,00042E+09", "Tabellenkalkulation"),
        ("number", "9" * 41, "Kundennummer"),
        ("vat_id", "DE136695977", "Prüfziffer"),
        ("vat_id", "DE12", "USt-IdNr."),
        ("iban", "DE89370400440532013001", "IBAN"),
        ("email", "einkauf.firma.example", "keine E-Mail-Adresse"),
        ("email", "a@b", "keine E-Mail-Adresse"),
        ("email_domain", "info@gmx.de", "jeder eine Adresse"),
        ("email_domain", "co.uk", "keine Domäne"),
        ("phone", "1234", "Vorwahl"),
        ("phone", "siehe Rückseite", "Telefonnummer"),
        ("tax_number", "12/34", "10 bis 13"),
        ("gln", "4012345000001", "GLN"),
        ("name", "&", "kein Name"),
        ("iban", "", "fehlt"),
    ],
)
def test_a_wrong_identifier_is_refused_with_a_sentence(kind: str, text: str, why: str) -> None:
    with pytest.raises(BadIdentifier, match=why):
        checked(kind, text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("info@firma.example", "firma.example"), ("https://www.Müller-Bau.de/kontakt", "müller-bau.de")],
)
def test_a_domain_is_shown_without_the_address_it_was_taken_from(text: str, shown: str) -> None:
    assert checked("email_domain", text).shown == shown


@pytest.mark.parametrize(
    "kind", ["number", "vat_id", "iban", "email", "email_domain", "phone", "tax_number", "gln", "name"]
)
@given(text=st.text(max_size=60), country=st.sampled_from(["DE", "AT", "CH", "GR", "XX", ""]))
def test_whatever_is_typed_is_taken_or_refused(kind: str, text: str, country: str) -> None:
    try:
        item = checked(kind, text, country=country)
    except BadIdentifier as error:
        sentence = error.sentence
    else:
        sentence = ""
        assert item.value
        assert item.lookup
        assert "\x00" not in item.shown + item.value
    assert sentence == "" or sentence.endswith(".")


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("vat_id", normal_forms.vat_id),
        ("iban", normal_forms.iban),
        ("email", normal_forms.email),
        ("email_domain", normal_forms.email_domain),
        ("phone", normal_forms.phone),
    ],
)
@given(data=st.data())
def test_what_is_stored_is_what_a_lookup_asks_for(kind: str, form: object, data: st.DataObject) -> None:
    digits = st.text(alphabet="0123456789", min_size=4, max_size=11)
    text = data.draw(
        {
            "vat_id": digits.map(lambda n: f"DE{n}") | st.sampled_from(["CHE-107.787.577 MWST", "NO 974 760 673 MVA"]),
            "iban": st.sampled_from(["DE89 3704 0044 0532 0130 00", "AT61 1904 3002 3457 3201"]),
            "email": st.emails(),
            "email_domain": st.emails(),
            "phone": st.builds(
                lambda area, n: f"0{area} {n[:5]}-{n[5:]}", st.sampled_from(["911", "89", "9131"]), digits
            ),
        }[kind]
    )
    try:
        value = checked(kind, text).value
    except BadIdentifier:
        return
    assert form(value) == value  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("0911 1234-0", "+499111234"),
        ("0911 1234-27", "+499111234"),
        ("0911/1234 – 270", "+499111234"),
        # A hyphen behind the area code parts nothing, and a mobile phone has no exchange.
        ("09131-1234", ""),
        ("0911-1234567", ""),
        ("0171 1234567-0", ""),
        ("0911 12340", ""),
    ],
)
def test_an_extension_behind_a_hyphen_shows_the_number_of_the_exchange(text: str, stem: str) -> None:
    assert checked("phone", text).stem == stem


def test_any_extension_leads_to_the_exchange() -> None:
    stem = checked("phone", "0911 1234-0").stem
    assert stem in phone_stems(checked("phone", "0911 1234270").value)


def test_a_mail_domain_may_belong_to_the_domain_above_it() -> None:
    assert mail_domains("mail.firma.example") == ("mail.firma.example", "firma.example")
    assert mail_domains("firma.co.uk") == ("firma.co.uk",)
    assert mail_domains("firma.de") == ("firma.de",)


@pytest.mark.parametrize(
    "name",
    [
        "Müller Metallbau GmbH",
        "MUELLER METALLBAU",
        "Müller-Metallbau G.m.b.H.",
        "Fa. Müller Metallbau AG",
        "Müller Metallbau",
    ],
)
def test_ways_to_write_a_company_share_their_key(name: str) -> None:
    assert name_key(name) == "mueller metallbau"
    assert name_tokens(name) == ("mueller", "metallbau")


@given(st.text(max_size=80))
def test_the_key_of_a_name_is_the_same_for_both_normal_forms_and_for_itself(name: str) -> None:
    import unicodedata

    key = name_key(unicodedata.normalize("NFC", name))
    assert name_key(unicodedata.normalize("NFD", name)) == key
    assert key == " ".join(key.split())
    assert key.isascii()


@given(st.text(max_size=300))
def test_kept_text_is_on_one_line_without_control_characters(text: str) -> None:
    kept = clean(text, 40)
    assert len(kept) <= 40
    assert clean(kept, 40) == kept
    assert kept.isprintable() or not kept.isascii()
    assert "\x00" not in kept
