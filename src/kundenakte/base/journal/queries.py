"""Reading the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal.models import JournalEntry

ERASED = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as people read it, its personal facts opened as far as they have not been erased."""

    id: UUID
    at: datetime
    kind: str
    subject: str
    actor_kind: str
    actor_id: int | None
    # The person's name then, or the name of the rule or service; empty when it was erased.
    actor: str
    reason: str
    facts: dict[str, Any]
    personal: dict[str, str]
    # Names of personal facts that were lawfully erased: only their commitments are left.
    erased: tuple[str, ...]
    # The place in the tree; None for about a second.
    seq: int | None


def history(subject: Model) -> list[Told]:
    """What happened to this row, oldest first."""
    return _told(JournalEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk))


def done_since(subject: Model, kind: str, *, actor: Actor, since: datetime) -> list[Told]:
    """What this actor did to this row of this kind after a moment, oldest first."""
    rows = JournalEntry.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, kind=kind, at__gt=since,
        actor_kind=actor.kind, actor_id=actor.user.pk if actor.user else None,
    )  # fmt: skip
    return _told(rows)


def history_of_many(subject_type: str, subject_ids: Iterable[int], *, limit: int = 1000) -> list[Told]:
    """What happened to these rows of one type ("records.document"), the newest `limit` entries, oldest first."""
    rows = JournalEntry.objects.filter(subject_type=subject_type, subject_id__in=list(subject_ids))
    newest = rows.order_by("-at", "-id").values("id")[:limit]
    return _told(JournalEntry.objects.filter(id__in=list(newest.values_list("id", flat=True))))


def about(subject_type: str, subject_ids: QuerySet[Any], *, kinds: Sequence[str]) -> QuerySet[JournalEntry]:
    """The entries of these kinds about rows of one type, whose ids a query gives; for `told` after paging."""
    entries = JournalEntry.objects.filter(subject_type=subject_type, subject_id__in=subject_ids, kind__in=kinds)
    return entries.select_related("leaf").prefetch_related("personal_facts")


def done_by(
    user_id: int, *, kinds: Sequence[str], since: datetime, until: datetime | None = None
) -> QuerySet[JournalEntry]:
    """What somebody did of these kinds from one moment to another; for `told` after paging."""
    entries = JournalEntry.objects.filter(actor_id=user_id, kind__in=kinds, at__gte=since)
    if until is not None:
        entries = entries.filter(at__lte=until)
    return entries.select_related("leaf").prefetch_related("personal_facts")


def told(entries: Iterable[JournalEntry]) -> list[Told]:
    """Entries that `about` gave, as people read them, in the order they come in."""
    return [_tell(entry) for entry in entries]


def _told(entries: Any) -> list[Told]:
    ordered = entries.order_by("at", "id").select_related("leaf").prefetch_related("personal_facts")
    return [_tell(entry) for entry in ordered]


def _tell(entry: JournalEntry) -> Told:
    body = json.loads(bytes(entry.body))
    personal = {fact.name: fact.value for fact in entry.personal_facts.all()}
    actor = body["actor"]["id"] if entry.actor_id is None else personal.get("actor", ERASED)
    leaf = getattr(entry, "leaf", None)
    return Told(
        id=entry.id,
        at=entry.at,
        kind=entry.kind,
        subject=body["subject"],
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor=str(actor),
        reason=personal.get("reason", ""),
        facts=body["facts"],
        personal={name: value for name, value in personal.items() if name not in {"actor", "reason"}},
        erased=tuple(sorted(set(body["commitments"]) - set(personal))),
        seq=leaf.seq if leaf else None,
    )
