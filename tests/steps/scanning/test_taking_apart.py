"""A stack becomes documents: real pages, sheets printed by the house, the whole way."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from kundenakte import pipeline
from kundenakte.base import blobs, confinement
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, StackPart
from kundenakte.steps.rendition import tesseract
from kundenakte.steps.scanning import sheets
from kundenakte.steps.scanning.sheets import Printed
from kundenakte.steps.scanning.tasks import take_apart
from tests.builders import NOW, SETUP, a_customer_file, a_user
from tests.scans import a_picture, a_scan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _jobs() -> Iterator[None]:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def a_printed_sheet(facts: dict[str, str]) -> Image.Image:
    """A sheet as it comes out of the printer and through the scanner, small so that it is read quickly."""
    data = sheets.as_pdf(
        [Printed(facts, "Trennblatt", ("Muster Maschinenbau GmbH",))], instruction="Vor den Brief legen."
    )
    with pypdfium2.PdfDocument(data) as document:
        picture: Image.Image = document[0].render(scale=1.2, grayscale=True).to_pil().convert("L")
    return picture.rotate(-1.5, fillcolor=255)


def worked_off() -> None:
    worker = Worker()
    while worker.work_once():
        pass


def test_a_stack_becomes_documents_each_in_its_own_file(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = a_customer_file("Muster Maschinenbau GmbH", "K-10001"), a_customer_file("Alpha AG", "K-10002")
    letter = a_picture(("Sehr geehrte Damen und Herren,", "anbei unser Angebot.", "Angebotsnummer: AN-77"))
    sheet = a_printed_sheet({"customer": "K-10002", "class": "OFFER", "number": "AN-77"})
    data = a_scan([a_picture(), a_picture(()), sheet, letter])
    stack = pipeline.receive(
        actor=SETUP, stream=io.BytesIO(data), file_name="stapel.pdf", source="folder:scanner", now=NOW
    )
    while not StackPart.objects.exists():
        assert Worker().work_once()
    # What was read in the stack is not read again.
    monkeypatch.setattr(tesseract, "PROGRAM", "there-is-no-such-program")
    worked_off()
    stack.refresh_from_db()
    assert stack.state == Arrival.State.SPLIT
    assert blobs.default().open(stack.digest).read() == data
    one, two = StackPart.objects.select_related("part__document").order_by("position")
    assert ([one.pages, two.pages], one.part.source, one.part.origin) == (
        [[1], [4]], "stack", "stapel.pdf (folder:scanner 1), Seite 1",
    )  # fmt: skip
    assert one.part.document is not None, one.part.sentence
    assert two.part.document is not None, two.part.sentence
    assert (one.part.document.customer_file, one.part.document.number) == (first, "RE-2026-0815")
    assert (two.part.document.customer_file, two.part.document.number) == (second, "AN-77")
    assert "Sehr geehrte" in renditions.plain_text_of(two.part.digest)
    assert renditions.searchable(two.part.digest) is not None
    with pikepdf.open(blobs.default().path(one.part.digest)) as part:
        assert len(part.pages) == 1
    assert not Job.objects.filter(state="failed").exists()
    client.force_login(a_user("anton"))
    shown = client.get(reverse("inbox-arrival", args=(stack.pk,)))
    assert "Dokumente dieses Stapels" in shown.text
    assert two.part.document.title in shown.text
    # Looked at once more, nothing comes twice.
    take_apart(stack.pk, others=pipeline.BESIDE_SCANNING)()
    assert StackPart.objects.count() == 2
