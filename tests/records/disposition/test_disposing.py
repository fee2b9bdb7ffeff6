"""Asking for a disposition takes a right, releasing it another person; what has to stay stays at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions import disposing
from kundenakte.records.actions.disposing import AlreadyDecided, NotAllSeen, NotDue
from kundenakte.records.actions.retention import HoldWish, SecondPersonMissing, ask_for_release, release_hold, set_hold
from kundenakte.records.models import DisposedDocument, Disposition, Document, Grant, LegalHold, Permission, Verb
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound
from tests.builders import NOW, TODAY, a_customer_file, a_document, a_user, an_actor
from tests.records.disposition.papers import an_old_paper, carry_out, released, requested

pytestmark = pytest.mark.django_db
State = Disposition.State


def a_hold(*documents: Document) -> LegalHold:
    wish = HoldWish("litigation", "Klage vor dem LG", a_user("bernd"), TODAY + timedelta(days=90))
    return set_hold(actor=an_actor("bernd"), wish=wish, documents=documents, now=NOW)


def kinds() -> list[str]:
    return list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))


def test_one_asks_another_releases_and_both_stand_in_the_journal() -> None:
    made = released(an_old_paper())
    assert (made.state, made.requested_by, made.decided_by) == (State.RELEASED, a_user("bernd"), a_user("anton"))
    assert [kind for kind in kinds() if "disposition." in kind] == ["disposition.requested", "disposition.released"]


def test_whoever_asked_does_not_release_and_the_database_says_so_too() -> None:
    made = requested(an_old_paper(), who="anton")
    with pytest.raises(SecondPersonMissing):
        disposing.release_disposition(actor=an_actor("anton"), disposition=made, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposition.objects.filter(pk=made.pk).update(state=State.RELEASED, decided_by=a_user("anton"))
    made.refresh_from_db()
    assert made.state == State.REQUESTED


@pytest.mark.parametrize("who", ["verena", "sabine", "paula", "erp"])
def test_asking_takes_the_right_to_ask(who: str) -> None:
    with pytest.raises(NotAllowed):
        requested(an_old_paper(), who=who)


@pytest.mark.parametrize("who", ["verena", "bernd", "sabine", "paula", "erp"])
def test_releasing_takes_the_right_to_release(who: str) -> None:
    made = requested(an_old_paper(), who="anton")
    with pytest.raises(NotAllowed):
        disposing.release_disposition(actor=an_actor(who), disposition=made, now=NOW)


def test_nobody_asks_for_or_releases_what_he_may_not_read() -> None:
    old = an_old_paper()
    made = requested(old)
    for name in ("anton", "bernd"):
        Grant.objects.create(
            user=a_user(name), document=old, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
        )
    with pytest.raises(NotAllSeen):
        disposing.release_disposition(actor=an_actor("anton"), disposition=made, now=NOW)
    with pytest.raises(NotFound):
        requested(old)


def test_what_runs_is_open_or_held_is_not_proposed() -> None:
    held = an_old_paper()
    a_hold(held)
    for stays in (a_document(document_class="INV_OUT", number="RE-1"), a_document(document_class="CONTRACT"), held):
        with pytest.raises(NotDue):
            requested(stays)
    assert not Disposition.objects.exists()


def test_many_documents_are_asked_for_with_as_many_queries_as_two() -> None:
    requested(an_old_paper())  # what is looked up once and remembered
    counts = []
    for many in (2, 20):
        some = [an_old_paper() for _ in range(many)]
        with CaptureQueriesContext(connection) as queries:
            made = requested(*some)
        assert made.documents.count() == many
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_first_that_stays_is_named_among_many() -> None:
    some = [an_old_paper(title=f"Altes {number}") for number in range(3)]
    a_hold(some[1])
    with pytest.raises(NotDue, match=r"Altes 1.*Löschsperre"):
        requested(*some)


def test_without_documents_or_a_reason_or_in_two_lists_at_once_nothing_is_proposed() -> None:
    old = an_old_paper()
    with pytest.raises(BadValue):
        requested()
    with pytest.raises(BadValue):
        disposing.request_disposition(actor=an_actor("bernd"), documents=[old], reason=" ", now=NOW)
    requested(old)
    with pytest.raises(BadValue, match="anderen Liste"):
        requested(old)


def test_a_list_is_decided_once_and_withdrawn_papers_may_be_proposed_again() -> None:
    old = an_old_paper()
    made = requested(old)
    with pytest.raises(NotAllowed):
        disposing.drop_disposition(actor=an_actor("verena"), disposition=made, now=NOW)
    disposing.drop_disposition(actor=an_actor("bernd"), disposition=made, now=NOW)
    for again in (disposing.drop_disposition, disposing.release_disposition):
        with pytest.raises(AlreadyDecided):
            again(actor=an_actor("anton"), disposition=made, now=NOW)
    carry_out(made)
    assert Document.objects.filter(pk=old.pk).exists()
    assert requested(old).state == State.REQUESTED


def test_t33_a_hold_that_came_after_the_release_keeps_the_document_and_its_end_makes_it_a_candidate_again() -> None:
    file = a_customer_file()
    held, free = an_old_paper(file), an_old_paper(file)
    made = released(held, free)
    hold = a_hold(held)
    carry_out(made)
    row = made.documents.get(document=held)
    assert (row.state, "Löschsperre" in row.sentence) == (DisposedDocument.State.KEPT, True)
    assert set(Document.objects.values_list("pk", flat=True)) == {held.pk}
    assert made.state == State.DONE
    ask_for_release(actor=an_actor("bernd"), hold=hold, reason="Vergleich", now=NOW)
    release_hold(actor=an_actor("anton"), hold=hold, now=NOW)
    assert requested(held).documents.get().document_id == held.pk


def test_the_shipped_roles_give_asking_and_releasing_to_different_people() -> None:
    a_user("anton")
    ask = set(Permission.objects.filter(verb=Verb.DISPOSE).values_list("role__code", flat=True))
    release = set(Permission.objects.filter(verb=Verb.RELEASE_DISPOSAL).values_list("role__code", flat=True))
    assert ask == {"verwaltung", "buchhaltung", "leitung"}
    assert release == {"verwaltung", "leitung"}
