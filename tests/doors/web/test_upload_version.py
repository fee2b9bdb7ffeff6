"""A file for a document: asked about before, filed as its next version, and taken back again."""

from __future__ import annotations

import re
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kundenakte.records import renditions
from kundenakte.records.actions.documents import add_version, restore_version
from kundenakte.records.models import Arrival, Document, DocumentClass, Grant, Verb, Version
from kundenakte.records.pagetext import DocumentText, PageText, Word
from kundenakte.records.refusals import NotFound
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_user, some_bytes
from tests.doors.web.pages import SignIn
from tests.steps.filing.test_leading import TIFF, an_e_invoice

TEXT = b"Angebot ueber eine Pumpe, zweite Fassung."
BROWSER = {"accept": "text/html,application/xhtml+xml"}


def _sent(client: Client, document: Document, data: bytes = TEXT, name: str = "neu.txt") -> Any:
    """A file on a document, all bytes there and nothing said yet."""
    made = client.post(
        reverse("upload-begin"), {"name": name, "size": len(data), "dokument": document.pk}
    ).json()  # fmt: skip
    client.put(f"{made['part']}?offset=0", data, content_type="application/octet-stream")
    return made


def _asked(client: Client, document: Document, data: bytes = TEXT, name: str = "neu.txt") -> Any:
    made = _sent(client, document, data, name)
    return client.get(made["question"], headers={"accept": "application/json"}).json()


def _text_document(**more: Any) -> Document:
    """Its valid version is a text, and called so."""
    document = a_document(title="Angebot AN-1", number="AN-1", **more)
    version = some_bytes(b"Angebot, erste Fassung.")
    add_version(actor=SETUP, document=document, version=version, now=NOW)
    return document


def test_nothing_is_filed_before_the_answer_and_the_question_says_what_it_is(signed_in: SignIn) -> None:
    client, document = signed_in("verena"), _text_document()
    asked = _asked(client, document)
    assert asked["question"] == "Als neue Version von „Angebot AN-1“ ablegen?"
    assert asked["file"].replace("\xa0", " ") == "neu.txt · 41 Bytes · Textdatei"
    assert asked["effect"].startswith("Sie gilt sofort und löst Version 2 ab.")
    assert "trägt die Nummer AN-1 und liegt in der Akte von" in asked["effect"]
    assert asked["warnings"] == []
    assert (document.versions.count(), Arrival.objects.count()) == (2, 0)


def test_a_file_for_a_section_is_not_asked_about(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    made = signed_in("verena").post(reverse("upload-begin"), {"name": "a", "size": 1, "akte": customer_file.pk}).json()
    assert made["question"] == ""
    assert signed_in("verena").get(f"{made['part']}/frage").status_code == 404


@pytest.mark.parametrize(
    ("sample", "warning"),
    [
        ("pdf/pypdf_libreoffice-writer-password.pdf", "Die Datei ist verschlüsselt."),
        ("pdf/pypdf_crazyones-pdfa.pdf", "bisher Textdatei, jetzt PDF-Dokument"),
        ("scan", "bisher Textdatei, jetzt"),
    ],
)
def test_it_warns_of_another_kind_and_of_a_password(
    signed_in: SignIn, samples: Path, sample: str, warning: str
) -> None:
    path = samples / sample
    file = sorted(path.iterdir())[0] if path.is_dir() else path
    asked = _asked(signed_in("verena"), _text_document(), file.read_bytes(), file.name)
    assert any(warning in said for said in asked["warnings"])


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (b"", "Die Datei ist leer."),
        (b"%PDF-1.4 abgeschnitten", "Die Datei ist beschädigt oder unvollständig."),
        (bytes(range(256)), "Es ist nicht zu erkennen"),
        (b"Angebot, erste Fassung.", "Genau diese Datei gilt schon, als Version 2."),
    ],
)
def test_it_warns_of_what_is_empty_broken_or_there_already(signed_in: SignIn, data: bytes, warning: str) -> None:
    asked = _asked(signed_in("verena"), _text_document(), data)
    assert any(said.startswith(warning) for said in asked["warnings"])


def test_it_warns_of_what_was_a_version_before_and_says_what_to_do(signed_in: SignIn) -> None:
    document = _text_document()
    add_version(actor=SETUP, document=document, version=some_bytes("dritte"), now=NOW)
    asked = _asked(signed_in("verena"), document, b"Angebot, erste Fassung.")
    (warning,) = asked["warnings"]
    assert warning.startswith("Genau diese Datei war schon Version 2. Es ändert sich nichts;")
    assert warning.endswith("können Sie Version 2 wiederherstellen.")


