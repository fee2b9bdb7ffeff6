"""ZIP archives and PDF portfolios on their way: opened, each file filed for itself, the archive kept as it came."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.mailbox.answering import sentences
from kundenakte.records import parts, renditions, zip_contents
from kundenakte.records.models import Arrival, Grant, Reference, Verb
from kundenakte.steps.intake import packed
from tests import zips
from tests.builders import NOW, a_customer_file, a_user, an_actor
from tests.erp_papers import a_pdf, an_invoice
from tests.test_mail_way import OFFER, a_mail, file_of_muster, muster, received, settled, work
from tests.zips import a_portfolio, a_zip

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLES = Path(__file__).parent / "samples"
State = Arrival.State


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def a_letter(name: str, number: str) -> bytes:
    return f"{name}\n\nKundennummer: {number}\n\n{OFFER}".encode()


def brought(data: bytes, name: str = "Unterlagen.zip", **more: Any) -> Arrival:
    return received(data, name, **{"source": "folder:scanner", **more})


def inside(arrival: Arrival) -> list[Arrival]:
    return list(Arrival.objects.filter(part_of=arrival).order_by("pk"))


def test_each_file_of_an_archive_is_filed_for_itself() -> None:
    first, second = a_customer_file("Muster GmbH", "K-10001"), a_customer_file("Alpha AG", "K-10002")
    data = a_zip({
        "Angebote/AN-77.txt": a_letter("Muster GmbH", "K-10001"),
        "Rechnung.pdf": a_pdf(an_invoice("RE-2026-0815", "K-10002", "Alpha AG")),
        "Notiz.txt": "Bitte prüfen, wer das ist.\n".encode(),
    })  # fmt: skip
    archive = settled(brought(data))
    assert (archive.state, archive.opened["count"], archive.document) == (State.SPLIT, 3, None), archive.sentence
    assert blobs.default().open(archive.digest).read() == data
    offer, bill, note = inside(archive)
    assert (offer.source, offer.file_name, offer.origin) == (
        "unpacked", "AN-77.txt", "Unterlagen.zip (folder:scanner 1), Angebote/AN-77.txt",
    )  # fmt: skip
    assert offer.document is not None, offer.sentence
    assert bill.document is not None, bill.sentence
    assert (offer.document.customer_file, offer.document.document_class.code) == (first, "OFFER")
    assert (bill.document.customer_file, bill.document.document_class.code) == (second, "INV_OUT")
    # What came alone in an archive is asked about like anything that comes alone.
    assert (note.state, note.reason) == (State.WAITING, "no_customer")
    assert [one.source_number for one in (offer, bill, note)] == [1, 2, 3]
    assert not Reference.objects.exists()
    assert not Job.objects.filter(state="failed").exists()


def test_the_archive_shows_its_list_and_what_became_of_its_files(client: Client) -> None:
    muster()
    archive = settled(brought(a_zip({"Angebote/AN-77.txt": a_letter("Muster", "K-10001"), "leer.txt": b""})))
    pages = renditions.pages_of(archive.digest)
    assert pages is not None
    assert renditions.page_image(archive.digest, 1) is not None
    assert renditions.plain_text_of(archive.digest) == ""
    client.force_login(a_user("anton"))
    shown = client.get(reverse("inbox-arrival", args=(archive.pk,))).text
    offer = inside(archive)[0].document
    assert offer is not None
    assert "Dokumente darin" in shown
    assert reverse("document", args=(offer.pk,)) in shown
    assert archive.file_name in client.get(reverse("inbox") + "?fach=stapel").text
    assert JournalEntry.objects.filter(kind="arrival.unpacked", subject_id=archive.pk).count() == 1


def test_whoever_may_not_see_a_document_may_not_see_the_archive_it_came_in(client: Client) -> None:
    """Its list and its bytes would show what is hidden."""
    file = a_customer_file("Muster GmbH", "K-10001")
    archive = settled(brought(a_zip({"AN-77.txt": a_letter("Muster GmbH", "K-10001"), "Notiz.txt": b"?\n"})))
    verena, address = a_user("verena"), reverse("inbox-arrival", args=(archive.pk,))
    shelf, original = reverse("inbox") + "?fach=stapel", reverse("inbox-download", args=(archive.pk,))
    client.force_login(verena)
    assert client.get(address).status_code == client.get(original).status_code == 200
    assert "Unterlagen.zip" in client.get(shelf).text
    Grant.objects.create(user=verena, verb=Verb.READ, is_deny=True, customer_file=file, reason="Test", created_at=NOW)
    assert client.get(address).status_code == client.get(original).status_code == 404
    assert "Unterlagen.zip" not in client.get(shelf).text
    assert client.get(reverse("inbox-arrival", args=(inside(archive)[1].pk,))).status_code == 200


def test_it_is_said_to_whoever_brought_it_what_became_of_it(client: Client) -> None:
    muster()
    archive = brought(a_zip({"AN-77.txt": a_letter("M", "K-10001"), "b.txt": b"b\n"}), actor=an_actor("verena"))
    settled(archive)
    client.force_login(a_user("verena"))
    (line,) = client.get(
        f"{reverse('upload-outcome')}?eingang={archive.pk}", headers={"accept": "application/json"}
    ).json()
    assert (line["done"], line["sentence"]) == (True, "Ausgepackt: 2 Dateien gehen ihren eigenen Weg.")
    assert line["url"] == reverse("inbox-arrival", args=(archive.pk,))


def test_a_crash_between_keeping_and_writing_down_doubles_nothing() -> None:
    muster()
    archive = brought(a_zip({"a.txt": a_letter("Muster", "K-10001"), "b.txt": b"b\n"}))

    def first_step(_arrival: Arrival) -> str:
        return "rendition.render"

    ways = [packed.open_packed(archive.pk, first_step=first_step, redraw="rendition.remake") for _ in range(2)]
    # The first worker dies before it has written anything; its bytes are kept and nobody's.
    assert Arrival.objects.count() == 1
    for way in reversed(ways):
        with transaction.atomic():
            assert way() is False
    assert settled(archive).state == State.SPLIT
    assert len(inside(archive)) == 2
    assert [one.source_number for one in inside(archive)] == [1, 2]
    with transaction.atomic():
        assert packed.open_packed(archive.pk, first_step=first_step, redraw="rendition.remake")() is False
    assert Arrival.objects.count() == 3


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ((SAMPLES / "hostile" / "tika_testZip_absolutePath.zip").read_bytes(), zip_contents.OUTSIDE),
        ((SAMPLES / "hostile" / "tika_testZip_overlappingNames.zip").read_bytes(), zip_contents.OUTSIDE),
        (zips.with_link(), zip_contents.LINKS),
        (zips.locked(a_zip({"a.txt": b"Text"})), zip_contents.LOCKED),
        (zips.overlapping(), zip_contents.BOMB),
        (zips.nested(6), zip_contents.DEEP),
        (a_zip({}), zip_contents.EMPTY),
        (b"PK\x03\x04 cut off", zip_contents.BROKEN),
    ],
    ids=lambda value: "data" if isinstance(value, bytes) else None,
)
def test_what_cannot_be_opened_waits_as_it_came_with_the_reason(data: bytes, note: str) -> None:
    muster()
    archive = settled(brought(data))
    assert (archive.state, archive.reason) == (State.WAITING, "no_customer")
    assert archive.sentence == f"{note} Deshalb ist kein Kunde zu erkennen."
    assert blobs.default().open(archive.digest).read() == data
    assert Arrival.objects.count() == 1
    assert renditions.page_image(archive.digest, 1) is not None
    assert not Job.objects.filter(state="failed").exists()
    # Sent on its way again it ends the same.
    pipeline.try_again(actor=an_actor("anton"), arrival=archive, now=NOW)
    assert settled(archive).sentence.startswith(note)
    assert Arrival.objects.count() == 1


def test_what_hangs_in_an_archive_on_a_mail_belongs_to_the_mail() -> None:
    """The mail says nothing; the letter in the archive has the customer's number and tells for all."""
    customer = muster()
    data = a_zip({"Angebot.txt": a_letter("Muster K-10001 GmbH", "K-10001"), "Plan.txt": b"Masse in mm\n"})
    mail = settled(received(a_mail(sender="fremd@web.example", subject="", body="", files=[("Alles.zip", data)])))
    assert mail.state == State.FILED, mail.sentence
    assert mail.document is not None
    assert mail.document.customer_file.customer == customer
    archive = mail.parts.get()
    assert archive.state == State.SPLIT
    offer, plan = inside(archive)
    for one in (offer, plan):
        assert one.document is not None, one.sentence
        assert one.document.customer_file.customer == customer
        reference = one.document.references.get()
        assert (reference.kind, reference.to_document) == (Reference.Kind.ATTACHMENT_OF, mail.document)
    assert sentences(mail, list(parts.parts_of(mail).order_by("pk")))[1:] == [
        "– Alles.zip: in einzelne Dokumente aufgeteilt", "– Angebot.txt: abgelegt", "– Plan.txt: abgelegt",
    ]  # fmt: skip


