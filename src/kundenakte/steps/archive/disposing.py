"""What the archive does about a document that is disposed of: its objects go whole, from both copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kundenakte.base import blobs
from kundenakte.records.disposition.traces import Gone
from kundenakte.steps.archive import names, replica, sealing
from kundenakte.steps.archive.models import ArchivePackage, PackageState, SealDue
from kundenakte.steps.archive.store import ArchiveStore


class StillThere(OSError):
    """An object that was destroyed can still be read."""


def facts(gone: Gone) -> dict[str, Any]:
    """The objects, for the journal's entry."""
    return {"objects": [package.object_id for package in _packages(gone)]}


def forget(gone: Gone, now: datetime) -> None:
    """Nothing is sealed, copied, checked or repaired any more; each package says what became of it."""
    SealDue.objects.filter(version__in=gone.versions).delete()
    PackageState.objects.bulk_create(
        PackageState(package=package, state=PackageState.State.DISPOSED, at=now) for package in _packages(gone)
    )


def destroy(gone: Gone) -> None:
    """Every sealing of the document, also one a crash left without a row. Raises StillThere or OSError."""
    for object_id in _object_ids(gone):
        for store in _stores():
            store.destroy(object_id)
            if store.has(object_id):
                raise StillThere(object_id)


def locked_until(gone: Gone) -> datetime | None:
    """The latest lock on any object or original."""
    locks = [store.locked_until(object_id) for object_id in _object_ids(gone) for store in _stores()]
    locks += [blobs.default().locked_until(digest) for digest in gone.digests]
    return max((lock for lock in locks if lock), default=None)


def _packages(gone: Gone) -> list[ArchivePackage]:
    return list(ArchivePackage.objects.filter(document_id=gone.document_id).order_by("pk"))


def _object_ids(gone: Gone) -> Iterator[str]:
    """All sealings with a row, and the next of each version: its object may be there though its row is not."""
    last: dict[int, int] = {}
    for package in _packages(gone):
        yield package.object_id
        last[package.version_id] = max(last.get(package.version_id, 0), package.number)
    for number, version_id in enumerate(gone.versions, start=1):
        sealing_number = last.get(version_id, 0) + 1
        yield names.object_id(document=gone.document_id, version=number, sealing=sealing_number)


def _stores() -> Iterator[ArchiveStore]:
    yield sealing.default()
    if second := replica.second():
        yield second
