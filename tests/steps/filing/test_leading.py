"""An e-invoice is its XML: no version without XML takes its place, by whatever way it comes (R-14)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.records import leading
from kundenakte.records.actions.documents import Description, add_version, restore_version
from kundenakte.records.findings import EInvoice, Findings
from kundenakte.records.leading import XmlMissing
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.filing import tasks
from kundenakte.steps.filing.by_source import file_by_source, named_exactly
from kundenakte.steps.filing.told import told
from tests.builders import NOW, SETUP, TODAY, a_class, a_document, a_user, an_actor, an_arrival, some_bytes
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
INVOICES = ROOT / "tests" / "samples" / "e-invoice"
ZUGFERD = INVOICES / "corpus-v1-correct_ZUGFeRD_1p0_BASIC_Einfach.pdf"
# Names a file in it, which turns out to be something else.
WITH_A_FILE = b"%PDF-1.7\n1 0 obj << /Type /EmbeddedFile >> stream\n%%EOF"
PLAIN_PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >>\n%%EOF"
TIFF = b"II*\0" + bytes(64)


def read(arrival: Arrival, *, is_invoice: bool) -> None:
    """What recognition leaves behind."""
    invoice = EInvoice("invoice", values={"invoice_number": "RE-1"}) if is_invoice else None
    arrival.findings = Findings(einvoice=invoice).to_json()
    arrival.save()


def an_e_invoice(**more: Any) -> Document:
    """A document whose valid version was read as an e-invoice."""
    content = ZUGFERD.read_bytes()
    document = a_document(document_class="INV_IN", number="RE-1", content=[content], **more)
    read(an_arrival(content=content, file_name="RE-1.pdf"), is_invoice=True)
    return document


def dropped(document: Document, content: bytes) -> Arrival:
    """What Bernd dropped on the document, as it is committed."""
    actor = an_actor("bernd")
    arrival = an_arrival(content=content, facts={"document_id": document.pk}, actor=actor)
    with transaction.atomic():
        if file_by_source(arrival=arrival, named=None, actor=actor, now=NOW) is None:
            arrival.save()
    return arrival


def filed(arrival: Arrival) -> Arrival:
    """The step after recognition."""
    apply = tasks.file(arrival.pk)
    with transaction.atomic():
        apply()
    arrival.refresh_from_db()
    return arrival


@pytest.mark.parametrize("content", [TIFF, PLAIN_PDF, b"Nur Text"], ids=["tiff", "pdf", "text"])
def test_t27_what_certainly_has_no_xml_is_refused_where_it_is_dropped(content: bytes) -> None:
    document = an_e_invoice()
    with pytest.raises(XmlMissing):
        dropped(document, content)
    assert document.versions.count() == 1


def test_t27_what_may_have_xml_is_read_first_and_waits_when_it_has_none() -> None:
    document = an_e_invoice()
    arrival = dropped(document, WITH_A_FILE)
    assert (arrival.state, document.versions.count()) == (Arrival.State.UNDER_WAY, 1)
    read(arrival, is_invoice=False)
    filed(arrival)
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, "xml_missing")
    assert "deren XML führt" in told(a_user("bernd"), [arrival])[arrival.pk].in_words()
    assert document.versions.count() == 1


def test_an_e_invoice_that_was_read_becomes_the_next_version() -> None:
    document = an_e_invoice()
    arrival = dropped(document, WITH_A_FILE)
    read(arrival, is_invoice=True)
    filed(arrival)
    assert (arrival.state, arrival.document) == (Arrival.State.FILED, document)
    document.refresh_from_db()
    assert document.valid_version is not None
    assert document.valid_version.digest == arrival.digest


def test_t27_a_source_that_brings_the_number_without_xml_asks() -> None:
    document = an_e_invoice()
    customer = document.customer_file.customer
    arrival = an_arrival(
        content=PLAIN_PDF, source="rest:erp", facts={"customer": customer.number, "class": "INV_IN", "number": "RE-1"}
    )
    with transaction.atomic():
        assert file_by_source(arrival=arrival, named=named_exactly(arrival), actor=SETUP, now=NOW) is None
        arrival.save()
    read(arrival, is_invoice=False)
    filed(arrival)
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, "xml_missing")
    assert document.versions.count() == 1


def test_t27_by_hand_it_is_refused_as_a_version_and_taken_as_a_document_of_its_own() -> None:
    document = an_e_invoice()
    arrival = an_arrival(content=TIFF, waiting=True)
    wish: dict[str, Any] = {
        "actor": an_actor("bernd"), "customer_file": document.customer_file, "now": NOW,
        "description": Description(a_class("INV_IN"), "Scan", "RE-1", TODAY),
    }  # fmt: skip
    with pytest.raises(XmlMissing):
        pipeline.file_by_hand(arrival=arrival, document=document, **wish)
    other = pipeline.file_by_hand(arrival=arrival, as_new=True, **wish)
    assert other != document


def test_t27_an_earlier_version_without_xml_does_not_come_back() -> None:
    document = a_document(document_class="INV_IN", number="RE-1")
    first = document.valid_version
    assert first is not None
    content = ZUGFERD.read_bytes()
    add_version(actor=SETUP, document=document, version=some_bytes(content), now=NOW)
    read(an_arrival(content=content), is_invoice=True)
    first.refresh_from_db()
    with pytest.raises(XmlMissing):
        restore_version(actor=SETUP, version=first, now=NOW)


def test_without_leading_xml_any_file_is_a_version() -> None:
    document = a_document(document_class="INV_IN", number="RE-1")
    assert dropped(document, TIFF).state == Arrival.State.FILED


@pytest.mark.parametrize("file", sorted(INVOICES.glob("corpus-v*correct*.pdf")), ids=lambda file: file.name)
def test_no_e_invoice_is_taken_for_a_file_without_xml(file: Any) -> None:
    assert leading.may_carry_xml(file)
    assert not leading.may_carry_xml(blobs.default().path(some_bytes(PLAIN_PDF).digest))