def test_where_a_version_has_to_be_released_the_question_says_that_it_is_a_draft(signed_in: SignIn) -> None:
    document = _text_document()
    DocumentClass.objects.filter(code="OFFER").update(valid_at_once=False)
    client = signed_in("verena")
    made = _sent(client, document)
    asked = client.get(made["question"], headers={"accept": "application/json"}).json()
    assert asked["effect"].startswith("Sie ist zunächst ein Entwurf. Bis sie jemand freigibt, gilt Version 2.")
    line = client.post(made["finish"]).json()
    assert "Version 3, noch ein Entwurf" in line["sentence"]
    assert line["undo"] == ""


def test_after_yes_it_is_the_valid_version_and_can_be_taken_back(signed_in: SignIn) -> None:
    client, document = signed_in("verena"), _text_document()
    line = client.post(_sent(client, document)["finish"]).json()
    assert line["sentence"].startswith(
        "Ist jetzt die gültige Version 3 in Muster Maschinenbau GmbH, Register Angebote:"
    )
    assert (line["done"], line["document"], line["link"]) == (True, document.pk, "Angebot AN-1")
    undone = client.post(line["undo"], headers={"accept": "application/json"})
    assert undone.json()["sentence"] == "Version 2 gilt wieder."
    document.refresh_from_db()
    assert document.valid_version is not None
    assert (document.valid_version.number, document.versions.count()) == (2, 3)
    # The line says so as well, and there is nothing more to undo.
    again = client.get(f"{reverse('upload-outcome')}?eingang={line['id']}", headers={"accept": "application/json"})
    assert again.json()[0]["sentence"].startswith("Ist Version 3, die nicht mehr gilt")
    assert again.json()[0]["undo"] == ""
    assert client.post(line["undo"], headers={"accept": "application/json"}).status_code == 409


def test_undo_is_only_offered_to_who_may(signed_in: SignIn) -> None:
    client, document = signed_in("verena"), _text_document()
    line = client.post(_sent(client, document)["finish"]).json()
    assert line["undo"] == reverse("document-withdraw", args=(document.pk, 3))
    # Nobody finds out whether there is something to undo in a document that is hidden from him.
    assert signed_in("paula").post(line["undo"]).status_code == 404
    address, asked = f"{reverse('upload-outcome')}?eingang={line['id']}", {"accept": "application/json"}
    assert signed_in("anton").get(address, headers=asked).json()[0]["undo"] == line["undo"]
    Grant.objects.create(
        user=a_user("anton"), verb=Verb.EDIT, is_deny=True, document=document, reason="Prüfung", created_at=NOW
    )
    assert signed_in("anton").get(address, headers=asked).json()[0]["undo"] == ""
    assert signed_in("anton").post(line["undo"]).status_code == 403


def test_what_was_restored_later_is_not_taken_away_by_an_old_undo(signed_in: SignIn) -> None:
    client, document = signed_in("verena"), _text_document()
    line = client.post(_sent(client, document)["finish"]).json()
    first = Version.objects.get(document=document, number=1)
    restore_version(actor=SETUP, version=first, now=NOW)
    assert client.post(line["undo"]).status_code == 409
    document.refresh_from_db()
    assert document.valid_version is not None
    assert document.valid_version.number == 4


def test_who_says_no_leaves_nothing_behind(signed_in: SignIn, settings: Any) -> None:
    client, document = signed_in("verena"), _text_document()
    made = _sent(client, document)
    answer = client.post(made["question"], follow=True)
    assert "Die Datei wurde nicht abgelegt." in answer.content.decode()
    assert not list((settings.SCRATCH / "uploads").iterdir())
    assert client.post(made["finish"]).status_code == 404
    assert document.versions.count() == 2


def test_the_question_is_for_the_owner_and_for_who_may_still_edit(signed_in: SignIn) -> None:
    document = _text_document()
    made = _sent(signed_in("verena"), document)
    assert signed_in("anton").get(made["question"]).status_code == 404
    Document.objects.update(is_restricted=True)
    assert signed_in("verena").get(made["question"]).status_code == 404
    assert signed_in("verena").post(made["finish"]).status_code == 404
    assert document.versions.count() == 2


