"""What the viewer of a document asks for: pages with their size, the text on them, where words stand, and its tabs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from kundenakte import pipeline
from kundenakte.base.blobs import derived
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import renditions
from kundenakte.records.actions.documents import add_version
from kundenakte.records.actions.links import refer, unrefer
from kundenakte.records.models import Arrival, Document, Reference, Rendition
from kundenakte.records.pagetext import DocumentText, PageText, Word
from tests.builders import NOW, SETUP, a_customer_file, a_document, an_arrival, some_bytes
from tests.doors.web.pages import SignIn

PANE = {"HX-Request": "true", "HX-Target": "preview"}


def _digest(document: Document) -> str:
    assert document.valid_version is not None
    return document.valid_version.digest


def _drawn(document: Document, *sizes: tuple[int, int], pages: int = 0, code: str = "", note: str = "") -> None:
    """Page images of these sizes; `pages` when there are more than are ready."""
    for number, size in enumerate(sizes, 1):
        target = io.BytesIO()
        Image.new("RGB", size, "white").save(target, "WEBP")
        derived.default().put_bytes(_digest(document), renditions.page_name(number), target.getvalue())
    Rendition.objects.create(
        digest=_digest(document), kind="pages", page_count=pages or len(sizes), ready=len(sizes), made_at=NOW,
        code=code, note=note,
    )  # fmt: skip


def _written(document: Document, *pages: str) -> None:
    made = []
    for text in pages:
        made.append(PageText(595, 842, tuple(_line(row, line) for row, line in enumerate(text.splitlines()))))
    renditions.save_text(_digest(document), DocumentText(tuple(made)))


def _line(row: int, text: str) -> tuple[Word, ...]:
    top = 0.1 * row
    return tuple(Word(word, (0.1 * at, top, 0.1 * at + 0.09, top + 0.05)) for at, word in enumerate(text.split()))


def _arrived(document: Document, content: str) -> Arrival:
    """The arrival these bytes came in by."""
    arrival = an_arrival(content=content)
    Arrival.objects.filter(pk=arrival.pk).update(document=document, version=document.valid_version, state="filed")
    return arrival


def _found(client: Any, document: Document, **asked: str) -> list[int]:
    hits = client.get(reverse("document-places", args=(document.pk, 1)), asked).json()["hits"]
    return [hit["page"] for hit in hits]


# --- pictures -----------------------------------------------------------------------------------------------------


def test_pages_keep_their_room_before_their_pictures_are_there(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    _drawn(document, (400, 600), (600, 400), pages=4)
    preview = signed_in("verena").get(reverse("document", args=(document.pk,))).context["preview"]
    sizes = [(one.width, one.height, bool(one.image)) for one in preview.pages]
    # The pages that are not drawn yet are taken to be like the last one.
    assert sizes == [(400, 600, True), (600, 400, True), (600, 400, False), (600, 400, False)]


@pytest.mark.parametrize("lossless", [True, False])
def test_the_size_of_a_picture_is_read_from_its_first_bytes(*, lossless: bool) -> None:
    for mode in ("RGB", "RGBA"):
        target = io.BytesIO()
        Image.new(mode, (123, 457), "red" if mode == "RGB" else (255, 0, 0, 90)).save(target, "WEBP", lossless=lossless)
        assert renditions.size_of_webp(target.getvalue()[:30]) == (123, 457)
    assert renditions.size_of_webp(b"RIFF") is None
    assert renditions.size_of_webp(b"\x89PNG" + b"\0" * 40) is None


def test_a_page_image_costs_one_query_beside_those_for_who_asks(
    signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    document = a_document(title="Angebot", versions=3)
    _drawn(document, (40, 60))
    client, address = signed_in("verena"), reverse("document-page", args=(document.pk, 3, 1))
    # Session, user, roles, matrix, exceptions, version.
    with django_assert_max_num_queries(6):
        assert client.get(address).status_code == 200


def test_a_page_drawn_again_is_another_picture(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    _drawn(document, (40, 60))
    client, address = signed_in("verena"), reverse("document-page", args=(document.pk, 1, 1))
    before = client.get(address)
    derived.default().put_bytes(_digest(document), renditions.page_name(1), b"RIFFanother")
    after = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after.getvalue()) == (200, b"RIFFanother")
    shown = client.get(reverse("document", args=(document.pk,))).context["preview"].pages[0].image
    Rendition.objects.update(made_at=NOW.replace(hour=20))
    assert client.get(reverse("document", args=(document.pk,))).context["preview"].pages[0].image != shown


def test_a_list_learns_the_first_page_without_reading_the_document(signed_in: SignIn) -> None:
    document = a_document(title="Rechnung", document_class="INV_OUT", number="R-1")
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    _drawn(document, (40, 60))
    address = reverse("document-first-page", args=(document.pk,))
    image = signed_in("anton").get(address).json()["image"]
    assert image.startswith(reverse("document-page", args=(document.pk, 1, 1)))
    assert not JournalEntry.objects.filter(kind="document.read").exists()
    assert signed_in("verena").get(address).status_code == 404


# --- words --------------------------------------------------------------------------------------------------------


def test_the_words_of_pages_come_in_portions_with_their_boxes(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    _written(document, *(f"Seite {n}" for n in range(1, 23)))
    client, address = signed_in("verena"), reverse("document-text", args=(document.pk, 1))
    first, rest = client.get(address).json()["pages"], client.get(address, {"ab": 21}).json()["pages"]
    assert ([page["n"] for page in first], [page["n"] for page in rest]) == (list(range(1, 21)), [21, 22])
    assert rest[0]["lines"] == [[["Seite", 0, 0, 0.09, 0.05], ["21", 0.1, 0, 0.19, 0.05]]]
    again = client.get(address, headers={"If-None-Match": client.get(address)["ETag"]})
    assert again.status_code == 304


def test_a_document_without_text_has_none_to_select(signed_in: SignIn) -> None:
    document = a_document(title="Foto")
    client = signed_in("verena")
    assert client.get(reverse("document-text", args=(document.pk, 1))).json() == {"pages": []}
    assert _found(client, document, text="egal") == []


def test_words_are_found_on_all_pages_whatever_their_capitals_and_accents(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    _written(document, "Für Herrn\nMüller GmbH", "nichts", "MULLER gmbh und Müllers Café")
    client = signed_in("verena")
    assert _found(client, document, text="müller") == [1, 3, 3]
    assert _found(client, document, text="herrn muller") == [1]
    assert _found(client, document, text="cafe") == [3]
    assert _found(client, document, text="Meier") == []
    assert _found(client, document, text="  ") == []


def test_finding_says_whether_the_words_are_still_being_read(signed_in: SignIn) -> None:
    document = a_document(title="Vertrag", content=["a"])
    client = signed_in("verena")
    address = reverse("document-places", args=(document.pk, 1))
    asked = {"text": "wartung"}
    assert client.get(address, asked).json() == {"hits": [], "coming": True}
    _drawn(document, (40, 60))
    assert client.get(address, asked).json() == {"hits": [], "coming": False}
    # What nobody will draw any more is not waited for.
    given_up = a_document(title="Defekt", content=["b"])
    first_step = pipeline.WAY[0].name
    arrived = _arrived(given_up, "b")
    Job.objects.create(name=first_step, subject_id=arrived.pk, state=Job.State.FAILED, run_after=NOW)
    address = reverse("document-places", args=(given_up.pk, 1))
    assert client.get(address, asked).json() == {"hits": [], "coming": False}


def test_a_search_is_marked_as_it_was_understood(signed_in: SignIn) -> None:
    document = a_document(title="Vertrag")
    _written(document, "Die Wartungsverträge gelten")
    assert _found(signed_in("verena"), document, suche="wartung") == [1]
    add_version(actor=SETUP, document=document, version=some_bytes("neu"), now=NOW)
    # A superseded version is looked through word by word.
    assert _found(signed_in("verena"), document, suche="wartung") == [1]


def test_pictures_and_words_of_a_draft_are_for_those_who_edit(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    add_version(actor=SETUP, document=document, version=some_bytes("Entwurf"), now=NOW, valid=False)
    for name in ("document-text", "document-places"):
        address = reverse(name, args=(document.pk, 2))
        assert signed_in("verena").get(address).status_code == 200, name
        assert signed_in("bernd").get(address).status_code == 404, name


# --- states -------------------------------------------------------------------------------------------------------


def test_a_superseded_version_says_which_one_is_valid(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", versions=3)
    client = signed_in("verena")
    old = client.get(reverse("document-version", args=(document.pk, 1))).content.decode()
    assert "Sie sehen Version 1, gültig ist Version 3." in old
    valid = client.get(reverse("document-version", args=(document.pk, 3))).content.decode()
    assert "Sie sehen Version" not in valid


def test_an_encrypted_file_is_drawn_again_with_its_password(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", content=["a"])
    _drawn(document, (40, 60), code="encrypted", note="Das PDF ist mit einem Kennwort geschützt.")
    _arrived(document, "a")
    client = signed_in("verena")
    page = client.get(reverse("document", args=(document.pk,))).content.decode()
    assert "Passwort dieser Datei" in page
    address = reverse("document-draw-again", args=(document.pk, 1))
    assert client.post(address, {"password": "geheim-77"}).status_code == 303
    assert Job.objects.filter(name="rendition.remake").count() == 1
    assert not Rendition.objects.filter(digest=_digest(document)).exists()
    entry = JournalEntry.objects.get(kind="version.opened")
    assert "geheim-77" not in str(entry.__dict__)
    # Who only reads is not asked for it.
    invoice = a_document(title="Rechnung", document_class="INV_OUT", number="R-1")
    refused = client.post(reverse("document-draw-again", args=(invoice.pk, 1)), {"password": "x"})
    assert refused.status_code == 403


def test_a_preview_that_could_not_be_made_says_so_and_is_tried_again(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", content=["a"])
    arrival = _arrived(document, "a")
    client, address = signed_in("verena"), reverse("document", args=(document.pk,))
    assert "wird gerade vorbereitet" in client.get(address).content.decode()
    Job.objects.create(name="rendition.render", subject_id=arrival.pk, state="failed", run_after=NOW)
    failed = client.get(address).content.decode()
    assert "konnte nicht erstellt werden" in failed
    assert "data-poll=" not in failed
    client.post(reverse("document-draw-again", args=(document.pk, 1)))
    assert "wird gerade vorbereitet" in client.get(address).content.decode()


# --- tabs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "said"),
    [("vorschau", "Feste Adresse"), ("felder", "Feste Adresse"), ("versionen", "SHA-256"), ("verlauf", "eingeaktet"),
     ("verweise", "noch kein anderes verknüpft"), ("rechte", "Rolle „Vertrieb“"), ("gibtesnicht", "Feste Adresse")],
)  # fmt: skip
def test_each_tab_has_an_address_of_its_own(view: str, said: str, signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    client, address = signed_in("verena"), reverse("document", args=(document.pk,))
    assert said in client.get(address, {"sicht": view}).content.decode()
    part = client.get(address, {"sicht": view}, headers={"HX-Request": "true", "HX-Target": "document-tab"})
    assert said in part.content.decode()
    assert "<html" not in part.content.decode()


def test_the_pane_beside_a_list_is_complete_in_itself(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    _drawn(document, (40, 60))
    client, address = signed_in("verena"), reverse("document", args=(document.pk,))
    pane = client.get(address, {"teil": "vorschau"}, headers=PANE).content.decode()
    assert "data-viewer" in pane
    assert "<html" not in pane
    # Opened in a window of its own the same address is the whole page.
    assert "<html" in client.get(address, {"teil": "vorschau"}).content.decode()


def test_who_may_not_change_sees_no_button_for_it(signed_in: SignIn) -> None:
    document = a_document(title="Rechnung", document_class="INV_OUT", number="R-1")
    address = reverse("document", args=(document.pk,))
    for view in ("felder", "versionen", "verweise"):
        page = signed_in("paula").get(address, {"sicht": view, "aendern": 1}).content.decode()
        assert '<form method="post" action="/dokument' not in page, view
        assert 'name="edition"' not in page, view


def test_the_second_of_two_who_correct_sees_both_states_and_decides(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    client, address = signed_in("verena"), reverse("document-describe", args=(document.pk,))
    form = {"class": "OFFER", "title": "Von Sabine", "number": "AN-1", "dated_on": "24.11.2026", "edition": 1}
    assert client.post(address, form, headers=PANE).status_code == 303
    late = client.post(address, form | {"title": "Von Verena"}, headers=PANE)
    text = late.content.decode()
    assert late.status_code == 409
    assert [(one.name, one.saved, one.typed) for one in late.context["clashes"]] == [
        ("Titel", "Von Sabine", "Von Verena")
    ]
    assert "Verena Vogt hat Angaben zum Dokument geändert." in text
    # She has seen it now, and her own wish counts.
    again = client.post(address, form | {"title": "Von Verena", "edition": late.context["edition"]}, headers=PANE)
    document.refresh_from_db()
    assert (again.status_code, document.title) == (303, "Von Verena")
    assert again["Location"] == f"/dokument/{document.pk}?teil=vorschau&sicht=felder"


# --- references ---------------------------------------------------------------------------------------------------


def test_another_document_is_found_by_number_and_linked(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    one = a_document(customer_file=customer_file, title="Rechnung", number="AN-9")
    other = a_document(customer_file=customer_file, title="Angebot groß", number="AN-2026/77")
    client = signed_in("verena")
    client.post(reverse("document-refer", args=(one.pk,)), {"kind": "follows", "to": "an 2026 77"})
    assert Reference.objects.filter(from_document=one, to_document=other, kind="follows").exists()
    assert JournalEntry.objects.filter(kind="document.referred").count() == 1


def test_words_show_whom_they_may_mean_and_link_nothing(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    one, other = (
        a_document(customer_file=customer_file, title="Brief"),
        a_document(customer_file=customer_file, title="Vertrag A"),
    )
    client, address = signed_in("verena"), reverse("document", args=(one.pk,))
    shown = client.get(address, {"sicht": "verweise", "finde": "vertrag"})
    assert shown.context["meant"] == [other]
    client.post(reverse("document-refer", args=(one.pk,)), {"kind": "follows", "to": "vertrag"})
    assert not Reference.objects.exists()


def test_a_hidden_document_is_neither_found_nor_linked(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    one = a_document(customer_file=customer_file, title="Brief")
    hidden = a_document(customer_file=customer_file, title="Geheim", number="G-1")
    Document.objects.filter(pk=hidden.pk).update(is_restricted=True)
    client, address = signed_in("verena"), reverse("document", args=(one.pk,))
    for asked in ("G-1", f"/dokument/{hidden.pk}", "Geheim", str(hidden.pk)):
        assert client.get(address, {"sicht": "verweise", "finde": asked}).context["meant"] == []
        client.post(reverse("document-refer", args=(one.pk,)), {"kind": "follows", "to": asked})
    assert not Reference.objects.exists()


def test_a_reference_removed_twice_at_once_is_one_entry() -> None:
    one, other = a_document(number="A-1"), a_document(number="A-2")
    reference = refer(actor=SETUP, from_document=one, to_document=other, kind="follows", now=NOW)
    second = Reference.objects.get(pk=reference.pk)
    for seen in (reference, second):
        unrefer(actor=SETUP, reference=seen, now=NOW)
    assert JournalEntry.objects.filter(kind="document.unreferred", subject_id=one.pk).count() == 1


def test_a_reference_is_removed_and_the_history_knows(signed_in: SignIn) -> None:
    one, other = a_document(title="Eins"), a_document(title="Zwei")
    reference = Reference.objects.create(from_document=one, to_document=other, kind="follows", created_at=NOW)
    address = reverse("document-unrefer", args=(one.pk, reference.pk))
    invoice = a_document(title="Rechnung", document_class="INV_OUT", number="R-1")
    foreign = Reference.objects.create(from_document=invoice, to_document=other, kind="follows", created_at=NOW)
    refused = signed_in("verena").post(reverse("document-unrefer", args=(invoice.pk, foreign.pk)))
    assert (refused.status_code, Reference.objects.count()) == (403, 2)
    foreign.delete()
    assert signed_in("verena").post(address).status_code == 303
    assert not Reference.objects.exists()
    told = signed_in("verena").get(reverse("document", args=(one.pk,)), {"sicht": "verlauf"}).content.decode()
    assert "Verena Vogt hat einen Verweis entfernt: Zwei." in told
    # Only from the side it was made on.
    reference = Reference.objects.create(from_document=one, to_document=other, kind="follows", created_at=NOW)
    signed_in("verena").post(reverse("document-unrefer", args=(other.pk, reference.pk)))
    assert Reference.objects.exists()
