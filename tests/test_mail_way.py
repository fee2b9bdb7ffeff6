"""A mail on its way: opened, filed with what hangs on it, tied to its thread, once for all mailboxes it came to."""

from __future__ import annotations

import io
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.customers.models import Customer
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, CustomerFile, Document, Reference
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, an_actor

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLES = Path(__file__).parent / "samples"
State = Arrival.State


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def a_mail(
    *,
    sender: str = "einkauf@muster.example",
    to: str = "info@frankenblech.example",
    subject: str = "Liefertermin",
    body: str = "Guten Tag,\nwann kommt die Anlage? Bitte melden Sie sich, die Montage wartet schon.\nGruß",
    message_id: str = "<1@muster.example>",
    answers: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    before: bytes = b"",
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = format_datetime(NOW), message_id
    if answers:
        message["In-Reply-To"] = answers
    message.set_content(body)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return before + bytes(message)


def received(content: bytes, name: str = "mail.eml", **more: Any) -> Arrival:
    wish = {"actor": SETUP, "source": "mailbox:info", "now": NOW, **more}
    return pipeline.receive(stream=io.BytesIO(content), file_name=name, **wish)


def work() -> None:
    worker = Worker()
    while worker.work_once():
        pass
    assert not Job.objects.filter(state__in=("waiting", "running"), name__startswith="filing.").exists()


def settled(arrival: Arrival) -> Arrival:
    work()
    arrival.refresh_from_db()
    return arrival


def muster(number: str = "K-10001", mail: str = "einkauf@muster.example") -> Customer:
    return file_of_muster(number, mail).customer


def file_of_muster(number: str = "K-10001", mail: str = "einkauf@muster.example") -> CustomerFile:
    return a_customer_file(f"Muster {number} GmbH", number, identifiers=[("email", mail)])


def kept(document: Document | None) -> bytes:
    assert document is not None
    version = document.versions.latest("number")
    return blobs.default().path(version.digest).read_bytes()


OFFER = (
    "Frankenblech Anlagenbau GmbH\nAngebot AN-77\nAngebotsnummer: AN-77\nDatum: 12.11.2026\nGesamtbetrag: 119,00 EUR\n"
)


def test_a_mail_and_what_hangs_on_it_are_filed_together() -> None:
    customer = muster()
    content = a_mail(files=[("Zeichnung.txt", b"Masse in mm\n"), ("leer.txt", b"")])
    mail = settled(received(content))
    assert (mail.state, mail.opened) == (State.FILED, {"count": 1, "note": ""}), mail.sentence
    assert kept(mail.document) == content
    part = mail.parts.get()
    assert (part.state, part.source, part.file_name) == (State.FILED, "attachment", "Zeichnung.txt"), part.sentence
    assert kept(part.document) == b"Masse in mm\n"
    assert part.document is not None
    assert part.document.customer_file.customer == customer
    reference = part.document.references.get()
    assert (reference.kind, reference.to_document) == (Reference.Kind.ATTACHMENT_OF, mail.document)
    # Opened again, as after a crash, nothing doubles.
    ledger.enqueue("intake.open_mail", mail.pk)
    work()
    assert Arrival.objects.count() == 2


def test_what_hangs_on_an_empty_mail_tells_whose_it_is() -> None:
    """A scanner writes: the mail says nothing, the paper has the customer's number."""
    customer = muster()
    paper = f"Muster K-10001 GmbH\n\nKundennummer: K-10001\n\n{OFFER}"
    mail = settled(received(a_mail(
        sender="mfp@frankenblech.example", subject="Scan from MFP", body="", files=[("DOC001.txt", paper.encode())]
    )))  # fmt: skip
    assert mail.state == State.FILED, mail.sentence
    assert mail.document is not None
    assert (mail.document.customer_file.customer, mail.document.document_class.code) == (customer, "EMAIL_TRANSPORT")
    part = mail.parts.get()
    assert part.document is not None
    assert part.document.document_class.code == "OFFER"


def test_mail_and_attachment_of_two_customers_wait_for_a_person() -> None:
    file = file_of_muster()
    a_customer_file("Andere AG", "K-20002")
    paper = f"Andere AG\n\nKundennummer: K-20002\n\n{OFFER}"
    mail = settled(received(a_mail(files=[("fremd.txt", paper.encode())])))
    assert (mail.state, mail.reason) == (State.WAITING, "keys_contradict")
    part = mail.parts.get()
    assert part.state == State.UNDER_WAY
    # Filed by hand, it takes along what does not name somebody else; that is asked about.
    pipeline.file_by_hand(
        actor=an_actor("verena"), arrival=mail, customer_file=file, now=NOW,
        description=Description(a_class("EMAIL_LETTER"), "Liefertermin"),
    )  # fmt: skip
    part = settled(part)
    assert (part.state, part.reason) == (State.WAITING, "mail_contradicted")


def test_a_mail_that_is_set_aside_takes_what_hangs_on_it_along() -> None:
    mail = settled(received(a_mail(sender="spam@example.net", files=[("gewinn.txt", b"Sie haben gewonnen\n")])))
    assert mail.state == State.WAITING
    actor = an_actor("verena")
    pipeline.discard(actor=actor, arrival=mail, reason="Werbung", now=NOW)
    assert mail.parts.get().state == State.DISCARDED
    pipeline.take_back(actor=actor, arrival=mail, now=NOW)
    assert mail.parts.get().state == State.UNDER_WAY


def test_the_same_mail_in_two_mailboxes_is_one_document_with_both_origins() -> None:
    muster()
    files = [("Plan.txt", b"Plan\n")]
    first = settled(received(a_mail(files=files, before=b"Delivered-To: a@frankenblech.example\n")))
    second = settled(received(
        a_mail(files=files, before=b"Delivered-To: b@frankenblech.example\n"), source="mailbox:verkauf"
    ))  # fmt: skip
    assert (second.state, second.document) == (State.DUPLICATE, first.document)
    assert second.digest != first.digest
    assert Document.objects.count() == 2
    assert {one.source for one in Arrival.objects.filter(document=first.document)} == {
        "mailbox:info", "mailbox:verkauf",
    }  # fmt: skip


def test_a_scanner_that_repeats_its_message_id_loses_nothing() -> None:
    muster()
    first = settled(received(a_mail(body="Seite eins von vielen Seiten, die alle verschieden sind.")))
    second = settled(received(a_mail(body="Seite zwei von vielen Seiten, die alle verschieden sind.")))
    assert (first.state, second.state) == (State.FILED, State.FILED)
    assert first.document != second.document


def test_an_answer_goes_where_the_thread_is_in_whatever_order_it_comes() -> None:
    customer = muster()
    answer = received(a_mail(
        sender="privat@web.example", subject="AW: Liefertermin", message_id="<2@web.example>",
        answers="<1@muster.example>",
    ))  # fmt: skip
    # Nobody knows the sender, and what it answers is not here yet.
    assert settled(answer).state == State.WAITING
    original = settled(received(a_mail()))
    assert original.state == State.FILED
    pipeline.try_again(actor=an_actor("verena"), arrival=answer, now=NOW)
    answer = settled(answer)
    assert answer.state == State.FILED, answer.sentence
    assert answer.document is not None
    assert answer.document.customer_file.customer == customer
    assert answer.document.references.get().to_document == original.document
    # The other way round: what it answers comes last, and is tied all the same.
    late = settled(
        received(a_mail(message_id="<4@muster.example>", answers="<3@muster.example>", body="Nachfrage " * 9))
    )
    first = settled(received(a_mail(message_id="<3@muster.example>", body="Erste Frage " * 9)))
    assert late.document is not None
    assert late.document.references.get().to_document == first.document


def test_thread_and_sender_of_two_customers_wait_for_a_person() -> None:
    muster()
    muster("K-20002", "b@zweite.example")
    settled(received(a_mail()))
    answer = settled(received(a_mail(sender="b@zweite.example", message_id="<2@x>", answers="<1@muster.example>")))
    assert (answer.state, answer.reason) == (State.WAITING, "keys_contradict")


def test_a_file_that_hangs_on_many_mails_is_no_question_each_time() -> None:
    terms = [("AGB.txt", b"Allgemeine Bedingungen\n")]
    for number, mail in (("K-1", "a@eins.example"), ("K-2", "b@zwei.example")):
        muster(number, mail)
        arrival = settled(
            received(a_mail(to=mail, sender="wir@frankenblech.example", message_id=f"<{mail}>", files=terms))
        )
        assert arrival.parts.get().state == State.FILED


def test_a_message_in_a_message_is_opened_too_and_one_without_end_stops() -> None:
    muster()
    content = a_mail(subject="innen", message_id="<0@x>", files=[("tief.txt", b"ganz innen\n")])
    for level in range(7):
        outer = EmailMessage()
        outer["From"], outer["Message-ID"], outer["Subject"] = (
            "einkauf@muster.example",
            f"<o{level}@x>",
            f"Ebene {level}",
        )
        outer.set_content(f"Zur Kenntnis, weitergeleitet wie besprochen, Ebene {level}, mit allem was daran hängt.")
        outer.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"ebene-{level}.eml")
        content = bytes(outer)
    mail = settled(received(content))
    assert mail.state == State.FILED, mail.sentence
    arrivals = Arrival.objects.order_by("pk")
    assert arrivals.count() == 6
    assert {one.state for one in arrivals} == {State.FILED}
    assert "zu tief" in arrivals.last().findings["notes"][0]  # type: ignore[union-attr]


