"""A scanned file in which several documents seem to lie waits for a person; what is one document goes on by itself."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte import pipeline
from kundenakte.base.jobs.models import Job
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, StackPart
from kundenakte.records.pagetext import DocumentText, PageText, Word
from kundenakte.records.scanned import Reading, ReadPage, save_reading
from kundenakte.steps.scanning import division, tasks
from kundenakte.steps.scanning.models import StackDivision
from tests.builders import NOW, a_user, an_arrival

pytestmark = pytest.mark.django_db

LETTER = (
    (0.15, "Muster Maschinenbau GmbH"), (0.17, "Industriestraße 4"), (0.19, "90402 Nürnberg"), (0.35, "Rechnung"),
    (0.38, "Rechnungsnummer: RE-2026-0815"), (0.42, "Sehr geehrte Damen und Herren,"), (0.95, "Seite 1 von 2"),
)  # fmt: skip
BEHIND = ((0.1, "Summe: 1.190,00 EUR"), (0.2, "Mit freundlichen Grüßen"), (0.95, "Seite 2 von 2"))
OTHER = (
    (0.15, "Alpha AG"), (0.17, "Hauptstraße 12"), (0.19, "80331 München"), (0.35, "Angebot"),
    (0.38, "Angebotsnummer: AN-77"), (0.42, "Sehr geehrte Frau Huber,"), (0.95, "Seite 1 von 1"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def a_page(lines: tuple[tuple[float, str], ...]) -> PageText:
    """Each line at its height, its words side by side."""
    laid = []
    for top, text in lines:
        at, words = 0.1, []
        for word in text.split():
            words.append(Word(word, (at, top, at + 0.011 * len(word), top + 0.014)))
            at += 0.011 * (len(word) + 1)
        laid.append(tuple(words))
    return PageText(595, 842, tuple(laid))


def read(*pages: tuple[tuple[float, str], ...], **more: Any) -> Arrival:
    """A scan that was just read; what was read of it lies beside it."""
    arrival = an_arrival(content=repr(pages), file_name="post.pdf", **more)
    Arrival.objects.filter(pk=arrival.pk).update(media_type="application/pdf", page_count=len(pages))
    arrival.refresh_from_db()
    texts = [a_page(page) for page in pages]
    renditions.save_text(arrival.digest, DocumentText(tuple(texts), origin="ocr"))
    save_reading(
        arrival.digest, Reading({n: ReadPage(text, is_blank=not text.lines) for n, text in enumerate(texts, 1)})
    )
    return arrival


def goes_on(arrival: Arrival) -> bool:
    """Whether it went on its way at this station."""
    went_on = tasks.take_apart(arrival.pk, others=pipeline.BESIDE_SCANNING)()
    arrival.refresh_from_db()
    return went_on


def test_it_waits_and_says_how_many_there_seem_to_be() -> None:
    arrival = read(LETTER, BEHIND, (), OTHER)
    assert not goes_on(arrival)
    assert (arrival.state, arrival.reason) == (Arrival.State.WAITING, division.REASON)
    assert arrival.sentence.startswith("In dieser Datei scheinen 2 Dokumente zu stecken.")
    assert not StackPart.objects.exists()


def test_a_letter_of_several_pages_goes_on() -> None:
    arrival = read(LETTER, BEHIND)
    assert goes_on(arrival)
    assert arrival.state == Arrival.State.UNDER_WAY


@pytest.mark.parametrize("facts", [{"customer_file_id": 1}, {"document_id": 1}], ids=["in a file", "on a document"])
def test_what_a_person_has_put_in_its_place_is_believed(facts: dict[str, Any]) -> None:
    assert goes_on(read(LETTER, BEHIND, OTHER, facts=facts))


def test_what_was_decided_is_not_asked_again() -> None:
    arrival = read(LETTER, BEHIND, OTHER)
    StackDivision.objects.create(arrival=arrival, parts=[[1, 2, 3]], decided_by=a_user("anton"), decided_at=NOW)
    assert goes_on(arrival)


def test_what_is_part_of_a_divided_stack_is_not_asked_about() -> None:
    part = read(LETTER, BEHIND, OTHER)
    StackPart.objects.create(stack=an_arrival(content="Stapel"), part=part, position=1, pages=[1, 2, 3])
    assert goes_on(part)


def test_what_is_filed_by_its_source_stays_filed() -> None:
    arrival = read(LETTER, BEHIND, OTHER)
    Arrival.objects.filter(pk=arrival.pk).update(state=Arrival.State.FILED)
    goes_on(arrival)
    assert arrival.state == Arrival.State.FILED
    assert not Job.objects.filter(state="failed").exists()
