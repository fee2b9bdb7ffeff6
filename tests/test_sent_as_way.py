"""What goes out as PDF is kept beside the office original: real papers of LibreOffice on the real way of a mail."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kundenakte import pipeline
from kundenakte.base.journal import queries as journal
from kundenakte.records.actions import documents, links
from kundenakte.records.models import Arrival, CustomerFile, Document, Reference, Rendition
from kundenakte.steps.archive import metadata
from tests.builders import NOW, a_class, a_customer_file, an_actor
from tests.office_papers import Paper, papers
from tests.test_mail_way import a_mail, file_of_muster, kept, received, settled, work

pytestmark = pytest.mark.django_db(transaction=True)
State = Arrival.State
SENT_AS = Reference.Kind.SENT_AS
OFFER = """Frankenblech Anlagenbau GmbH, Am Kanal 7, 90766 Fürth
Muster Maschinenbau GmbH
Angebot
Angebotsnummer: {number}
Datum: 24.11.2026
Sehr geehrte Damen und Herren,
wir bieten Ihnen an: eine Blechbiegemaschine mit Zuführung, geliefert und aufgestellt in Ihrem Werk, einschließlich \
der Einweisung Ihrer Mitarbeiterinnen und Mitarbeiter an zwei Tagen.
Gesamtpreis: {price} EUR
Mit freundlichen Grüßen"""
WITHOUT_NUMBER = OFFER.replace("Angebotsnummer: {number}\n", "").format(price="1.200,00")


@pytest.fixture(scope="module")
def made() -> list[Paper]:
    """An offer, the same with another price and once more with another, and one that bears no number."""
    prices = [OFFER.format(number="A-2026-0077", price=price) for price in ("48.300,00", "49.900,00", "51.000,00")]
    return papers([*prices, WITHOUT_NUMBER])


@pytest.fixture
def offer(made: list[Paper]) -> Paper:
    return made[0]


@pytest.fixture
def changed(made: list[Paper]) -> Paper:
    return made[1]


@pytest.fixture
def unnumbered(made: list[Paper]) -> Paper:
    return made[3]


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


@pytest.fixture
def file() -> CustomerFile:
    return file_of_muster()


def word(paper: Paper, file: CustomerFile, name: str = "Angebot.docx", *, now: datetime = NOW, **said: str) -> Document:
    """The clerk's Word file, from the watched folder of the office."""
    facts = {"customer": file.customer.number, **said}
    arrival = settled(received(paper.word, name, source="folder:buero", facts=facts, now=now))
    assert arrival.document is not None, arrival.sentence
    return arrival.document


def our_mail(
    *files: tuple[str, bytes],
    message_id: str = "<s1@frankenblech.example>",
    before: bytes = b"",
    to: str = "einkauf@muster.example",
) -> bytes:
    return a_mail(
        sender="verena@frankenblech.example", to=to, subject="Unser Angebot",
        body="Guten Tag,\nanbei unser Angebot, wie gestern am Telefon mit Ihnen im Einzelnen besprochen.\nGruß",
        message_id=message_id, files=files, before=before,
    )  # fmt: skip


def sent(content: bytes, source: str = "mailbox:sent") -> Arrival:
    """The mail as it lies in the folder of what was sent; what hung on it."""
    mail = settled(received(content, source=source))
    return mail.parts.get()


def tied() -> list[tuple[int, int | None, int]]:
    rows = Reference.objects.filter(kind=SENT_AS).select_related("from_version").order_by("pk")
    return [
        (one.from_document_id, one.from_version.number if one.from_version else None, one.to_document_id)
        for one in rows
    ]


def test_the_pdf_is_kept_beside_its_original_and_the_original_stays_valid(file: CustomerFile, offer: Paper) -> None:
    """Until now the PDF bore the number of the Word file and became its next version, the valid one."""
    original = word(offer, file)
    part = sent(our_mail(("Angebot A-2026-0077.pdf", offer.pdf)))
    pdf = part.document
    assert pdf is not None
    assert (part.state, pdf.number, pdf.customer_file) == (State.FILED, "A-2026-0077", file)
    assert pdf.pk != original.pk
    assert kept(pdf) == offer.pdf
    original.refresh_from_db()
    assert [version.number for version in original.versions.all()] == [1]
    assert kept(original) == offer.word
    assert tied() == [(original.pk, 1, pdf.pk)]
    [told] = [one for one in journal.history(original) if one.kind == "document.referred"]
    assert told.facts == {"to": f"records.document:{pdf.pk}", "relation": "sent_as", "version": 1}
    version = metadata.loaded(original.versions.get().pk)
    assert metadata.facts_of(version, None)["relations"] == [{"kind": "sent_as", "to": pdf.pk, "version": 1}]
    assert dict(metadata.facts_of_all([version.pk]))[version] == metadata.facts_of(
        version, metadata.arrival_of(version)
    )


