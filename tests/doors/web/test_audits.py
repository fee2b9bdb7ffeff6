"""The auditor's room in the browser: what he finds, what he never finds, what is written down, and who opens it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.models import ApiToken, User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.customers.actions.change import add_contact
from kundenakte.customers.drafts import Person
from kundenakte.doors.web import rooms
from kundenakte.records import audits
from kundenakte.records.actions.local_sections import set_up_local_section
from kundenakte.records.actions.retention import HoldWish, set_hold
from kundenakte.records.models import Arrival, Audit, CustomerFile, Document
from tests.builders import (
    NOW,
    a_class,
    a_customer_file,
    a_user,
    an_actor,
    an_arrival,
    an_auditor,
)
from tests.circulation_builders import a_folder, stop, task_of
from tests.doors.web.pages import SignIn, words
from tests.doors.web.test_every_address import web_patterns
from tests.steps.search.papers import a_paper, catch_up

SECRET = "Quastenflosser"
# What belongs to whoever is signed in, whoever that is.
_OWN = {"language", "look", "invitation", "health", "metrics", "guest", "guest-document", "guest-page", "guest-file",
        "tasks-feed",
        # An empty page, the same for everybody and for nobody (test_visits.py); what it would show is closed.
        "visits", "visits-worker", "visits-manifest"}  # fmt: skip


@dataclass(frozen=True)
class House:
    """A file with one paper for the auditor among much that is not for him, and a file with nothing for him."""

    paper: Document
    mine: CustomerFile
    closed: CustomerFile
    hidden: list[Document]
    pks: dict[str, set[int]]


@pytest.fixture
def house() -> House:
    mine, closed = a_customer_file("Offen GmbH"), a_customer_file(f"{SECRET} Werke GmbH")
    paper = a_paper("Rechnung über eine Pumpe", customer_file=mine, document_class="INV_OUT", number="RE-1",
                    title="Rechnung Pumpe", dated_on=date(2022, 5, 4), versions=2)  # fmt: skip
    add_contact(actor=an_actor(), customer=mine.customer, person=Person(name=f"Frau {SECRET}"), now=NOW)
    set_up_local_section(actor=an_actor(), customer_file=mine, name=f"Streit {SECRET}", rights_like=None, now=NOW)
    others: list[dict[str, Any]] = [
        {"document_class": "OFFER"}, {"document_class": "INV_OUT", "dated_on": date(2020, 1, 2), "number": "RE-2"},
        {"document_class": "INV_OUT", "dated_on": date(2024, 1, 2), "number": "RE-3"},
        {"document_class": "ORDER_CONF", "dated_on": date(2022, 1, 2), "number": "AB-1"},
        {"document_class": "INV_OUT", "dated_on": date(2022, 1, 2), "number": "RE-4"},
        {"document_class": "INV_OUT", "dated_on": date(2022, 1, 3), "number": "RE-5"},
    ]  # fmt: skip
    hidden = [a_paper(f"Pumpe {SECRET}", customer_file=mine, title=f"Pumpe {SECRET} {n}", **more)
              for n, more in enumerate(others)]  # fmt: skip
    Document.objects.filter(pk=hidden[4].pk).update(is_restricted=True)
    Document.objects.filter(pk=hidden[5].pk).update(is_draft=True)
    hidden.append(a_paper(f"Pumpe {SECRET}", customer_file=closed, document_class="OFFER", title=f"Pumpe {SECRET}"))
    folder = a_folder(stop(1, "verena"), by="anton", customer_file=mine, documents=[hidden[0]], title=f"Wegen {SECRET}")
    set_hold(
        actor=an_actor("anton"), documents=[paper], now=NOW,
        wish=HoldWish("litigation", f"Klage {SECRET}", a_user("anton"), NOW.date() + timedelta(days=30)),
    )  # fmt: skip
    waiting = an_arrival(file_name=f"{SECRET}.pdf", waiting=True)
    Arrival.objects.filter(pk=waiting.pk).update(facts={"customer_file_id": mine.pk})
    catch_up()
    pks = {
        "document": {paper.pk, *(one.pk for one in hidden)}, "file": {mine.pk, closed.pk},
        "circulation": {folder.pk}, "task": {task_of(folder, "verena").pk}, "inbox": {waiting.pk},
    }  # fmt: skip
    return House(paper, mine, closed, hidden, pks)


@pytest.fixture
def auditor(house: House) -> User:
    return an_auditor(first_year=2022, last_year=2023, classes=(a_class("INV_OUT"),))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def addresses(pattern: URLPattern, house: House) -> Iterator[str]:
    """The address of this name for every row it may be about."""
    name, kinds = str(pattern.name), pattern.pattern.converters
    about = next((pks for kind, pks in house.pks.items() if name.startswith(kind)), {1})
    for pk in about if "pk" in kinds else {1}:
        values = {
            key: {"pk": pk, "key": "0" * 32, "form": "csv", "document": house.hidden[0].pk}.get(key, 1) for key in kinds
        }
        yield reverse(name, kwargs=values)


def test_t41_an_auditor_finds_his_room_and_nothing_else_by_any_address(house: House, auditor: User) -> None:
    client, asked = client_of(auditor), 0
    for pattern in web_patterns():
        for address in addresses(pattern, house):
            answer = client.get(address)
            said = words(answer)
            assert SECRET not in said, address
            is_his = any(
                f"/{kind}/{pk}" in address + "/" for kind, pk in (("dokument", house.paper.pk), ("akte", house.mine.pk))
            )
            if pattern.name not in _OWN and not rooms.shows(str(pattern.name)):
                assert answer.status_code in {404, 405}, address
            elif "pk" in pattern.pattern.converters and not is_his:
                assert answer.status_code in {403, 404}, address
            asked += 1
    assert asked > 200
    for name in ("document", "document-first-page", "document-text", "document-compare"):
        assert client.get(reverse(name, kwargs=_of(name, house))).status_code == 200, name
    for view in ("vorschau", "felder", "versionen", "verlauf", "verweise", "rechte"):
        said = words(client.get(reverse("document", args=(house.paper.pk,)), {"sicht": view}))
        assert SECRET not in said, view
        assert "Löschsperre" not in said, view


def _of(name: str, house: House) -> dict[str, int]:
    pattern = next(one for one in web_patterns() if one.name == name)
    return {key: house.paper.pk if key == "pk" else 1 for key in pattern.pattern.converters}


def test_t41_lists_counts_search_and_jump_box_show_the_room_alone(house: House, auditor: User) -> None:
    client = client_of(auditor)
    file = reverse("file", args=(house.mine.pk,))
    closed = house.closed.customer
    for address in (
        reverse("start"), reverse("customers"), reverse("customers") + "?q=Quasten",
        reverse("customers-suggest") + "?q=Qua",
        reverse("search"), reverse("search") + "?q=pumpe", reverse("search") + "?q=pum&tippt=1",
        f"{reverse('search')}?akte={house.closed.pk}", f"{reverse('search')}?akte={house.mine.pk}&q=pumpe",
        f"{reverse('search')}?stand=restricted", f"{reverse('search')}?jahr=2020", f"{reverse('search')}?q=RE-2",
        reverse("search-jump") + "?q=pumpe",
        reverse("search-jump") + f"?q={closed.number}", reverse("search-jump") + "?q=aufg",
        f"{reverse('search-jump')}?zuletzt=akte-{house.closed.pk},dokument-{house.hidden[0].pk}",
        file, f"{file}?sicht=zeit", f"{file}?text=Pumpe", f"{file}?klasse=OFFER", f"{file}?jahr=2020",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert SECRET not in answer.content.decode(), address
        assert "/aufgaben" not in answer.content.decode(), address
    results = client.get(reverse("search"), {"q": "pumpe"}).context["results"]
    assert [hit.document.pk for hit in results.hits] == [house.paper.pk]
    assert results.total == 1
    assert {name: [(v.value, v.count) for v in values] for name, values in results.facets.items()}["year"] == [
        (2022, 1)
    ]
    shown = client.get(file).context["contents"]
    assert (shown.total, [line.count for line in shown.sections if line.count]) == (1, [1])
    start = client.get(reverse("start"))
    assert [(line.count, line.years) for line in start.context["lines"]] == [(1, {2022: 1})]


def test_t41_an_auditor_changes_nothing(house: House, auditor: User) -> None:
    client = client_of(auditor)
    before = list(Document.objects.order_by("pk").values())
    entries = set(JournalEntry.objects.values_list("pk", flat=True))
    form = {"reason": "x", "edition": 1, "title": "anders", "name": "anders", "beobachten": "1", "rollen": "verwaltung"}
    tried = 0
    for pattern in web_patterns():
        # A ZIP of marked documents is a form that changes nothing: below.
        if pattern.name in _OWN | {"file-zip"}:
            continue
        for address in addresses(pattern, house):
            for method in ("post", "put", "patch", "delete"):
                answer = getattr(client, method)(address, form if method == "post" else None)
                assert answer.status_code in {403, 404, 405}, (method, address, answer.status_code)
                tried += 1
    assert tried > 800
    assert list(Document.objects.order_by("pk").values()) == before
    assert set(JournalEntry.objects.values_list("pk", flat=True)) == entries
    assert not User.objects.get(pk=auditor.pk).roles.exists()


def test_t41_nothing_leaves_the_house_unless_the_audit_says_so(house: House, auditor: User) -> None:
    client, loading = client_of(auditor), client_of(
        an_auditor(first_year=2022, last_year=2023, may_download=True)
    )  # fmt: skip
    file = reverse("document-download", args=(house.paper.pk, 1))
    assert client.get(file).status_code == 403
    assert loading.get(file).status_code == 200
    marked = {"dokument": [house.paper.pk, house.hidden[0].pk]}
    packed = reverse("file-zip", args=(house.mine.pk,))
    assert client.post(packed, marked).status_code in {303, 403}
    assert "Als ZIP laden" not in client.get(reverse("file", args=(house.mine.pk,))).content.decode()
    taken: Any = loading.post(packed, marked)
    assert taken.status_code == 200
    assert SECRET.encode() not in b"".join(taken.streaming_content)
    for one in house.hidden:
        if one.document_class.code != "ORDER_CONF":
            assert loading.get(reverse("document-download", args=(one.pk, 1))).status_code == 404, one
    looks = audits.looks(Audit.objects.get(may_download=True)).values_list("kind", flat=True)
    assert sorted(looks) == ["document.downloaded", "document.downloaded", "documents.exported"]


def test_t41_every_look_is_in_the_journal_and_on_the_page_of_the_audit(
    house: House, auditor: User, signed_in: SignIn
) -> None:
    client, audit = client_of(auditor), Audit.objects.get()
    client.get(reverse("search"), {"q": "pumpe", "jahr": "2022"})
    client.get(reverse("search-jump"), {"q": "RE-1"})
    client.get(reverse("customers"), {"q": "Offen"})
    client.get(reverse("file", args=(house.mine.pk,)))
    client.get(reverse("document", args=(house.paper.pk,)))
    client.get(reverse("document-text", args=(house.paper.pk, 2)))
    client.get(reverse("document-version", args=(house.paper.pk, 1)))
    kinds = list(audits.looks(audit).order_by("at", "id").values_list("kind", flat=True))
    assert kinds == ["audit.searched"] * 3 + ["audit.opened_file"] + ["document.read"] * 2
    shown = words(signed_in("anton").get(reverse("administration-audit", args=(audit.pk,))))
    for said in ("Gesucht: pumpe", "jahr=2022", "Gesucht: RE-1", "Offen GmbH", "Rechnung Pumpe", "Version 1 angesehen"):
        assert said in shown, said
    table = signed_in("anton").get(reverse("administration-audit-record", args=(audit.pk,)))
    lines = table.content.decode("utf-8-sig").splitlines()
    assert len([line for line in lines if "Gerda" in line]) == 6
    assert lines[-1].count("Rechnung Pumpe") == 1
    # Of what the words were, the entries themselves hold a commitment only.
    assert not [e for e in JournalEntry.objects.filter(kind="audit.searched") if b"pumpe" in bytes(e.body)]
    # Somebody of the house reads without an entry.
    before = JournalEntry.objects.count()
    signed_in("verena").get(reverse("document", args=(house.paper.pk,)))
    assert JournalEntry.objects.count() == before


def test_t41_the_access_ends_by_itself(house: House, auditor: User) -> None:
    client = client_of(auditor)
    assert client.get(reverse("document", args=(house.paper.pk,))).status_code == 200
    Audit.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "Ihr Zugang ist beendet" in words(client.get(reverse("start")))
    for pattern in web_patterns():
        if pattern.name not in _OWN | {"start", "shortcuts"}:
            for address in addresses(pattern, house):
                assert client.get(address).status_code in {404, 405}, address


def test_t41_a_token_of_an_auditor_opens_nothing(house: House, auditor: User) -> None:
    secret = random_secrets.fresh("ka_")
    # Past the action, which refuses it.
    ApiToken.objects.create(
        user=auditor, name="x", digest=random_secrets.digest_of(secret), scopes="documents:read customers:read"
    )
    answer = Client().get(f"/api/v1/documents/{house.paper.pk}", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


# --- the administration ------------------------------------------------------------------------------------------


def asked(**more: Any) -> dict[str, Any]:
    return {
        "occasion": "Betriebsprüfung 2022", "first_year": 2022, "last_year": 2022,
        "until": (timezone.localdate() + timedelta(days=30)).isoformat(), "classes": [a_class("INV_OUT").pk],
        "name": "Gerda Groß", "username": "g.gross", **more,
    }  # fmt: skip


def test_an_administrator_looks_first_opens_prolongs_and_ends(house: House, signed_in: SignIn) -> None:
    client, address = signed_in("anton"), reverse("administration-audit-new")
    looked = client.post(address, asked(zeigen="1"))
    assert looked.status_code == 200
    assert (looked.context["total"], looked.context["files"], looked.context["not_marked"]) == (1, 1, [2022])
    assert not Audit.objects.exists()
    opened = client.post(address, asked())
    audit = Audit.objects.get()
    assert "/konto/einrichten/" in opened.content.decode()
    assert audit.auditor.is_auditor
    assert [row.code for row in audit.classes.all()] == ["INV_OUT"]
    page = reverse("administration-audit", args=(audit.pk,))
    assert "Betriebsprüfung 2022" in words(client.get(reverse("administration-audits")))
    assert client.get(page).context["total"] == 1
    later = (timezone.localdate() + timedelta(days=90)).isoformat()
    assert client.post(f"{page}/ende", {"until": later, "edition": 1}).status_code == 303
    audit.refresh_from_db()
    assert timezone.localdate(audit.until - timedelta(seconds=1)).isoformat() == later
    assert client.post(f"{page}/ende", {"until": later, "edition": 1}).status_code == 409
    assert client.post(f"{page}/ende", {"until": "2020-01-01", "edition": 2}).status_code == 422
    assert client.post(f"{page}/beenden", {"edition": 2, "grund": "fertig"}).status_code == 303
    assert "beendet" in words(client.get(page))
    told = client.get(page).context["history"]
    assert [entry.sentence.split(" hat ")[1] for entry in told] == [
        "den Prüferzugang beendet.", "das Ende des Prüferzugangs geändert.",
        "den Prüferzugang freigegeben (Jahre 2022 bis 2022).",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_year": 2021}, "vor dem ersten"),
        ({"username": ""}, "neuer Prüfer"),
        ({"until": "2020-01-01"}, "Vergangenheit"),
        ({"username": "verena"}, "gibt es schon"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_the_form(wrong: dict[str, Any], said: str, signed_in: SignIn) -> None:
    a_user("verena")
    answer = signed_in("anton").post(reverse("administration-audit-new"), asked(**wrong))
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Audit.objects.exists()


def test_the_account_page_of_an_auditor_offers_no_roles(auditor: User, signed_in: SignIn) -> None:
    said = words(signed_in("anton").get(reverse("administration-user", args=(auditor.pk,))))
    assert 'name="rollen"' not in said
    assert "Dieses Konto gehört einem Prüfer" in said


def test_nobody_gives_an_auditor_something_to_do(auditor: User, signed_in: SignIn, house: House) -> None:
    said = words(signed_in("verena").get(reverse("file-circulate", args=(house.mine.pk,))))
    assert "Bernd Beck" in said or "Verena" in said
    assert "Gerda" not in said
