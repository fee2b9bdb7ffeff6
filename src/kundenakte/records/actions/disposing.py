"""Asking for a disposition, releasing it, withdrawing it. Carried out it is by the ledger (records/disposition)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.actions.retention import SecondPersonMissing
from kundenakte.records.disposition.hindrance import Verdict, verdicts
from kundenakte.records.models import DisposedDocument, Disposition, Document, Verb
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound, Refused

# The name in the ledger, for ever.
JOB: Final = "records.dispose"
AT_ONCE: Final = 500
State = Disposition.State


class NotDue(Refused):
    """A document stays: its period runs, or something holds it."""

    code = "not_due"
    sentence = "Dieses Dokument darf noch nicht ausgesondert werden."


class AlreadyDecided(Refused):
    """A list is released or withdrawn once."""

    code = "disposition_decided"
    sentence = "Über diese Aussonderung ist schon entschieden."


class NotAllSeen(Refused):
    """Nobody releases what he may not read."""

    code = "disposition_not_all_seen"
    sentence = "Freigeben kann nur, wer alle Dokumente der Liste lesen darf."


@transaction.atomic
def request_disposition(*, actor: Actor, documents: Sequence[Document], reason: str, now: datetime) -> Disposition:
    """Propose documents for destruction; a second person releases the list. Nothing is destroyed by this.

    Raises NotDue for the first document that has to stay, BadValue without documents or reason, or for one that stands
    in another list.
    """
    person = _person(actor)
    access.require(actor, Verb.DISPOSE)
    if not documents or len(documents) > AT_ONCE:
        raise BadValue("Bitte wählen Sie mindestens ein Dokument aus, höchstens %(most)s.", most=AT_ONCE)
    if not reason.strip():
        raise BadValue("Bitte geben Sie den Grund der Aussonderung an.")
    asked = _readable(person, {document.pk for document in documents})
    found = _must_be_due(asked, now)
    made = Disposition.objects.create(reason=reason.strip()[:300], requested_by=person, requested_at=now)
    rows = [_row(made, document, found[document.pk]) for document in asked]
    DisposedDocument.objects.bulk_create(rows)
    journal.append(
        actor, "disposition.requested", made, at=now, reason=made.reason, documents=[row.document_id for row in rows]
    )
    return made


@transaction.atomic
def release_disposition(*, actor: Actor, disposition: Disposition, now: datetime) -> None:
    """Let a list be carried out that somebody else has asked for. Each document is looked at once more in its turn.

    Raises SecondPersonMissing for whoever asked, NotAllSeen, AlreadyDecided.
    """
    person = _person(actor)
    access.require(actor, Verb.RELEASE_DISPOSAL)
    locked = _undecided(disposition)
    if locked.requested_by_id == person.pk:
        raise SecondPersonMissing
    ids = set(locked.documents.values_list("document_id", flat=True))
    if access.documents_for(person).filter(pk__in=ids).count() != len(ids):
        raise NotAllSeen
    _decide(locked, person, State.RELEASED, now)
    journal.append(actor, "disposition.released", locked, at=now, requested_by=locked.requested_by_id)
    ledger.enqueue(JOB, locked.pk)


@transaction.atomic
def drop_disposition(*, actor: Actor, disposition: Disposition, now: datetime) -> None:
    """Take a list back before it is released: whoever asked, or whoever could release it."""
    person = _person(actor)
    if not access.rights_of(person).has(Verb.RELEASE_DISPOSAL) and disposition.requested_by_id != person.pk:
        raise NotAllowed
    locked = _undecided(disposition)
    _decide(locked, person, State.DROPPED, now)
    locked.documents.update(state=DisposedDocument.State.KEPT, sentence="Die Liste wurde zurückgezogen.")
    journal.append(actor, "disposition.dropped", locked, at=now)


# --- inside ------------------------------------------------------------------------------------------------------


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise NotFound
    return actor.user


def _readable(person: User, pks: set[int]) -> list[Document]:
    """The documents by their ids, all of which the person may read."""
    found = list(access.documents_for(person).filter(pk__in=pks).select_related("document_class").order_by("pk"))
    if len(found) != len(pks):
        raise NotFound
    return found


def _must_be_due(documents: Sequence[Document], now: datetime) -> dict[int, Verdict]:
    listed = DisposedDocument.objects.filter(document__in=documents).exclude(state=DisposedDocument.State.KEPT)
    elsewhere, found = set(listed.values_list("document_id", flat=True)), verdicts(documents, now=now)
    for document in documents:
        if document.pk in elsewhere:
            raise BadValue("„%(title)s“ steht schon in einer anderen Liste.", title=document.title)
        if sentence := found[document.pk].sentence:
            raise NotDue("„%(title)s“ bleibt: %(sentence)s", title=document.title, sentence=sentence)
    return found


def _row(made: Disposition, document: Document, found: Verdict) -> DisposedDocument:
    term = found.end.term
    if found.end.until is None:
        raise NotDue
    return DisposedDocument(
        disposition=made, document=document, class_code=document.document_class.code,
        retain_until=found.end.until, rule=found.end.code, basis=term.rule.basis if term else "",
    )  # fmt: skip


def _undecided(disposition: Disposition) -> Disposition:
    locked = Disposition.objects.select_for_update(of=("self",)).filter(pk=disposition.pk).first()
    if locked is None:
        raise NotFound
    if locked.state != State.REQUESTED:
        raise AlreadyDecided
    return locked


def _decide(locked: Disposition, person: User, state: Disposition.State, now: datetime) -> None:
    locked.state, locked.decided_by, locked.decided_at = state, person, now
    locked.save(update_fields=["state", "decided_by", "decided_at"])
