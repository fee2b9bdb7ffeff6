"""What every blob store promises: bytes under their SHA-256, written once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

CHUNK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobError(Exception):
    """A store could not do what it was asked; each kind has its own class."""

    code = "blob"


class NoSuchBlob(BlobError):
    """Nothing is stored under this digest."""

    code = "blob-missing"


class BadDigest(BlobError):
    """What was given is no SHA-256 in lower-case hex. Never comes to a path."""

    code = "blob-digest"


class OtherBytes(BlobError):
    """The bytes are not those that were announced, or not those once stored under this digest."""

    code = "blob-differs"


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the bytes are kept now, how many they are, and whether they were there before."""

    digest: str
    size: int
    already_there: bool


@dataclass(frozen=True, slots=True)
class FileAtHand:
    """A finished file on this machine that nobody writes to any more, and the SHA-256 somebody has read from it."""

    path: Path
    digest: str


class BlobStore(Protocol):
    """Bytes in and out, and a path for parsers on this machine."""

    def put(self, stream: BinaryIO, *, expected: str | None = None) -> Stored:
        """Store all that `stream` still holds.

        On return the bytes and their name are on disk, whatever happens to the power. A crash before that leaves
        nothing under the digest. Storing the same bytes again changes nothing. Memory does not grow with the size.
        Raises OtherBytes when `expected` is given and the bytes have another SHA-256, and OSError as the system says
        it (ENOSPC, EROFS …); in both cases nothing is stored.
        """

    def put_file(self, file: FileAtHand) -> Stored:
        """Store a file without reading it again, where the store can: its digest is believed, and `verify` finds a lie.

        The promise on return is that of `put`. The file stays where it is, may be the very bytes that are stored and
        read-only now: whoever has it removes it and never writes to it. Raises OSError as the system says it, and
        OtherBytes where the store compares the digest itself.
        """

    def open(self, digest: str) -> BinaryIO:
        """The bytes, to read and seek in. Raises NoSuchBlob."""

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""

    def delete(self, digest: str) -> None:
        """Take the bytes away; nothing happens when they are gone already. Only lawful disposition calls this."""

    def locked_until(self, digest: str) -> datetime | None:
        """Until when the store itself refuses to let the bytes go; None when it does not, or has none."""

    def can_lock(self) -> bool:
        """Whether `lock` has any effect here."""

    def lock(self, digest: str, until: datetime) -> None:
        """Let the store refuse until then, where it can; a later lock stays. Nobody can take it back.

        Raises NoSuchBlob.
        """

    def path(self, digest: str) -> Path:
        """A file with the bytes on this machine, for parsers that want one; never to be written. Raises NoSuchBlob."""

    def verify(self, digest: str) -> None:
        """Read everything and compare. Raises NoSuchBlob or OtherBytes."""

    def digests(self) -> Iterator[str]:
        """All digests in the store, sorted."""

    def sweep(self, *, now: float | None = None) -> int:
        """Remove what crashes left half written more than a day ago. Returns how many files."""


def checked(digest: str) -> str:
    """The digest, if it has the shape of one: what comes from outside never becomes a path."""
    if not _DIGEST.fullmatch(digest):
        raise BadDigest(repr(digest[:80]))
    return digest


def fan_out(root: Path, digest: str) -> Path:
    """Where a digest lies under `root`: aa/bb/aabb…, so that no folder holds more than some hundred names."""
    checked(digest)
    return root / digest[:2] / digest[2:4] / digest
