"""Files and documents in the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kundenakte.base.blobs import derived
from kundenakte.records import renditions
from kundenakte.records.actions.documents import add_version
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document, Placement, Reference, Rendition
from kundenakte.records.pagetext import DocumentText, PageText, Word
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_section, an_arrival, some_bytes
from tests.doors.web.pages import SignIn


def _with_text(document: Document, number: int, *lines: str) -> None:
    words = tuple(tuple(Word(word, (0, 0, 1, 1)) for word in line.split()) for line in lines)
    digest = document.versions.get(number=number).digest
    renditions.save_text(digest, DocumentText((PageText(100, 100, words),)))


def test_the_file_shows_its_sections_with_counts_and_its_documents_newest_first(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    a_document(customer_file=customer_file, document_class="OFFER", title="Angebot A", number="A-1")
    a_document(customer_file=customer_file, document_class="INV_OUT", title="Rechnung B", number="B-1")
    shown = signed_in("verena").get(reverse("file", args=(customer_file.pk,))).context["contents"]
    assert {line.name: line.count for line in shown.sections if line.count} == {"Angebote": 1, "Rechnungen": 1}
    assert [document.title for document in shown.documents.rows] == ["Rechnung B", "Angebot A"]


def test_a_section_counts_only_what_the_user_may_read(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    a_document(customer_file=customer_file, document_class="OFFER", title="Angebot A", number="A-1")
    a_document(customer_file=customer_file, document_class="INV_OUT", title="Rechnung B", number="B-1")
    shown = signed_in("paula").get(reverse("file", args=(customer_file.pk,))).context["contents"]
    assert {line.name: line.count for line in shown.sections if line.count} == {"Rechnungen": 1}
    assert shown.total == 1


def test_years_are_sub_sections_formed_at_reading(signed_in: SignIn) -> None:
    from datetime import date

    customer_file = a_customer_file()
    for year in (2024, 2026):
        a_document(customer_file=customer_file, document_class="INV_OUT", number=f"R-{year}", dated_on=date(year, 3, 1))
    section = a_section("rechnungen")
    client, address = signed_in("bernd"), reverse("file", args=(customer_file.pk,))
    shown = client.get(address, {"register": section.pk}).context["contents"]
    assert [(part.name, part.count) for part in shown.section.parts] == [("2026", 1), ("2024", 1)]
    only = client.get(f"{address}?register={section.pk}&unter=2024").context["contents"]
    assert [document.number for document in only.documents.rows] == ["R-2024"]


def test_the_list_of_a_file_goes_on_behind_its_last_row_and_asks_no_query_per_document(
    signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    customer_file = a_customer_file()
    for n in range(65):
        a_document(customer_file=customer_file, title=f"Angebot {n:02d}", number=f"A-{n}")
    client, address = signed_in("verena"), reverse("file", args=(customer_file.pk,))
    # Among them two for the count of tasks in the bar, and those for the folders that go round.
    with django_assert_max_num_queries(26):
        first = client.get(address).context["contents"]
    second = client.get(address, {"nach": first.documents.next}).context["contents"]
    assert (len(first.documents.rows), len(second.documents.rows), second.documents.next) == (50, 15, "")
    assert client.get(address, {"nach": "kaputt"}).context["contents"].documents.rows == first.documents.rows


def test_a_document_shows_its_versions_and_its_history_in_german(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1", versions=2)
    client, address = signed_in("verena"), reverse("document", args=(document.pk,))
    text = client.get(address, {"sicht": "versionen"}).content.decode()
    assert "Version 2" in text
    assert "abgelöst" in text
    text = client.get(address, {"sicht": "verlauf"}).content.decode()
    assert "Die Kundenakte hat Version 2 hinzugefügt." in text
    assert "Die Kundenakte hat das Dokument als Angebot eingeaktet" in text


def test_a_draft_version_is_hidden_from_those_who_only_read(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    add_version(actor=SETUP, document=document, version=some_bytes("Entwurf"), now=NOW, valid=False)
    address = reverse("document-version", args=(document.pk, 2))
    assert signed_in("verena").get(address).status_code == 200
    # The management reads and releases, but does not edit offers.
    assert signed_in("bernd").get(address).status_code == 404
    assert signed_in("bernd").get(reverse("document-download", args=(document.pk, 2))).status_code == 404


def test_the_original_is_saved_and_never_shown_as_a_page_of_ours(signed_in: SignIn) -> None:
    version = some_bytes("<script>alert(1)</script>")
    document = a_document(title="Böse", content=["a"])
    from dataclasses import replace

    bad = replace(version, file_name='Angebot "Größe"\r\nSet-Cookie: x.html', media_type="text/html")
    add_version(actor=SETUP, document=document, version=bad, now=NOW)
    answer = signed_in("verena").get(reverse("document-download", args=(document.pk, 2)))
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == b"<script>alert(1)</script>"


def test_downloading_needs_its_own_right(signed_in: SignIn) -> None:
    document = a_document(document_class="INV_OUT", title="Rechnung", number="R-1")
    assert signed_in("paula").get(reverse("document", args=(document.pk,))).status_code == 200
    assert signed_in("paula").get(reverse("document-download", args=(document.pk, 1))).status_code == 403


def test_a_page_image_is_asked_for_once(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    digest = document.valid_version.digest  # type: ignore[union-attr]
    client, address = signed_in("verena"), reverse("document-page", args=(document.pk, 1, 1))
    assert client.get(address).status_code == 404
    derived.default().put_bytes(digest, renditions.page_name(1), b"RIFFwebp")
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, first["Content-Type"], again.status_code) == (200, "image/webp", 304)
    assert "immutable" in first["Cache-Control"]
    assert "Cookie" in first["Vary"]


def test_the_preview_asks_again_only_while_pages_are_coming(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    digest = document.valid_version.digest  # type: ignore[union-attr]
    client, address = signed_in("verena"), reverse("document", args=(document.pk,))
    asked = {"HX-Request": "true", "HX-Target": "pages"}
    row = Rendition.objects.create(digest=digest, kind="pages", page_count=3, ready=1, made_at=NOW)
    coming = client.get(address, headers=asked)
    assert "data-poll" in coming.content.decode()
    assert client.get(address, headers=asked | {"If-None-Match": coming["ETag"]}).status_code == 304
    row.ready = 3
    row.save()
    done = client.get(address, headers=asked | {"If-None-Match": coming["ETag"]})
    assert (done.status_code, "data-poll" in done.content.decode()) == (200, False)


def test_the_second_of_two_who_correct_a_document_is_told(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    client, address = signed_in("verena"), reverse("document-describe", args=(document.pk,))
    form = {"class": "OFFER", "title": "Angebot neu", "number": "AN-1", "dated_on": "24.11.2026", "edition": 1,
            "field_gross_amount": "1.190,50"}  # fmt: skip
    assert client.post(address, form).status_code == 303
    late = client.post(address, form | {"title": "Ganz anders"})
    document.refresh_from_db()
    assert (late.status_code, document.title, document.fields["gross_amount"]) == (409, "Angebot neu", "1190.50")
    assert "Ganz anders" in late.content.decode()


def test_a_field_that_is_no_number_is_refused_with_its_name(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    form = {"class": "OFFER", "title": "A", "edition": 1, "field_gross_amount": "viel"}
    answer = signed_in("verena").post(reverse("document-describe", args=(document.pk,)), form)
    assert answer.status_code == 422
    assert "„Brutto“ braucht eine Zahl" in answer.content.decode()


def test_who_may_only_read_cannot_correct(signed_in: SignIn) -> None:
    document = a_document(title="Rechnung", document_class="INV_OUT", number="R-1")
    assert signed_in("verena").get(reverse("document-describe", args=(document.pk,))).status_code == 403


def test_a_document_is_moved_to_a_section_and_stays_there(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    section = a_section("vertraege")
    form = {"akte": document.customer_file_id, "register": section.pk, "reason": "gehört zum Vertrag"}
    client, address = signed_in("verena"), reverse("document-move", args=(document.pk,))
    assert 'name="edition" value="1"' in client.get(address).content.decode()
    answer = client.post(address, form | {"edition": 1})
    document.refresh_from_db()
    assert (answer.status_code, document.section, document.is_pinned) == (303, section, True)


def test_the_second_of_two_who_move_a_document_is_told_and_sees_the_new_state(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1")
    client, address = signed_in("verena"), reverse("document-move", args=(document.pk,))
    form = {"akte": document.customer_file_id, "register": a_section("vertraege").pk, "edition": 1}
    assert client.post(address, form).status_code == 303
    late = client.post(address, form | {"register": a_section("korrespondenz").pk})
    document.refresh_from_db()
    assert (late.status_code, document.section.key) == (409, "vertraege")
    assert "in der Zwischenzeit geändert" in late.content.decode()
    assert 'name="edition" value="2"' in late.content.decode()


def test_a_document_is_shown_in_a_second_file_as_one_and_the_same(signed_in: SignIn) -> None:
    document, other = a_document(title="Angebot", number="AN-1"), a_customer_file("Zweite GmbH")
    form = {"akte": other.pk, "register": a_section("angebote").pk, "wie": "auch"}
    client = signed_in("verena")
    assert client.post(reverse("document-move", args=(document.pk,)), form).status_code == 303
    assert Placement.objects.filter(document=document, customer_file=other).exists()
    shown = client.get(reverse("file", args=(other.pk,))).context["contents"]
    assert (list(shown.placed), shown.total) == ([document], 1)


def test_an_old_version_is_brought_back_as_a_new_one(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1", versions=2)
    answer = signed_in("verena").post(reverse("document-restore", args=(document.pk, 1)))
    assert answer["Location"] == reverse("document-version", args=(document.pk, 3)) + "?sicht=versionen"
    assert document.versions.get(number=3).digest == document.versions.get(number=1).digest


def test_the_page_of_a_draft_offers_to_release_it_to_those_who_may(signed_in: SignIn) -> None:
    from kundenakte.records.models import DocumentClass
    from tests.builders import a_class

    a_class("OFFER")
    DocumentClass.objects.filter(code="OFFER").update(valid_at_once=False)
    document = a_document(title="Angebot", document_class="OFFER", number="A-1")
    release = reverse("document-release", args=(document.pk, 1))
    client = signed_in("verena")
    assert release in client.get(reverse("document", args=(document.pk,))).content.decode()
    assert client.post(release, {"edition": document.edition}).status_code == 303
    document.refresh_from_db()
    assert not document.is_draft
    assert release not in client.get(reverse("document", args=(document.pk,))).content.decode()


def test_releasing_needs_its_own_right(signed_in: SignIn) -> None:
    document = a_document(title="Servicebericht", document_class="SERVICE_REPORT", number="S-1")
    add_version(actor=SETUP, document=document, version=some_bytes("neu"), now=NOW, valid=False)
    address = reverse("document-release", args=(document.pk, 2))
    assert signed_in("verena").post(address).status_code == 403
    document.refresh_from_db()
    assert signed_in("sabine").post(address, {"edition": document.edition - 1}).status_code == 409
    assert signed_in("sabine").post(address, {"edition": document.edition}).status_code == 303
    document.refresh_from_db()
    assert document.valid_version == document.versions.get(number=2)


def test_two_versions_are_compared_line_by_line(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1", versions=2)
    _with_text(document, 1, "Angebot", "Preis 100 Euro", "Danke")
    _with_text(document, 2, "Angebot", "Preis 90 Euro", "Danke")
    lines = signed_in("verena").get(reverse("document-compare", args=(document.pk,))).context["lines"]
    assert [(line.kind, line.text) for line in lines if line.kind != "same"] == [
        ("gone", "Preis 100 Euro"), ("new", "Preis 90 Euro"),
    ]  # fmt: skip


def test_versions_without_text_say_so(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1", versions=2)
    answer = signed_in("verena").get(reverse("document-compare", args=(document.pk,)))
    assert "keinen lesbaren Text" in answer.content.decode()


def test_two_documents_are_linked_by_address(signed_in: SignIn) -> None:
    one, other = a_document(title="Eins"), a_document(title="Zwei")
    client = signed_in("verena")
    client.post(reverse("document-refer", args=(one.pk,)), {"kind": "follows", "to": f"http://x/dokument/{other.pk}"})
    assert Reference.objects.filter(from_document=one, to_document=other).exists()
    assert "Zwei" in client.get(reverse("document", args=(one.pk,)), {"sicht": "verweise"}).content.decode()


def test_the_administrator_may_ask_why_somebody_sees_it(signed_in: SignIn) -> None:
    from tests.builders import a_user

    document = a_document(title="Angebot")
    address = reverse("document-why", args=(document.pk,))
    answer = signed_in("anton").get(address, {"wer": a_user("verena").pk})
    assert "Rolle „Vertrieb“" in answer.content.decode()
    assert signed_in("verena").get(address).status_code == 403


def test_the_history_names_exceptions_to_the_administration_only(signed_in: SignIn) -> None:
    from kundenakte.records.actions.grants import grant, revoke
    from tests.builders import a_user, an_actor

    document = a_document(title="Angebot")
    wish = {"actor": an_actor("anton"), "on": document, "now": NOW}
    denied = grant(to=a_user("sabine"), verb="read", reason="betrifft ihren Bruder", deny=True, **wish)  # type: ignore[arg-type]
    revoke(actor=an_actor("anton"), grant=denied, now=NOW)
    address = reverse("document", args=(document.pk,)) + "?sicht=verlauf"
    told = signed_in("anton").get(address).content.decode()
    assert "eine Freigabe oder ein Verbot eingetragen: nicht lesen, Sabine Seidl." in told
    assert "eine Freigabe oder ein Verbot beendet: nicht lesen, Sabine Seidl." in told
    assert "betrifft ihren Bruder" in told
    others = signed_in("verena").get(address).content.decode()
    assert "Sabine Seidl" not in others
    assert "Verbot" not in others


def test_reading_a_restricted_document_leaves_a_trace(signed_in: SignIn) -> None:
    from kundenakte.base.journal.models import JournalEntry

    document = a_document(title="Angebot")
    client = signed_in("anton")
    client.get(reverse("document", args=(document.pk,)))
    assert not JournalEntry.objects.filter(kind="document.read").exists()
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    client.get(reverse("document", args=(document.pk,)))
    assert JournalEntry.objects.filter(kind="document.read", subject_id=document.pk).count() == 1


@pytest.mark.parametrize("name", ["Prüfberichte"])
def test_a_file_gets_a_section_of_its_own(name: str, signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    client, address = signed_in("verena"), reverse("file-section-add", args=(customer_file.pk,))
    assert client.post(address, {"name": name}).status_code == 303
    assert client.post(address, {"name": name}).status_code == 303
    shown = client.get(reverse("file", args=(customer_file.pk,)))
    assert [line.name for line in shown.context["contents"].sections if line.is_local] == [name]
    assert "gibt es in dieser Akte schon" in shown.content.decode()


def test_a_document_leads_to_what_is_attached_to_it_and_back_as_far_as_one_may_see(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    mail = a_document(customer_file=customer_file, document_class="INV_OUT", title="Rechnung R-1", number="R-1")
    hung_on = a_document(customer_file=customer_file, document_class="OFFER", title="Angebot A-1", number="A-1")
    Reference.objects.create(from_document=hung_on, to_document=mail, kind=Reference.Kind.ATTACHMENT_OF, created_at=NOW)
    verena, paula = signed_in("verena"), signed_in("paula")
    said = verena.get(reverse("document", args=(mail.pk,))).text
    assert f'<dt>Anlagen</dt><dd><a href="/dokument/{hung_on.pk}">Angebot A-1</a></dd>' in said
    back = verena.get(reverse("document", args=(hung_on.pk,))).text
    assert f'<dt>Anlage zu</dt><dd><a href="/dokument/{mail.pk}">Rechnung R-1</a></dd>' in back
    assert "Angebot A-1" not in paula.get(reverse("document", args=(mail.pk,))).text


def test_what_reading_brought_to_light_is_said_once(signed_in: SignIn) -> None:
    document = a_document(title="kaputt", content=[b"x"])
    note = "Der Aufbau des PDF stimmt nicht ganz."
    findings = Findings(notes=[note, note]).to_json()
    arrival = an_arrival(content=b"x")
    Arrival.objects.filter(pk=arrival.pk).update(document=document, version=document.valid_version, findings=findings)
    assert signed_in("verena").get(reverse("document", args=(document.pk,))).context["notes"] == [note]
