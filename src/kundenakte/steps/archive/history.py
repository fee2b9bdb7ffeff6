"""The journal's entries about a document, as the lines of history.jsonl: each can be checked without us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from kundenakte.base.journal import sequencer
from kundenakte.base.journal.models import JournalEntry, Unsequenced
from kundenakte.records.models import Arrival, Version
from kundenakte.steps.archive.staging import canonical


@dataclass(frozen=True, slots=True)
class History:
    """The lines, and which leaves of the tree they are."""

    lines: bytes
    entries: int
    first_seq: int | None
    last_seq: int | None


def history_of(version: Version, arrival: Arrival | None) -> History:
    """What happened to the document, and to what came in as this version, in the order of the tree.

    An entry younger than a second may have no place in the tree yet; then the sequencing is not waited for but done.
    """
    entries = _entries(version, arrival)
    while Unsequenced.objects.filter(entry__in=entries).exists():
        sequencer.sequence()
    found = list(entries.select_related("leaf").prefetch_related("personal_facts").order_by("leaf__seq"))
    lines = b"".join(canonical(line) + b"\n" for line in _lines(found))
    seqs = [entry.leaf.seq for entry in found]
    return History(lines, len(found), seqs[0] if seqs else None, seqs[-1] if seqs else None)


def _entries(version: Version, arrival: Arrival | None) -> QuerySet[JournalEntry]:
    about = Q(subject_type="records.document", subject_id=version.document_id)
    if arrival:
        about |= Q(subject_type="records.arrival", subject_id=arrival.pk)
    return JournalEntry.objects.filter(about)


def _lines(entries: list[JournalEntry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield {
            "seq": entry.leaf.seq,
            "leaf": bytes(entry.leaf.digest).hex(),
            # Canonical when it was written, so the same bytes come out again.
            "entry": json.loads(bytes(entry.body)),
            "opened": {
                fact.name: {"value": fact.value, "salt": bytes(fact.salt).hex()} for fact in entry.personal_facts.all()
            },
        }
