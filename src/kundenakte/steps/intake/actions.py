"""Eingang: the bytes are kept first, then the arrival is written down. Between the two nothing is promised yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import connection

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.blobs import turns
from kundenakte.base.blobs.store import FileAtHand, Stored
from kundenakte.base.journal import actions as journal
from kundenakte.records import facts as source_facts
from kundenakte.records import mediatype
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.file_names import shown_name, storable_text

_COUNT_UP = """
INSERT INTO intake_sourceseries (source, last_number) VALUES (%s, 1)
ON CONFLICT (source) DO UPDATE SET last_number = intake_sourceseries.last_number + 1
RETURNING last_number
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a door hands over beside the bytes."""

    file_name: str
    # The door and its name: "web", "rest:erp", "folder:scanner", "command".
    source: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    # Where exactly it lay, for people; and the source's own key, if the same key means the same document.
    origin: str = ""
    source_key: str = ""
    team: Role | None = None


def keep(source: BinaryIO | FileAtHand) -> Stored:
    """Put the bytes under their SHA-256; on return they are on disk. Raises OSError when they cannot be kept."""
    store = blobs.default()
    return store.put_file(source) if isinstance(source, FileAtHand) else store.put(source)


def still_kept(stored: Stored) -> None:
    """In the arrival's transaction: raise OSError when a disposal has just taken these very bytes away.

    From here on it sees the arrival and leaves them. Otherwise the source keeps its file and brings it again.
    """
    turns.take(stored.digest)
    if not blobs.default().has(stored.digest):
        raise OSError(f"{stored.digest} was disposed of at this moment")


def draft(*, actor: Actor, stored: Stored, delivery: Delivery, now: datetime) -> Arrival:
    """What came in, not saved yet: nobody who writes waits while the file is looked at. `number` completes it."""
    name = shown_name(delivery.file_name)
    media_type = mediatype.detect(blobs.default().path(stored.digest), file_name=name).name
    return Arrival(
        digest=stored.digest, size=stored.size, file_name=name, media_type=media_type, received_at=now,
        source=delivery.source[:60],
        origin=storable_text(delivery.origin), source_key=storable_text(delivery.source_key, 500),
        received_by=actor.user, facts=source_facts.clean(dict(delivery.facts)), team=delivery.team, changed_at=now,
    )  # fmt: skip


def number(*, actor: Actor, arrival: Arrival, now: datetime) -> None:
    """Give the saved arrival its number in the source's series and write its journal entry, last in its transaction.

    All arrivals of one source wait for each other here, so nothing slow may follow.
    """
    arrival.source_number = _next_number(arrival.source)
    arrival.save(update_fields=["source_number"])
    journal.append(
        actor, "arrival.received", arrival, at=now, source=arrival.source, number=arrival.source_number,
        digest=arrival.digest, size=arrival.size,
        personal={"file_name": arrival.file_name, "origin": arrival.origin},
    )  # fmt: skip


def _next_number(source: str) -> int:
    """The next number of the series; the row is held until the transaction ends, so none is skipped or given twice."""
    # Two first arrivals at once: the second waits at the unique key, then counts up as well.
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_UP, [source])
        return int(cursor.fetchone()[0])
