"""What is derived from a document – page images, recognised text, its package in the archive – leaves the original as
it came."""

from __future__ import annotations

import pytest
from django.db import transaction

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.blobs import derived
from kundenakte.records import renditions
from kundenakte.records.models import Arrival
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.rendition import tasks as rendition
from tests.builders import a_customer_file
from tests.test_pipeline import SAMPLES, received, worked_off

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = {"customer": "K-10001", "class": "Rechnung", "number": "RE-1"}


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def _first_page(arrival: Arrival) -> bytes:
    image = renditions.page_image(arrival.digest, 1)
    assert image is not None
    return image.read_bytes()


@pytest.mark.parametrize(
    "sample", ["e-invoice/corpus-v2-correct_zugferd_2p0_EN16931_Einfach.pdf", "scan/din5008_minimal-letter.png"]
)
def test_t11_previews_text_and_sealing_leave_the_original_as_it_came(sample: str) -> None:
    came = (SAMPLES / sample).read_bytes()
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    arrival = worked_off(received(SAMPLES / sample, facts=FACTS))
    shown = _first_page(arrival)
    assert ArchivePackage.objects.filter(version=arrival.version_id).exists()
    # Thrown away and made once more: the same picture, to the pixel.
    rendition.forget(arrival.digest)
    derived.default().drop(arrival.digest)
    assert renditions.page_image(arrival.digest, 1) is None
    apply = rendition.remake(arrival.pk)
    with transaction.atomic():
        apply()
    assert _first_page(worked_off(arrival)) == shown
    with blobs.default().open(arrival.digest) as kept:
        assert kept.read() == came
