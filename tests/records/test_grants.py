"""Exceptions beside the matrix: who may make them, for what, and who may end them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.base.journal.queries import history
from kundenakte.records import access
from kundenakte.records.actions import grants
from kundenakte.records.models import Document, Grant, Verb
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_user, an_actor

pytestmark = pytest.mark.django_db


def shown_to(user: User) -> set[int]:
    return set(access.documents_for(user).values_list("pk", flat=True))


def give(to: User | Role, on: Any, **more: Any) -> Grant:
    given: dict[str, Any] = {"actor": an_actor("anton"), "verb": Verb.READ, "reason": "Urlaubsvertretung", "now": NOW}
    return grants.grant(to=to, on=on, **{**given, **more})


def test_a_document_is_opened_to_a_person_and_closed_again() -> None:
    offer, sabine = a_document(document_class="OFFER"), a_user("sabine")
    assert shown_to(sabine) == set()
    made = give(sabine, offer)
    assert made.granted_by == a_user("anton")
    assert shown_to(sabine) == {offer.pk}
    grants.revoke(actor=an_actor("anton"), grant=made, now=NOW, reason="Urlaub vorbei")
    assert shown_to(sabine) == set()


def test_a_file_and_a_group_are_opened_and_closed_to_a_role() -> None:
    offer = a_document(document_class="OFFER", customer_file=a_customer_file(group="Konzern Nord"))
    role = Role.objects.get(code="service")
    give(role, offer.customer_file)
    assert shown_to(a_user("sabine")) == {offer.pk}
    give(role, "Konzern Nord", deny=True)
    assert shown_to(a_user("sabine")) == set()


def test_a_group_closed_for_filing_takes_nothing_new() -> None:
    file = a_customer_file(group="Konzern Nord")
    access.require(an_actor("verena"), Verb.FILE, file)
    give(a_user("verena"), "Konzern Nord", verb=Verb.FILE, deny=True)
    with pytest.raises(NotAllowed):
        access.require(an_actor("verena"), Verb.FILE, file)
    access.require(an_actor("verena"), Verb.FILE, a_customer_file("Anders GmbH"))


def test_only_the_administration_makes_and_ends_exceptions() -> None:
    offer = a_document(document_class="OFFER")
    with pytest.raises(NotAllowed):
        give(a_user("verena"), offer, actor=an_actor("verena"))
    assert not Grant.objects.exists()
    made = give(a_user("verena"), offer, deny=True)
    with pytest.raises(NotAllowed):
        grants.revoke(actor=an_actor("bernd"), grant=made, now=NOW)
    assert shown_to(a_user("verena")) == set()


def test_what_the_administrator_may_not_see_he_can_not_open_either() -> None:
    offer = a_document(document_class="OFFER")
    give(a_user("anton"), offer.customer_file, deny=True, actor=SETUP)
    for thing in (offer, offer.customer_file):
        with pytest.raises(NotFound):
            give(a_user("anton"), thing)


@pytest.mark.parametrize("verb", [Verb.READ, Verb.DOWNLOAD])
def test_nobody_lifts_a_denial_that_is_on_himself(verb: Verb) -> None:
    offer = a_document(customer_file=a_customer_file(group="Konzern Nord"))
    for to in (a_user("anton"), Role.objects.get(code="verwaltung")):
        made = give(to, "Konzern Nord", deny=True, verb=verb, actor=SETUP)
        with pytest.raises(NotAllowed):
            grants.revoke(actor=an_actor("anton"), grant=made, now=NOW)
        assert not access.may(a_user("anton"), verb, offer)
        grants.revoke(actor=SETUP, grant=made, now=NOW)
        assert access.may(a_user("anton"), verb, offer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "  "},
        {"reason": "x" * 301},
        {"until": NOW},
        {"until": NOW - timedelta(days=1)},
        {"verb": Verb.ADMINISTER},
        {"verb": Verb.INBOX},
        {"verb": "fly"},
    ],
)
def test_an_exception_needs_a_reason_an_end_to_come_and_a_verb_that_things_carry(wrong: dict[str, Any]) -> None:
    offer = a_document()
    with pytest.raises(BadValue):
        give(a_user("sabine"), offer, **wrong)
    assert not Grant.objects.exists()


@pytest.mark.parametrize("group", ["", "Konzern Süd"])
def test_a_group_nobody_belongs_to_is_refused(group: str) -> None:
    a_customer_file(group="Konzern Nord")
    with pytest.raises(NotFound):
        give(a_user("sabine"), group)


def test_an_exception_for_a_group_that_is_gone_can_still_be_ended() -> None:
    file = a_customer_file(group="Konzern Nord")
    made = give(a_user("sabine"), "Konzern Nord")
    type(file.customer).objects.update(group="")
    grants.revoke(actor=an_actor("anton"), grant=made, now=NOW)
    assert made.revoked_at == NOW


def test_an_exception_holds_until_its_end() -> None:
    offer, now = a_document(document_class="OFFER"), timezone.now()
    give(a_user("sabine"), offer, now=now - timedelta(days=2), until=now - timedelta(days=1))
    assert shown_to(a_user("sabine")) == set()
    give(a_user("sabine"), offer, now=now, until=now + timedelta(days=1))
    assert shown_to(a_user("sabine")) == {offer.pk}


def test_the_journal_tells_it_once_and_keeps_the_reason_erasable() -> None:
    offer: Document = a_document(document_class="OFFER")
    made = give(a_user("sabine"), offer)
    for _ in range(2):
        grants.revoke(actor=an_actor("anton"), grant=made, now=NOW, reason="Urlaub vorbei")
    given, revoked = history(made)
    assert (given.kind, revoked.kind) == ("grant.given", "grant.revoked")
    assert given.facts["document"] == f"records.document:{offer.pk}"
    assert (given.reason, revoked.reason) == ("Urlaubsvertretung", "Urlaub vorbei")
    for entry in JournalEntry.objects.filter(kind__startswith="grant."):
        assert "Urlaub" not in bytes(entry.body).decode()
