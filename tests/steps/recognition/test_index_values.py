"""The document's own number, day and sum among those of other papers."""

from __future__ import annotations

from kundenakte.customers.own import OwnCompany
from kundenakte.records.findings import EInvoice
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.steps.recognition.einvoice_entities import entities_of
from kundenakte.steps.recognition.entities import find_entities
from kundenakte.steps.recognition.index_values import index_values
from tests.letters import Line, document

INVOICE: list[Line] = [
    (125, 50, "Bestelldatum: 20.01.2026"),
    (125, 55, "Rechnungsdatum: 03.02.2026"),
    (125, 60, "Ihre Bestellung: 4500012345"),
    (125, 65, "Rechnungsnummer: RE-2026-17"),
    (125, 70, "Lieferschein-Nr.: LS-88"),
    (25, 200, "Nettobetrag 100,00 EUR"),
    (25, 206, "Rechnungsbetrag 119,00 EUR"),
    (25, 212, "bereits gezahlt, Summe 19,00"),
    (25, 218, "fällig am 17.02.2026"),
]


def read(lines: list[Line], code: str, einvoice: EInvoice | None = None) -> dict[str, str]:
    letter = Letter(document(lines))
    entities = find_entities(letter, own=OwnCompany(), shapes=NumberShapes())
    found = index_values(letter, entities, class_code=code, einvoice=einvoice, direction="received")
    return {key: value.value for key, value in found.items()}


def test_an_invoice_has_its_own_number_day_and_sum() -> None:
    assert read(INVOICE, "INV_OUT") == {
        "document_number": "RE-2026-17",
        "order_number": "4500012345",
        "delivery_number": "LS-88",
        "dated_on": "2026-02-03",
        "due_on": "2026-02-17",
        "gross_amount": "119.00",
        "net_amount": "100.00",
        "currency": "EUR",
    }


def test_the_same_page_as_a_delivery_note_has_another_number() -> None:
    values = read(INVOICE, "DELIVERY")
    assert (values["document_number"], values["invoice_number"]) == ("LS-88", "RE-2026-17")


def test_a_number_that_a_scan_cut_short_is_whole_in_the_title() -> None:
    lines: list[Line] = [
        (125, 40, "Lieferschein-Nr."), (125, 45, "LS-2024-1"), (25, 80, "Lieferschein LS-2024-1056"),
    ]  # fmt: skip
    assert read(lines, "DELIVERY")["document_number"] == "LS-2024-1056"


def test_the_title_of_another_number_changes_nothing() -> None:
    lines: list[Line] = [
        (125, 40, "Lieferschein-Nr."), (125, 45, "LS-2024-77"), (25, 80, "Lieferschein LS-2024-1056"),
    ]  # fmt: skip
    assert read(lines, "DELIVERY")["document_number"] == "LS-2024-77"


def test_t27_the_xml_leads_the_page() -> None:
    xml = EInvoice(
        "invoice", values={"invoice_number": "RE-2026-18", "gross_amount": "120.00", "seller_name": "Koch KG"}
    )
    values = read(INVOICE, "INV_IN", xml)
    assert (values["document_number"], values["gross_amount"], values["sender"]) == ("RE-2026-18", "120.00", "Koch KG")
    assert values["net_amount"] == "100.00"


def test_a_title_names_number_and_day() -> None:
    values = read([(25, 95, "Angebot Nr. 42 vom 3. Februar 2026", 14)], "OFFER")
    assert (values["document_number"], values["dated_on"]) == ("42", "2026-02-03")


def test_the_day_of_a_letter_stands_at_its_top() -> None:
    values = read([(120, 80, "Nürnberg, 3. Februar 2026"), (25, 150, "seit dem 1. Januar 2020")], "LETTER")
    assert values["dated_on"] == "2026-02-03"


def test_a_field_stays_empty_rather_than_holding_a_guess() -> None:
    assert read([(25, 95, "Guten Tag"), (25, 200, "Artikel 4711 zu 12,00")], "INV_OUT") == {}


def test_each_side_of_an_einvoice_is_told_apart() -> None:
    values = {
        "seller_vat_id": "DE136695976",
        "buyer_vat_id": "DE811907980",
        "seller_id": "L-7",
        "buyer_id": "K-10042",
        "iban": "DE89370400440532013000",
    }
    invoice = EInvoice("invoice", values=values)
    own = OwnCompany.of(vat_ids=["DE136695976"])
    sent = {(one.kind, one.value) for one in entities_of(invoice, own, "sent") if not one.own}
    assert sent == {("vat_id", "DE811907980"), ("customer_number", "K10042")}
    received = {(one.kind, one.value) for one in entities_of(invoice, OwnCompany(), "received") if not one.own}
    assert received == {("vat_id", "DE136695976"), ("customer_number", "L7"), ("iban", "DE89370400440532013000")}
