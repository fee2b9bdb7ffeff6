"""What a change would expose, and who sees what: compared with the gate itself, for everybody and every document."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenakte.base.accounts.models import Role, User
from kundenakte.records import access, effects, seers
from kundenakte.records.actions import accounts, grants, roles
from kundenakte.records.models import Document, Verb
from kundenakte.records.refusals import NotAllowed, NotFound
from kundenakte.records.rights import OF_DOCUMENTS, Right, rights_of_role
from tests.builders import CAST, NOW, SETUP, a_class, a_customer_file, a_document, a_section, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> list[Document]:
    """Two customers, documents of all kinds, drafts and restricted ones, and exceptions of every sort."""
    for name in CAST:
        a_user(name)
    north, other = a_customer_file("Nord GmbH", group="Konzern Nord"), a_customer_file("Andere GmbH")
    documents = [
        a_document(customer_file=file, document_class=code)
        for file, code in itertools.product(
            (north, other), ("INV_OUT", "OFFER", "CONTRACT", "SERVICE_REPORT", "LETTER", "OTHER")
        )
    ]
    Document.objects.filter(pk=documents[0].pk).update(is_restricted=True)
    Document.objects.filter(pk=documents[1].pk).update(is_draft=True)
    now = timezone.now()
    for who, on, more in (
        (a_user("sabine"), documents[2], {}),
        (a_user("sabine"), documents[3], {"deny": True}),
        (Role.objects.get(code="pruefung"), other, {}),
        (a_user("verena"), "Konzern Nord", {"deny": True}),
        (a_user("verena"), documents[8], {"verb": Verb.EDIT, "deny": True}),
        (a_user("paula"), documents[4], {"until": now + timedelta(days=1)}),
        (a_user("bernd"), documents[9], {"verb": Verb.DOWNLOAD}),
    ):
        given: dict[str, Any] = {"verb": Verb.READ, **more}
        grants.grant(actor=SETUP, to=who, on=on, reason="Prüfung", now=now, **given)
    inactive = a_user("erp")
    inactive.is_active = False
    inactive.save()
    return list(Document.objects.order_by("pk"))


def allowed(user: User, document: Document, verb: str) -> bool:
    """What the gate for single documents says."""
    try:
        access.get_document(user, document.pk, to=verb)
    except (NotFound, NotAllowed):
        return False
    return True


def test_who_sees_what_is_what_the_gate_says_for_everybody_and_every_document(company: list[Document]) -> None:
    asked = 0
    for document, verb in itertools.product(company, OF_DOCUMENTS):
        told = {seer.user: seer for seer in seers.of_document(document, verb)}
        assert set(told) == set(User.objects.filter(is_active=True))
        for user, seer in told.items():
            assert seer.may == allowed(user, document, verb), (user, document, verb)
            assert seer.why
            asked += 1
    assert asked == 12 * len(OF_DOCUMENTS) * 5


def test_asking_who_sees_what_takes_no_longer_with_more_people(company: list[Document]) -> None:
    document = access.get_document(a_user("anton"), company[3].pk)
    section = document.section

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as one:
            seers.of_document(document)
        with CaptureQueriesContext(connection) as all_of_it:
            seers.of_section(a_user("anton"), section)
        return len(one), len(all_of_it)

    def add(name: str) -> None:
        more = User.objects.create_user(name, name=f"Vertrieb {name}")
        more.roles.add(Role.objects.get(code="vertrieb"))
        grants.grant(actor=SETUP, to=more, on=document, verb=Verb.EDIT, reason="Vertretung", now=NOW)

    add("v0")
    before = asked()
    for number in range(1, 5):
        add(f"v{number}")
    assert asked() == before


def test_the_rights_of_many_are_those_of_each(company: list[Document]) -> None:
    for rights in seers.rights_of_each(User.objects.prefetch_related("roles")):
        alone = access.rights_of(rights.user)
        assert (rights.role_ids, rights.cells) == (alone.role_ids, alone.cells)
        assert {grant.pk for grant in rights.grants} == {grant.pk for grant in alone.grants}


def test_how_much_of_a_section_and_of_a_file_is_what_lists_show(company: list[Document]) -> None:
    anton = a_user("anton")
    for document in company:
        for shares, same in (
            (seers.of_section(anton, document.section), {"section": document.section}),
            (seers.of_file(anton, document.customer_file), {"customer_file": document.customer_file}),
        ):
            for share in shares:
                visible = access.documents_for(share.user).filter(**same)
                assert share.count == visible.intersection(access.documents_for(anton)).count()
                assert share.of == access.documents_for(anton).filter(**same).count()


def all_reached() -> dict[str, set[tuple[int, int]]]:
    """What everybody may do with every document, as pairs for each verb."""
    found: dict[str, set[tuple[int, int]]] = {str(verb): set() for verb in OF_DOCUMENTS}
    documents = list(Document.objects.select_related("customer_file__customer"))
    for user in User.objects.all():
        rights = access.rights_of(user)
        for document, verb in itertools.product(documents, OF_DOCUMENTS):
            if access.may(user, verb, document, rights=rights):
                found[str(verb)].add((user.pk, document.pk))
    return found


def compare(told: effects.Effects, before: dict[str, set[tuple[int, int]]]) -> int:
    """What was told beforehand against what has happened; returns how many changes there were."""
    changes = 0
    after = all_reached()
    for verb in after:
        for user in User.objects.filter(is_active=True):
            turn = next((t for e in told.people if e.user == user for t in e.turns if t.verb == verb), None)
            gained = {pair for pair in after[verb] - before[verb] if pair[0] == user.pk}
            lost = {pair for pair in before[verb] - after[verb] if pair[0] == user.pk}
            assert (turn.gained if turn else 0, turn.lost if turn else 0) == (len(gained), len(lost)), (user, verb)
            changes += len(gained) + len(lost)
    newly = {document for _, document in after["read"] - before["read"]}
    gone = {document for _, document in before["read"] - after["read"]}
    assert (told.exposed, told.hidden) == (len(newly), len(gone))
    assert {document.pk for document in told.exposed_examples} <= newly
    assert {document.pk for document in told.hidden_examples} <= gone
    return changes


def test_what_a_change_of_rights_would_do_is_what_it_does(company: list[Document]) -> None:
    anton, total = a_user("anton"), 0
    plans: dict[str, Callable[[frozenset[Right]], set[Right]]] = {
        "service": lambda rights: {*rights, Right(a_section("rechnungen").pk, None, Verb.READ)},
        "vertrieb": lambda rights: {r for r in rights if r.verb != Verb.READ},
        "buchhaltung": lambda rights: {*rights, Right(None, a_class("CONTRACT").pk, Verb.EDIT)},
        "pruefung": lambda rights: {Right(None, None, Verb.READ), Right(None, None, Verb.READ_RESTRICTED)},
    }
    for code, plan in plans.items():
        role = Role.objects.get(code=code)
        wanted = plan(rights_of_role(role))
        told = effects.of_rights(anton, role, wanted)
        before = all_reached()
        roles.set_rights(actor=SETUP, role=role, edition=role.edition, rights=wanted, now=NOW)
        total += compare(told, before)
    assert total > 20


def test_what_other_roles_would_do_is_what_they_do(company: list[Document]) -> None:
    anton = a_user("anton")
    for user, codes in ((a_user("sabine"), ["buchhaltung", "vertrieb"]), (a_user("verena"), []), (anton, ["service"])):
        told = effects.of_roles(anton, user, list(Role.objects.filter(code__in=codes)))
        before = all_reached()
        accounts.set_roles(actor=SETUP, user=user, roles=codes, now=NOW)
        assert compare(told, before)
    assert [effect.lost for effect in told.people] == [
        ("read_restricted", "merge", "change_customer", "retention", "dispose", "release_disposal", "administer")
    ]


def test_what_the_asking_person_may_not_read_shows_in_no_number_and_no_example(company: list[Document]) -> None:
    anton, role = a_user("anton"), Role.objects.get(code="pruefung")
    wanted = {Right(None, None, Verb.READ)}
    all_of_it = effects.of_rights(anton, role, wanted)
    secret = all_of_it.exposed_examples[0]
    grants.grant(actor=SETUP, to=anton, on=secret, verb=Verb.READ, deny=True, reason="Prüfung", now=timezone.now())
    rest = effects.of_rights(anton, role, wanted)
    assert rest.exposed == all_of_it.exposed - 1
    assert secret not in rest.exposed_examples


def test_nothing_changes_for_nobody(company: list[Document]) -> None:
    role = Role.objects.get(code="vertrieb")
    assert effects.of_rights(a_user("anton"), role, rights_of_role(role)).is_empty
