"""The way of a document, from the door to its place: real files, the real steps, one worker in this process."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs.kinds import ORDINARY
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, Document, Rendition
from kundenakte.steps.filing.told import NEUTRAL
from tests.builders import NOW, SETUP, a_customer_file, a_user, an_actor

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def received(content: bytes | Path, file_name: str = "", **more: Any) -> Arrival:
    data = content.read_bytes() if isinstance(content, Path) else content
    name = file_name or (content.name if isinstance(content, Path) else "brief.txt")
    wish = {"actor": SETUP, "source": "folder:test", "now": NOW, **more}
    return pipeline.receive(stream=io.BytesIO(data), file_name=name, **wish)


def worked_off(arrival: Arrival) -> Arrival:
    worker = Worker()
    while worker.work_once():
        pass
    arrival.refresh_from_db()
    return arrival


def test_an_invoice_with_a_printed_customer_number_files_itself() -> None:
    file = a_customer_file("Kunden AG Mitte", "69876")
    arrival = worked_off(received(SAMPLES / "e-invoice" / "corpus-v1-correct_ZUGFeRD_1p0_BASIC_Einfach.pdf"))
    assert renditions.page_image(arrival.digest, 1)
    assert arrival.findings["einvoice"]["values"]["invoice_number"] == "471102"
    assert arrival.state in {Arrival.State.FILED, Arrival.State.WAITING}
    if arrival.state == Arrival.State.FILED:
        assert arrival.document is not None
        assert arrival.document.customer_file == file


def test_t27_an_e_invoice_is_led_by_its_xml_from_the_door_into_the_archive() -> None:
    """Real recognition: the amounts come from the XML, the container stays byte for byte, a page cannot replace it."""
    a_customer_file("Kunden AG Mitte", "69876")
    paper = SAMPLES / "e-invoice" / "corpus-v1-correct_ZUGFeRD_1p0_BASIC_Einfach.pdf"
    facts = {"customer": "69876", "class": "INV_IN", "number": "471102"}
    arrival = worked_off(received(paper, facts=facts))
    document = arrival.document
    assert document is not None
    document.refresh_from_db()
    invoice = arrival.findings["einvoice"]
    assert document.fields["gross_amount"] == invoice["values"]["gross_amount"]
    [version] = document.versions.all()
    assert blobs.default().path(version.digest).read_bytes() == paper.read_bytes()
    # The same number as a mere page: it is not taken as a version.
    page = worked_off(received(SAMPLES / "pdf" / "pypdf_crazyones-pdfa.pdf", facts=facts))
    assert page.state == Arrival.State.WAITING
    assert document.versions.count() == 1


def test_a_letter_as_text_goes_to_the_customer_it_names() -> None:
    file = a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    letter = (
        "Frankenblech Anlagenbau GmbH, Am Kanal 7, 90766 Fürth\n\n"
        "Muster Maschinenbau GmbH\nHauptstraße 5\n90402 Nürnberg\n\nKundennummer: K-10001\n\n"
        "Rechnung RE-2026-0815\nRechnungsnummer: RE-2026-0815\nRechnungsdatum: 12.11.2026\n\nGesamtbetrag: 119,00 EUR\n"
    )
    arrival = worked_off(received(letter.encode()))
    assert arrival.state == Arrival.State.FILED, arrival.sentence
    document = arrival.document
    assert document is not None
    assert document.customer_file == file
    assert (document.number, document.fields["gross_amount"], document.section.key) == (
        "RE-2026-0815", "119.00", "rechnungen",
    )  # fmt: skip


def test_what_names_nobody_waits_with_a_sentence() -> None:
    arrival = worked_off(received(b"Hallo zusammen,\nanbei die Unterlagen wie besprochen.\nGruesse"))
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, "no_customer")
    assert "Kunde" in arrival.sentence


def test_the_same_delivery_twice_makes_one_document() -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    facts = {"customer": "K-10001", "class": "Rechnung", "number": "RE-1"}
    first = received(b"Rechnung RE-1", facts=facts)
    assert first.document is not None  # filed at the door, before any worker
    second = worked_off(received(b"Rechnung RE-1", facts=facts))
    assert (second.state, second.document) == (Arrival.State.DUPLICATE, first.document)
    assert Document.objects.count() == 1


def test_the_next_bytes_under_the_same_number_are_the_next_version() -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    facts = {"customer": "K-10001", "class": "Rechnung", "number": "RE-1"}
    first = received(b"eins", facts=facts)
    second = worked_off(received(b"zwei", facts=facts))
    assert first.document is not None
    assert second.document == first.document
    assert [version.number for version in first.document.versions.all()] == [1, 2]


def test_a_source_that_contradicts_the_page_is_pointed_out() -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    a_customer_file("Ganz Andere Werke AG", "K-10002")
    letter = b"Kundennummer: K-10002\nGanz Andere Werke AG\nRechnung RE-9\nRechnungsnummer: RE-9\n"
    facts = {"customer": "K-10001", "class": "Rechnung", "number": "RE-9"}
    arrival = worked_off(received(letter, facts=facts))
    assert arrival.state == Arrival.State.FILED
    assert arrival.reason == "please_check"


def test_a_contradiction_that_was_answered_is_not_asked_again() -> None:
    from kundenakte.steps.filing import tasks as filing
    from kundenakte.steps.filing.models import FilingDecision

    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    a_customer_file("Ganz Andere Werke AG", "K-10002")
    letter = b"Kundennummer: K-10002\nGanz Andere Werke AG\nRechnung RE-9\nRechnungsnummer: RE-9\n"
    facts = {"customer": "K-10001", "class": "Rechnung", "number": "RE-9"}
    arrival = worked_off(received(letter, facts=facts))
    pipeline.confirm_check(actor=an_actor(), arrival=arrival, now=NOW)
    with transaction.atomic():
        filing.file(arrival.pk)()
    arrival.refresh_from_db()
    assert (arrival.state, arrival.reason) == (Arrival.State.FILED, "")
    assert FilingDecision.objects.filter(arrival=arrival, rule="filing.recheck").count() == 1


@pytest.mark.parametrize("name", ["defusedxml_xmlbomb.xml", "defusedxml_quadratic.xml", "defusedxml_external.xml"])
def test_an_xml_file_that_could_overwhelm_a_program_says_so(name: str) -> None:
    arrival = worked_off(received(SAMPLES / "hostile" / name))
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, "no_customer")
    assert arrival.sentence.startswith("Diese XML-Datei enthält Anweisungen")
    assert arrival.sentence.endswith("Deshalb ist kein Kunde zu erkennen.")


def test_dropped_on_a_file_it_is_filed_there_whatever_it_is() -> None:
    file = a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    facts = {"customer_file_id": file.pk}
    arrival = worked_off(received(b"Notiz ohne jeden Hinweis", actor=an_actor("verena"), facts=facts))
    assert arrival.state == Arrival.State.FILED, arrival.sentence
    assert arrival.document is not None
    assert arrival.document.customer_file == file


def test_a_protected_pdf_waits_and_opens_with_its_password() -> None:
    a_customer_file()
    arrival = worked_off(received(SAMPLES / "pdf" / "pypdf_libreoffice-writer-password.pdf"))
    assert arrival.state == Arrival.State.WAITING
    assert "Passwort" in arrival.sentence
    pipeline.try_again(actor=an_actor(), arrival=arrival, now=NOW, password="openpassword")
    worked_off(arrival)
    pages = renditions.pages_of(arrival.digest)
    assert pages is not None
    assert pages.code == ""


def test_all_pages_follow_the_first() -> None:
    a_customer_file()
    arrival = worked_off(received(SAMPLES / "pdf" / "qpdf_rotated.pdf"))
    pages = Rendition.objects.get(digest=arrival.digest, kind="pages")
    assert (pages.page_count, pages.ready) == (20, 20)
    assert renditions.page_image(arrival.digest, 20)
    assert not Job.objects.filter(state__in=("waiting", "failed")).exists()


@pytest.mark.parametrize(
    "name",
    ["opf_T02-02_002_page-tree-kids-links-recursive.pdf", "qpdf_bad1.pdf", "tika_testXXE.xml",
     "defusedxml_xmlbomb.xml", "tika_testZip_relative.zip", "tika_testODTnotaZipFile.odt"],
)  # fmt: skip
def test_hostile_files_are_kept_and_wait_with_a_sentence(name: str) -> None:
    from kundenakte.base import blobs

    arrival = worked_off(received(SAMPLES / "hostile" / name))
    assert arrival.state == Arrival.State.WAITING
    assert arrival.sentence
    with blobs.default().open(arrival.digest) as kept:
        assert kept.read() == (SAMPLES / "hostile" / name).read_bytes()
    assert not Job.objects.filter(state="failed").exists()


def test_previews_that_were_thrown_away_come_back_when_somebody_looks() -> None:
    file = a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    facts = {"customer_file_id": file.pk}
    sample = SAMPLES / "pdf" / "qpdf_rotated.pdf"
    arrival = worked_off(received(sample, actor=an_actor("verena"), facts=facts))
    assert arrival.document is not None
    assert arrival.version is not None
    shown = reverse("document-page", args=(arrival.document.pk, arrival.version.number, 20))
    client = Client()
    client.force_login(a_user("verena"))
    assert client.get(shown).status_code == 200
    assert not Job.objects.filter(state="waiting").exists()  # what is there is not asked for
    shutil.rmtree(settings.DERIVED)
    assert client.get(shown).status_code == 404
    assert [job.name for job in Job.objects.filter(state="waiting")] == ["rendition.remake"]
    worked_off(arrival)
    assert client.get(shown).status_code == 200
    assert renditions.text_of(arrival.digest)


def test_one_lost_page_among_others_comes_back() -> None:
    a_customer_file()
    arrival = worked_off(received(SAMPLES / "pdf" / "qpdf_rotated.pdf"))
    lost = renditions.page_image(arrival.digest, 7)
    assert lost is not None
    lost.unlink()
    pipeline.want_pages(arrival.digest)
    worked_off(arrival)
    assert renditions.page_image(arrival.digest, 7)


def test_pages_somebody_looks_at_are_drawn_before_other_work() -> None:
    a_customer_file()
    arrival = worked_off(received(SAMPLES / "pdf" / "qpdf_rotated.pdf"))
    Rendition.objects.filter(digest=arrival.digest, kind="pages").update(ready=1)
    client = Client()
    client.force_login(a_user("verena"))
    assert client.get(reverse("inbox-arrival", args=(arrival.pk,))).status_code == 200
    job = Job.objects.get(name="rendition.render_rest", state="waiting")
    assert job.priority < ORDINARY


def test_who_drops_a_file_acts_with_his_own_rights() -> None:
    """Sabine may file reports but not invoices: what she drops does not become an invoice's next version."""
    file = a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    invoice = received(b"eins", facts={"customer": "K-10001", "class": "Rechnung", "number": "RE-1"}).document
    assert invoice is not None
    facts = {"customer_file_id": file.pk, "class": "Rechnung", "number": "RE-1"}
    arrival = worked_off(received(b"zwei", actor=an_actor("sabine"), facts=facts))
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, "not_allowed")
    # Said to whoever looks at it, who may well have the right.
    assert arrival.sentence == "Wer es gebracht hat, darf es dort nicht ablegen."
    assert invoice.versions.count() == 1


