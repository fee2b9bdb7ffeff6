"""Writing the journal: one entry per change, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of many: what `append` takes, as a value."""

    kind: str
    subject: Model
    facts: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


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
    return append_many(actor, [Happening(kind, subject, facts, personal or {}, reason)], at=at)[0]


def append_many(actor: Actor, happenings: Iterable[Happening], *, at: datetime | None = None) -> list[JournalEntry]:
    """Write many entries of one moment, as `append` does, in three INSERTs per some hundred of them."""
    if not connection.in_atomic_block:
        raise NotInTransaction
    at = at or timezone.now()
    made = [_entry(actor, happening, at) for happening in happenings]
    entries = JournalEntry.objects.bulk_create([entry for entry, _ in made])
    PersonalFact.objects.bulk_create([fact for _, facts in made for fact in facts])
    Unsequenced.objects.bulk_create([Unsequenced(entry=entry) for entry in entries])
    return entries


def _entry(actor: Actor, happening: Happening, at: datetime) -> tuple[JournalEntry, list[PersonalFact]]:
    """The rows of one entry, not written yet."""
    opened = [(name, value, canonical.new_salt()) for name, value in _personal(actor, happening)]
    subject, entry_id = happening.subject, canonical.new_id()
    body = canonical.body(
        {
            "id": str(entry_id),
            "at": canonical.moment(at),
            "kind": happening.kind,
            "actor": {"kind": actor.kind, "id": actor.user.pk if actor.user else actor.name},
            "subject": canonical.reference(subject),
            "facts": {name: canonical.plain(value) for name, value in happening.facts.items()},
            "commitments": {name: canonical.commitment(salt, value) for name, value, salt in opened},
        }
    )
    entry = JournalEntry(
        id=entry_id,
        at=at,
        kind=happening.kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        actor_kind=actor.kind,
        actor_id=actor.user.pk if actor.user else None,
        body=body,
    )
    return entry, [PersonalFact(entry=entry, name=name, value=value, salt=salt) for name, value, salt in opened]


def _personal(actor: Actor, happening: Happening) -> list[tuple[str, str]]:
    """What is committed to instead of shown. A rule's or the system's name is no person's, so it stays open."""
    facts = dict(happening.personal)
    if actor.user is not None:
        facts["actor"] = actor.name
    if happening.reason:
        facts["reason"] = happening.reason
    return [(name, value) for name, value in facts.items() if value]
