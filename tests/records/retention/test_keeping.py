"""The end of retention beside each document: written with whatever changes it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kundenakte.records.actions import documents, links
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Document, Reference
from kundenakte.records.retention import keeping
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document

pytestmark = pytest.mark.django_db


def stored(document: Document) -> tuple[date | None, bool, str]:
    document.refresh_from_db()
    return document.retain_until, document.is_retention_open, document.retention_code


def test_a_new_invoice_knows_its_end() -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    assert stored(invoice) == (date(2034, 12, 31), False, "INV_OUT")


def test_a_contract_is_open_until_its_end_is_known() -> None:
    contract = a_document(document_class="CONTRACT", dated_on=date(2020, 3, 1))
    assert stored(contract) == (None, True, "CONTRACT")
    wish = Description(a_class("CONTRACT"), contract.title, "", contract.dated_on, {"valid_until": "2021-06-30"})
    documents.describe_document(
        actor=SETUP, document=contract, description=wish, edition=contract.edition, now=NOW, reason="Vertrag beendet"
    )
    assert stored(contract) == (date(2027, 12, 31), False, "CONTRACT")


def test_another_class_brings_another_end() -> None:
    letter = a_document(document_class="LETTER", dated_on=date(2026, 2, 3))
    assert stored(letter) == (date(2032, 12, 31), False, "EMAIL_LETTER")
    wish = Description(a_class("INV_OUT"), "Rechnung", "RE-2", date(2026, 2, 3), {"document_number": "RE-2"} | {
        "dated_on": "2026-02-03"})  # fmt: skip
    documents.describe_document(
        actor=SETUP, document=letter, description=wish, edition=letter.edition, now=NOW, reason="falsche Klasse"
    )
    assert stored(letter) == (date(2034, 12, 31), False, "INV_OUT")


def test_a_class_without_a_rule_of_the_table_follows_what_stands_at_the_class() -> None:
    assert stored(a_document(document_class="OTHER", dated_on=date(2026, 2, 3)))[0] == date(2032, 12, 31)


def test_an_order_that_names_the_offer_makes_it_a_letter_of_trade() -> None:
    file = a_customer_file()
    offer = a_document(customer_file=file, number="AN-7", dated_on=date(2026, 2, 3))
    assert stored(offer) == (date(2029, 12, 31), False, "OFFER_LOST")
    a_document(customer_file=file, document_class="ORDER_IN", number="B-1", fields={"offer_number": "AN-7"})
    keeping.look_again(file.pk, now=NOW)
    assert stored(offer) == (date(2032, 12, 31), False, "OFFER_WON")


def test_an_order_in_another_file_says_nothing_about_the_offer() -> None:
    offer = a_document(number="AN-7", dated_on=date(2026, 2, 3))
    a_document(document_class="ORDER_IN", number="B-1", fields={"offer_number": "AN-7"})
    keeping.look_again(offer.customer_file_id, now=NOW)
    assert stored(offer)[2] == "OFFER_LOST"


def test_a_link_to_an_invoice_makes_a_voucher_of_a_delivery_note() -> None:
    file = a_customer_file()
    note = a_document(customer_file=file, document_class="DELIVERY", number="LS-1", dated_on=date(2026, 2, 3))
    invoice = a_document(customer_file=file, document_class="INV_OUT", number="RE-1")
    assert stored(note) == (date(2032, 12, 31), False, "DELIVERY_PLAIN")
    links.refer(actor=SETUP, from_document=invoice, to_document=note, kind=Reference.Kind.FOLLOWS, now=NOW)
    assert keeping.look_again(file.pk, now=NOW) == 1
    assert stored(note) == (date(2034, 12, 31), False, "DELIVERY_VOUCHER")


def test_a_late_version_of_a_calculation_starts_its_period_anew() -> None:
    calculation = a_document(document_class="PRICE_CALC", dated_on=date(2020, 2, 3))
    later = datetime(2027, 1, 5, tzinfo=UTC)
    assert keeping.end_of(calculation, on=date(2026, 11, 24)).until == date(2032, 12, 31)
    from tests.builders import some_bytes

    documents.add_version(actor=SETUP, document=calculation, version=some_bytes("Neu"), now=later)
    assert stored(calculation)[0] == date(2033, 12, 31)