def test_the_form_without_scripts_asks_on_a_page_and_offers_the_undo(signed_in: SignIn, samples: Path) -> None:
    client, document = signed_in("verena"), _text_document()
    pdf = (samples / "pdf/pypdf_crazyones-pdfa.pdf").read_bytes()
    file = SimpleUploadedFile("neu.pdf", pdf)
    page = client.post(reverse("upload"), {"files": file, "dokument": document.pk}, headers=BROWSER, follow=True)
    text = page.content.decode()
    assert "Als neue Version von „Angebot AN-1“ ablegen?" in text
    assert "bisher Textdatei, jetzt PDF-Dokument" in text
    assert document.versions.count() == 2
    outcome = client.post(_form(text, "fertig"), headers=BROWSER, follow=True)
    text = outcome.content.decode()
    assert "Ist jetzt die gültige Version 3" in text
    assert f'href="{reverse("document", args=(document.pk,))}"' in text
    undone = client.post(_form(text, "zuruecknehmen"), headers=BROWSER, follow=True)
    assert "Version 2 gilt wieder." in undone.content.decode()


def test_a_file_finished_in_another_tab_meanwhile_is_not_found(signed_in: SignIn) -> None:
    from kundenakte.doors.web.upload import incoming, question

    document = _text_document()
    made = _sent(signed_in("verena"), document)
    sent = incoming.find(made["part"].rstrip("/").rpartition("/")[2], owner=a_user("verena").pk)
    file = sent.whole(until=time.monotonic() + 10)
    assert file is not None
    sent.received()
    with pytest.raises(NotFound):
        question.question_about(document, sent, file)


def _form(text: str, end: str) -> str:
    found = re.search(rf'<form method="post" action="([^"]*/{end})"', text)
    assert found is not None
    return found[1]


def test_while_a_large_file_is_read_the_page_says_so(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from kundenakte.doors.web.upload import hashing, incoming, question

    monkeypatch.setattr(incoming, "_HASH_SECONDS", -1)
    monkeypatch.setattr(question, "PATIENCE_SECONDS", -1)
    monkeypatch.setattr(hashing, "_CHUNK", 10)
    client = signed_in("verena")
    made = _sent(client, _text_document())
    waits = client.get(made["question"], headers={"accept": "application/json"})
    assert (waits.status_code, waits.json()) == (202, {"state": "working"})
    assert "Die Datei wird geprüft" in client.get(made["question"], headers=BROWSER).content.decode()


def test_the_question_says_when_the_file_looks_older_than_what_is_valid(signed_in: SignIn) -> None:
    def pdf(day: str) -> bytes:
        return f"%PDF-1.7\n<</ModDate (D:{day})>>\nstartxref\n0\n%%EOF".encode()

    document = a_document(title="Angebot AN-1", number="AN-1", content=[pdf("20261110")])
    client = signed_in("verena")
    (warning,) = _asked(client, document, pdf("20261103"), "alt.pdf")["warnings"]
    assert warning == (
        "Die Datei ist vom 03.11.2026, die gültige Version vom 10.11.2026. Vielleicht ist sie ein älterer Stand."
    )
    assert _asked(client, document, pdf("20261112"), "neu.pdf")["warnings"] == []


def test_the_question_says_when_the_text_is_that_of_a_former_version(signed_in: SignIn) -> None:
    document = a_document(title="Angebot AN-1", number="AN-1", content=["eins", "zwei"])
    words = "Angebot über eine Pumpe, erster Entwurf vom Dienstag der Woche"
    for digest, text in zip(
        [*document.versions.order_by("number").values_list("digest", flat=True), sha256(TEXT).hexdigest()],
        (words, words + ", geändert", words), strict=True,
    ):  # fmt: skip
        line = tuple(Word(word, (0.1, 0.1, 0.2, 0.2)) for word in text.split())
        renditions.save_text(digest, DocumentText((PageText(100, 100, (line,)),)))
    (warning,) = _asked(signed_in("verena"), document)["warnings"]
    assert warning.startswith("Die Datei hat denselben Text wie die frühere Version 1.")


def test_t27_a_file_without_xml_for_an_e_invoice_is_warned_about_and_refused(signed_in: SignIn) -> None:
    client, document = signed_in("bernd"), an_e_invoice()
    asked = _asked(client, document, TIFF, "scan.tif")
    assert any("deren XML führt" in warning for warning in asked["warnings"])
    answer = client.post(_sent(client, document, TIFF, "scan.tif")["finish"])
    assert answer.status_code == 422
    assert "eigenes Dokument" in answer.content.decode()
    assert document.versions.count() == 1
