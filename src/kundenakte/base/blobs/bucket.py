"""Blobs in a bucket of an object store, with copies at hand on this machine.

The bucket alone says what is kept. A parser wants a file, and reading a page twice shall not fetch it twice, so what
came in or was asked for lies in a folder here for a day. In a bucket that keeps versions, whoever overwrites or deletes
only adds one: the bytes are looked for by their hash among all versions, not by being the newest.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from kundenakte.base.blobs.local import LocalStore, sha256_of
from kundenakte.base.blobs.store import FileAtHand, NoSuchBlob, OtherBytes, Stored, checked, fan_out
from kundenakte.base.buckets import Bucket, BucketError, Kept, is_locked

# What nobody asked for in so long is no longer kept at hand: no copy outlives a disposal on another machine for longer.
AT_HAND_SECONDS: Final = 24 * 60 * 60
# Writing down that a file was used changes its times, by which others see that it is the same. So not at each look.
_NOTE_USE_SECONDS: Final = 60 * 60
_REMEMBERED: Final = 2000
_KEY: Final = re.compile(r"blobs/[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})")


class BucketStore:
    """See `BlobStore`. Beside what is said there every method may raise BucketError, which is an OSError."""

    def __init__(self, bucket: Bucket, here: Path) -> None:
        self.bucket = bucket
        self._here, self._folder = LocalStore(here), here
        # A bucket gets Object Lock when it is made; asked once.
        self._can_lock: bool | None = None
        # Copies this process has read whole and found good.
        self._good: OrderedDict[str, tuple[int, int, int]] = OrderedDict()

    def put(self, stream: BinaryIO, *, expected: str | None = None) -> Stored:
        """Onto this machine, where the hash is known, then into the bucket, which compares it."""
        stored = self._here.put(stream, expected=expected)
        return Stored(stored.digest, stored.size, self._send(stored.digest, fan_out(self._folder, stored.digest)))

    def put_file(self, file: FileAtHand) -> Stored:
        """The bucket compares the digest. Raises OtherBytes when it is a lie."""
        checked(file.digest)
        size = file.path.stat().st_size
        if self.has(file.digest):
            return Stored(file.digest, size, already_there=True)
        self._here.put_file(file)
        return Stored(file.digest, size, self._send(file.digest, fan_out(self._folder, file.digest)))

    def open(self, digest: str) -> BinaryIO:
        """Only bytes that have this digest; NoSuchBlob also when nothing but others lies there."""
        return self.path(digest).open("rb")

    def has(self, digest: str) -> bool:
        """Whether the bucket has something under this digest."""
        return any(True for _ in self._bodies(digest))

    def path(self, digest: str) -> Path:
        """The copy at hand, fetched if need be."""
        file = fan_out(self._folder, digest)
        if not self._is_at_hand(digest, file):
            self._fetch(digest)
        return file

    def delete(self, digest: str) -> None:
        """Every version, every mark, and the copy at hand. Raises Forbidden while one of them is locked."""
        for one in list(self.bucket.versions(_key(digest))):
            self.bucket.remove(one.key, one.version)
        self._here.delete(digest)

    def locked_until(self, digest: str) -> datetime | None:
        """The latest lock on any version."""
        found = (self.bucket.head(one.key, one.version) for one in self._bodies(digest))
        return max((one.locked_until for one in found if one and one.locked_until), default=None)

    def can_lock(self) -> bool:
        """Whether the bucket was made with Object Lock."""
        if self._can_lock is None:
            self._can_lock = self.bucket.can_lock()
        return self._can_lock

    def lock(self, digest: str, until: datetime) -> None:
        """Every version that is not locked so long yet."""
        there = False
        for one in self._bodies(digest):
            there = True
            kept = self.bucket.head(one.key, one.version)
            if kept and not is_locked(kept.locked_until, until):
                self.bucket.lock(one.key, one.version, until)
        if not there:
            raise NoSuchBlob(digest)

    def verify(self, digest: str) -> None:
        """Read the bucket, whatever is at hand. Good is when one version has the bytes."""
        versions = list(self._bodies(digest))
        if not versions:
            raise NoSuchBlob(digest)
        if not any(self._fits(digest, one) for one in versions):
            raise OtherBytes(f"no version of {digest} has its bytes")

    def digests(self) -> Iterator[str]:
        """All digests in the bucket, sorted; also those somebody only marked as deleted."""
        last = ""
        for one in self.bucket.versions("blobs/"):
            found = _KEY.fullmatch(one.key)
            if found and not one.is_marker and found[1] != last:
                yield (last := found[1])

    def sweep(self, *, now: float | None = None) -> int:
        """Let go of what crashes left and what nobody has asked for since yesterday. Returns how many files."""
        now = time.time() if now is None else now
        removed = self._here.sweep(now=now)
        for digest in list(self._here.digests()):
            file = fan_out(self._folder, digest)
            # Somebody else may sweep at the same time.
            with contextlib.suppress(FileNotFoundError):
                state = file.stat()
                if max(state.st_atime, state.st_mtime, state.st_ctime) < now - AT_HAND_SECONDS:
                    file.unlink()
                    removed += 1
        return removed

    def _send(self, digest: str, file: Path) -> bool:
        """Into the bucket; whether it was there before. What could not be sent does not stay at hand."""
        try:
            if self.has(digest):
                return True
            with file.open("rb") as source:
                self.bucket.put(_key(digest), source, sha256=digest)
        except BucketError:
            try:
                self._here.verify(digest)
            finally:
                self._here.delete(digest)
            raise
        return False

    def _bodies(self, digest: str) -> Iterator[Kept]:
        """The newest first."""
        return (one for one in self.bucket.versions(_key(digest)) if not one.is_marker)

    def _fits(self, digest: str, one: Kept) -> bool:
        with self.bucket.open(one.key, one.version) as stream:
            return sha256_of(stream) == digest

    def _fetch(self, digest: str) -> None:
        for one in self._bodies(digest):
            with contextlib.suppress(OtherBytes), self.bucket.open(one.key, one.version) as stream:
                self._here.put(stream, expected=digest)
                return
        raise NoSuchBlob(digest)

    def _is_at_hand(self, digest: str, file: Path) -> bool:
        """Whether a good copy lies here. One that went bad is thrown away: the bucket has the bytes."""
        try:
            state = file.stat()
        except FileNotFoundError:
            return False
        identity = (state.st_ino, state.st_size, state.st_mtime_ns)
        if self._good.get(digest) != identity:
            try:
                self._here.verify(digest)
            except (NoSuchBlob, OtherBytes):
                self._here.delete(digest)
                return False
            self._good[digest] = identity
            while len(self._good) > _REMEMBERED:
                self._good.popitem(last=False)
        if time.time() - state.st_ctime > _NOTE_USE_SECONDS:
            os.utime(file, ns=(time.time_ns(), state.st_mtime_ns))
        return True


def _key(digest: str) -> str:
    checked(digest)
    return f"blobs/{digest[:2]}/{digest[2:4]}/{digest}"