def test_what_waits_in_an_archive_on_a_mail_goes_where_the_mail_is_put(client: Client) -> None:
    from kundenakte.records.actions.documents import Description
    from tests.builders import a_class

    file = file_of_muster()
    data = a_zip({"Plan.txt": b"Masse in mm\n"})
    mail = settled(received(a_mail(sender="fremd@web.example", files=[("Alles.zip", data)])))
    assert mail.state == State.WAITING
    (plan,) = inside(mail.parts.get())
    assert plan.state == State.UNDER_WAY
    # It waits with its mail and is nowhere counted as under way.
    client.force_login(a_user("anton"))
    assert "Plan.txt" not in client.get(reverse("inbox") + "?fach=unterwegs").text
    pipeline.discard(actor=an_actor("verena"), arrival=mail, reason="Werbung", now=NOW)
    plan.refresh_from_db()
    assert plan.state == State.DISCARDED
    pipeline.take_back(actor=an_actor("verena"), arrival=mail, now=NOW)
    plan.refresh_from_db()
    assert plan.state == State.UNDER_WAY
    pipeline.file_by_hand(
        actor=an_actor("verena"), arrival=mail, customer_file=file, now=NOW,
        description=Description(a_class("EMAIL_LETTER"), "Liefertermin"),
    )  # fmt: skip
    plan = settled(plan)
    assert plan.document is not None, plan.sentence
    assert plan.document.customer_file == file


