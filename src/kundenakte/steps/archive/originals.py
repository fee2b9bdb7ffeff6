"""Handing out the bytes of a version: only those that are still what was taken in.

Each file is read whole and its SHA-256 compared before the first byte leaves the house. Checking while sending would
cost nothing, but the damage would be noticed when it is delivered already. The page cache then holds what is sent, so
the second reading is cheap; and what was found good is not read again by this process for some minutes unless the
file was touched. Rot that begins meanwhile is found at the next look.

What is sealed is read from the archive. Is it damaged there, it is restored from the second copy at once, if that one
is good; else it is refused.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import BinaryIO, Final

from django.db.models import Exists, OuterRef

from kundenakte.base import blobs
from kundenakte.base.blobs.store import CHUNK, NoSuchBlob
from kundenakte.records.models import Version
from kundenakte.records.refusals import Refused
from kundenakte.steps.archive import replica, sealing
from kundenakte.steps.archive.models import ArchivePackage, PackageState
from kundenakte.steps.archive.store import NoSuchObject

log = logging.getLogger(__name__)

# How long a file found good is believed to be so, and how many such files a process remembers.
BELIEVED_SECONDS: Final = 600.0
_REMEMBERED: Final = 2000
# Opening the page of a document checks files up to this size as well; larger ones only when they are fetched.
LOOKED_AT: Final = 16 * 1024 * 1024


class Damaged(Refused):
    """The bytes are no longer what was taken in, and no second copy is good."""

    code = "document_damaged"
    sentence = (
        "Diese Datei ist beschädigt: Ihre Prüfsumme stimmt nicht mehr. Sie wird deshalb nicht herausgegeben. "
        "Der Administrator ist benachrichtigt."
    )


def open_checked(version: Version, *, now: datetime) -> BinaryIO:
    """The original of a version, to read and seek in, after its SHA-256 was found right. Raises Damaged.

    A damaged object of the archive is repaired on the way; both are rows and journal entries.
    """
    package = _package_of(version)
    return _unsealed(version) if package is None else _repaired(package, now)


def _repaired(package: ArchivePackage, now: datetime) -> BinaryIO:
    source = _sealed(package)
    if source is None:
        found = replica.check(package, now=now)
        log.warning("%s was damaged when it was asked for: %s", package.object_id, found.found)
        source = _sealed(package)
    if source is None:
        raise Damaged
    return source


def require_whole(version: Version, *, now: datetime) -> None:
    """What opening a page asks: raises Damaged when what is sealed, unless it is large, is not what it was."""
    package = _package_of(version) if version.size <= LOOKED_AT else None
    if package is not None:
        _repaired(package, now).close()


def _package_of(version: Version) -> ArchivePackage | None:
    """The latest sealing that is still to be there."""
    gone = PackageState.objects.filter(package=OuterRef("pk"), state=PackageState.State.DISPOSED)
    return ArchivePackage.objects.filter(~Exists(gone), version=version).order_by("-number").first()


def _sealed(package: ArchivePackage) -> BinaryIO | None:
    """The original in the archive, if it is good."""
    try:
        source = sealing.default().open(package.object_id, package.original)
    except NoSuchObject:
        return None
    return _if_good(source, package.digest)


def _unsealed(version: Version) -> BinaryIO:
    try:
        source = _if_good(blobs.default().open(version.digest), version.digest)
    except NoSuchBlob:
        source = None
    if source is None:
        log.error("The original %s is damaged or gone", version.digest)
        raise Damaged
    return source


def _if_good(source: BinaryIO, digest: str) -> BinaryIO | None:
    identity = _identity(source)
    if identity is not None and _good.knows(digest, identity):
        return source
    try:
        found = _sha256(source)
        source.seek(0)
    except OSError:
        # A disk that cannot read a block says so with EIO: damaged as well.
        log.exception("%s cannot be read", digest)
        found = ""
    if found != digest:
        source.close()
        return None
    if identity is not None:
        _good.note(digest, identity)
    return source


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _identity(source: BinaryIO) -> tuple[int, ...] | None:
    """What changes when somebody touches the file; None for what is no file of this machine."""
    try:
        state = os.fstat(source.fileno())
    except OSError:
        return None
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


class _Good:
    """Which files this process has found good, and when."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, tuple[int, ...]], float] = OrderedDict()
        self._lock = Lock()

    def knows(self, digest: str, identity: tuple[int, ...]) -> bool:
        """Whether it was found good a short while ago."""
        with self._lock:
            at = self._seen.get((digest, identity))
        return at is not None and time.monotonic() - at < BELIEVED_SECONDS

    def note(self, digest: str, identity: tuple[int, ...]) -> None:
        """Remember that it is good now."""
        with self._lock:
            self._seen[digest, identity] = time.monotonic()
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)


_good = _Good()
