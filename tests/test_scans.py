"""Scans on their way: seen at once, read, filed by what stands on them, and never lost when reading fails."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from kundenakte import pipeline
from kundenakte.base import confinement
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.records import renditions, scanned
from kundenakte.records.models import Arrival, Document, Rendition, SearchDue
from kundenakte.steps.rendition import read_tasks, tesseract
from tests.builders import NOW, SETUP, a_customer_file, a_user
from tests.scans import a_picture, a_scan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _jobs() -> Iterator[None]:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def received(content: bytes, file_name: str = "scan.pdf", **more: Any) -> Arrival:
    wish = {"actor": SETUP, "source": "folder:test", "now": NOW, **more}
    return pipeline.receive(stream=io.BytesIO(content), file_name=file_name, **wish)


def worked_off(arrival: Arrival, **which: Any) -> Arrival:
    worker = Worker(**which)
    while worker.work_once():
        pass
    arrival.refresh_from_db()
    return arrival


def test_a_scan_is_seen_before_it_is_read_and_filed_by_what_it_says(client: Client) -> None:
    file = a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    arrival = worked_off(received(a_scan()), leaves=frozenset({pipeline.READ}))
    # The workers leave the reading to the readers.
    assert renditions.page_image(arrival.digest, 1)
    assert renditions.is_being_read(arrival.digest)
    assert (arrival.state, Job.objects.get(state="waiting", name=pipeline.READ).subject_id) == (
        Arrival.State.UNDER_WAY, arrival.pk,
    )  # fmt: skip
    worked_off(arrival, only=frozenset({pipeline.READ}))
    assert arrival.state == Arrival.State.FILED, arrival.sentence
    document = arrival.document
    assert document is not None
    assert (document.customer_file, document.number) == (file, "RE-2026-0815")
    text = renditions.text_of(arrival.digest)
    assert text is not None
    assert text.origin == "ocr"
    assert not renditions.is_being_read(arrival.digest)
    assert SearchDue.objects.filter(document_id=document.pk).exists()
    client.force_login(a_user("bernd"))
    words = client.get(reverse("document-text", args=(document.pk, 1))).json()["pages"][0]["lines"]
    assert [word[0] for line in words for word in line if "K" in word[0]][-2:] == ["Kundennummer:", "K-10001"]
    made = Rendition.objects.get(digest=arrival.digest, kind=Rendition.Kind.SEARCHABLE)
    assert re.match(r"tesseract \d+\.\S+ .*deu", made.made_by)
    answer = client.get(reverse("document-searchable", args=(document.pk, 1)))
    with pypdfium2.PdfDocument(answer.getvalue()) as pdf:
        assert "RE-2026-0815" in pdf[0].get_textpage().get_text_bounded()
    assert client.get(reverse("document-download", args=(document.pk, 1))).getvalue() == a_scan()
    assert "Durchsuchbares PDF" in client.get(reverse("document", args=(document.pk,)) + "?sicht=versionen").text


def test_the_same_bytes_again_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    worked_off(received(a_scan()))
    monkeypatch.setattr(tesseract, "PROGRAM", "there-is-no-such-program")
    again = worked_off(received(a_scan()))
    assert again.state == Arrival.State.DUPLICATE


def test_only_pages_without_text_are_read() -> None:
    import pikepdf

    from tests.scans import LETTER

    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(_born_digital())) as document, pikepdf.open(io.BytesIO(a_scan())) as scan:
        document.pages.extend(scan.pages)
        document.save(buffer)
    arrival = worked_off(received(buffer.getvalue()))
    assert list(scanned.reading_of(arrival.digest).pages) == [2]
    plain = renditions.plain_text_of(arrival.digest)
    assert "Anlage zum Scan" in plain
    assert LETTER[4] in plain


def _born_digital() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 700, "Anlage zum Scan")
    canvas.save()
    return buffer.getvalue()


def test_without_the_program_it_waits_in_the_inbox_and_is_read_when_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    with monkeypatch.context() as without:
        without.setattr(tesseract, "PROGRAM", "there-is-no-such-program")
        arrival = worked_off(received(a_scan()))
    assert arrival.state == Arrival.State.WAITING
    assert read_tasks.NO_PROGRAM in arrival.sentence
    assert renditions.page_image(arrival.digest, 1)
    pipeline.try_again(actor=SETUP, arrival=arrival, now=NOW)
    worked_off(arrival)
    assert arrival.state == Arrival.State.FILED, arrival.sentence


def test_a_page_upside_down_is_shown_upright() -> None:
    arrival = worked_off(received(a_scan([a_picture(turn=90)])))
    size = renditions.page_size(arrival.digest, 1)
    assert size is not None
    assert size[0] > size[1]
    assert "K-10001" in renditions.plain_text_of(arrival.digest)
    # Drawn anew, it is still upright, and not read again.
    Rendition.objects.all().delete()
    worked_off(received(a_scan([a_picture(turn=90)])))
    assert renditions.page_size(arrival.digest, 1) == size


def test_a_long_stack_is_put_down_and_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_tasks, "SECONDS_AT_ONCE", 0.0)
    arrival = worked_off(
        received(a_scan([a_picture(), a_picture(()), a_picture(("Seite drei",))])), leaves=frozenset({pipeline.READ})
    )
    reader = Worker(only=frozenset({pipeline.READ}))
    reader.work_once()
    assert 0 < len(scanned.reading_of(arrival.digest).pages) < 3
    assert Rendition.objects.get(digest=arrival.digest, kind="text").ready > 0
    worked_off(arrival)
    assert [page.is_blank for _, page in sorted(scanned.reading_of(arrival.digest).pages.items())] == [
        False,
        True,
        False,
    ]
    assert "Seite drei" in renditions.plain_text_of(arrival.digest)


def test_what_a_source_filed_exactly_is_found_by_its_words_once_it_is_read() -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    facts = {"customer": "K-10001", "class": "INV_OUT", "number": "RE-2026-0815"}
    arrival = received(a_scan(), facts=facts)
    assert arrival.state == Arrival.State.FILED
    before = SearchDue.objects.count()
    worked_off(arrival)
    assert SearchDue.objects.count() > before
    assert Document.objects.count() == 1
    assert "Hauptstraße" in renditions.plain_text_of(arrival.digest)
