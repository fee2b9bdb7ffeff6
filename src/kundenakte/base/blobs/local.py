"""Blobs as read-only files in a folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from kundenakte.base.blobs.store import CHUNK, FileAtHand, NoSuchBlob, OtherBytes, Stored, checked, fan_out

# A temporary file older than this belongs to nobody who still writes.
ABANDONED_SECONDS = 24 * 60 * 60
# What a file system says that knows no second name, or has no room for one more of this file.
_NO_SECOND_NAME: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
_READ_ONLY: Final = 0o440


class LocalStore:
    """A blob store in one folder: `incoming/` for what is being written, aa/bb/ for what is kept. See `BlobStore`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # In the same file system as its goal, so that giving the name is one step.
        self._incoming = root / "incoming"
        # Folders whose name this process has brought to disk itself; others may be new and still in memory only.
        self._durable: set[Path] = set()

    def put(self, stream: BinaryIO, *, expected: str | None = None) -> Stored:
        """Store all that `stream` still holds. On return the bytes and their name are on disk."""
        if expected is not None:
            checked(expected)
        temporary = self._open_temporary()
        try:
            digest, size = self._write(stream, temporary)
            if expected not in {None, digest}:
                raise OtherBytes(f"announced {expected}, came {digest}")
            there = self._keep(temporary, digest)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        return Stored(digest, size, there)

    def put_file(self, file: FileAtHand) -> Stored:
        """Give a finished file a second name in the store; from another file system it is copied."""
        checked(file.digest)
        handle = os.open(file.path, os.O_RDONLY)
        try:
            os.fchmod(handle, _READ_ONLY)
            os.fsync(handle)
            size = os.fstat(handle).st_size
        finally:
            os.close(handle)
        try:
            return Stored(file.digest, size, self._keep(file.path, file.digest, is_ours=False))
        except OSError as error:
            if error.errno not in _NO_SECOND_NAME | {errno.EXDEV}:
                raise
        with file.path.open("rb") as source:
            return self.put(source, expected=file.digest)

    def open(self, digest: str) -> BinaryIO:
        """The bytes, to read and seek in."""
        try:
            return fan_out(self.root, digest).open("rb")
        except FileNotFoundError:
            raise NoSuchBlob(digest) from None

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        return fan_out(self.root, digest).is_file()

    def locked_until(self, digest: str) -> datetime | None:
        """A folder locks nothing."""

    def can_lock(self) -> bool:
        """No."""
        return False

    def lock(self, digest: str, until: datetime) -> None:
        """Nothing: see `locked_until`."""

    def path(self, digest: str) -> Path:
        """The file itself; never to be written."""
        file = fan_out(self.root, digest)
        if not file.is_file():
            raise NoSuchBlob(digest)
        return file

    def delete(self, digest: str) -> None:
        """Take the bytes away, durably."""
        file = fan_out(self.root, digest)
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
            _sync_folder(file.parent)

    def verify(self, digest: str) -> None:
        """Read everything and compare."""
        with self.open(digest) as source:
            found = sha256_of(source)
        if found != digest:
            raise OtherBytes(f"{digest} holds the bytes of {found}")

    def digests(self) -> Iterator[str]:
        """All digests in the store, sorted."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from sorted(file.name for file in folder.iterdir())

    def sweep(self, *, now: float | None = None) -> int:
        """Remove what crashes left half written more than a day ago. Returns how many files."""
        oldest = (time.time() if now is None else now) - ABANDONED_SECONDS
        removed = 0
        for file in self._incoming.glob("*"):
            # Somebody else may sweep at the same time.
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < oldest:
                    file.unlink()
                    removed += 1
        return removed

    def _open_temporary(self) -> Path:
        self._incoming.mkdir(mode=0o750, parents=True, exist_ok=True)
        return self._incoming / uuid.uuid4().hex

    def _write(self, stream: BinaryIO, temporary: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READ_ONLY)
        with os.fdopen(handle, "wb", buffering=0) as target:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                _write_all(target.fileno(), chunk)
            os.fsync(target.fileno())
        return digest.hexdigest(), size

    def _keep(self, finished: Path, digest: str, *, is_ours: bool = True) -> bool:
        """Give the bytes their name. Whether another had given it before; then the first ones stay."""
        file = fan_out(self.root, digest)
        file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        there = not _name(finished, file, may_move=is_ours)
        # Also when it was there: the one who put it first may have crashed before the folder was on disk.
        _sync_folder(file.parent)
        for folder in (file.parent, file.parent.parent, self.root):
            if folder not in self._durable:
                _sync_folder(folder.parent)
                self._durable.add(folder)
        return there


def _name(finished: Path, file: Path, *, may_move: bool) -> bool:
    """Give finished bytes their name without replacing what is there. False when another was first."""
    try:
        os.link(finished, file)
    except FileExistsError:
        return False
    except OSError as error:
        # Some network file systems know no second name. Replacing is harmless: the bytes are the same.
        if not may_move or error.errno not in _NO_SECOND_NAME:
            raise
        there = file.is_file()
        finished.replace(file)
        return not there
    return True


def sha256_of(source: BinaryIO) -> str:
    """The hash of all that a stream still holds."""
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _write_all(handle: int, chunk: bytes) -> None:
    """A raw write may take less than it was given (disk nearly full, signals)."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
