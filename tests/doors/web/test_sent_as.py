"""A document's page says as which PDF it was sent, to whom and when; the PDF's page, from what it was made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from kundenakte.records.actions import links
from kundenakte.records.actions.documents import add_version
from kundenakte.records.models import Document, Reference
from tests.builders import NOW, SETUP, a_document, a_section, an_actor, some_bytes
from tests.doors.web.pages import SignIn, words
from tests.office_papers import Paper, papers
from tests.test_mail_way import file_of_muster
from tests.test_sent_as_way import OFFER, our_mail, sent, word

pytestmark = pytest.mark.django_db(transaction=True)
WARNING = "ging Version 1 an einkauf@muster.example"


class House(NamedTuple):
    original: Document
    pdf: Document
    mail: Document


@pytest.fixture(scope="module")
def made() -> list[Paper]:
    return papers([OFFER.format(number="A-2026-0077", price=price) for price in ("48.300,00", "49.900,00")])


@pytest.fixture
def house(made: list[Paper]) -> House:
    original = word(made[0], file_of_muster())
    part = sent(our_mail(("Angebot als PDF.pdf", made[0].pdf)))
    assert part.document is not None
    assert part.part_of is not None
    assert part.part_of.document is not None
    Document.objects.filter(pk=original.pk).update(title="Angebot in Word")
    Document.objects.filter(pk=part.document.pk).update(title="Angebot als PDF")
    return House(original, part.document, part.part_of.document)


def _looker(signed_in: SignIn, who: str) -> Callable[..., str]:
    client = signed_in(who)

    def look(document: Document, view: str = "") -> str:
        answer = client.get(f"/dokument/{document.pk}?sicht={view}")
        assert answer.status_code == 200
        return words(answer)

    return look


def test_both_pages_tell_of_each_other_and_a_newer_version_is_a_warning(
    signed_in: SignIn, house: House, made: list[Paper]
) -> None:
    look = _looker(signed_in, "verena")
    fields, versions = look(house.original, "felder"), look(house.original, "versionen")
    assert "Versandt als" in fields
    assert f'href="/dokument/{house.pdf.pk}">Angebot als PDF</a>' in fields
    assert "PDF-Dokument · von Version 1" in fields
    assert WARNING not in fields
    listed = versions.partition("<h3>Versandt</h3>")[2]
    for said in ("Version 1 ·", f'href="/dokument/{house.pdf.pk}">als PDF', "24.11.2026", "einkauf@muster.example",
                 f'href="/dokument/{house.mail.pk}"'):  # fmt: skip
        assert said in listed
    of_pdf = look(house.pdf, "felder")
    assert f'href="/dokument/{house.original.pk}">Angebot in Word</a>, Version 1' in of_pdf
    assert "gültig ist Version" not in of_pdf
    # The same words once more are nothing the customer lacks.
    once_more = some_bytes(made[0].word)
    add_version(actor=SETUP, document=house.original, version=once_more, now=NOW + timedelta(hours=1))
    assert WARNING not in look(house.original, "felder")
    assert word(made[1], house.original.customer_file, now=NOW + timedelta(hours=2)) == house.original
    assert WARNING in look(house.original, "felder")
    assert "gültig ist Version 3" in look(house.pdf, "felder")
    sent(our_mail(("Angebot neu.pdf", made[1].pdf), message_id="<s2@frankenblech.example>"))
    assert WARNING not in look(house.original, "felder")
    assert "Version 3 ·" in look(house.original, "versionen").partition("<h3>Versandt</h3>")[2]


def test_a_pdf_in_an_archive_on_the_mail_is_listed_as_well(signed_in: SignIn, made: list[Paper]) -> None:
    original = word(made[0], file_of_muster())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Angebot.pdf", made[0].pdf)
        archive.writestr("Hinweis.txt", "Bitte lesen Sie zuerst das Angebot und rufen Sie uns bei Fragen gerne an.")
    sent(our_mail(("Unterlagen.zip", packed.getvalue())))
    listed = _looker(signed_in, "verena")(original, "versionen").partition("<h3>Versandt</h3>")[2]
    assert "als PDF</a>" in listed
    assert "einkauf@muster.example" in listed


@pytest.mark.parametrize("hidden", ["pdf", "mail", "original"])
def test_who_may_not_see_one_of_them_finds_no_trace_of_it(signed_in: SignIn, house: House, hidden: str) -> None:
    add_version(actor=SETUP, document=house.original, version=some_bytes("Angebot, zweite Fassung"), now=NOW)
    secret = getattr(house, hidden)
    seen = [one for one in house if one != secret]
    pages = [(one, view) for one in seen for view in ("", "felder", "versionen", "verweise")]
    traces = (secret.title or "?", f"/dokument/{secret.pk}")
    before = _looker(signed_in, "verena")
    assert any(traces[1] in before(*page) for page in pages)
    assert WARNING in before(house.original, "felder")
    Document.objects.filter(pk=secret.pk).update(is_restricted=True)
    after = _looker(signed_in, "verena")
    for page in pages:
        assert not [trace for trace in traces if trace in after(*page)], page
    if hidden == "original":
        assert "Original</dt>" not in after(house.pdf, "felder")
    else:
        assert WARNING not in after(house.original, "felder")
        assert "<h3>Versandt</h3>" not in after(house.original, "versionen")


def test_a_draft_that_was_sent_is_told_to_those_who_see_drafts(signed_in: SignIn, house: House) -> None:
    original, pdf = house.original, house.pdf
    draft = add_version(actor=SETUP, document=original, version=some_bytes("Zweite Fassung"), now=NOW, valid=False)
    Reference.objects.filter(kind="sent_as").delete()
    links.refer(
        actor=SETUP, from_document=original, to_document=pdf, kind="sent_as", now=NOW, from_version=draft
    )  # fmt: skip
    # Where the service reads and the sales people work.
    Document.objects.filter(pk__in=(original.pk, pdf.pk)).update(section=a_section("auftraege"))
    told, untold = _looker(signed_in, "verena"), _looker(signed_in, "sabine")
    assert "Versandt als" in told(original, "felder")
    assert "Angebot in Word</a>, Version 2" in told(pdf, "felder")
    assert f'/dokument/{pdf.pk}"' in told(original, "verweise")
    for view in ("felder", "versionen", "verweise"):
        assert f'/dokument/{pdf.pk}"' not in untold(original, view)
        assert f'/dokument/{original.pk}"' not in untold(pdf, view)
    # The first was of version 1, which is no draft.
    times = [look(original, "verlauf").count("einen Verweis angelegt") for look in (told, untold)]
    assert times == [2, 1]


def test_a_tie_by_hand_is_listed_and_warns_of_nothing(signed_in: SignIn, house: House) -> None:
    other = a_document(customer_file=house.pdf.customer_file, title="Anderes Original", versions=2)
    Reference.objects.all().delete()
    links.refer(actor=an_actor(), from_document=other, to_document=house.pdf, kind="sent_as", now=NOW)
    look = _looker(signed_in, "verena")
    listed = look(other, "versionen").partition("<h3>Versandt</h3>")[2]
    assert "als PDF</a>" in listed
    assert "Version" not in listed.partition("</ul>")[0]
    assert "nicht versandt" not in look(other, "felder")
    assert f'href="/dokument/{other.pk}">Anderes Original</a>' in look(house.pdf, "felder")
