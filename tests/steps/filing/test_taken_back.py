"""What was taken back from a file is proposed anew from the paper, and never first for the file it was taken from."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte import pipeline
from kundenakte.records.models import Arrival, CustomerFile
from tests.builders import NOW, a_customer_file, a_user, an_actor
from tests.test_pipeline import received, worked_off

pytestmark = pytest.mark.django_db(transaction=True)

_OFFER = "Angebot\nAngebotsnummer: AN-2026-5\nDatum: 20.11.2026\n"


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


def _proposed(arrival: Arrival) -> list[int]:
    return [one["customer_id"] for one in arrival.decision["candidates"]]


def _by_enter(arrival: Arrival) -> str:
    client = Client()
    client.force_login(a_user("verena"))
    text = client.get(reverse("inbox-arrival", args=(arrival.pk,))).content.decode()
    return text.partition('name="vorgabe" value="')[2].partition('"')[0]


def _dropped(text: str, customer_file: CustomerFile) -> Arrival:
    facts = {"customer_file_id": customer_file.pk, "class": "OFFER"}
    arrival = worked_off(received(text.encode(), actor=an_actor("verena"), source="web", facts=facts))
    assert arrival.state == "filed", arrival.sentence
    return arrival


def _back(arrival: Arrival) -> Arrival:
    pipeline.return_to_inbox(actor=an_actor("verena"), arrival=arrival, now=NOW, reason="falscher Kunde")
    arrival.refresh_from_db()
    return arrival


def test_the_customer_the_paper_names_comes_first_and_the_refused_one_last() -> None:
    wrong, right = a_customer_file("Falsch GmbH", "K-7003"), a_customer_file("Richtig GmbH", "K-7002")
    paper = f"Richtig GmbH\nHauptstraße 5\n90402 Nürnberg\n\n{_OFFER}Ihr Ansprechpartner: Falsch GmbH\n"
    arrival = _back(_dropped(paper, wrong))
    assert _proposed(arrival) == [right.customer_id, wrong.customer_id]
    assert _by_enter(arrival) == str(right.pk)


def test_where_the_paper_names_nobody_nobody_is_proposed() -> None:
    wrong = a_customer_file("Falsch GmbH", "K-7003")
    arrival = _back(_dropped(_OFFER, wrong))
    assert _proposed(arrival) == []


def test_the_only_customer_the_paper_names_is_shown_but_enter_does_not_take_it() -> None:
    wrong = a_customer_file("Falsch GmbH", "K-7003")
    arrival = _back(_dropped(f"{_OFFER}Kundennummer: K-7003\n", wrong))
    assert _proposed(arrival) == [wrong.customer_id]
    assert _by_enter(arrival) == ""


@pytest.mark.parametrize("paper", [_OFFER, f"{_OFFER}Kundennummer: K-7003\n"])
def test_read_once_more_it_does_not_go_back_to_where_it_was_taken_from(paper: str) -> None:
    wrong = a_customer_file("Falsch GmbH", "K-7003")
    arrival = _back(_dropped(paper, wrong))
    pipeline.try_again(actor=an_actor("verena"), arrival=arrival, now=NOW)
    worked_off(arrival)
    assert arrival.state == "waiting"
    assert _by_enter(arrival) == ""
