"""Trying once a day whether each bucket of the house does what its lock promises (the canary): that of the second copy
and that of the originals.

Stores have accepted locks and not kept them. So a small object is locked for a day, and then all is done to it that
must fail. Only a store that has refused lately may be called resistant; without one the archive makes tampering
evident, no more.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db import transaction

from kundenakte.base import buckets
from kundenakte.base.buckets import Bucket, BucketError, Unreachable
from kundenakte.base.journal import actions as journal
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import StoreTrial

Outcome = StoreTrial.Outcome
Kind = Literal["replica", "originals"]
_ENTRY: Final[dict[Kind, str]] = {"replica": "store", "originals": "originals"}
LOCKED_FOR: Final = timedelta(days=1)
# A trial each day; one that is older than two days proves nothing any more.
BELIEVED: Final = timedelta(hours=48)
_FOLDER: Final = "canary/"


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be said of the archive: whether tampering is resisted, or only noticed; and when that was last tried."""

    # "evident": nothing locks. "resistant": proved lately. "untried": a bucket, not tried yet. "stale": proved, but too
    # long ago. "lost": it was resistant and is not any more. "never": tried, and it never was.
    state: Literal["evident", "resistant", "untried", "stale", "lost", "never"]
    last: StoreTrial | None = None


def places() -> dict[Kind, str]:
    """The buckets that are to lock what is sealed."""
    named: dict[Kind, str] = {"replica": str(settings.ARCHIVE_REPLICA), "originals": str(settings.BLOBS_BUCKET)}
    return {kind: place for kind, place in named.items() if buckets.is_address(place)}


def try_stores(*, now: datetime) -> list[StoreTrial]:
    """Try every bucket and keep each outcome as a row and in the journal."""
    return [_note(kind, place, _tried(place, now), now) for kind, place in places().items()]


def outcome_of(bucket: Bucket, *, now: datetime) -> StoreTrial.Outcome:
    """Lock an object for a day and try to be rid of it. Raises BucketError when that cannot be tried."""
    if not bucket.can_lock():
        return Outcome.LOCKLESS
    content = uuid.uuid4().bytes
    key = f"{_FOLDER}{now.astimezone(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    until = now.replace(microsecond=0) + LOCKED_FOR
    version = bucket.put(key, content, sha256=hashlib.sha256(content).hexdigest(), locked_until=until)
    refused = [
        _is_refused(lambda: bucket.remove(key, version)),
        _is_refused(lambda: bucket.remove_by_force(key, version)),
        _is_refused(lambda: bucket.lock(key, version, until - LOCKED_FOR / 2)),
    ]
    # A refusal that took place all the same, or a lock that was never there, is seen by looking only.
    is_whole = _is_whole(bucket, key, version, content, until)
    _sweep(bucket, but=key)
    return Outcome.RESISTS if all(refused) and is_whole else Outcome.YIELDS


def standing(kind: Kind, *, now: datetime) -> Standing:
    """What may be said now of the second copy or of the originals. Reads rows only."""
    place = places().get(kind)
    if place is None:
        return Standing("evident")
    trials = StoreTrial.objects.filter(place=place).order_by("-at")
    last = trials.first()
    if last is None:
        return Standing("untried")
    if last.outcome == Outcome.RESISTS:
        return Standing("resistant" if now - last.at <= BELIEVED else "stale", last)
    was_resistant = trials.filter(outcome=Outcome.RESISTS).exists()
    return Standing("lost" if was_resistant else "never", last)


def _tried(place: str, now: datetime) -> StoreTrial.Outcome:
    try:
        return outcome_of(buckets.at(place), now=now)
    except BucketError:
        return Outcome.UNREACHABLE


@transaction.atomic
def _note(kind: Kind, place: str, outcome: StoreTrial.Outcome, now: datetime) -> StoreTrial:
    row = StoreTrial.objects.create(place=place, at=now, outcome=outcome)
    journal.append(sealing.RULE, f"archive.{_ENTRY[kind]}_{outcome.value}", row, at=now)
    return row


def _is_refused(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except Unreachable:
        raise
    except BucketError:
        return True
    except FileNotFoundError:
        # An earlier attempt has had its way.
        return False
    return False


def _is_whole(bucket: Bucket, key: str, version: str, content: bytes, until: datetime) -> bool:
    kept = bucket.head(key, version)
    if kept is None or kept.locked_until is None or kept.locked_until < until:
        return False
    with bucket.open(key, version) as stream:
        return stream.read() == content


def _sweep(bucket: Bucket, *, but: str) -> None:
    """What earlier trials left, as far as its lock is over."""
    for one in list(bucket.versions(_FOLDER)):
        if one.key != but:
            with contextlib.suppress(BucketError):
                bucket.remove(one.key, one.version)
