"""Every address and every role: what is hidden answers like what is missing, and shows in no list and no count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kundenakte.base.accounts.models import User
from kundenakte.records.models import Arrival, CustomerFile, Document, Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user, an_arrival
from tests.doors.web.pages import SignIn, words
from tests.steps.search.papers import catch_up

PEOPLE = ("verena", "bernd", "sabine", "paula", "anton", "erp")
SECRET = "Geheimsache Quastenflosser"
MISSING = 987_654
# For people without an account; test_guests.py asks each of them.
GUESTS = {"guest", "guest-document", "guest-page", "guest-file"}
# The same for everybody, and nothing of anybody (test_visits.py).
_EMPTY = {"visits", "visits-worker", "visits-manifest"}
# Addresses with a key or job of their own, which belong to one person or to the administrator.
_APART = {"upload-part", "upload-finish", "ledger-retry"}


@dataclass(frozen=True)
class Hidden:
    """A document in an open file, a file, and an arrival that became the document: none of it is for anybody."""

    document: Document
    customer_file: CustomerFile
    arrival: Arrival
    open_file: CustomerFile


def web_patterns() -> list[URLPattern]:
    """All addresses of the browser door."""

    def flat(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
        found: list[URLPattern] = []
        for one in patterns:
            if isinstance(one, URLResolver):
                found += flat(one.url_patterns)
            elif str(one.lookup_str).startswith("kundenakte.doors.web."):
                found.append(one)
        return found

    return flat(get_resolver().url_patterns)


def about_a_row() -> list[str]:
    """The names of all addresses that lead to one row."""
    return sorted(
        str(one.name) for one in web_patterns() if "pk" in one.pattern.converters and str(one.name) not in _APART
    )


@pytest.fixture
def hidden() -> Hidden:
    open_file = a_customer_file("Offene Akte GmbH")
    document = a_document(customer_file=open_file, title=SECRET, number="QF-1", versions=2)
    closed = a_customer_file("Verschlossene Akte Quastenflosser GmbH")
    a_document(customer_file=closed, title="In der verschlossenen Akte")
    arrival = an_arrival(file_name=f"{SECRET}.pdf")
    arrival.document, arrival.state = document, Arrival.State.FILED
    arrival.save()
    for name in PEOPLE:
        _deny(a_user(name), document=document)
        _deny(a_user(name), customer_file=closed)
    return Hidden(document, closed, arrival, open_file)


def _deny(user: User, **what: Any) -> None:
    Grant.objects.create(user=user, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW, **what)


def _pk(name: str, hidden: Hidden) -> int:
    if name.startswith("document"):
        return hidden.document.pk
    return hidden.arrival.pk if name.startswith("inbox") else hidden.customer_file.pk


def address_of(name: str, pk: int) -> str:
    converters = next(one for one in web_patterns() if one.name == name).pattern.converters
    return reverse(name, kwargs={key: pk if key == "pk" else 1 for key in converters})


def _said(client: Client, method: str, address: str) -> tuple[int, str]:
    response = getattr(client, method)(address)
    return response.status_code, words(response)


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_hidden_answers_like_what_is_missing(person: str, hidden: Hidden, signed_in: SignIn) -> None:
    client = signed_in(person)
    names = about_a_row()
    assert len(names) > 25
    for name in names:
        for method in ("get", "post"):
            there = _said(client, method, address_of(name, _pk(name, hidden)))
            missing = _said(client, method, address_of(name, MISSING))
            assert there == missing, (name, method, person)
            assert there[0] in {403, 404, 405}, (name, method, there[0])


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_hidden_shows_in_no_list_and_no_count(person: str, hidden: Hidden, signed_in: SignIn) -> None:
    client = signed_in(person)
    catch_up()
    lists = [
        reverse("start"), reverse("customers"), reverse("customers") + "?q=Quasten",
        reverse("customers-suggest") + "?q=Quasten", reverse("inbox"), reverse("inbox") + "?fach=unterwegs",
        reverse("inbox") + "?fach=aussortiert", reverse("file", args=(hidden.open_file.pk,)),
        f"{reverse('file', args=(hidden.open_file.pk,))}?register={hidden.document.section_id}",
        f"{reverse('file', args=(hidden.open_file.pk,))}?text=Geheimsache",
        f"{reverse('file', args=(hidden.open_file.pk,))}?klasse=OFFER&jahr=2026",
        f"{reverse('file', args=(hidden.open_file.pk,))}?sicht=zeit",
        f"{reverse('upload-outcome')}?eingang={hidden.arrival.pk}", reverse("ledger"),
        reverse("search"), reverse("search") + "?q=QF-1", reverse("search") + "?q=geheimsache&tippt=1",
        f"{reverse('search')}?akte={hidden.customer_file.pk}", f"{reverse('search')}?akte={hidden.open_file.pk}",
        f"{reverse('search-jump')}?zuletzt=akte-{hidden.customer_file.pk},dokument-{hidden.document.pk}",
        reverse("search-jump") + "?q=QF-1", reverse("search-jump") + "?q=verschlossene",
        f"{reverse('search-jump')}?q={hidden.customer_file.customer.number}",
    ]  # fmt: skip
    for address in lists:
        text = client.get(address).content.decode()
        assert "Quastenflosser" not in text, (person, address)
    shown = client.get(reverse("file", args=(hidden.open_file.pk,))).context["contents"]
    assert (shown.total, [line.count for line in shown.sections if line.count]) == (0, [])
    assert (shown.facets.total, [len(one.choices) for one in shown.facets.filters]) == (0, [0, 0, 0])


def test_with_the_right_the_same_addresses_answer(signed_in: SignIn) -> None:
    document = a_document(title="Angebot", number="AN-1", versions=2)
    client = signed_in("anton")
    for name in (
        "document",
        "document-version",
        "document-describe",
        "document-move",
        "document-compare",
        "document-why",
        "document-text",
        "document-places",
        "document-first-page",
    ):
        assert client.get(address_of(name, document.pk)).status_code == 200, name
    for name in ("file", "file-customer", "file-customer-change", "file-merge"):
        assert client.get(address_of(name, document.customer_file_id)).status_code == 200, name


def test_a_link_to_a_customer_nobody_may_see_answers_like_a_wrong_number(hidden: Hidden, signed_in: SignIn) -> None:
    client = signed_in("verena")
    number = hidden.customer_file.customer.number
    assert _said(client, "get", f"/akte?kdnr={number}") == _said(client, "get", "/akte?kdnr=K-424242")


def test_nothing_is_shown_to_somebody_who_is_not_signed_in(client: Client) -> None:
    row = a_document()
    for one in web_patterns():
        # The link with a secret, the monitor and what works without a network have tests of their own.
        if one.name in {"language", "look", "invitation", "health", "metrics", "tasks-feed", *GUESTS, *_EMPTY}:
            continue
        kinds = one.pattern.converters
        address = reverse(str(one.name), kwargs={k: "0" * 32 if k == "key" else row.pk for k in kinds})
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert response.status_code in {302, 405}, (one.name, method)
            assert response.get("Location", "/konto/login/").startswith("/konto/login/"), one.name


def test_no_address_shows_a_digest_as_a_way_in(signed_in: SignIn) -> None:
    assert not [one for one in web_patterns() if "digest" in one.pattern.converters]


@pytest.mark.parametrize("person", ["verena", "bernd", "sabine", "paula", "erp"])
def test_only_the_administration_sees_the_running_of_the_house(person: str, signed_in: SignIn) -> None:
    assert signed_in(person).get(reverse("ledger")).status_code == 403
    assert signed_in(person).post(reverse("ledger-retry-all")).status_code == 403
    assert signed_in("anton").get(reverse("ledger")).status_code == 200


@pytest.mark.parametrize("person", ["verena", "bernd", "sabine", "paula", "erp"])
def test_for_others_the_administration_is_not_there(person: str, signed_in: SignIn) -> None:
    client, anton = signed_in(person), signed_in("anton")
    missing = _said(client, "get", "/gibt/es/nicht")
    user = a_user("verena")
    addresses = [one for one in web_patterns() if str(one.name).startswith("administration")]
    assert len(addresses) > 20
    for one in addresses:
        address = reverse(str(one.name), kwargs=dict.fromkeys(one.pattern.converters, user.pk))
        for method in ("get", "post"):
            said = _said(client, method, address)
            assert said == missing or said[0] == 405, (one.name, method, said[0])
    user.refresh_from_db()
    assert (user.edition, user.is_active, user.sessions_round) == (1, True, 0), "nothing was done"
    assert anton.get(reverse("administration")).status_code == 200


def test_a_nul_in_address_or_form_is_refused_everywhere(signed_in: SignIn) -> None:
    client = signed_in("anton")
    row = a_document()
    for one in web_patterns():
        kinds = one.pattern.converters
        address = reverse(str(one.name), kwargs={k: "0" * 32 if k == "key" else row.pk for k in kinds})
        for name in ("q",):
            assert client.get(address, {name: "a\0b"}).status_code == 400, (one.name, name)
        answer = client.post(address, {"title": "a\0b", "reason": "\0", "name": "\0"})
        assert answer.status_code == 400, one.name
    assert "ein Zeichen, das kein Text haben kann" in words(client.get("/kunden/?buchstabe=%00"))
