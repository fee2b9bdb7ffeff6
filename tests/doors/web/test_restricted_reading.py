"""Whatever shows content of a restricted document leaves a trace (R-20): the page, its parts, a comparison, the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from kundenakte.base.blobs import derived
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import renditions
from kundenakte.records.actions import reading
from kundenakte.records.models import Arrival, Document
from tests.builders import NOW, a_document, an_actor, an_arrival
from tests.doors.web.pages import SignIn

TAB = {"HX-Request": "true", "HX-Target": "document-tab"}
PANE = {"HX-Request": "true", "HX-Target": "preview"}


def _restricted() -> Document:
    document = a_document(title="Angebot", number="AN-1", versions=2)
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    document.refresh_from_db()
    return document


def _noted(document: Document) -> int:
    return JournalEntry.objects.filter(kind="document.read", subject_id=document.pk).count()


@pytest.mark.parametrize(
    ("name", "args", "asked", "headers", "entries"),
    [
        ("document-compare", (), "", {}, 2),
        ("document", (), "?sicht=felder", TAB, 1),
        ("document", (), "?sicht=felder", PANE, 1),
        ("document-page", (2, 1), "", {}, 1),
        ("document-text", (2,), "", {}, 1),
        ("document-places", (2,), "?text=a", {}, 1),
        ("document-thumbnail", (2,), "", {}, 0),
    ],
)
def test_each_way_to_the_content_is_noted_once(
    *, name: str, args: tuple[int, ...], asked: str, headers: dict[str, str], entries: int, signed_in: SignIn
) -> None:
    document = _restricted()
    client, address = signed_in("anton"), reverse(name, args=(document.pk, *args)) + asked
    for _again in range(2):
        client.get(address, headers=headers)
    assert _noted(document) == entries
    # To whom it is hidden, there is nothing to read and nothing to note.
    assert signed_in("verena").get(address, headers=headers).status_code == 404
    assert _noted(document) == entries


def test_the_pages_of_its_arrival_are_noted_too(signed_in: SignIn) -> None:
    document = _restricted()
    version = document.valid_version
    assert version is not None
    arrival = an_arrival(content="Inhalt")
    Arrival.objects.filter(pk=arrival.pk).update(document=document, version=version, state="filed")
    derived.default().put_bytes(version.digest, renditions.page_name(1), b"RIFFbild")
    signed_in("anton").get(reverse("inbox-page", args=(arrival.pk, 1)))
    assert _noted(document) == 1


def test_looking_again_later_or_by_somebody_else_is_another_reading() -> None:
    document = _restricted()
    first, second = document.versions.order_by("number")
    for who, version, later, entries in (
        ("anton", first, timedelta(), 1),
        ("anton", first, timedelta(minutes=5), 1),
        ("anton", second, timedelta(minutes=5), 2),
        ("paula", first, timedelta(minutes=5), 3),
        ("anton", first, timedelta(minutes=30), 4),
    ):
        reading.note_reading(actor=an_actor(who), document=document, version=version, now=NOW + later)
        assert _noted(document) == entries
