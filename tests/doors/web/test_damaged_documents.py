"""T-03 at the doors: a damaged document is refused with a notice in the browser, by REST and in the ZIP."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.urls import reverse

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import Document
from kundenakte.steps.archive import sealing
from tests.builders import a_document
from tests.doors.api.calls import Program
from tests.doors.web.pages import SignIn
from tests.steps.archive.papers import flip_a_byte, sealed, valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken() -> Document:
    """A sealed document of which one byte is another now; there is no second copy."""
    document = a_document(title="Angebot Drehbank", number="AN-1", content=["quite some words"])
    package = sealed(valid(document))
    flip_a_byte(sealing.default().path(package.object_id, package.original))
    return document


def test_the_page_of_a_whole_document_bears_no_such_notice(signed_in: SignIn) -> None:
    whole = a_document(number="AN-2")
    sealed(valid(whole))
    assert "beschädigt" not in signed_in("verena").get(reverse("document", args=(whole.pk,))).content.decode()


def test_t03_a_damaged_document_is_refused_in_the_browser(signed_in: SignIn, broken: Document) -> None:
    client = signed_in("verena")
    page = client.get(reverse("document", args=(broken.pk,)))
    assert page.status_code == 200
    assert "Diese Datei ist beschädigt" in page.content.decode()
    answer = client.get(reverse("document-download", args=(broken.pk, 1)))
    assert answer.status_code == 503
    assert "Diese Datei ist beschädigt" in answer.content.decode()
    assert not JournalEntry.objects.filter(kind="document.downloaded").exists()


def test_t03_a_damaged_document_is_refused_by_rest(broken: Document) -> None:
    answer = Program("verena").get(f"documents/{broken.pk}/versions/1/content")
    assert (answer.status_code, answer.json()["code"]) == (503, "document_damaged")


def test_t03_a_damaged_document_is_named_in_the_zip_and_not_in_it(signed_in: SignIn, broken: Document) -> None:
    whole = a_document(title="Heil", number="AN-3", customer_file=broken.customer_file)
    sealed(valid(whole))
    address = reverse("file-zip", args=(broken.customer_file.pk,))
    answer = signed_in("verena").post(address, {"dokument": [broken.pk, whole.pk]})
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as found:
        assert len(found.namelist()) == 2
        note = found.read("Nicht enthalten.txt").decode()
    assert "Angebot Drehbank: Diese Datei ist beschädigt" in note
