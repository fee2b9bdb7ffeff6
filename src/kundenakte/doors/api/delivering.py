"""Receives what a program delivers, once: the same call again finds what the first one became."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Final, cast

from django.db import IntegrityError

from kundenakte import pipeline
from kundenakte.doors.api.auth import Caller
from kundenakte.doors.api.models import RememberedCall
from kundenakte.doors.api.problems import Problem
from kundenakte.records import access
from kundenakte.records import facts as source_facts
from kundenakte.records.models import Arrival

# Larger files come by the watched folder.
MAX_BYTES: Final = 4 * 1024**3
_CHUNK = 1024 * 1024
_AGAIN = "Bitte senden Sie sie noch einmal."


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a call brings beside the bytes."""

    file_name: str
    facts: Mapping[str, Any]
    # The caller's Idempotency-Key header, and the version of the document by the system's own count.
    idempotency_key: str = ""
    version: str = ""
    size: int | None = None
    sha256: str = ""

    @property
    def source(self) -> str:
        """What the arrival names as its source; the system's keys are unique in it."""
        return f"rest:{self.said('system') or 'api'}"[:60]

    def said(self, name: str) -> str:
        """What the call says of this, as a text that can be stored."""
        value = self.facts.get(name)
        return "" if value is None else source_facts.text(value)

    @property
    def keys(self) -> list[str]:
        """Under which keys this call is remembered."""
        keys = [f"key:{self.idempotency_key}"] if self.idempotency_key else []
        said = [self.said(name) for name in ("system", "key", "customer", "class", "number")]
        if self.version and (said[1] or said[4]):
            text = "\0".join([*(said[:2] if said[1] else said), source_facts.text(self.version)])
            keys.append(f"version:{hashlib.sha256(text.encode()).hexdigest()}")
        return keys


@dataclass(frozen=True, slots=True)
class Outcome:
    """The arrival, and whether this call made it."""

    arrival: Arrival
    is_new: bool


@dataclass(slots=True)
class Body(io.RawIOBase):
    """Passes bytes on and checks at their end that they are all and the announced ones: else nothing is stored."""

    source: Any
    size: int | None = None
    sha256: str = ""
    read_bytes: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self.source.read(len(buffer))
        self.read_bytes += len(chunk)
        if self.read_bytes > MAX_BYTES:
            raise Problem(413, "too_large", "Die Datei ist größer als 4 GB.")
        if not chunk:
            self._require_whole()
        self._hash.update(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def digest(self) -> str:
        """The SHA-256 of what was read."""
        return str(self._hash.hexdigest())

    def _require_whole(self) -> None:
        if self.size is not None and self.read_bytes != self.size:
            raise Problem(400, "body_incomplete", f"Die Datei ist nicht vollständig angekommen. {_AGAIN}")
        if self.sha256 and self.digest() != self.sha256.lower():
            raise Problem(422, "digest_differs", f"Die Prüfsumme passt nicht zur Datei. {_AGAIN}")


def deliver(*, caller: Caller, stream: BinaryIO, delivery: Delivery, now: datetime) -> Outcome:
    """Receive the bytes, unless this very call was received before; then its arrival comes back.

    Raises Problem when a key is used again for other bytes, and whatever `pipeline.receive` raises.
    """
    body = Body(stream, delivery.size, delivery.sha256)
    keys = delivery.keys
    if earlier := _remembered(caller, keys):
        while body.read(_CHUNK):
            pass
        return _the_same(caller, earlier, body.digest())

    def remember(arrival: Arrival) -> None:
        RememberedCall.objects.bulk_create(
            RememberedCall(user=caller.user, key=key, digest=arrival.digest, arrival=arrival, at=now) for key in keys
        )

    try:
        arrival = pipeline.receive(
            actor=caller.actor, stream=cast(BinaryIO, body), file_name=delivery.file_name, source=delivery.source,
            now=now, facts=delivery.facts, origin=f"REST, Token „{caller.token.name}“",
            source_key=delivery.said("key"), beside=remember if keys else None,
        )  # fmt: skip
    except IntegrityError:
        # Two of the same call at once: the other one was first.
        earlier = _remembered(caller, keys)
        if earlier is None:
            raise
        return _the_same(caller, earlier, body.digest())
    return Outcome(arrival, is_new=arrival.state != Arrival.State.DUPLICATE)


def _remembered(caller: Caller, keys: Sequence[str]) -> RememberedCall | None:
    if not keys:
        return None
    calls = RememberedCall.objects.filter(user=caller.user, key__in=keys).select_related("arrival")
    return calls.order_by("pk").first()


def _the_same(caller: Caller, earlier: RememberedCall, digest: str) -> Outcome:
    if earlier.digest != digest:
        by_version = earlier.key.startswith("version:")
        sentence = (
            "Zu dieser Versionsangabe liegt schon eine andere Datei vor. Bitte geben Sie eine neue Version an."
            if by_version
            else "Dieser Idempotency-Key wurde schon für eine andere Datei verwendet."
        )
        raise Problem(
            409 if by_version else 422, "version_differs" if by_version else "idempotency_key_reused", sentence,
            arrival=earlier.arrival_id, document=_readable(caller, earlier.arrival.document_id),
        )  # fmt: skip
    return Outcome(earlier.arrival, is_new=False)


def _readable(caller: Caller, document_id: int | None) -> int | None:
    """The document's id, for whoever may read it."""
    if document_id is None:
        return None
    return access.documents_for(caller.user).filter(pk=document_id).values_list("pk", flat=True).first()
