"""Signing on the page of a document: who finds it, the password once more, and what the page says afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kundenakte.base.journal import queries as journal
from kundenakte.records.models import Document
from kundenakte.steps.recognition import tasks as recognition
from tests.builders import a_user
from tests.circulation_builders import a_folder
from tests.doors.web.pages import SignIn, words
from tests.signing_builders import a_certificate, a_paper, a_pdf, a_stranger, signed_elsewhere

pytestmark = pytest.mark.django_db
PASSWORD = "ein-langes-Passwort"


@pytest.fixture
def verena(signed_in: SignIn) -> Client:
    """Verena, who has a password."""
    user = a_user("verena")
    user.set_password(PASSWORD)
    user.save()
    return signed_in("verena")


def _sent(document: Document, **more: Any) -> dict[str, Any]:
    document.refresh_from_db()
    return {"edition": document.edition, "reason": "Vertrag geprüft", "password": PASSWORD} | more


def _address(document: Document, name: str = "document-sign") -> str:
    return reverse(name, args=(document.pk,))


def _read(document: Document) -> None:
    """What the way does after a while."""
    from django.db import transaction

    from kundenakte.records.models import Arrival

    for arrival in Arrival.objects.filter(document=document):
        apply = recognition.recognise(arrival.pk)
        with transaction.atomic():
            apply()


def test_somebody_signs_with_her_password_and_the_page_says_so(verena: Client) -> None:
    made, document = a_certificate(), a_paper()
    page = _address(document, "document")
    assert _address(document) in words(verena.get(page))
    asked = words(verena.get(_address(document)))
    assert "einfache elektronische Signatur mit dem Zertifikat dieses Hauses, keine qualifizierte" in asked
    answer = verena.post(_address(document), _sent(document))
    assert answer["Location"] == page
    at_once = words(verena.get(page))
    assert "ist unterschrieben. Version 2 gilt jetzt." in at_once
    assert "Die Unterschrift wird noch einmal gelesen." in at_once
    _read(document)
    said = words(verena.get(page))
    assert "Unterschrieben von Verena Vogt am" in said
    assert "Seit der Unterschrift ist nichts verändert." in said
    assert "Einfache elektronische Signatur mit dem Zertifikat dieses Hauses, keine qualifizierte." in said
    history = words(verena.get(f"{page}?sicht=verlauf"))
    assert "Verena Vogt hat Version 1 unterschrieben: Das ist Version 2." in history
    assert "Grund: Vertrag geprüft" in history
    assert made.fingerprint in history


def test_the_history_is_told_in_english_as_well(verena: Client) -> None:
    made, document = a_certificate(), a_paper()
    verena.post(_address(document), _sent(document))
    _read(document)
    page = _address(document, "document")
    verena.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    history = words(verena.get(f"{page}?sicht=verlauf"))
    assert "Verena Vogt signed version 1: that is version 2." in history
    assert f"Kind: simple electronic signature. Certificate: SHA-256 {made.fingerprint}" in history
    said = words(verena.get(page))
    assert "Simple electronic signature with the certificate of this house, not a qualified one." in said


def test_two_signatures_are_told_one_by_one(verena: Client, signed_in: SignIn) -> None:
    a_certificate()
    document = a_paper()
    anton = a_user("anton")
    anton.set_password(PASSWORD)
    anton.save()
    verena.post(_address(document), _sent(document))
    signed_in("anton").post(_address(document), _sent(document))
    _read(document)
    said = words(verena.get(_address(document, "document")))
    assert "Unterschrieben von Verena Vogt" in said
    assert "Unterschrieben von Anton Adler" in said
    assert "Was unterschrieben ist, ist unverändert" in said


def test_with_a_wrong_password_nothing_is_signed(verena: Client) -> None:
    a_certificate()
    document = a_paper()
    answer = verena.post(_address(document), _sent(document, password="falsch"))
    assert answer.status_code == 422
    said = words(answer)
    assert "Das Passwort stimmt nicht. Unterschrieben ist noch nichts." in said
    assert 'value="Vertrag geprüft"' in said
    assert "falsch" not in said.replace("falsche", "")
    assert document.versions.count() == 1


def test_after_some_wrong_passwords_she_has_to_wait(verena: Client) -> None:
    a_certificate()
    document = a_paper()
    for _ in range(5):
        verena.post(_address(document), _sent(document, password="falsch"))
    assert "zu viele falsche Passwörter" in words(verena.post(_address(document), _sent(document)))
    assert document.versions.count() == 1


def test_who_has_no_password_here_confirms_with_her_word(signed_in: SignIn) -> None:
    a_certificate()
    document = a_paper()
    user = a_user("verena")
    user.set_unusable_password()
    user.save()
    client = signed_in("verena")
    assert 'name="bestaetigt"' in words(client.get(_address(document)))
    assert client.post(_address(document), _sent(document)).status_code == 422
    assert client.post(_address(document), _sent(document, bestaetigt="ja")).status_code == 303
    (entry,) = [one for one in journal.history(document) if one.kind == "document.signed"]
    assert entry.facts["confirmed"] == "word"


def test_an_old_state_is_not_signed(verena: Client) -> None:
    a_certificate()
    document = a_paper()
    answer = verena.post(_address(document), _sent(document, edition=document.edition - 1))
    assert answer.status_code == 409
    assert "in der Zwischenzeit geändert" in words(answer)
    assert document.versions.count() == 1


@pytest.mark.parametrize(("person", "status"), [("paula", 403), ("verena", 403), ("sabine", 404)])
def test_who_may_only_read_finds_no_button_and_is_refused(person: str, status: int, signed_in: SignIn) -> None:
    a_certificate()
    document = a_paper(document_class="INV_OUT")
    client = signed_in(person)
    assert _address(document) not in words(client.get(_address(document, "document")))
    assert client.get(_address(document)).status_code == status
    assert client.post(_address(document), _sent(document)).status_code == status
    assert document.versions.count() == 1


def test_what_is_no_pdf_has_no_button_and_says_why(verena: Client) -> None:
    a_certificate()
    document = a_paper(b"Wort", media_type="text/plain")
    assert _address(document) not in words(verena.get(_address(document, "document")))
    said = words(verena.get(_address(document)))
    assert "Unterschreiben lässt sich nur ein PDF." in said
    assert 'name="password"' not in said
    assert verena.post(_address(document), _sent(document)).status_code == 422


def test_without_a_certificate_the_page_says_so(verena: Client) -> None:
    document = a_paper()
    assert "noch kein Zertifikat zum Unterschreiben eingerichtet" in words(verena.get(_address(document)))
    answer = verena.post(_address(document), _sent(document))
    assert answer.status_code == 422
    assert "noch kein Zertifikat zum Unterschreiben eingerichtet" in words(answer)


@pytest.mark.parametrize(
    "named", ["", "Signer", "nicht.da.Signer", f"{__name__}.Fehlt", f"{__name__}.NoSigner", f"{__name__}.Falls"]
)
def test_a_provider_that_is_set_wrong_is_told_and_nothing_is_signed(verena: Client, settings: Any, named: str) -> None:
    a_certificate()
    document = a_paper()
    settings.SIGNER = named
    for answer in (verena.get(_address(document)), verena.post(_address(document), _sent(document))):
        assert answer.status_code == (200 if answer.request["REQUEST_METHOD"] == "GET" else 422)
        said = words(answer)
        assert "Unterschreiben ist gerade nicht möglich: Der Anbieter der Unterschriften ist nicht richtig" in said
        assert 'name="password"' not in said
        assert "Error" not in said
    assert document.versions.count() == 1


class NoSigner:
    """A class that promises nothing."""


class Falls:
    """A class of which nothing can be made."""

    def __init__(self) -> None:
        raise RuntimeError("keine Verbindung")


def test_from_the_papers_of_a_folder_and_back_to_it(verena: Client) -> None:
    a_certificate()
    document = a_paper()
    folder = a_folder(by="verena", customer_file=document.customer_file, documents=[document])
    back = reverse("circulation-folder", args=(folder.pk,))
    link = f"{_address(document)}?mappe={folder.pk}"
    assert link in words(verena.get(back))
    assert f'name="mappe" value="{folder.pk}"' in words(verena.get(link))
    assert verena.post(_address(document), _sent(document, mappe=folder.pk))["Location"] == back
    assert verena.post(_address(document), _sent(document, mappe=999_999))["Location"] == _address(document, "document")


def test_a_signature_from_elsewhere_is_told_and_not_judged(verena: Client) -> None:
    content = signed_elsewhere(a_pdf(), by=a_stranger("Notariat Dr. Öhler"))
    document = _came_in(content)
    said = words(verena.get(_address(document, "document")))
    assert "Enthält eine Unterschrift von Notariat Dr. Öhler" in said
    assert "Seit der Unterschrift ist nichts verändert." in said
    assert "Wem dieses Zertifikat gehört und was es wert ist, ist hier nicht geprüft." in said


def test_a_signature_that_does_not_fit_is_a_warning(verena: Client) -> None:
    content = bytearray(signed_elsewhere(a_pdf(), by=a_stranger("Notariat Dr. Öhler")))
    content[content.index(b"ReportLab")] ^= 1
    said = words(verena.get(_address(_came_in(bytes(content)), "document")))
    assert "Die Unterschrift passt nicht zum Inhalt: Er wurde verändert." in said
    assert '<div class="note warning">' in said


def test_nobody_passes_a_foreign_signature_off_as_ours(verena: Client) -> None:
    """The field's name alone says nothing: it is in every signed file for anybody to copy."""
    a_certificate()
    document = a_paper()
    verena.post(_address(document), _sent(document))
    (entry,) = [one for one in journal.history(document) if one.kind == "document.signed"]
    forged = signed_elsewhere(a_pdf("Anderer Vertrag"), by=a_stranger("Fälscher"), field=entry.facts["field"])
    _came_in(forged, on=document)
    said = words(verena.get(_address(document, "document")))
    assert "Unterschrieben von Verena Vogt" not in said
    assert "Enthält eine Unterschrift von Fälscher" in said


def _came_in(content: bytes, *, on: Document | None = None) -> Document:
    """A document, or its next version, that came by a door, read as the way does it."""
    import io

    from kundenakte import pipeline
    from tests.builders import NOW, an_actor

    document = on or a_paper(a_pdf("Entwurf"))
    pipeline.receive(
        actor=an_actor("verena"), stream=io.BytesIO(content), file_name="vertrag.pdf", source="web", now=NOW,
        facts={"document_id": document.pk},
    )  # fmt: skip
    _read(document)
    return document