# What a program says of it: enough to find the rest on the paper, or all of it, so that it is filed before it is read.
SAID: tuple[dict[str, str], ...] = ({}, {"class": "OFFER", "number": "A-2026-0077"})


@pytest.mark.parametrize("said", SAID)
def test_a_word_file_that_comes_after_the_mail_becomes_a_document_of_its_own(
    file: CustomerFile, offer: Paper, said: dict[str, str]
) -> None:
    pdf = sent(our_mail(("Angebot.pdf", offer.pdf))).document
    assert tied() == []
    original = word(offer, file, now=NOW + timedelta(days=1), **said)
    assert pdf is not None
    assert pdf.versions.count() == original.versions.count() == 1
    assert tied() == [(original.pk, 1, pdf.pk)]


def test_a_changed_word_file_is_the_next_version_of_the_original_not_of_the_pdf(
    file: CustomerFile, offer: Paper, changed: Paper
) -> None:
    original = word(offer, file)
    first = sent(our_mail(("Angebot.pdf", offer.pdf))).document
    assert word(changed, file, now=NOW + timedelta(hours=1)) == original
    second = sent(our_mail(("Angebot.pdf", changed.pdf), message_id="<s2@frankenblech.example>")).document
    assert first is not None
    assert second is not None
    assert tied() == [(original.pk, 1, first.pk), (original.pk, 2, second.pk)]
    original.refresh_from_db()
    assert kept(original) == changed.word


def test_without_a_number_the_same_name_is_no_question(file: CustomerFile, unnumbered: Paper) -> None:
    original = word(unnumbered, file, "Angebot Blechbiegemaschine.docx")
    part = sent(our_mail(("Angebot Blechbiegemaschine.pdf", unnumbered.pdf)))
    assert part.document is not None, part.sentence
    assert tied() == [(original.pk, 1, part.document.pk)]


def test_what_says_something_else_is_kept_beside_it_and_tied_to_nothing(
    file: CustomerFile, offer: Paper, changed: Paper
) -> None:
    original = word(offer, file)
    pdf = sent(our_mail(("Angebot.pdf", changed.pdf))).document
    original.refresh_from_db()
    assert kept(original) == offer.word
    assert pdf is not None
    assert pdf != original
    assert tied() == []
    # The state it shows is filed at last.
    assert word(changed, file, now=NOW + timedelta(hours=1)) == original
    assert tied() == [(original.pk, 2, pdf.pk)]


def test_the_same_mail_in_two_mailboxes_is_one_pdf_and_one_tie(file: CustomerFile, offer: Paper) -> None:
    original = word(offer, file)
    content = our_mail(("Angebot.pdf", offer.pdf))
    pdf = sent(content).document
    again = sent(b"Received: by smtp.frankenblech.example; Tue, 24 Nov 2026 09:00:01 +0000\n" + content, "smtp")
    assert (again.state, again.document) == (State.DUPLICATE, pdf)
    assert pdf is not None
    assert tied() == [(original.pk, 1, pdf.pk)]


def test_the_pdf_that_comes_back_from_the_customer_is_nothing_new(file: CustomerFile, offer: Paper) -> None:
    original = word(offer, file)
    pdf = sent(our_mail(("Angebot.pdf", offer.pdf))).document
    mail = a_mail(body="Danke, wir haben es erhalten und melden uns nächste Woche.", files=[("Angebot.pdf", offer.pdf)])
    back = settled(received(mail)).parts.get()
    assert (back.state, back.document) == (State.DUPLICATE, pdf)
    original.refresh_from_db()
    assert kept(original) == offer.word


def test_a_customers_own_pdf_is_the_next_version_as_ever(file: CustomerFile, offer: Paper) -> None:
    """Whoever signs it and sends it back answers our offer; only what we send stands beside it."""
    original = word(offer, file)
    mail = a_mail(body="Anbei unterschrieben zurück, mit freundlichen Grüßen.", files=[("Angebot.pdf", offer.pdf)])
    back = settled(received(mail)).parts.get()
    assert back.document == original
    assert tied() == []


@pytest.mark.parametrize("to", ["bernd@frankenblech.example", "akte+abcdefghjkmnpqrst@akte.example"])
def test_what_is_passed_on_inside_the_house_was_not_sent(file: CustomerFile, offer: Paper, to: str) -> None:
    """A signed offer that the scanner or a colleague mails is the next version, as ever."""
    original = word(offer, file)
    facts = {"customer": file.customer.number}
    settled(received(our_mail(("Angebot.pdf", offer.pdf), to=to), "mail.eml", facts=facts))
    pdf = Arrival.objects.get(media_type="application/pdf")
    assert (pdf.document, original.versions.count()) == (original, 2), pdf.sentence
    assert not Reference.objects.filter(kind=SENT_AS).exists()


