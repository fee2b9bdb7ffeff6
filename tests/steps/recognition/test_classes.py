"""What kind of document it is, and why."""

from __future__ import annotations

import pytest

from kundenakte.records.findings import EInvoice
from kundenakte.records.letter import Letter
from kundenakte.steps.recognition.classes import guess_classes
from kundenakte.steps.recognition.direction import Direction
from tests.letters import Line, document

GREETING: list[Line] = [(25, 110, "Sehr geehrte Damen und Herren,"), (25, 180, "Mit freundlichen Grüßen")]


def guess(title: str, *sentences: str, direction: Direction = "sent", size: float = 10) -> tuple[str, float]:
    lines: list[Line] = [(25, 95, title, size), *GREETING]
    lines += [(25, 120 + 6 * at, sentence) for at, sentence in enumerate(sentences)]
    found = guess_classes(Letter(document(lines)), direction=direction)
    return (found[0].code, found[0].confidence) if found else ("", 0.0)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Rechnung Nr. 4711", "INV_OUT"),
        ("R E C H N U N G", "INV_OUT"),
        ("Handelsrechnung Nr. 4711 vom 01.02.2026", "INV_OUT"),
        ("Invoice INV-4711", "INV_OUT"),
        ("Gutschrift GS-2026-3", "CREDIT_NOTE"),
        ("Rechnungskorrektur 4711", "CREDIT_NOTE"),
        ("Stornorechnung Nr. 12", "CREDIT_NOTE"),
        ("2. Mahnung", "DUNNING"),
        ("Zahlungserinnerung", "DUNNING"),
        ("Zahlungsavis", "PAYMENT"),
        ("Angebot AN-2026-17", "OFFER"),
        ("Preisliste 2026", "PRICE_INFO"),
        ("Anfrage Nr. 77", "ENQUIRY"),
        ("Bestellung 4500012345", "ORDER_IN"),
        ("Auftragsbestätigung AB-12", "ORDER_CONF"),
        ("Lieferschein LS-99", "DELIVERY"),
        ("Kaufvertrag", "CONTRACT"),
        ("Wartungsvertrag WV-3", "MAINT_CONTRACT"),
        ("Geheimhaltungsvereinbarung", "NDA"),
        ("Servicebericht Nr. 5", "SERVICE_REPORT"),
        ("Abnahmeprotokoll", "ACCEPTANCE"),
        ("Reklamation", "COMPLAINT"),
        ("Stammdatenblatt", "MASTER_DATA"),
        ("Kalkulation", "PRICE_CALC"),
    ],
)
def test_a_title_names_the_class(title: str, code: str) -> None:
    found, confidence = guess(title, size=14)
    assert (found, confidence > 0.8) == (code, True)


def test_the_direction_tells_invoices_apart() -> None:
    assert guess("Rechnung 4711", size=14, direction="received")[0] == "INV_IN"
    assert guess("Rechnung 4711", size=14, direction="")[1] < 0.6


def test_a_letter_about_an_invoice_is_none() -> None:
    assert guess("Ihre Rechnung vom 03.02.2026", "wir danken für die Übersendung.", direction="received")[0] == "LETTER"


def test_a_dunning_letter_that_names_invoices_is_a_dunning_letter() -> None:
    code, _ = guess("Mahnung zu Rechnung 4711", "Leider konnten wir keinen Zahlungseingang feststellen.")
    assert code == "DUNNING"


def test_sentences_alone_make_a_weak_guess() -> None:
    code, confidence = guess("Ihr Schreiben", "hiermit bestellen wir die folgenden Teile", direction="received")
    assert code == "ORDER_IN"
    assert confidence < 0.8


def test_the_reason_is_kept_with_its_place() -> None:
    found = guess_classes(Letter(document([(25, 95, "Lieferschein 99", 14), *GREETING])))[0]
    assert found.reason == "„Lieferschein“ steht in großer Schrift als Überschrift auf Seite 1."
    assert (found.page, found.box is not None) == (1, True)


@pytest.mark.parametrize(
    ("kind", "direction", "code"),
    [
        ("380", "sent", "INV_OUT"),
        ("380", "received", "INV_IN"),
        ("381", "sent", "CREDIT_NOTE"),
        ("384", "received", "CREDIT_NOTE"),
        ("389", "sent", "INV_OUT"),
    ],
)
def test_the_type_of_an_einvoice_leads(kind: str, direction: Direction, code: str) -> None:
    invoice = EInvoice("invoice", syntax="CII", values={"type_code": kind, "gross_amount": "119.00"})
    letter = Letter(document([(25, 95, "Lieferschein 99", 14)]))
    assert guess_classes(letter, direction=direction, einvoice=invoice)[0].code == code


@pytest.mark.parametrize(
    ("media_type", "code"),
    [
        ("message/rfc822", "EMAIL_LETTER"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "PRESENTATION"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PRICE_CALC"),
    ],
)
def test_some_types_of_file_say_it_all(media_type: str, code: str) -> None:
    assert guess_classes(None, media_type=media_type)[0].code == code


def test_a_spreadsheet_that_is_an_offer_is_an_offer() -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert guess_classes(Letter(document([(25, 30, "Angebot 17", 16)])), media_type=sheet)[0].code == "OFFER"


def test_nothing_known_is_no_guess() -> None:
    assert guess_classes(Letter(document([(25, 95, "Lorem ipsum dolor sit amet")]))) == []


def test_rules_and_model_strengthen_each_other() -> None:
    letter = Letter(document([(25, 95, "Angebot vom Freitag")]))
    alone = guess_classes(letter)[0].confidence
    together = guess_classes(letter, learned=[("OFFER", 0.8)])[0]
    assert (together.code, together.confidence > alone) == ("OFFER", True)
