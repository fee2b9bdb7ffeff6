"""Filing by hand where something like it lies already: which document it is, what can be answered, how to undo it."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from kundenakte.records.models import Arrival, Document, Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_section, a_user, an_arrival
from tests.doors.web.pages import SignIn

FORM = {"class": "INV_OUT", "title": "Mein Titel", "number": "RE-7", "dated_on": "20.11.2026"}


def _known() -> Document:
    return a_document(document_class="INV_OUT", title="Rechnung Pumpe", number="RE-7", dated_on=date(2026, 11, 3))


def _address(arrival: Arrival, name: str = "inbox-file") -> str:
    return reverse(name, args=(arrival.pk,))


def test_a_known_number_is_asked_about_with_the_document_it_belongs_to(signed_in: SignIn) -> None:
    known, arrival = _known(), an_arrival(waiting=True, content="neu")
    asked = signed_in("bernd").post(_address(arrival), FORM | {"akte": known.customer_file_id})
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "In der Akte liegt schon „Rechnung Pumpe“ mit derselben Nummer." in text
    assert f'<a href="{reverse("document", args=(known.pk,))}">Rechnung Pumpe</a>, Nummer RE-7, 03.11.2026' in text
    for value in (f"version:{known.pk}", "new", f"duplicate:{known.pk}", "back"):
        assert f'name="placing" value="{value}"' in text
    assert known.versions.count() == 1


@pytest.mark.parametrize(("answer", "documents", "versions"), [("version", 1, 2), ("new", 2, 1), ("back", 1, 1)])
def test_each_answer_about_a_number_does_what_it_says(
    answer: str, documents: int, versions: int, signed_in: SignIn
) -> None:
    known, arrival = _known(), an_arrival(waiting=True, content="neu")
    value = f"version:{known.pk}" if answer == "version" else answer
    form = FORM | {"placing": value, "akte_der_frage": known.customer_file_id}
    answered = signed_in("bernd").post(_address(arrival), form)
    assert answered.status_code == (200 if answer == "back" else 303)
    assert (Document.objects.count(), known.versions.count()) == (documents, versions)


def test_going_back_keeps_what_was_typed_and_chosen(signed_in: SignIn) -> None:
    known, arrival = _known(), an_arrival(waiting=True, content="neu")
    form = FORM | {"placing": "back", "akte_der_frage": known.customer_file_id}
    text = signed_in("bernd").post(_address(arrival), form).content.decode()
    assert 'name="placing"' not in text
    assert 'value="Mein Titel"' in text
    assert f'name="akte" value="{known.customer_file_id}"' in text


def test_a_hidden_document_with_this_number_is_not_asked_about(signed_in: SignIn) -> None:
    known, arrival = _known(), an_arrival(waiting=True, content="neu")
    Grant.objects.create(user=a_user("bernd"), verb=Verb.READ, is_deny=True, document=known, reason="x", created_at=NOW)
    assert signed_in("bernd").post(_address(arrival), FORM | {"akte": known.customer_file_id}).status_code == 303
    assert (Document.objects.count(), known.versions.count()) == (2, 1)


def test_a_version_made_in_the_inbox_can_be_undone_from_the_note_that_follows(signed_in: SignIn) -> None:
    known, arrival = _known(), an_arrival(waiting=True, content="neu")
    client = signed_in("bernd")
    form = FORM | {"placing": f"version:{known.pk}", "akte_der_frage": known.customer_file_id}
    followed = client.post(_address(arrival), form, follow=True).content.decode()
    undo = reverse("document-withdraw", args=(known.pk, 2))
    assert "Als gültige Version 2 eingeaktet in" in followed
    assert f'<form method="post" action="{undo}">' in followed
    assert client.post(undo).status_code == 303
    known.refresh_from_db()
    assert known.valid_version is not None
    assert (known.valid_version.number, known.dated_on) == (1, date(2026, 11, 3))


def test_the_chosen_customer_and_section_stay_after_an_error(signed_in: SignIn) -> None:
    arrival, customer_file = an_arrival(waiting=True), a_customer_file("Beta GmbH")
    form = FORM | {"akte": customer_file.pk, "class": ""}
    refused = signed_in("bernd").post(_address(arrival), form)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert f'name="akte" value="{customer_file.pk}"' in text
    assert 'value="Beta GmbH' in text


def test_without_scripts_another_number_counts_more_than_what_was_chosen_before(signed_in: SignIn) -> None:
    arrival, before, after = an_arrival(waiting=True), a_customer_file("Alpha GmbH"), a_customer_file("Beta GmbH")
    signed_in("bernd").post(_address(arrival), FORM | {"akte": before.pk, "akte_ohne_skript": after.pk})
    assert Document.objects.get().customer_file == after


@pytest.mark.parametrize("name", ["inbox-file", "inbox-discard", "inbox-take-back", "inbox-try-again", "inbox-confirm"])
def test_the_address_of_an_answer_leads_to_the_arrival_when_it_is_opened(name: str, signed_in: SignIn) -> None:
    arrival = an_arrival(waiting=True)
    opened = signed_in("bernd").get(_address(arrival, name))
    assert opened["Location"] == _address(arrival, "inbox-arrival")


def test_where_she_may_not_file_enter_does_not_and_the_form_says_why(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    arrival = an_arrival(waiting=True)
    arrival.decision = {"candidates": [{"customer_id": customer_file.customer_id, "score": 0.9, "evidence": []}]}
    for code, may in (("OFFER", False), ("SERVICE_REPORT", True)):
        arrival.decision["document_class"] = code
        arrival.save()
        text = signed_in("sabine").get(_address(arrival, "inbox-arrival")).content.decode()
        assert ('data-key="Enter"' in text) is may
        assert ("In dieses Register dürfen Sie nicht einakten." in text) is not may
    # What another class would mean is told as soon as it is chosen.
    part = {"HX-Request": "true", "HX-Target": "class-fields"}
    chosen = signed_in("sabine").get(_address(arrival, "inbox-arrival"), {"class": "OFFER"}, headers=part)
    assert "In dieses Register dürfen Sie nicht einakten." in chosen.content.decode()


def test_what_she_may_not_file_is_refused_with_the_form_and_what_to_do(signed_in: SignIn) -> None:
    arrival, customer_file = an_arrival(waiting=True), a_customer_file()
    refused = signed_in("sabine").post(_address(arrival), FORM | {"class": "OFFER", "vorschlag": customer_file.pk})
    assert refused.status_code == 403
    text = refused.content.decode()
    assert "überlassen Sie es einem anderen Team" in text
    assert 'value="Mein Titel"' in text
    assert not Document.objects.exists()


def test_only_sections_she_may_file_in_are_offered(signed_in: SignIn) -> None:
    arrival = an_arrival(waiting=True)
    for person, offered in (("sabine", False), ("verena", True)):
        text = signed_in(person).get(_address(arrival, "inbox-arrival")).content.decode()
        assert (f'<option value="{a_section("angebote").pk}"' in text) is offered
        assert f'<option value="{a_section("lieferscheine").pk}"' in text