def test_a_mail_that_waited_in_the_inbox_ties_when_it_is_filed(offer: Paper) -> None:
    # Nobody's address: the mail is asked about, and what hangs on it waits with it.
    file = a_customer_file("Unbekannt und Sohn", "K-20002")
    original = word(offer, file)
    mail = settled(received(our_mail(("Angebot.pdf", offer.pdf)), source="mailbox:sent"))
    assert mail.state == State.WAITING
    pipeline.file_by_hand(
        actor=an_actor("anton"), arrival=mail, customer_file=file, now=NOW,
        description=documents.Description(a_class("EMAIL_LETTER"), "Unser Angebot"), as_new=True,
    )  # fmt: skip
    work()
    pdf = mail.parts.get().document
    assert pdf is not None
    assert tied() == [(original.pk, 1, pdf.pk)]


def test_another_customers_original_is_not_the_one(file: CustomerFile, unnumbered: Paper) -> None:
    word(unnumbered, a_customer_file("Andere GmbH", "K-30003"))
    part = sent(our_mail(("Angebot.pdf", unnumbered.pdf)))
    assert part.document is not None, part.sentence
    assert part.document.customer_file == file
    assert tied() == []


def test_where_two_documents_say_the_same_none_is_chosen(file: CustomerFile, offer: Paper) -> None:
    word(offer, file)
    wish = documents.Description(a_class("OFFER"), "Kopie")
    version = Document.objects.get().versions.get()
    copy = documents.NewVersion(version.digest, version.size, version.media_type, "Kopie.docx", "test")
    documents.create_document(actor=an_actor(), customer_file=file, description=wish, version=copy, now=NOW)
    assert sent(our_mail(("Angebot.pdf", offer.pdf))).state == State.FILED
    assert tied() == []


def test_of_versions_that_say_the_same_the_last_before_the_mail_is_the_one(
    file: CustomerFile, offer: Paper, changed: Paper
) -> None:
    original = word(offer, file, now=NOW - timedelta(days=9))
    word(changed, file, now=NOW - timedelta(days=8))
    first = original.versions.get(number=1)
    documents.restore_version(actor=an_actor(), version=first, now=NOW - timedelta(days=7))
    # After the mail, which is from NOW.
    documents.restore_version(actor=an_actor(), version=first, now=NOW + timedelta(days=1))
    pdf = sent(our_mail(("Angebot.pdf", offer.pdf))).document
    assert pdf is not None
    assert tied() == [(original.pk, 3, pdf.pk)]


def test_a_tie_that_somebody_removed_is_not_made_again(file: CustomerFile, offer: Paper) -> None:
    word(offer, file)
    sent(our_mail(("Angebot.pdf", offer.pdf)))
    links.unrefer(actor=an_actor(), reference=Reference.objects.get(kind=SENT_AS), now=NOW)
    assert sent(our_mail(("Angebot.pdf", offer.pdf), message_id="<s3@frankenblech.example>")).state == State.DUPLICATE
    assert tied() == []


def test_a_pdf_that_became_a_version_in_former_times_is_left_where_it_is(file: CustomerFile, made: list[Paper]) -> None:
    """Before there were ties the PDF took the place of the Word file; what comes next goes on with that document."""
    offer, changed, third, _ = made
    original = word(offer, file)
    wish = {"facts": {"document_id": original.pk}, "actor": an_actor(), "source": "web"}
    as_version = settled(received(offer.pdf, "Angebot.pdf", **wish))
    other = b"Guten Tag, anbei noch ein Hinweis zur Lieferung und zur Aufstellung der Anlage bei Ihnen im Werk."
    hint = sent(our_mail(("Hinweis.txt", other), message_id="<s0@frankenblech.example>"))
    Arrival.objects.filter(pk=as_version.pk).update(part_of=hint.part_of)
    assert word(changed, file, now=NOW + timedelta(hours=1)) == original
    pdf = sent(our_mail(("Angebot.pdf", changed.pdf))).document
    assert pdf is not None
    assert tied() == [(original.pk, 3, pdf.pk)]
    # A third state, under the same number: the document with the Word file, not the PDF that was sent last.
    assert word(third, file, now=NOW + timedelta(hours=2)) == original


def test_originals_of_a_house_that_kept_no_keys_yet_are_found_as_well(file: CustomerFile, offer: Paper) -> None:
    original = word(offer, file)
    Rendition.objects.update(words_key=None)
    pdf = sent(our_mail(("Angebot.pdf", offer.pdf))).document
    assert pdf is not None
    assert tied() == [(original.pk, 1, pdf.pk)]
