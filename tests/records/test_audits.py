"""An auditor's room: what of the house it opens, to whom, until when; and that nothing else counts for him."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal.queries import history
from kundenakte.records import access, audits, seers
from kundenakte.records.actions import accounts, grants, reading
from kundenakte.records.actions.audits import (
    AuditWish,
    NewAuditor,
    close_audit,
    note_opening,
    note_search,
    open_audit,
    set_end,
)
from kundenakte.records.models import Audit, Document, Grant, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed, NotFound
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, a_user, an_actor, an_auditor

pytestmark = pytest.mark.django_db
YEARS, CODES = (2021, 2022, 2023, 2024), ("INV_OUT", "OFFER", "ORDER_CONF", "OTHER")


@pytest.fixture
def house() -> list[Document]:
    """Two customers; of each class one document in each year, some of them restricted, drafts, or in a denied file."""
    files = [a_customer_file("Nord GmbH"), a_customer_file("Süd GmbH")]
    made = [
        a_document(customer_file=files[n // 4 % 2], document_class=code, number=f"N{n}", dated_on=date(year, 5, 4))
        for n, (year, code) in enumerate(itertools.product(YEARS, CODES))
    ]
    Document.objects.filter(pk=made[4].pk).update(is_restricted=True)
    Document.objects.filter(pk=made[8].pk).update(is_draft=True)
    return made


def shown_to(user: User) -> set[int]:
    return set(access.documents_for(user).values_list("pk", flat=True))


def numbers(user: User) -> list[str]:
    return list(access.documents_for(user).order_by("pk").values_list("number", flat=True))


def wish(**more: Any) -> AuditWish:
    return AuditWish(**{"occasion": "Betriebsprüfung", "first_year": 2022, "last_year": 2023,
                        "until": timezone.now() + timedelta(days=30), **more})  # fmt: skip


def fresh(document: Document) -> Document:
    return Document.objects.select_related("customer_file__customer").get(pk=document.pk)


def test_the_room_holds_the_years_and_what_is_relevant_for_tax(house: list[Document]) -> None:
    relevant = {document.pk for document in house if document.is_tax_relevant}
    assert relevant
    assert relevant != {document.pk for document in house}
    hidden = {house[4].pk, house[8].pk}
    of_years = {document.pk for document in house if document.dated_on.year in {2022, 2023}}
    auditor = an_auditor(first_year=2022, last_year=2023)
    assert shown_to(auditor) == (relevant & of_years) - hidden
    only = an_auditor(first_year=2022, last_year=2023, classes=(a_class("INV_OUT"),))
    assert shown_to(only) == {d.pk for d in house if d.document_class.code == "INV_OUT"} & of_years - hidden


def test_what_is_restricted_shows_only_where_the_audit_says_so(house: list[Document]) -> None:
    assert house[4].pk not in shown_to(an_auditor(first_year=2022, last_year=2022))
    assert house[4].pk in shown_to(an_auditor(first_year=2022, last_year=2022, shows_restricted=True))


@pytest.mark.parametrize("options", [{}, {"may_download": True}, {"shows_restricted": True, "may_download": True}])
def test_list_single_decision_reason_and_who_sees_what_agree(house: list[Document], options: dict[str, Any]) -> None:
    auditor = an_auditor(
        first_year=2022, last_year=2024, classes=(a_class("INV_OUT"), a_class("ORDER_CONF")), **options
    )
    Grant.objects.create(user=auditor, document=house[0], reason="Nachforderung", created_at=NOW)
    Grant.objects.create(user=auditor, document=house[3], reason="nicht steuerlich", created_at=NOW)
    Grant.objects.create(user=auditor, customer_file=house[4].customer_file, is_deny=True, reason="-", created_at=NOW)
    shown = shown_to(auditor)
    assert house[0].pk in shown
    assert house[3].pk not in shown
    assert not shown & {d.pk for d in house if d.customer_file_id == house[4].customer_file_id}
    for document in map(fresh, house):
        assert access.may(auditor, Verb.READ, document) == (document.pk in shown)
        assert ("nicht" in access.explain(auditor, document)[0]) == (document.pk not in shown)
        told = {seer.user: seer.may for seer in seers.of_document(document)}
        assert told[auditor] == (document.pk in shown)
        for verb in Verb:
            expected = document.pk in shown and (
                verb == Verb.READ
                or (verb == Verb.DOWNLOAD and bool(options.get("may_download")) and document != house[0])
            )
            assert access.may(auditor, verb, document) == expected, (verb, document.number)
    files = set(access.files_for(auditor).values_list("pk", flat=True))
    assert files == set(access.documents_for(auditor).values_list("customer_file", flat=True))
    assert {c.pk for c in access.customers_for(auditor)} == set(
        access.documents_for(auditor).values_list("customer_file__customer", flat=True)
    )


def test_no_role_and_no_grant_to_a_role_counts_for_an_auditor(house: list[Document]) -> None:
    auditor = an_auditor(first_year=2022, last_year=2022)
    before = shown_to(auditor)
    # Past the actions, as somebody with the database at hand would do it.
    auditor.roles.add(Role.objects.get(code="verwaltung"))
    Grant.objects.create(role=Role.objects.get(code="verwaltung"), document=house[0], reason="-", created_at=NOW)
    assert shown_to(auditor) == before
    assert not access.rights_of(auditor).has(Verb.ADMINISTER)
    with pytest.raises(NotAllowed):
        access.require(Actor.of(auditor), Verb.ADMINISTER)
    assert not access.arrivals_for(auditor).exists()


def test_it_ends_on_its_day_and_when_somebody_ends_it(house: list[Document]) -> None:
    auditor = an_auditor(first_year=2021, last_year=2024)
    Grant.objects.create(user=auditor, document=house[0], reason="Nachforderung", created_at=NOW)
    audit, now = Audit.objects.get(), timezone.now()
    assert shown_to(auditor)
    set_end(actor=an_actor("anton"), audit=audit, edition=1, until=now + timedelta(days=1), now=now)
    Audit.objects.update(until=now - timedelta(seconds=1))
    assert shown_to(auditor) == set()
    assert not access.files_for(auditor).exists()
    with pytest.raises(BadValue):
        set_end(actor=an_actor("anton"), audit=audit, edition=2, until=now + timedelta(days=1), now=now)
    again = open_audit(actor=an_actor("anton"), auditor=auditor, wish=wish(), now=now)
    assert shown_to(auditor)
    close_audit(actor=an_actor("anton"), audit=again, edition=1, now=now, reason="Schlussbesprechung")
    close_audit(actor=an_actor("anton"), audit=again, edition=2, now=now)
    assert shown_to(auditor) == set()
    assert [entry.kind for entry in history(again)] == ["audit.opened", "audit.closed"]
    auditor.is_active = False
    auditor.save()
    assert shown_to(auditor) == set()


def test_two_at_once_notice_each_other(house: list[Document]) -> None:
    auditor = an_auditor()
    audit, now = Audit.objects.get(), timezone.now()
    set_end(actor=an_actor("anton"), audit=audit, edition=1, until=now + timedelta(days=9), now=now)
    with pytest.raises(ChangedMeanwhile):
        close_audit(actor=an_actor("anton"), audit=audit, edition=1, now=now)
    with pytest.raises(BadValue, match="schon einen"):
        open_audit(actor=an_actor("anton"), auditor=auditor, wish=wish(), now=now)


@pytest.mark.parametrize("who", ["verena", "bernd", "paula"])
def test_only_the_administration_opens_prolongs_and_ends(who: str) -> None:
    auditor, now = an_auditor(), timezone.now()
    audit = Audit.objects.get()
    with pytest.raises(NotAllowed):
        open_audit(actor=an_actor(who), auditor=NewAuditor("g.gross", "Gerda Groß"), wish=wish(), now=now)
    with pytest.raises(NotAllowed):
        set_end(actor=an_actor(who), audit=audit, edition=1, until=now + timedelta(days=1), now=now)
    with pytest.raises(NotAllowed):
        close_audit(actor=Actor.of(auditor), audit=audit, edition=1, now=now)
    assert not User.objects.filter(username="g.gross").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"occasion": " "}, {"occasion": "x" * 301}, {"first_year": 2024}, {"last_year": 3000}, {"first_year": 0},
        {"until": NOW - timedelta(days=1)},
    ],
)  # fmt: skip
def test_a_room_needs_an_occasion_years_and_an_end_to_come(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        open_audit(actor=an_actor("anton"), auditor=NewAuditor("g.gross", "G"), wish=wish(**wrong), now=NOW)
    assert not Audit.objects.exists()
    assert not User.objects.filter(is_auditor=True).exists()


def test_a_class_that_is_not_relevant_for_tax_and_a_colleague_get_no_room() -> None:
    with pytest.raises(BadValue, match="nicht steuerlich"):
        an_auditor(classes=(a_class("OTHER"),))
    with pytest.raises(BadValue):
        open_audit(actor=an_actor("anton"), auditor=a_user("verena"), wish=wish(), now=NOW)


def test_an_auditors_account_gets_neither_roles_nor_tokens_nor_more_than_reading() -> None:
    auditor, document = an_auditor(), a_document(document_class="INV_OUT")
    with pytest.raises(accounts.RolesForAuditor):
        accounts.set_roles(actor=SETUP, user=auditor, roles=["vertrieb"], now=NOW)
    with pytest.raises(accounts.RolesForAuditor):
        accounts.issue_token(actor=SETUP, user=auditor, name="IDEA", scopes=["documents:read"], now=NOW)
    with pytest.raises(accounts.RolesForAuditor):
        accounts.add_account(actor=SETUP, username="x", roles=["vertrieb"], is_auditor=True, now=NOW)
    given: dict[str, Any] = {"actor": an_actor("anton"), "to": auditor, "on": document, "reason": "-", "now": NOW}
    with pytest.raises(BadValue):
        grants.grant(verb=Verb.EDIT, **given)
    grants.grant(verb=Verb.READ, **given)


def test_each_look_of_an_auditor_is_written_down_once_and_nobody_elses(house: list[Document]) -> None:
    auditor = an_auditor(first_year=2021, last_year=2024, may_download=True)
    audit, now = Audit.objects.get(), timezone.now()
    document = fresh(house[0])
    assert document.valid_version is not None
    for user in (auditor, a_user("verena")):
        for minutes in (0, 3):
            seen: dict[str, Any] = {"actor": Actor.of(user), "now": now + timedelta(minutes=minutes)}
            reading.note_reading(document=document, version=document.valid_version, **seen)
            note_search(place="search", words="Quastenflosser", narrowed="jahr=2022", found=3, **seen)
            note_opening(customer_file=document.customer_file, **seen)
        reading.note_download(document=document, version=document.valid_version, actor=Actor.of(user), now=now)
    kinds = sorted(audits.looks(audit).values_list("kind", flat=True))
    assert kinds == ["audit.opened_file", "audit.searched", "document.downloaded", "document.read"]
    assert {entry.actor_id for entry in history(document) if entry.kind.startswith("document.read")} == {auditor.pk}
    searched = next(entry for entry in history(audit) if entry.kind == "audit.searched")
    assert searched.personal == {"words": "Quastenflosser", "narrowed": "jahr=2022"}
    assert searched.facts == {"place": "search", "found": 3}
    # After ten minutes it is another look.
    later = now + timedelta(minutes=14)
    reading.note_reading(actor=Actor.of(auditor), document=document, version=document.valid_version, now=later)
    assert audits.looks(audit).count() == 5


def test_counts_say_what_the_room_holds(house: list[Document]) -> None:
    auditor = an_auditor(first_year=2022, last_year=2023)
    counted = audits.counted(access.documents_for(auditor))
    assert sum(count for *_rest, count in counted) == len(shown_to(auditor))
    room = audits.room_of(Audit.objects.get())
    mine = audits.inside(room, access.documents_for(a_user("anton")))
    assert set(mine.values_list("pk", flat=True)) == shown_to(auditor)
    assert audits.not_marked_as_audited(2022, 2023) == [2022, 2023]


def test_what_is_outside_answers_like_what_is_missing(house: list[Document]) -> None:
    auditor = an_auditor(first_year=2022, last_year=2022)
    outside = next(document for document in house if document.dated_on.year == 2021)
    for pk in (outside.pk, 987_654):
        with pytest.raises(NotFound):
            access.get_document(auditor, pk)
