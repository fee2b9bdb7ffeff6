"""The inbox: what waits, why, and what a person decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from kundenakte.base.accounts.models import Role
from kundenakte.records.models import Arrival, CustomerFile, Document, Grant, Rendition, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user, an_arrival
from tests.doors.web.pages import SignIn


def _waiting(customer_file: CustomerFile | None = None, **more: Any) -> Arrival:
    arrival = an_arrival(waiting=True, **more)
    if customer_file is not None:
        arrival.decision = {
            "candidates": [
                {
                    "customer_id": customer_file.customer_id,
                    "score": 0.8,
                    "evidence": [
                        {"kind": "phone", "sentence": "Die Telefonnummer steht auf Seite 1.", "page": 1,
                         "box": [0.1, 0.2, 0.3, 0.25], "weight": 0.8, "value": "x"}
                    ],
                }
            ],
            "document_class": "OFFER", "title": "Angebot 7", "number": "AN-7", "dated_on": "2026-11-20",
            "fields": {"gross_amount": "119.00"},
        }  # fmt: skip
        arrival.save()
    return arrival


FORM = {"class": "OFFER", "title": "Angebot 7", "number": "AN-7", "dated_on": "20.11.2026"}


def test_the_first_one_stands_open_with_its_candidates_and_why(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Alpha GmbH")
    _waiting(customer_file)
    answer = signed_in("verena").get(reverse("inbox"))
    text = answer.content.decode()
    assert [one.customer_file for one in answer.context["weighed"].candidates] == [customer_file]
    assert "Die Telefonnummer steht auf Seite 1." in text
    assert 'value="119,00"' in text
    assert 'data-key="1"' in text


def test_the_matched_words_are_marked_on_the_page(signed_in: SignIn) -> None:
    arrival = _waiting(a_customer_file())
    Rendition.objects.create(digest=arrival.digest, kind="pages", page_count=1, ready=1, made_at=NOW)
    text = signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert '<rect x="0.0960" y="0.1970" width="0.2080" height="0.0560" data-candidate="1"' in text
    assert "style=" not in text


def test_a_candidate_one_may_not_see_is_not_shown(signed_in: SignIn) -> None:
    customer_file = a_customer_file("Verborgen GmbH")
    arrival = _waiting(customer_file)
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.READ, is_deny=True, customer_file=customer_file, reason="x", created_at=NOW
    )
    answer = signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,)))
    assert "Verborgen" not in answer.content.decode()
    assert not answer.context["weighed"].marks


def test_accepting_files_it_and_opens_the_next(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    first, second = _waiting(customer_file), _waiting(content="zweite")
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
    arrival = _waiting(a_customer_file("Alpha GmbH"))
    client = signed_in("verena")
    found = client.get(reverse("customers-suggest"), {"q": "bet"}).content.decode()
    assert f'data-file="{other.pk}"' in found
    client.post(reverse("inbox-file", args=(arrival.pk,)), FORM | {"akte": other.pk})
    assert Document.objects.get().customer_file == other


def test_without_a_customer_it_is_refused_and_nothing_typed_is_lost(signed_in: SignIn) -> None:
    arrival = _waiting()
    answer = signed_in("verena").post(reverse("inbox-file", args=(arrival.pk,)), FORM | {"title": "Mein Titel"})
    assert answer.status_code == 422
    assert "Bitte wählen Sie einen Kunden." in answer.content.decode()
    assert "Mein Titel" in answer.content.decode()


def test_the_second_of_two_clerks_is_told_that_it_is_done(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    arrival = _waiting(customer_file)
    address, form = reverse("inbox-file", args=(arrival.pk,)), FORM | {"vorschlag": customer_file.pk}
    assert signed_in("verena").post(address, form).status_code == 303
    late = signed_in("anton").post(address, form)
    assert late.status_code == 409
    assert "schon jemand anders erledigt" in late.content.decode()


def test_a_proposed_version_is_added_to_its_document(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-7")
    arrival = _waiting(document.customer_file)
    arrival.decision["placing"] = {"document_id": document.pk, "sentence": "Ist das eine neue Version?"}
    arrival.save()
    client = signed_in("verena")
    page = client.get(reverse("inbox-arrival", args=(arrival.pk,)))
    assert "Ist das eine neue Version?" in page.content.decode()
    form = FORM | {"vorschlag": document.customer_file_id, "placing": f"version:{document.pk}"}
    client.post(reverse("inbox-file", args=(arrival.pk,)), form)
    assert document.versions.count() == 2


def test_setting_aside_needs_a_reason_and_can_be_taken_back(signed_in: SignIn) -> None:
    arrival = _waiting()
    client = signed_in("verena")
    assert client.post(reverse("inbox-discard", args=(arrival.pk,)), {"reason": " "}).status_code == 422
    assert client.post(reverse("inbox-discard", args=(arrival.pk,)), {"reason": "Werbung"}).status_code == 303
    assert "brief.pdf" in client.get(reverse("inbox"), {"fach": "aussortiert"}).content.decode()
    client.post(reverse("inbox-take-back", args=(arrival.pk,)))
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.WAITING


def test_a_locked_pdf_offers_to_take_the_password(signed_in: SignIn) -> None:
    arrival = _waiting()
    Rendition.objects.create(
        digest=arrival.digest, kind="pages", note="Das PDF ist mit einem Kennwort geschützt.", made_at=NOW
    )
    client = signed_in("verena")
    assert 'name="password"' in client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    client.post(reverse("inbox-try-again", args=(arrival.pk,)), {"password": "geheim"})
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.UNDER_WAY


def test_what_waits_before_another_team_is_neither_shown_nor_counted(signed_in: SignIn) -> None:
    arrival = _waiting(file_name="fuer-die-buchhaltung.pdf")
    arrival.team = Role.objects.get(code="buchhaltung")
    arrival.save()
    a_user("verena")
    assert "fuer-die-buchhaltung" not in signed_in("verena").get(reverse("inbox")).content.decode()
    assert signed_in("verena").get(reverse("inbox-arrival", args=(arrival.pk,))).status_code == 404
    assert "fuer-die-buchhaltung" in signed_in("bernd").get(reverse("inbox")).content.decode()
    assert 'class="count"' not in signed_in("verena").get(reverse("customers")).content.decode()


@pytest.mark.parametrize("name", ["inbox-file", "inbox-discard", "inbox-try-again"])
def test_who_has_no_inbox_cannot_decide_about_what_he_brought(name: str, signed_in: SignIn) -> None:
    from kundenakte.base.accounts.actors import Actor

    customer_file = a_customer_file()
    arrival = _waiting(actor=Actor.of(a_user("paula")))
    client = signed_in("paula")
    assert client.get(reverse("inbox-arrival", args=(arrival.pk,))).status_code == 200
    form = FORM | {"vorschlag": customer_file.pk, "reason": "x"}
    assert client.post(reverse(name, args=(arrival.pk,)), form).status_code == 403


def test_the_list_asks_no_query_per_arrival(signed_in: SignIn, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        _waiting(content=f"Nummer {n}")
    client = signed_in("verena")
    with django_assert_max_num_queries(30):
        client.get(reverse("inbox"))


def _to_check(document: Document, **more: Any) -> Arrival:
    arrival = an_arrival(file_name="bestellung.pdf", **more)
    arrival.state, arrival.document = Arrival.State.FILED, document
    arrival.reason, arrival.sentence = "please_check", "Die Quelle nennt einen anderen Kunden als das Dokument."
    arrival.save()
    return arrival


def test_what_is_filed_with_a_contradiction_is_shown_and_counted_until_it_is_confirmed(signed_in: SignIn) -> None:
    document = a_document(title="Angebot 7")
    arrival, waiting = _to_check(document), _waiting(content="anderes")
    Arrival.objects.filter(pk=waiting.pk).update(received_at=NOW + timedelta(minutes=1))
    client = signed_in("verena")
    listed = client.get(reverse("inbox"))
    assert [one.pk for one in listed.context["arrivals"].rows] == [arrival.pk, waiting.pk]
    assert listed.context["shell"].waiting == 2
    page = client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert "Die Quelle nennt einen anderen Kunden als das Dokument." in page
    assert reverse("document", args=(document.pk,)) in page
    assert reverse("inbox-file", args=(arrival.pk,)) not in page
    address = reverse("inbox-confirm", args=(arrival.pk,))
    assert address in page
    assert client.post(address)["Location"] == reverse("inbox-arrival", args=(waiting.pk,))
    left = client.get(reverse("inbox"))
    assert [one.pk for one in left.context["arrivals"].rows] == [waiting.pk]
    assert left.context["shell"].waiting == 1
    assert client.post(address).status_code == 409
    onward = client.get(reverse("inbox-arrival", args=(arrival.pk,)))
    assert onward["Location"] == reverse("document", args=(document.pk,))


def test_a_contradiction_about_a_hidden_document_is_neither_shown_nor_counted(signed_in: SignIn) -> None:
    document = a_document()
    arrival = _to_check(document)
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.READ, is_deny=True, customer_file=document.customer_file, reason="x",
        created_at=NOW,
    )  # fmt: skip
    client = signed_in("verena")
    listed = client.get(reverse("inbox"))
    assert not listed.context["arrivals"].rows
    assert listed.context["shell"].waiting == 0
    for name, ask in (("inbox-arrival", client.get), ("inbox-confirm", client.post), ("inbox-page", client.get)):
        more = (1,) if name == "inbox-page" else ()
        assert ask(reverse(name, args=(arrival.pk, *more))).status_code == 404


def test_who_has_no_inbox_sees_the_doubt_about_what_he_brought_and_cannot_confirm_it(signed_in: SignIn) -> None:
    from kundenakte.base.accounts.actors import Actor

    document = a_document()
    arrival = _to_check(document, actor=Actor.of(a_user("paula")))
    Grant.objects.create(
        user=a_user("paula"), verb=Verb.READ, customer_file=document.customer_file, reason="x", created_at=NOW
    )
    client, address = signed_in("paula"), reverse("inbox-confirm", args=(arrival.pk,))
    page = client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert "Die Quelle nennt einen anderen Kunden als das Dokument." in page
    assert address not in page
    assert client.post(address).status_code == 403
