"""The inbox: why something waits, and what a person decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from kundenakte.records.models import Arrival, Document, Grant, Rendition, Verb
from kundenakte.steps.filing.told import NEUTRAL
from tests.builders import NOW, a_customer_file, a_document, a_user
from tests.doors.web.inbox_rows import waiting
from tests.doors.web.pages import SignIn

FORM = {"class": "OFFER", "title": "Angebot 7", "number": "AN-7", "dated_on": "20.11.2026"}


def test_the_first_one_stands_open_with_its_candidates_and_why(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Alpha GmbH")
    waiting(customer_file)
    answer = signed_in("verena").get(reverse("inbox"))
    text = answer.content.decode()
    assert [one.customer_file for one in answer.context["weighed"].candidates] == [customer_file]
    assert "Die Telefonnummer steht auf Seite 1." in text
    assert 'value="119,00"' in text
    assert 'data-key="1"' in text


def test_why_a_customer_is_proposed_is_told_with_the_experience_of_the_house(signed_in: SignIn) -> None:
    from kundenakte.steps.filing import weighing
    from kundenakte.steps.filing.models import EvidenceWeights

    arrival = waiting(a_customer_file("Alpha GmbH"))
    address = reverse("inbox-arrival", args=(arrival.pk,))
    weighing.forget()
    assert "dieses Haus hat dazu noch nichts entschieden" in signed_in("verena").get(address).content.decode()
    EvidenceWeights.objects.create(edition=1, weights={"phone": 0.8}, tallies={"phone": [12, 3]}, made_at=NOW)
    weighing.forget()
    told = signed_in("verena").get(address).content.decode()
    weighing.forget()
    assert "zu 80 % sicher" in told
    assert "In diesem Haus stimmte das 12-mal, 3-mal nicht." in told


def test_the_matched_words_are_marked_on_the_page(signed_in: SignIn) -> None:
    arrival = waiting(a_customer_file())
    Rendition.objects.create(digest=arrival.digest, kind="pages", page_count=1, ready=1, made_at=NOW)
    text = signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert '<rect x="0.0960" y="0.1970" width="0.2080" height="0.0560" data-candidate="1"' in text
    assert "style=" not in text


def test_a_candidate_one_may_not_see_is_not_shown(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Verborgen GmbH")
    arrival = waiting(customer_file)
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.READ, is_deny=True, customer_file=customer_file, reason="x", created_at=NOW
    )
    answer = signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,)))
    assert "Verborgen" not in answer.content.decode()
    assert not answer.context["weighed"].marks


def test_accepting_files_it_and_opens_the_next(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    first, second = waiting(customer_file), waiting(content="zweite")
    Arrival.objects.filter(pk=second.pk).update(received_at=NOW + timedelta(minutes=1))
    answer = signed_in("verena").post(
        reverse("inbox-file", args=(first.pk,)), FORM | {"vorschlag": customer_file.pk, "field_gross_amount": "119,00"}
    )
    document = Document.objects.get(number="AN-7")
    assert answer["Location"] == reverse("inbox-arrival", args=(second.pk,))
    assert (document.customer_file, document.fields["gross_amount"]) == (customer_file, "119.00")
    assert signed_in("verena").get(reverse("inbox-arrival", args=(first.pk,)))["Location"] == reverse(
        "document", args=(document.pk,)
    )


def test_another_customer_may_be_chosen_by_typing(signed_in: SignIn) -> None:
    other = a_customer_file("Beta GmbH")
    arrival = waiting(a_customer_file("Alpha GmbH"))
    client = signed_in("verena")
    found = client.get(reverse("customers-suggest"), {"q": "bet"}).content.decode()
    assert f'data-file="{other.pk}"' in found
    client.post(reverse("inbox-file", args=(arrival.pk,)), FORM | {"akte": other.pk})
    assert Document.objects.get().customer_file == other


def test_without_a_customer_it_is_refused_and_nothing_typed_is_lost(signed_in: SignIn) -> None:
    arrival = waiting()
    answer = signed_in("verena").post(reverse("inbox-file", args=(arrival.pk,)), FORM | {"title": "Mein Titel"})
    assert answer.status_code == 422
    assert "Bitte wählen Sie einen Kunden." in answer.content.decode()
    assert "Mein Titel" in answer.content.decode()


def test_the_second_of_two_clerks_is_told_that_it_is_done(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    arrival = waiting(customer_file)
    address, form = reverse("inbox-file", args=(arrival.pk,)), FORM | {"vorschlag": customer_file.pk}
    assert signed_in("verena").post(address, form).status_code == 303
    late = signed_in("anton").post(address, form)
    assert late.status_code == 409
    assert "schon jemand anders erledigt" in late.content.decode()


def _asked(document: Document, reason: str, **more: Any) -> Arrival:
    arrival = waiting(more.pop("customer_file", document.customer_file), **more)
    arrival.decision["placing"] = {"kind": "ask", "document_id": document.pk}
    arrival.reason, arrival.sentence = reason, NEUTRAL
    arrival.save()
    return arrival


def _hide(document: Document, username: str = "verena") -> None:
    Grant.objects.create(
        user=a_user(username), verb=Verb.READ, is_deny=True, document=document, reason="x", created_at=NOW
    )


def test_what_filing_asks_is_answered_by_one_button_or_key_each(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-7")
    arrival = _asked(document, "maybe_version")
    text = signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert "In der Akte liegt „Angebot“ mit fast gleichem Dateinamen." in text
    for value, key in ((f"version:{document.pk}", "v"), ("new", "n"), (f"duplicate:{document.pk}", "l")):
        assert f'name="placing" value="{value}" data-key="{key}"' in text


@pytest.mark.parametrize(
    ("answer", "documents", "versions", "state"),
    [("version", 1, 2, "filed"), ("new", 2, 1, "filed"), ("duplicate", 1, 1, "duplicate")],
)
def test_each_answer_does_what_it_says(
    answer: str, documents: int, versions: int, state: str, signed_in: SignIn
) -> None:
    document = a_document(title="Angebot")
    arrival = _asked(document, "maybe_version")
    value = "new" if answer == "new" else f"{answer}:{document.pk}"
    form = FORM | {"placing": value, "akte_der_frage": document.customer_file_id}
    assert signed_in("verena").post(reverse("inbox-file", args=(arrival.pk,)), form).status_code == 303
    arrival.refresh_from_db()
    assert (Document.objects.count(), document.versions.count(), arrival.state) == (documents, versions, state)


def test_the_question_is_put_when_a_person_files_where_something_like_it_lies(signed_in: SignIn) -> None:
    elsewhere = a_document(title="Rundbrief", content=["Rundbrief"])
    here = a_customer_file("Andere GmbH")
    arrival = waiting(here, content="Rundbrief")
    client, address = signed_in("verena"), reverse("inbox-file", args=(arrival.pk,))
    asked = client.post(address, FORM | {"number": "", "vorschlag": here.pk, "title": "Mein Titel"})
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "Genau diese Datei liegt schon als „Rundbrief“ in der Akte von „Muster Maschinenbau GmbH“." in text
    assert "Mein Titel" in text
    assert f'name="akte_der_frage" value="{here.pk}"' in text
    # The same bytes are no new version.
    assert f"version:{elsewhere.pk}" not in text
    client.post(address, FORM | {"number": "", "akte_der_frage": here.pk, "placing": "new"})
    assert Document.objects.get(customer_file=here).title == "Angebot 7"


def test_a_question_about_a_hidden_document_says_nothing_of_it(signed_in: SignIn) -> None:
    document = a_document(title="Geheimes Angebot")
    arrival = _asked(document, "maybe_version")
    _hide(document)
    client = signed_in("verena")
    for address in (reverse("inbox"), reverse("inbox-arrival", args=(arrival.pk,)), reverse("start")):
        text = client.get(address).content.decode()
        assert "Geheimes" not in text
        assert "fast gleichem" not in text
        assert NEUTRAL in text
        assert 'name="placing"' not in text
    seen = signed_in("anton").get(reverse("inbox")).content.decode()
    assert "Geheimes" in seen
    # Filing it goes on as if there were none; neither version nor duplicate can be asked for by hand.
    form = FORM | {"vorschlag": document.customer_file_id}
    for word in ("version", "duplicate"):
        refused = client.post(reverse("inbox-file", args=(arrival.pk,)), form | {"placing": f"{word}:{document.pk}"})
        assert refused.status_code == 404
    assert client.post(reverse("inbox-file", args=(arrival.pk,)), form).status_code == 303


def test_the_upload_does_not_name_a_hidden_document_either(signed_in: SignIn) -> None:
    from kundenakte.base.accounts.actors import Actor

    document = a_document(title="Geheimes Angebot")
    arrival = _asked(document, "same_bytes_elsewhere", actor=Actor.of(a_user("verena")))
    address = reverse("upload-outcome")
    shown = signed_in("verena").get(address, {"eingang": arrival.pk}).content.decode()
    assert "Geheimes" in shown
    _hide(document)
    hidden = signed_in("verena").get(address, {"eingang": arrival.pk}).content.decode()
    assert "Geheimes" not in hidden
    assert "liegt schon" not in hidden


def test_setting_aside_needs_a_reason_and_can_be_taken_back(signed_in: SignIn) -> None:
    arrival = waiting()
    client = signed_in("verena")
    assert client.post(reverse("inbox-discard", args=(arrival.pk,)), {"reason": " "}).status_code == 422
    assert client.post(reverse("inbox-discard", args=(arrival.pk,)), {"reason": "Werbung"}).status_code == 303
    assert "brief.pdf" in client.get(reverse("inbox"), {"fach": "aussortiert"}).content.decode()
    client.post(reverse("inbox-take-back", args=(arrival.pk,)))
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.WAITING


def test_a_locked_pdf_offers_to_take_the_password(signed_in: SignIn) -> None:
    arrival = waiting()
    Rendition.objects.create(
        digest=arrival.digest,
        kind="pages",
        note="Das PDF ist mit einem Passwort geschützt.",
        code="encrypted",
        made_at=NOW,
    )
    client = signed_in("verena")
    assert 'name="password"' in client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    client.post(reverse("inbox-try-again", args=(arrival.pk,)), {"password": "geheim"})
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.UNDER_WAY


@pytest.mark.parametrize("name", ["inbox-file", "inbox-discard", "inbox-try-again"])
def test_who_has_no_inbox_cannot_decide_about_what_he_brought(name: str, signed_in: SignIn) -> None:
    from kundenakte.base.accounts.actors import Actor

    customer_file = a_customer_file()
    arrival = waiting(actor=Actor.of(a_user("paula")))
    client = signed_in("paula")
    assert client.get(reverse("inbox-arrival", args=(arrival.pk,))).status_code == 200
    form = FORM | {"vorschlag": customer_file.pk, "reason": "x"}
    assert client.post(reverse(name, args=(arrival.pk,)), form).status_code == 403