def test_a_mail_in_an_archive_is_opened_and_stands_for_itself() -> None:
    customer = muster()
    mail = a_mail(files=[("Zeichnung.txt", b"Masse in mm\n")])
    archive = settled(brought(a_zip({"Post/mail.eml": mail, "inner.zip": a_zip({"AN.txt": a_letter("M", "K-10001")})})))
    message, offer = inside(archive)
    assert message.document is not None, message.sentence
    assert message.document.customer_file.customer == customer
    drawing = message.parts.get()
    assert drawing.document is not None, drawing.sentence
    assert drawing.document.references.get().to_document == message.document
    assert (offer.file_name, offer.state) == ("AN.txt", State.FILED), offer.sentence


def test_archives_in_mails_in_archives_end_somewhere() -> None:
    muster()
    data = a_zip({"tief.txt": b"ganz innen\n"})
    for level in range(4):
        mail = a_mail(message_id=f"<{level}@x>", subject=f"Ebene {level}", files=[(f"{level}.zip", data)])
        data = a_zip({f"{level}.eml": mail})
    settled(brought(data))
    assert Arrival.objects.count() == 6
    last = Arrival.objects.order_by("pk").last()
    assert last is not None
    assert last.opened["count"] == 0
    assert "zu tief" in last.opened["note"]


def test_what_one_thing_may_bring_in_is_counted_at_the_outermost(monkeypatch: pytest.MonkeyPatch) -> None:
    muster()
    monkeypatch.setattr(packed, "MOST_BELOW", 3)
    files = [(f"{name}.zip", a_zip({f"{name}1.txt": b"x\n", f"{name}2.txt": b"y\n"})) for name in ("a", "b")]
    mail = settled(received(a_mail(files=files)))
    assert mail.opened["below"] == {"files": 2, "bytes": 4}
    assert sorted((one.state, one.opened["count"]) for one in mail.parts.all()) == [
        (State.FILED, 0), (State.SPLIT, 2),
    ]  # fmt: skip


