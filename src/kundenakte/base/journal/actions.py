"""Writing the journal: one entry per change, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import canonical
from kundenakte.base.journal.models import JournalEntry, PersonalFact, Unsequenced


class NotInTransaction(Exception):
    """A journal entry stands or falls with the change it tells of; alone it would be a claim."""


def append(
    actor: Actor,
    kind: str,
    subject: Model,
    *,
    at: datetime | None = None,
    reason: str = "",
    personal: Mapping[str, str] | None = None,
    **facts: Any,
) -> JournalEntry:
    """Write down that `actor` did `kind` ("document.filed") to `subject`.

    `facts` are open for good: rows, numbers, days, codes. Whatever names or describes a person, and every free text,
    belongs into `personal`: the entry then holds only a salted commitment, and the value can be erased by law (R-23).
    The actor's name and `reason` are treated so by themselves. Costs three INSERTs and takes no lock; its place in the
    tree comes within a second from the sequencer. Raises NotInTransaction outside `transaction.atomic`.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(kind)
    at = at or timezone.now()
    opened = [(name, value, canonical.new_salt()) for name, value in _personal(actor, reason, personal)]
    entry_id = canonical.new_id()
    body = canonical.body(
        {
            "id": str(entry_id),
            "at": canonical.moment(at),
            "kind": kind,
            "actor": {"kind": actor.kind, "id": actor.user.pk if actor.user else actor.name},
            "subject": canonical.reference(subject),
            "facts": {name: canonical.plain(value) for name, value in facts.items()},
            "commitments": {name: canonical.commitment(salt, value) for name, value, salt in opened},
        }
    )
    entry = JournalEntry(
        id=entry_id,
        at=at,
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        actor_kind=actor.kind,
        actor_id=actor.user.pk if actor.user else None,
        body=body,
    )
    entry.save(force_insert=True)
    if opened:
        PersonalFact.objects.bulk_create(
            [PersonalFact(entry=entry, name=name, value=value, salt=salt) for name, value, salt in opened]
        )
    Unsequenced(entry=entry).save(force_insert=True)
    return entry


def _personal(actor: Actor, reason: str, more: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """What is committed to instead of shown. A rule's or the system's name is no person's, so it stays open."""
    facts = dict(more or {})
    if actor.user is not None:
        facts["actor"] = actor.name
    if reason:
        facts["reason"] = reason
    return [(name, value) for name, value in facts.items() if value]
