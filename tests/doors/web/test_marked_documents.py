"""What is done with the documents marked in a file's list: moved, shown in a second place, taken along as a ZIP."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from django.urls import reverse

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions.documents import add_version
from kundenakte.records.models import CustomerFile, Document, Grant, Placement, Verb
from tests.builders import (
    NOW,
    SETUP,
    a_customer_file,
    a_document,
    a_section,
    a_user,
    some_bytes,
)
from tests.doors.web.mixed_file import a_mixed_file, address
from tests.doors.web.pages import SignIn


def marked(customer_file: CustomerFile, *wanted: str, **more: str) -> dict[str, Any]:
    rows = customer_file.documents.filter(number__in=wanted).order_by("pk").values_list("pk", flat=True)
    return {"dokument": list(rows)} | more


def where(number: str) -> tuple[int, str, bool]:
    document = Document.objects.get(number=number)
    return document.customer_file_id, document.section.key, document.is_pinned


def test_marked_documents_are_moved_the_refused_ones_are_named_and_undo_brings_them_back(signed_in: SignIn) -> None:
    customer_file, other, client = a_mixed_file(), a_customer_file("Alpha GmbH"), signed_in("verena")
    go = reverse("file-move", args=(customer_file.pk,))
    asked = client.post(go, marked(customer_file, "AN-1", "RE-2"))
    # Sales may read invoices, but not file them.
    assert [document.number for document in asked.context["chosen"].allowed] == ["AN-1"]
    assert [(refused.title, refused.sentence) for refused in asked.context["chosen"].refused] == [
        ("Rechnung teuer", "Aus „Rechnungen“ dürfen Sie Dokumente der Klasse „Ausgangsrechnung“ nicht verschieben.")
    ]
    before = where("AN-1")
    wish = {
        "akte": str(other.pk),
        "register": str(a_section("vertraege").pk),
        "ausfuehren": "1",
        "liste": "klasse=OFFER",
    }
    done = client.post(go, marked(customer_file, "AN-1", "RE-2", **wish))
    assert (done.status_code, done["Location"]) == (303, address(customer_file, "klasse=OFFER"))
    assert where("AN-1") == (other.pk, "vertraege", True)
    assert where("RE-2")[0] == customer_file.pk
    page = client.get(address(customer_file))
    assert page.context["undo"]["documents"][0]["title"] == "Angebot Förderband"
    assert "Nicht verschoben: „Rechnung teuer“" in page.content.decode()
    client.post(reverse("file-undo", args=(customer_file.pk,)))
    assert where("AN-1") == before
    assert client.get(address(customer_file)).context["undo"] is None


def test_moving_is_offered_where_one_of_the_documents_can_be_moved(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("verena")
    page = client.get(address(customer_file)).content.decode()
    movable = re.findall(r'name="dokument" value="(\d+)" form="marked" data-mark data-may-move', page)
    assert set(movable) == {str(one.pk) for one in customer_file.documents.filter(number__in=("AN-1", ""))}
    assert "<button data-move-marked >" in page
    # Sales files no invoices.
    assert "<button data-move-marked hidden>" in client.get(address(customer_file, "klasse=INV_OUT")).content.decode()
    assert "data-move-marked" not in signed_in("paula").get(address(customer_file)).content.decode()


def test_a_reason_is_asked_for_with_why_where_something_is_sealed(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("verena")
    document = customer_file.documents.get(number="AN-1")
    go, why = reverse("file-move", args=(customer_file.pk,)), "Festgeschriebenes ändert man mit einem Grund."
    alone = reverse("document-move", args=(document.pk,))
    for page in (client.post(go, marked(customer_file, "AN-1")), client.get(alone)):
        assert why not in page.content.decode()
        assert "wenn es einen gibt" in page.content.decode()
    Document.objects.filter(pk=document.pk).update(is_sealed=True)
    form = client.get(reverse("document-describe", args=(document.pk,)))
    for page in (client.post(go, marked(customer_file, "AN-1")), client.get(alone), form):
        assert why in page.content.decode()
        assert 'name="reason" maxlength="300" value="" required' in page.content.decode()


def test_where_none_of_the_marked_can_be_moved_the_page_says_so_and_offers_no_goal(signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    asked = signed_in("verena").post(reverse("file-move", args=(customer_file.pk,)), marked(customer_file, "RE-2"))
    page = asked.content.decode()
    assert "Diese Dokumente dürfen Sie nicht verschieben" in page
    assert 'name="ausfuehren"' not in page


def test_only_sections_one_may_file_in_are_offered_as_the_goal(signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    go, invoices = reverse("file-move", args=(customer_file.pk,)), f'<option value="{a_section("rechnungen").pk}">'
    assert invoices not in signed_in("verena").post(go, marked(customer_file, "AN-1")).content.decode()
    assert invoices in signed_in("anton").post(go, marked(customer_file, "AN-1")).content.decode()


def test_what_somebody_changed_meanwhile_is_not_put_back(signed_in: SignIn) -> None:
    customer_file, other, client = a_mixed_file(), a_customer_file("Alpha GmbH"), signed_in("verena")
    wish = {"akte": str(other.pk), "ausfuehren": "1"}
    client.post(reverse("file-move", args=(customer_file.pk,)), marked(customer_file, "AN-1", **wish))
    document = Document.objects.get(number="AN-1")
    add_version(actor=SETUP, document=document, version=some_bytes("neu"), now=NOW)
    client.post(reverse("file-undo", args=(customer_file.pk,)))
    assert where("AN-1")[0] == other.pk
    assert "Nicht zurückgelegt: „Angebot Förderband“" in client.get(address(customer_file)).content.decode()


def test_one_persons_undo_is_nobody_elses(signed_in: SignIn) -> None:
    customer_file, other = a_mixed_file(), a_customer_file("Alpha GmbH")
    wish = {"akte": str(other.pk), "ausfuehren": "1"}
    client = signed_in("verena")
    client.post(reverse("file-move", args=(customer_file.pk,)), marked(customer_file, "AN-1", **wish))
    signed_in("anton").post(reverse("file-undo", args=(customer_file.pk,)))
    assert where("AN-1")[0] == other.pk


def test_marked_documents_are_shown_in_a_second_place_which_has_to_be_named(signed_in: SignIn) -> None:
    customer_file, other, client = a_mixed_file(), a_customer_file("Alpha GmbH"), signed_in("verena")
    go, wish = reverse("file-move", args=(customer_file.pk,)), {"akte": str(other.pk), "ausfuehren": "1", "wie": "auch"}
    assert client.post(go, marked(customer_file, "AN-1", **wish)).status_code == 422
    assert not Placement.objects.exists()
    wish["register"] = str(a_section("vertraege").pk)
    assert client.post(go, marked(customer_file, "AN-1", **wish)).status_code == 303
    assert Placement.objects.get().customer_file == other
    assert where("AN-1")[0] == customer_file.pk


def test_nothing_marked_is_said_and_a_foreign_goal_is_refused(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("verena")
    go = reverse("file-move", args=(customer_file.pk,))
    assert client.post(go, {}).status_code == 303
    assert "Bitte markieren Sie zuerst" in client.get(address(customer_file)).content.decode()
    closed = a_customer_file("Verschlossen GmbH")
    Grant.objects.create(
        user=a_user("verena"), customer_file=closed, is_deny=True, verb=Verb.READ, reason="x", created_at=NOW
    )
    wish = {"akte": str(closed.pk), "ausfuehren": "1"}
    assert client.post(go, marked(customer_file, "AN-1", **wish)).status_code == 404
    assert where("AN-1")[0] == customer_file.pk


def test_the_list_to_go_back_to_leads_nowhere_else(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("verena")
    for wish in ("//example.com", "https://example.com", "a=1\r\nSet-Cookie: x=1"):
        answer = client.post(reverse("file-undo", args=(customer_file.pk,)), {"liste": wish})
        assert answer["Location"].startswith(address(customer_file))


def unpacked(response: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_marked_documents_come_as_a_zip_of_valid_versions_and_the_export_is_written_down(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7")
    for n in (1, 2):
        a_document(customer_file=customer_file, number=f"AN-{n}", content=[f"alt {n}", f"gültig {n}"])
    chosen = marked(customer_file, "AN-1", "AN-2")
    response = signed_in("verena").post(reverse("file-zip", args=(customer_file.pk,)), chosen)
    assert 'attachment; filename="K-7 ' in response["Content-Disposition"]
    archive = unpacked(response)
    assert archive.testzip() is None
    # Both files are called datei.txt.
    assert {name: archive.read(name).decode() for name in archive.namelist()} == {
        "datei.txt": "gültig 1", "datei (2).txt": "gültig 2",
    }  # fmt: skip
    entry = JournalEntry.objects.get(kind="documents.exported")
    assert (entry.subject_type, entry.subject_id) == ("records.customerfile", customer_file.pk)


def test_what_may_not_be_downloaded_is_named_in_the_zip_and_hidden_ones_are_not(signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    hidden = customer_file.documents.get(number="RE-10")
    verena = a_user("verena")
    refused = customer_file.documents.get(number="RE-2")
    for document, verb in ((hidden, Verb.READ), (refused, Verb.DOWNLOAD)):
        Grant.objects.create(user=verena, document=document, is_deny=True, verb=verb, reason="x", created_at=NOW)
    chosen = marked(customer_file, "AN-1", "RE-2", "RE-10")
    archive = unpacked(signed_in("verena").post(reverse("file-zip", args=(customer_file.pk,)), chosen))
    assert archive.namelist() == ["datei.txt", "Nicht enthalten.txt"]
    note = archive.read("Nicht enthalten.txt").decode()
    assert "Rechnung teuer" in note
    assert "billig" not in note


def test_without_any_right_to_download_there_is_a_sentence_and_no_entry(signed_in: SignIn) -> None:
    customer_file, client = a_mixed_file(), signed_in("paula")
    answer = client.post(reverse("file-zip", args=(customer_file.pk,)), marked(customer_file, "RE-2"))
    assert answer.status_code == 303
    assert "Nicht heruntergeladen:" in client.get(address(customer_file)).content.decode()
    assert not JournalEntry.objects.filter(kind="documents.exported").exists()


def test_restricted_documents_have_an_entry_of_their_own(signed_in: SignIn) -> None:
    customer_file = a_mixed_file()
    customer_file.documents.filter(number="AN-1").update(is_restricted=True)
    chosen = marked(customer_file, "AN-1", "RE-2")
    unpacked(signed_in("anton").post(reverse("file-zip", args=(customer_file.pk,)), chosen))
    assert JournalEntry.objects.filter(kind="document.downloaded").count() == 1
