"""What is dropped on one customer's file and bears another customer's number is asked about before it is filed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte import pipeline
from kundenakte.records.models import Arrival, CustomerFile, Document, Grant, Verb
from kundenakte.steps.filing.told import NEUTRAL
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor
from tests.test_pipeline import received, worked_off

pytestmark = pytest.mark.django_db(transaction=True)

_OFFER = "Angebot\nAngebotsnummer: AN-2026-5\nDatum: 20.11.2026\n"


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def _dropped(paper: str, customer_file: CustomerFile) -> Arrival:
    facts = {"customer_file_id": customer_file.pk, "class": "OFFER"}
    return worked_off(received(paper.encode(), actor=an_actor("verena"), source="web", facts=facts))


def _verena() -> Client:
    client = Client()
    client.force_login(a_user("verena"))
    return client


def _outcome(arrival: Arrival) -> str:
    headers = {"accept": "application/json"}
    answer = _verena().get(reverse("upload-outcome"), {"eingang": arrival.pk}, headers=headers)
    return str(answer.json()[0]["sentence"])


def test_it_waits_with_a_question_that_names_both_and_enter_answers_nothing() -> None:
    chosen, other = a_customer_file("Ypsilon GmbH", "K-7001"), a_customer_file("Xaver AG", "K-7002")
    arrival = _dropped(f"{_OFFER}Kundennummer: K-7002\n", chosen)
    assert (arrival.state, arrival.reason) == ("waiting", "choice_contradicted")
    question = "Auf dem Papier steht Kunde Xaver AG (K-7002). In die Akte von Ypsilon GmbH einakten?"
    assert question in _outcome(arrival)
    page = _verena().get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    assert question in page
    assert 'name="vorgabe" value=""' in page
    assert [one["customer_id"] for one in arrival.decision["candidates"]] == [chosen.customer_id, other.customer_id]
    # The person stays with it.
    form = {"class": "OFFER", "title": "Angebot", "number": "AN-2026-5", "dated_on": "20.11.2026"}
    _verena().post(reverse("inbox-file", args=(arrival.pk,)), form | {"vorschlag": chosen.pk})
    assert Document.objects.get().customer_file == chosen


def test_the_other_customer_is_not_named_to_whoever_may_not_see_its_file() -> None:
    chosen, other = a_customer_file("Ypsilon GmbH", "K-7001"), a_customer_file("Xaver AG", "K-7002")
    Grant.objects.create(
        user=a_user("verena"), verb=Verb.READ, is_deny=True, customer_file=other, reason="x", created_at=NOW
    )
    arrival = _dropped(f"{_OFFER}Kundennummer: K-7002\n", chosen)
    assert arrival.sentence == NEUTRAL
    assert "Xaver" not in _outcome(arrival)
    assert "(K-7002). In die Akte von Ypsilon GmbH einakten?" in _outcome(arrival)


@pytest.mark.parametrize("line", ["", "Kundennummer: K-7001", "Kundennummer: K-7001, früher Kundennummer: K-7002"])
def test_without_a_contradiction_it_is_filed_where_it_was_dropped(line: str) -> None:
    chosen, _other = a_customer_file("Ypsilon GmbH", "K-7001"), a_customer_file("Xaver AG", "K-7002")
    arrival = _dropped(f"{_OFFER}{line}\n", chosen)
    assert arrival.state == "filed", arrival.sentence
    assert arrival.document is not None
    assert arrival.document.customer_file == chosen


def test_a_version_that_names_another_customer_and_number_than_its_document_waits_to_be_checked() -> None:
    chosen, _other = a_customer_file("Ypsilon GmbH", "K-7001"), a_customer_file("Xaver AG", "K-7002")
    document = a_document(customer_file=chosen, document_class="OFFER", number="AN-1")
    paper = f"{_OFFER}Kundennummer: K-7002\n".encode()
    facts = {"document_id": document.pk, "customer_file_id": chosen.pk}
    arrival = worked_off(received(paper, actor=an_actor("verena"), source="web", facts=facts))
    assert (arrival.state, arrival.reason) == ("filed", "please_check")
    assert "K-7002" in arrival.sentence
    assert arrival.sentence.endswith("Auf ihr steht die Nummer AN-2026-5, das Dokument hat AN-1.")