def test_what_a_person_drops_beside_a_hidden_twin_is_filed_as_if_there_were_none() -> None:
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.models import Grant
    from tests.builders import a_document

    hidden = a_document(document_class="LETTER", content=["Brief"])
    Grant.objects.create(user=a_user("verena"), document=hidden, is_deny=True, reason="x", created_at=NOW)
    facts = {"customer_file_id": hidden.customer_file_id, "class": "LETTER"}
    verena = Actor.of(a_user("verena"))
    arrival = worked_off(received(b"Brief", "brief.txt", actor=verena, source="web", facts=facts))
    assert arrival.state == Arrival.State.FILED
    assert arrival.document != hidden
    # Without a person's choice the house decides, and asks nobody to look at what is hidden.
    twin = worked_off(received(b"Brief", "brief.txt", actor=Actor.of(a_user("anton")), source="web", facts=facts))
    assert (twin.state, twin.document) == (Arrival.State.DUPLICATE, hidden)


def test_a_question_about_another_document_is_stored_without_naming_it() -> None:
    from tests.builders import a_document

    known = a_document(document_class="LETTER", title="Geheim", content=["Rundbrief"])
    other = a_customer_file("Andere GmbH")
    facts = {"customer_file_id": other.pk, "class": "LETTER"}
    arrival = worked_off(received(b"Rundbrief", "brief.txt", source="web", facts=facts))
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, "same_bytes_elsewhere")
    assert arrival.sentence == NEUTRAL
    assert arrival.decision["placing"]["document_id"] == known.pk
