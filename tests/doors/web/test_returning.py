"""Undoing that something was filed as a document of its own: from the note that follows, and from the upload."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import access
from kundenakte.records.actions.documents import add_version, release_version
from kundenakte.records.models import Arrival, CustomerFile, Document, DocumentClass, Grant, Verb
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_user, an_arrival, some_bytes
from tests.doors.web.pages import SignIn

JSON = {"accept": "application/json"}


def _form(customer_file: CustomerFile, **more: str) -> dict[str, Any]:
    return {"class": "OFFER", "title": "Angebot 7", "number": "AN-7", "dated_on": "20.11.2026",
            "akte": customer_file.pk, **more}  # fmt: skip


def _filed(signed_in: SignIn, customer_file: CustomerFile, **more: Any) -> tuple[Arrival, str]:
    """Filed by hand by verena; with what she is told."""
    arrival = an_arrival(waiting=True, actor=Actor.of(a_user("verena")), **more)
    answer = signed_in("verena").post(
        reverse("inbox-file", args=(arrival.pk,)), _form(customer_file), follow=True
    )  # fmt: skip
    arrival.refresh_from_db()
    return arrival, answer.content.decode()


def _seal(arrival: Arrival) -> None:
    Document.objects.filter(arrivals=arrival).update(is_sealed=True)


def _back(arrival: Arrival) -> str:
    return reverse("inbox-return", args=(arrival.pk,))


def test_what_was_filed_new_goes_back_into_the_inbox_at_once_while_it_is_not_sealed(signed_in: SignIn) -> None:
    wrong = a_customer_file("Falsch GmbH")
    arrival, told = _filed(signed_in, wrong)
    assert f'<form method="post" action="{_back(arrival)}">' in told
    answer = signed_in("verena").post(_back(arrival), follow=True)
    assert "„Angebot 7“ wartet wieder im Posteingang." in answer.content.decode()
    arrival.refresh_from_db()
    document = Document.objects.get()
    assert (arrival.state, arrival.document, document.is_draft) == ("waiting", None, True)
    assert "hat es aus der Akte zurückgelegt" in answer.content.decode()
    timeline = signed_in("verena").get(reverse("file", args=(wrong.pk,)), {"sicht": "zeit"}).content.decode()
    assert "hat das Dokument zurück in den Posteingang gelegt." in timeline
    # Who only reads does not see it in the wrong file any more.
    assert not access.documents_for(a_user("paula")).exists()
    assert JournalEntry.objects.filter(kind="document.returned", subject_id=document.pk).count() == 1
    assert signed_in("verena").get(reverse("customers")).context["shell"].waiting == 1


def test_filed_anew_it_is_the_same_document_at_its_right_place(signed_in: SignIn) -> None:
    wrong, right = a_customer_file("Falsch GmbH"), a_customer_file("Richtig GmbH")
    arrival, _told = _filed(signed_in, wrong)
    document = arrival.document
    assert document is not None
    client = signed_in("verena")
    client.post(_back(arrival))
    form = _form(right, title="Angebot, neu")
    assert client.post(reverse("inbox-file", args=(arrival.pk,)), form).status_code == 303
    arrival.refresh_from_db()
    document.refresh_from_db()
    assert Document.objects.get() == arrival.document == document
    assert (document.customer_file, document.title, document.is_draft) == (right, "Angebot, neu", False)
    assert (arrival.state, document.valid_version, document.versions.count()) == ("filed", arrival.version, 1)
    assert [state.state for state in document.versions.get().states.all()] == ["valid", "draft", "valid"]


def test_what_is_sealed_wants_a_reason_which_a_page_asks_for(signed_in: SignIn) -> None:
    arrival, _told = _filed(signed_in, a_customer_file())
    _seal(arrival)
    client = signed_in("verena")
    asked = client.post(_back(arrival))
    text = asked.content.decode()
    assert asked.status_code == 200
    assert "Das Dokument ist schon festgeschrieben. Dieser Stand bleibt im Archiv" in text
    assert 'role="alert"' not in text
    refused = client.post(_back(arrival), {"reason": "  "})
    assert (refused.status_code, 'role="alert"' in refused.content.decode()) == (422, True)
    assert client.post(_back(arrival), {"reason": "falscher Kunde"}).status_code == 303
    arrival.refresh_from_db()
    document = Document.objects.get()
    assert (arrival.state, document.is_draft, document.is_sealed) == ("waiting", True, True)
    assert "Grund: falscher Kunde" in client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()


def test_the_upload_offers_it_to_who_brought_it_and_leads_to_the_reason_where_one_is_due(signed_in: SignIn) -> None:
    arrival, _told = _filed(signed_in, a_customer_file())
    client, address = signed_in("verena"), reverse("upload-outcome")
    line = client.get(address, {"eingang": arrival.pk}, headers=JSON).json()[0]
    assert line["undo"] == _back(arrival)
    assert signed_in("anton").get(address, {"eingang": arrival.pk}, headers=JSON).json()[0]["undo"] == ""
    _seal(arrival)
    assert client.post(_back(arrival), headers=JSON).json() == {"go": _back(arrival)}
    Document.objects.update(is_sealed=False)
    done = client.post(_back(arrival), headers=JSON).json()
    assert done["url"] == reverse("inbox-arrival", args=(arrival.pk,))
    assert client.get(done["url"]).status_code == 200


def test_who_may_not_file_there_is_neither_offered_it_nor_obeyed(signed_in: SignIn) -> None:
    arrival, _told = _filed(signed_in, a_customer_file())
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.FILE, is_deny=True, document=arrival.document, reason="x", created_at=NOW
    )
    client = signed_in("verena")
    line = client.get(reverse("upload-outcome"), {"eingang": arrival.pk}, headers=JSON).json()[0]
    assert line["undo"] == ""
    assert client.post(_back(arrival)).status_code == 403
    assert client.get(_back(arrival)).status_code == 403
    arrival.refresh_from_db()
    assert arrival.state == "filed"


def test_a_document_that_got_further_versions_stays(signed_in: SignIn) -> None:
    arrival, _told = _filed(signed_in, a_customer_file())
    assert arrival.document is not None
    add_version(actor=SETUP, document=arrival.document, version=some_bytes("zweite"), now=NOW)
    answer = signed_in("verena").post(_back(arrival))
    assert answer.status_code == 422
    assert "Das Dokument hat inzwischen weitere Versionen." in answer.content.decode()
    arrival.refresh_from_db()
    assert arrival.state == "filed"


def test_the_version_of_a_document_that_was_there_is_not_put_back(signed_in: SignIn) -> None:
    known = a_document(document_class="OFFER", number="AN-7")
    arrival = an_arrival(waiting=True, content="zweite")
    client = signed_in("verena")
    form = _form(known.customer_file) | {"placing": f"version:{known.pk}", "akte_der_frage": known.customer_file_id}
    text = client.post(reverse("inbox-file", args=(arrival.pk,)), form, follow=True).content.decode()
    assert "zuruecknehmen" in text
    assert "zuruecklegen" not in text
    assert client.post(_back(arrival)).status_code == 422


def test_pressed_twice_it_leads_to_what_waits(signed_in: SignIn) -> None:
    arrival, _told = _filed(signed_in, a_customer_file())
    client = signed_in("verena")
    client.post(_back(arrival))
    again = client.post(_back(arrival))
    assert (again.status_code, again["Location"]) == (303, reverse("inbox-arrival", args=(arrival.pk,)))
    assert JournalEntry.objects.filter(kind="document.returned").count() == 1


@pytest.mark.parametrize("answer", ["duplicate", "discard"])
def test_where_it_is_not_filed_again_the_document_stays_a_draft_with_its_history(
    answer: str, signed_in: SignIn
) -> None:
    arrival, _told = _filed(signed_in, a_customer_file())
    document = arrival.document
    assert document is not None
    other, client = a_document(title="Das gleiche"), signed_in("verena")
    client.post(_back(arrival))
    if answer == "discard":
        client.post(reverse("inbox-discard", args=(arrival.pk,)), {"reason": "Werbung"})
    else:
        client.post(reverse("inbox-file", args=(arrival.pk,)), {"placing": f"duplicate:{other.pk}"})
    arrival.refresh_from_db()
    document.refresh_from_db()
    assert arrival.state == {"discard": "discarded", "duplicate": "duplicate"}[answer]
    assert document.is_draft
    told = client.get(reverse("document", args=(document.pk,)), {"sicht": "verlauf"}).content.decode()
    assert "hat das Dokument zurück in den Posteingang gelegt" in told


def test_what_somebody_let_be_valid_meanwhile_is_asked_about_like_any_other(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    arrival, _told = _filed(signed_in, customer_file)
    client = signed_in("verena")
    client.post(_back(arrival))
    document = Document.objects.get()
    release_version(actor=SETUP, version=document.versions.get(), edition=document.edition, now=NOW)
    client.post(reverse("inbox-file", args=(arrival.pk,)), _form(customer_file))
    arrival.refresh_from_db()
    # The same number and the same bytes: nothing new.
    assert (arrival.state, Document.objects.get()) == ("duplicate", arrival.document)


def test_what_was_valid_before_is_valid_again_though_its_class_begins_with_drafts(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    DocumentClass.objects.filter(code="OFFER").update(valid_at_once=False)
    arrival, _told = _filed(signed_in, customer_file)
    document = Document.objects.get()
    client = signed_in("verena")
    for is_draft in (True, False):
        assert document.is_draft is is_draft
        if is_draft:
            release_version(actor=SETUP, version=document.versions.get(), edition=document.edition, now=NOW)
        client.post(_back(arrival))
        client.post(reverse("inbox-file", args=(arrival.pk,)), _form(customer_file))
        document.refresh_from_db()
    assert not document.is_draft


def test_the_same_file_once_more_is_filed_as_what_was_taken_back(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    arrival, _told = _filed(signed_in, customer_file)
    signed_in("verena").post(_back(arrival))
    again, _told = _filed(signed_in, customer_file)
    arrival.refresh_from_db()
    document = Document.objects.get()
    assert not document.is_draft
    assert (arrival.state, arrival.document, again.state, again.document) == ("filed", document, "duplicate", document)
