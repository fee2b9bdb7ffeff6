"""The second copy of the archive (Zweitbestand): written after each sealing, and each of the two heals the other.

It is a folder, or a bucket that locks what it holds for as long as it has to be kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kundenakte.base import buckets
from kundenakte.base.buckets import BucketError
from kundenakte.base.journal import actions as journal
from kundenakte.steps.archive import locking as locks
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.bucket import BucketArchive
from kundenakte.steps.archive.local import LocalArchive
from kundenakte.steps.archive.models import ArchivePackage, PackageState
from kundenakte.steps.archive.staging import Staged, Unreadable
from kundenakte.steps.archive.store import AlreadyThere, ArchiveStore, NoSuchObject

log = logging.getLogger(__name__)

# Each object is read whole once in so many days.
ROUND_DAYS: Final = 90
State = PackageState.State


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading an object in all its places brought."""

    found: Literal["good", "repaired", "damaged"]
    # The places that were not good, of "archive" and "replica".
    bad: tuple[str, ...] = ()


def second() -> ArchiveStore | None:
    """The second copy, in `settings.ARCHIVE_REPLICA`; None when the house has none. Raises buckets.BadAddress."""
    place = str(settings.ARCHIVE_REPLICA)
    if buckets.is_address(place):
        return BucketArchive(buckets.at(place), Path(settings.ARCHIVE) / "staging")
    return _local(Path(place)) if place else None


def locking() -> BucketArchive | None:
    """The second copy where it is a bucket; None for a folder, which locks nothing."""
    replica = second()
    return replica if isinstance(replica, BucketArchive) else None


@cache
def _local(folder: Path) -> LocalArchive:
    return LocalArchive(folder)


def copy(package: ArchivePackage) -> None:
    """Bring a sealed object to the second copy; a second time changes nothing. Raises Unreadable or OSError.

    What is copied is read whole and compared with what was sealed: damage never spreads.
    """
    replica = second()
    if replica is not None and not replica.has(package.object_id):
        _restore(package, good=sealing.default(), lost=replica, now=timezone.now())


def check(package: ArchivePackage, *, now: datetime) -> Checked:
    """Read the object in the archive and in the second copy; what is bad in one is restored from the good other.

    A damaged object is set aside, never destroyed. What was found is a row and a journal entry. A second copy that
    cannot be reached says nothing about either: it is neither bad nor of any help.
    """
    places: dict[str, ArchiveStore] = {"archive": sealing.default()}
    if replica := second():
        places["replica"] = replica
    found = {name: _is_good(store, package) for name, store in places.items()}
    bad = tuple(name for name, is_good in found.items() if is_good is False)
    if not bad:
        return Checked("good")
    good = next((places[name] for name, is_good in found.items() if is_good), None)
    if good is None:
        _tell(package, State.DAMAGED, bad, now)
        return Checked("damaged", bad)
    for name in bad:
        places[name].set_aside(package.object_id)
        _restore(package, good=good, lost=places[name], now=now)
    _tell(package, State.REPAIRED, bad, now)
    return Checked("repaired", bad)


def whose_turn(today: date) -> Iterator[ArchivePackage]:
    """The objects that are read on this day: each once in 90 days."""
    turn = today.toordinal() % ROUND_DAYS
    packages = ArchivePackage.objects.annotate(turn=F("pk") % ROUND_DAYS).filter(turn=turn).exclude(
        states__state=State.DISPOSED
    )  # fmt: skip
    yield from packages.order_by("pk").iterator(chunk_size=500)


def _is_good(store: ArchiveStore, package: ArchivePackage) -> bool | None:
    """Whether it is what was sealed; None when the store cannot be asked."""
    try:
        store.verify(package.object_id, inventory_sha512=package.inventory_sha512)
    except (Unreadable, NoSuchObject) as error:
        log.warning("%s is not what was sealed: %s", package.object_id, error)
        return False
    except BucketError as error:
        log.warning("%s could not be looked at: %s", package.object_id, error)
        return None
    return True


def _restore(package: ArchivePackage, *, good: ArchiveStore, lost: ArchiveStore, now: datetime) -> None:
    files = good.files(package.object_id, inventory_sha512=package.inventory_sha512)
    until = locks.until(package.document, now=now) if isinstance(lost, BucketArchive) else None
    with Staged.copy_of(lost.staging(), package.object_id, files) as staged:
        finished = staged.copied(package.inventory_sha512, size=package.size, files=package.files)
        try:
            lost.place(finished, locked_until=until)
        except AlreadyThere:
            lost.verify(package.object_id, inventory_sha512=package.inventory_sha512)


@transaction.atomic
def _tell(package: ArchivePackage, state: PackageState.State, bad: tuple[str, ...], now: datetime) -> None:
    last = package.states.last()
    if state == State.DAMAGED and last and last.state == State.DAMAGED:
        # Said already; the alarm stays until it is repaired.
        return
    PackageState.objects.create(package=package, state=state, at=now)
    journal.append(
        sealing.RULE, f"document.archive_{state}", package.document, object=package.object_id, places=sorted(bad),
        version=package.version.number,
    )  # fmt: skip
