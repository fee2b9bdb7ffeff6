"""Eingang: the bytes are kept first, then the arrival is written down. Between the two nothing is promised yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.blobs.store import Stored
from kundenakte.base.journal import actions as journal
from kundenakte.records import facts as source_facts
from kundenakte.records import mediatype
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.file_names import shown_name, storable_text
from kundenakte.steps.intake.models import SourceSeries


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


def keep(stream: BinaryIO) -> Stored:
    """Put the bytes under their SHA-256; on return they are on disk. Raises OSError when they cannot be kept."""
    return blobs.default().put(stream)


def register(*, actor: Actor, stored: Stored, delivery: Delivery, now: datetime) -> Arrival:
    """Write down that something came in, in the caller's transaction; `number` completes it."""
    name = shown_name(delivery.file_name)
    media_type = mediatype.detect(blobs.default().path(stored.digest), file_name=name).name
    return Arrival.objects.create(
        digest=stored.digest, size=stored.size, file_name=name, media_type=media_type, received_at=now,
        source=delivery.source[:60],
        origin=storable_text(delivery.origin), source_key=storable_text(delivery.source_key, 500),
        received_by=actor.user, facts=source_facts.clean(dict(delivery.facts)), team=delivery.team, changed_at=now,
    )  # fmt: skip


def number(*, actor: Actor, arrival: Arrival, now: datetime) -> None:
    """Give the arrival its number in the source's series and write its journal entry, at the end of its transaction.

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
    if not SourceSeries.objects.filter(source=source).update(last_number=F("last_number") + 1):
        # Two first arrivals at once: the second waits at the unique key, then counts up as well.
        with transaction.atomic():
            SourceSeries.objects.get_or_create(source=source)
        SourceSeries.objects.filter(source=source).update(last_number=F("last_number") + 1)
    return SourceSeries.objects.values_list("last_number", flat=True).get(source=source)
