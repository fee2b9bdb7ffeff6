"""The page on which a person says where documents begin in a file that holds several."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.records.models import Arrival, Rendition
from kundenakte.records.pagetext import PageText
from kundenakte.records.scanned import Reading, ReadPage, save_reading
from kundenakte.steps.scanning.models import StackDivision
from tests.builders import NOW, a_document, a_user, an_arrival

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> SignIn:
    def sign_in(who: str) -> Client:
        client.force_login(a_user(who))
        return client

    return sign_in


def a_stack(pages: int = 3, media_type: str = "application/pdf") -> Arrival:
    """It waits; the pictures of all but its last page are there."""
    arrival = an_arrival(content="Stapel", file_name="stapel.pdf", waiting=True)
    Arrival.objects.filter(pk=arrival.pk).update(media_type=media_type, page_count=pages)
    Rendition.objects.create(
        digest=arrival.digest, kind=Rendition.Kind.PAGES, page_count=pages, ready=pages - 1, made_at=NOW
    )
    arrival.refresh_from_db()
    return arrival


def address(arrival: Arrival) -> str:
    return reverse("inbox-divide", args=(arrival.pk,))


def test_all_pages_are_shown_and_what_is_marked_is_taken(signed_in: SignIn) -> None:
    arrival, client = a_stack(), signed_in("verena")
    assert address(arrival) in client.get(reverse("inbox-arrival", args=(arrival.pk,))).text
    shown = client.get(address(arrival)).text
    assert re.findall(r'name="beginnt" value="(\d)"', shown) == ["1", "2", "3"]
    assert shown.count("<img src=") == 2
    assert "Das Bild einer Seite wird noch vorbereitet." in shown
    answer = client.post(address(arrival), {"beginnt": ["3"]}, follow=True)
    assert "„stapel.pdf“ wird in 2 Dokumente geteilt." in answer.text
    assert StackDivision.objects.get().parts == [[1, 2], [3]]
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.UNDER_WAY


def test_a_page_that_seems_empty_can_be_kept_and_can_begin_a_document(signed_in: SignIn) -> None:
    arrival, client = a_stack(), signed_in("verena")
    blank = ReadPage(PageText(300, 300, ()), is_blank=True)
    save_reading(arrival.digest, Reading({2: blank, 3: blank}))
    shown = client.get(address(arrival)).text
    assert re.findall(r'name="bleibt" value="(\d)" +>', shown) == ["2", "3"]
    assert shown.count("scheint leer") == 2
    refused = client.post(address(arrival), {"bleibt": ["2"]})
    assert refused.status_code == 422
    assert re.findall(r'name="bleibt" value="(\d)" checked', refused.text) == ["2"]
    client.post(address(arrival), {"bleibt": ["2"], "beginnt": ["3"]})
    assert StackDivision.objects.get().parts == [[1, 2], [3]]


@pytest.mark.parametrize(
    ("marked", "parts"), [(["2", "4"], [[2, 3], [4]]), (["1", "4"], [[1, 2, 3], [4]]), (["1", "2"], [[1], [2, 3, 4]])]
)
def test_a_document_begins_on_a_first_page_that_seems_empty_where_somebody_says_so(
    signed_in: SignIn, marked: list[str], parts: list[list[int]]
) -> None:
    arrival, client = a_stack(pages=4), signed_in("verena")
    save_reading(arrival.digest, Reading({1: ReadPage(PageText(300, 300, ()), is_blank=True)}))
    shown = client.get(address(arrival)).text
    # The first document begins on page 2 unless she says that page 1 is none that is empty.
    assert re.findall(r'name="beginnt" value="(\d)" (?:checked)', shown) == ["2"]
    assert 'name="bleibt"' not in shown
    assert client.post(address(arrival), {"beginnt": marked[:1]}).status_code == 422
    client.post(address(arrival), {"beginnt": marked})
    assert StackDivision.objects.get().parts == parts


def test_it_may_be_one_document(signed_in: SignIn) -> None:
    arrival, client = a_stack(), signed_in("verena")
    answer = client.post(address(arrival), {"beginnt": ["3"], "eines": "1"}, follow=True)
    assert "„stapel.pdf“ geht als ein Dokument weiter." in answer.text
    assert StackDivision.objects.get().parts == [[1, 2, 3]]


@pytest.mark.parametrize("marked", [[], ["1"], ["seite"], ["-2"], ["9" * 30]])
def test_nothing_marked_is_asked_again(signed_in: SignIn, marked: list[str]) -> None:
    arrival, client = a_stack(), signed_in("verena")
    answer = client.post(address(arrival), {"beginnt": marked})
    assert answer.status_code == 422
    assert "Bitte markieren Sie" in answer.text or "gibt es in der Datei nicht" in answer.text
    assert not StackDivision.objects.exists()


def test_whoever_does_not_look_after_the_inbox_cannot(signed_in: SignIn) -> None:
    arrival = a_stack()
    client = signed_in("paula")
    assert client.get(address(arrival)).status_code in {403, 404}
    assert client.post(address(arrival), {"beginnt": ["2"]}).status_code in {403, 404}
    assert not StackDivision.objects.exists()


def test_what_is_no_stack_any_more_leads_to_the_arrival(signed_in: SignIn) -> None:
    client = signed_in("verena")
    kept = a_document(versions=1).valid_version
    for change in (
        {"version": kept},
        {"facts": {"document_id": 1}},
        {"page_count": 1},
        {"media_type": "text/plain"},
        {"state": Arrival.State.DISCARDED},
    ):
        arrival = a_stack()
        Arrival.objects.filter(pk=arrival.pk).update(**change)
        answer = client.get(address(arrival))
        assert (answer.status_code, answer.headers["Location"]) == (303, reverse("inbox-arrival", args=(arrival.pk,)))
        if arrival.state == Arrival.State.WAITING:
            said = client.post(address(arrival), {"beginnt": ["2"]}, follow=True).text
            assert "lässt sich nicht teilen" in said or "erledigt" in said
        assert address(arrival) not in client.get(reverse("inbox-arrival", args=(arrival.pk,))).text
        Rendition.objects.all().delete()
        Arrival.objects.filter(pk=arrival.pk).update(version=None)


def test_of_two_who_divide_the_second_is_told(signed_in: SignIn) -> None:
    arrival, client = a_stack(), signed_in("verena")
    client.post(address(arrival), {"beginnt": ["2"]})
    assert client.post(address(arrival), {"beginnt": ["3"]}).status_code == 409
    assert StackDivision.objects.get().parts == [[1], [2, 3]]