def test_outlook_messages_go_the_same_way() -> None:
    a_customer_file("Booth Ltd", "K-1", identifiers=[("email", "nick.booth@pof.com.au")])
    mail = settled(received((SAMPLES / "mail" / "tika_testMSG_att_msg.msg").read_bytes(), "mail.msg"))
    assert mail.state == State.FILED, mail.sentence
    assert sorted(part.file_name for part in mail.parts.all()) == ["Test Attachment.eml", "smbprn.00009008.KdcPjl.pdf"]
    assert all(part.state == State.FILED for part in mail.parts.all()), [p.sentence for p in mail.parts.all()]


def test_a_private_mail_is_asked_about() -> None:
    muster()
    mail = settled(received(a_mail(before=b"Sensitivity: private\n")))
    assert (mail.state, mail.reason, mail.decision["document_class"]) == (
        State.WAITING, "class_unsure", "EMAIL_PRIVATE",
    )  # fmt: skip


def test_a_paper_that_is_sent_again_hangs_on_both_mails() -> None:
    offer = a_document(customer_file=file_of_muster(), content=[OFFER], number="AN-77")
    mail = settled(received(a_mail(
        sender="wir@frankenblech.example", to="einkauf@muster.example", files=[("AN-77.txt", OFFER.encode())]
    )))  # fmt: skip
    part = mail.parts.get()
    assert (part.state, part.document) == (State.DUPLICATE, offer)
    assert offer.references.get().to_document == mail.document
