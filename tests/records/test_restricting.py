"""Restricting a document: who sees it then, who may do it, and what remains in the journal."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.base.accounts.models import Role
from kundenakte.base.journal import queries as journal
from kundenakte.records import access
from kundenakte.records.actions import reading
from kundenakte.records.actions.restricting import lift_restriction, restrict
from kundenakte.records.models import Document, Permission, SearchDue, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed, NotFound
from tests.builders import NOW, a_document, a_user, an_actor

pytestmark = pytest.mark.django_db


def ask(document: Document, **more: Any) -> dict[str, Any]:
    wish = {"actor": an_actor("anton"), "edition": document.edition, "reason": "Verlangen nach Art. 18", "now": NOW}
    return {"document": document, **wish, **more}


def seen_by(username: str) -> list[Document]:
    return list(access.documents_for(a_user(username)))


def test_a_restricted_document_is_gone_for_all_without_the_right_to_such_ones() -> None:
    document, other = a_document(), a_document()
    due = SearchDue.objects.filter(document_id=document.pk).count()
    restrict(**ask(document))
    assert seen_by("verena") == [other]
    assert set(seen_by("anton")) == {document, other}
    with pytest.raises(NotFound):
        access.get_document(a_user("verena"), document.pk)
    assert SearchDue.objects.filter(document_id=document.pk).count() == due + 1
    assert "eingeschränkt" in " ".join(access.explain(a_user("verena"), document))


def test_lifting_shows_it_again() -> None:
    document = a_document()
    restrict(**ask(document))
    lift_restriction(**ask(document, reason="Streit beigelegt"))
    assert seen_by("verena") == [document]
    told = [(entry.kind, entry.reason) for entry in journal.history(document)]
    assert ("document.restricted", "Verlangen nach Art. 18") in told
    assert ("document.restriction_lifted", "Streit beigelegt") in told


def test_without_a_reason_the_right_or_the_newest_state_nothing_happens() -> None:
    document = a_document()
    with pytest.raises(BadValue):
        restrict(**ask(document, reason=" "))
    with pytest.raises(NotAllowed):
        restrict(**ask(document, actor=an_actor("verena")))
    with pytest.raises(ChangedMeanwhile):
        restrict(**ask(document, edition=document.edition + 1))
    document.refresh_from_db()
    assert not document.is_restricted
    restrict(**ask(document))
    # To those who may not see it, it is not there; doing it twice is one entry.
    with pytest.raises(NotFound):
        lift_restriction(**ask(document, actor=an_actor("verena")))
    restrict(**ask(document))
    assert [entry.kind for entry in journal.history(document)].count("document.restricted") == 1


def test_a_data_protection_officer_needs_reading_both_rights_and_no_more() -> None:
    role = Role.objects.create(code="datenschutz", name="Datenschutz")
    for verb in (Verb.READ, Verb.READ_RESTRICTED, Verb.RESTRICT):
        Permission.objects.create(role=role, verb=verb)
    user = a_user("paula")
    user.roles.set([role])
    document = a_document()
    restrict(**ask(document, actor=an_actor("paula")))
    assert seen_by("paula") == [document]
    lift_restriction(**ask(document, actor=an_actor("paula")))


def test_reading_it_is_in_the_journal_and_reading_any_other_is_not() -> None:
    document = a_document()
    assert document.valid_version is not None
    wish: dict[str, Any] = {"actor": an_actor("anton"), "document": document, "version": document.valid_version}
    reading.note_reading(**wish, now=NOW)
    restrict(**ask(document))
    reading.note_reading(**wish, now=NOW)
    reading.note_download(**wish, now=NOW)
    kinds = [entry.kind for entry in journal.history(document)]
    assert (kinds.count("document.read"), kinds.count("document.downloaded")) == (1, 1)
