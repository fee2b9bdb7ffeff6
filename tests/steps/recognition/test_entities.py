"""Identifiers and labelled values, with their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import Entity
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.recognition.entities import find_entities
from tests.letters import Line, document

DIGITS = NumberShapes.from_numbers(str(number) for number in range(10001, 10400))
VAT, OTHER_VAT = "DE136695976", "DE811907980"
IBAN = "DE89370400440532013000"


def entities(*lines: Line | str, own: OwnCompany | None = None, shapes: NumberShapes = DIGITS) -> list[Entity]:
    placed = [(25.0, 60.0 + 6 * at, line) if isinstance(line, str) else line for at, line in enumerate(lines)]
    return find_entities(Letter(document(placed)), own=own or OwnCompany(), shapes=shapes)


def values(kind: str, *lines: Line | str) -> list[str]:
    return [entity.value for entity in entities(*lines) if entity.kind == kind]


@pytest.mark.parametrize(
    "lines",
    [
        ["Kundennummer: 10042"],
        ["Kunden-Nr. 10042"],
        ["Kd.-Nr.: 10042"],
        ["Ihre Kundennummer bei uns: 10042"],
        ["Customer No. 10042"],
        ["Debitor 10 042"],
        [(120, 60, "Kundennummer"), (170, 60, "10042")],
        [(120, 60, "Kundennr."), (120, 65, "10042")],
        [(25, 92, "Kunden-Nr."), (80, 92, "Rechnung"), (140, 92, "Datum"),
         (25, 97, "10042"), (80, 97, "RE-2026-17"), (140, 97, "01.02.2026")],
    ],
)  # fmt: skip
def test_a_customer_number_is_found_behind_beside_and_below_its_label(lines: list[Line | str]) -> None:
    assert values("customer_number", *lines) == ["10042"]


def test_a_bare_number_without_label_is_no_customer_number() -> None:
    assert values("customer_number", "Artikel 10042 Flansch", "Unser Kunde ist zufrieden") == []


def test_the_label_keeps_the_words_that_turn_its_meaning() -> None:
    found = entities("Ihre Kundennummer bei uns: 10042")
    assert [entity.label for entity in found if entity.kind == "customer_number"] == ["Ihre Kundennummer bei uns"]


@pytest.mark.parametrize("shown", [VAT, "DE 136 695 976", "DE 136695976", "DE-136.695.976"])
def test_a_vat_id_is_found_in_any_writing(shown: str) -> None:
    assert values("vat_id", f"USt-IdNr. {shown}, Amtsgericht Fürth") == [VAT]


def test_a_wrong_checksum_counts_only_behind_its_label() -> None:
    assert values("vat_id", "Artikel DE136695977 und Teil DE136695978X") == []
    assert values("vat_id", "USt-IdNr.: DE136695977") == ["DE136695977"]


@pytest.mark.parametrize("shown", [IBAN, "DE89 3704 0044 0532 0130 00", "AT611904300234573201"])
def test_an_iban_is_found_in_any_writing(shown: str) -> None:
    assert values("iban", f"Bank: {shown} BIC COBADEFFXXX") == [shown.replace(" ", "")]


def test_a_mistyped_iban_counts_only_behind_its_label() -> None:
    assert values("iban", "Zeichen DE88370400440532013000") == []
    assert values("iban", "IBAN DE88370400440532013000") == ["DE88370400440532013000"]


def test_mail_addresses_give_their_domain_unless_anybody_may_have_one() -> None:
    found = entities("E-Mail: Einkauf@Mueller-Metall.de", "privat: mueller@gmx.de")
    assert {(entity.kind, entity.value) for entity in found if entity.kind.startswith("email")} == {
        ("email", "einkauf@mueller-metall.de"),
        ("email_domain", "mueller-metall.de"),
        ("email", "mueller@gmx.de"),
    }


@pytest.mark.parametrize("shown", ["Tel. 0911 / 123 45-6", "Telefon: +49 (0)911 123456", "Fon 0911-123456"])
def test_phone_numbers_have_one_form(shown: str) -> None:
    assert values("phone", shown) == ["+49911123456"]


def test_what_is_ours_is_marked() -> None:
    own = OwnCompany.of(vat_ids=[VAT], ibans=[IBAN], email_domains=["wir.example"], phones=["0911 4400-0"])
    lines = (f"USt-IdNr. {VAT}", f"IBAN {IBAN}", "a.b@post.wir.example", "Tel. 0911 4400-123", f"USt-IdNr. {OTHER_VAT}")
    assert {entity.value for entity in entities(*lines, own=own) if not entity.own} == {OTHER_VAT}


def test_each_find_has_page_and_box() -> None:
    found = next(entity for entity in entities((25, 100, "Kundennummer: 10042")) if entity.kind == "customer_number")
    assert found.page == 1
    assert found.box is not None
    assert found.box[1] < 100 / 297 <= found.box[3] + 0.001


def test_numbers_of_other_papers_keep_their_kind() -> None:
    lines = (
        "Rechnungsnummer: RE-2026-0815",
        "Ihre Bestellung: 4500012345",
        "Lieferschein-Nr. LS-77",
        "Angebot 2026-12",
    )
    found = {entity.kind: entity.value for entity in entities(*lines)}
    assert found == {
        "invoice_number": "RE-2026-0815",
        "order_number": "4500012345",
        "delivery_number": "LS-77",
        "offer_number": "2026-12",
    }


def test_a_date_is_no_document_number() -> None:
    assert values("invoice_number", "Ihre Rechnung vom 12.03.2026", "Rechnung 12.03.2026") == []


@pytest.mark.parametrize(
    ("line", "label", "value"),
    [
        ("Gesamtbetrag: 1.234,56 EUR", "gross_amount", "1234.56"),
        ("Total due: $1,234.56", "gross_amount", "1234.56"),
        ("Nettobetrag EUR 1'000.00", "net_amount", "1000.00"),
        ("Rechnungssumme ohne USt. 473,00", "net_amount", "473.00"),
        ("Gutschriftsbetrag 12,50-", "gross_amount", "-12.50"),
    ],
)
def test_amounts_are_read_in_every_notation(line: str, label: str, value: str) -> None:
    found = [entity for entity in entities(line) if entity.kind == "amount"]
    assert [(entity.label.split(":")[0], entity.value) for entity in found][:1] == [(label, value)]


def test_discounts_are_no_sum() -> None:
    assert values("amount", "Gesamtbetrag der Abschläge -9,07") == []


@pytest.mark.parametrize(
    "shown", ["03.02.2026", "3. Februar 2026", "2026-02-03", "February 3, 2026", "3rd February 2026", "3.2.26"]
)
def test_days_are_read_in_every_notation(shown: str) -> None:
    assert values("date", f"Rechnungsdatum: {shown}") == ["2026-02-03"]


def test_a_day_that_does_not_exist_is_none() -> None:
    assert values("date", "Rechnungsdatum: 31.02.2026") == []


@given(st.text(max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    odd = DocumentText(document([(25, 60, text)]).pages)
    for entity in find_entities(Letter(odd), own=OwnCompany(), shapes=DIGITS):
        assert entity.value