def test_dropped_on_a_file_all_of_it_goes_there() -> None:
    file = a_customer_file("Muster GmbH", "K-10001")
    archive = settled(brought(
        a_zip({"Plan.txt": b"Masse in mm\n", "Foto.txt": b"Ansicht\n"}), actor=an_actor("verena"), source="web",
        facts={"customer_file_id": file.pk},
    ))  # fmt: skip
    assert archive.state == State.SPLIT
    for one in inside(archive):
        assert one.document is not None, one.sentence
        assert one.document.customer_file == file


def test_what_its_source_names_exactly_is_that_document_as_a_whole() -> None:
    a_customer_file("Muster GmbH", "K-10001")
    facts = {"customer": "K-10001", "class": "Rechnung", "number": "RE-9"}
    archive = settled(brought(a_zip({"a.txt": b"a\n"}), facts=facts))
    assert archive.state == State.FILED, archive.sentence
    assert Arrival.objects.count() == 1


def test_office_files_and_others_that_are_zips_by_format_stay_whole() -> None:
    muster()
    book = a_zip({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<x/>", "buch.html": b"<p>x"})
    arrival = settled(brought(book, "Handbuch.epub"))
    assert (arrival.state, arrival.opened["count"]) == (State.WAITING, 0)
    office = settled(brought(next((SAMPLES / "office").glob("*.docx")).read_bytes(), "Brief.docx"))
    assert office.opened == {}
    assert Arrival.objects.count() == 2


# --- PDF portfolios ----------------------------------------------------------------------------------------------


def test_each_file_of_a_portfolio_is_filed_for_itself() -> None:
    customer = muster()
    data = a_portfolio(
        [
            ("AN-77.txt", a_letter("Muster", "K-10001")),
            ("Rechnung.pdf", a_pdf(an_invoice("RE-2026-0815", "K-10001", "Muster"))),
        ]
    )
    portfolio = settled(brought(data, "Mappe.pdf"))
    assert (portfolio.state, portfolio.opened["count"]) == (State.SPLIT, 2), portfolio.sentence
    assert blobs.default().open(portfolio.digest).read() == data
    for one in inside(portfolio):
        assert one.document is not None, one.sentence
        assert one.document.customer_file.customer == customer


def test_a_portfolio_on_a_mail_belongs_to_the_mail_and_its_own_pages_are_kept() -> None:
    muster()
    data = a_portfolio([("AN-77.txt", a_letter("Muster K-10001 GmbH", "K-10001"))], pages=2)
    mail = settled(received(a_mail(sender="fremd@web.example", body="", files=[("Mappe.pdf", data)])))
    assert mail.state == State.FILED, mail.sentence
    pages, offer = inside(mail.parts.get())
    assert (pages.file_name, offer.file_name) == ("Mappe.pdf", "AN-77.txt")
    with pikepdf.open(blobs.default().path(pages.digest)) as pdf:
        assert (len(pdf.pages), "/Collection" in pdf.Root, len(pdf.attachments)) == (2, False, 0)
    assert offer.document is not None
    assert offer.document.references.get().to_document == mail.document


def test_a_pdf_with_attachments_is_no_portfolio() -> None:
    muster()
    settled(brought(a_portfolio([("Tabelle.txt", b"x\n")], is_collection=False), "Plan.pdf"))
    assert Arrival.objects.count() == 1


def test_an_e_invoice_is_no_portfolio_whatever_it_says() -> None:
    sample = next((SAMPLES / "e-invoice").glob("*EN16931_Einfach.pdf"), None) or next(
        (SAMPLES / "e-invoice").glob("*.pdf")
    )
    into = io.BytesIO()
    with pikepdf.open(sample) as pdf:
        pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection)
        pdf.save(into)
    arrival = brought(into.getvalue(), "Rechnung.pdf")
    work()
    arrival.refresh_from_db()
    assert (Arrival.objects.count(), arrival.opened) == (1, {})
    assert arrival.findings["einvoice"]


def test_a_portfolio_that_cannot_be_opened_goes_on_as_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    muster()
    monkeypatch.setattr(packed, "MOST_BELOW", 1)
    portfolio = settled(brought(a_portfolio([("a.txt", b"a\n"), ("b.txt", b"b\n")]), "Mappe.pdf"))
    assert (portfolio.state, portfolio.opened["count"]) == (State.WAITING, 0)
    assert portfolio.sentence.startswith("Im PDF-Portfolio ist mehr")
    assert Arrival.objects.count() == 1
