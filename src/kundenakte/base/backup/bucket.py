"""A backup in a bucket of an object store, encrypted before it leaves this machine."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.utils import timezone

from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.noted import Noted, noted
from kundenakte.base.backup.refusals import Busy, NoBackup, NoTarget, TooBig
from kundenakte.base.backup.target import MARK, OBJECTS, Target, mark_of, require_ours
from kundenakte.base.buckets import Bucket, BucketError, Forbidden
from kundenakte.base.confinement import scratch_folder

_LOCK: Final = "lock"
# How long the mark of another machine keeps us out that has not been renewed: longer than any one file takes.
_FORGOTTEN: Final = timedelta(hours=24)
_RENEWED: Final = timedelta(minutes=10)
_MOST: Final = 5 * 1024**3


class InBucket(Target):
    """See `Target`. `begin` makes one there or opens what is there; `at` only opens.

    The store itself compares each file's SHA-256 before it takes it. Where the bucket keeps versions, what is taken
    away goes in every version; what the bucket still locks by itself goes the next time.
    """

    def __init__(self, bucket: Bucket, key: Key) -> None:
        super().__init__(key)
        self.bucket = bucket
        # While we are alone: the names of all objects, asked for once.
        self._there: Noted | None = None
        self._marked_at: datetime | None = None
        self._run = ""

    @classmethod
    def begin(cls, bucket: Bucket, key: Key) -> InBucket:
        """A place to write to: the bucket must be there, and empty below the prefix or a backup of ours."""
        try:
            if bucket.head(MARK) is None:
                if next(bucket.keys(""), None) is not None:
                    raise NoTarget(f"In {bucket.address} liegt schon etwas, das keine Sicherung der Kundenakte ist.")
                bucket.put(MARK, mark_of(key), sha256=hashlib.sha256(mark_of(key)).hexdigest())
            return cls.at(bucket, key)
        except FileNotFoundError as error:
            raise NoTarget(f"Den Eimer {bucket.name} gibt es im Objektspeicher nicht.") from error
        except BucketError as error:
            raise NoTarget(str(error)) from error

    @classmethod
    def at(cls, bucket: Bucket, key: Key) -> InBucket:
        """A backup that is there. Raises NoBackup, WrongKey, or NoTarget when the store does not answer."""
        try:
            with bucket.open(MARK) as source:
                mark = source.read()
        except FileNotFoundError:
            raise NoBackup from None
        except BucketError as error:
            raise NoTarget(str(error)) from error
        require_ours(mark, key)
        return cls(bucket, key)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """On this machine by a lock that goes with its process; towards others by a mark in the bucket."""
        with self._alone_here(), scratch_folder(Path(settings.SCRATCH)) as scratch, noted(scratch, "objects") as there:
            self._mark()
            try:
                for name in self.names():
                    there.add(name)
                self._there = there
                yield
            finally:
                self._there = self._marked_at = None
                with suppress(OSError):
                    self.take_away(_LOCK)

    def has(self, digest: str) -> bool:
        """Asked of the list while we are alone, else of the store."""
        if self._there is not None:
            return self.key.name_of(digest) in self._there
        return self.bucket.head(self.key_of(digest)) is not None

    def keys(self, below: str) -> Iterator[str]:
        """As the store lists them."""
        return self.bucket.keys(f"{below}/")

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """In the scratch folder of this machine; only encrypted bytes lie there."""
        with scratch_folder(Path(settings.SCRATCH)) as folder:
            yield folder

    def keep(self, file: Path, key: str) -> None:
        """One upload. Raises TooBig."""
        if file.stat().st_size > _MOST:
            raise TooBig
        with file.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            self.bucket.put(key, source, sha256=sha256)
        if self._there is not None and key.startswith(f"{OBJECTS}/"):
            self._there.add(key.rpartition("/")[2])
        self._renew()

    def stream(self, key: str) -> BinaryIO:
        """What the store sends."""
        return self.bucket.open(key)

    def take_away(self, key: str) -> bool:
        """Every version and mark of it; False while the bucket locks one of them."""
        try:
            for one in list(self.bucket.versions(key)):
                if one.key == key:
                    self.bucket.remove(one.key, one.version)
        except Forbidden:
            return False
        self._renew()
        return True

    # --- nobody else --------------------------------------------------------------------------------------------------

    @contextmanager
    def _alone_here(self) -> Iterator[None]:
        Path(settings.SCRATCH).mkdir(mode=0o700, parents=True, exist_ok=True)
        name = hashlib.sha256(self.bucket.address.encode()).hexdigest()[:16]
        handle = os.open(Path(settings.SCRATCH) / f"backup-{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            yield
        finally:
            os.close(handle)

    def _mark(self) -> None:
        """Put the mark, over one of ours that a run left which broke off, or one that was forgotten."""
        if not self._put_mark(only_new=True):
            said = self._marked()
            is_over = said.get("house") == self._house or timezone.now() - _when(said) > _FORGOTTEN
            if not is_over or not self.take_away(_LOCK) or not self._put_mark(only_new=True):
                raise Busy
        if self._marked().get("run") != self._run:
            # A store that does not know the condition: the other one came last.
            raise Busy

    def _put_mark(self, *, only_new: bool) -> bool:
        now = timezone.now()
        if only_new:
            self._run = uuid.uuid4().hex
        mark = json.dumps({"house": self._house, "run": self._run, "at": now.isoformat()}).encode()
        sha256 = hashlib.sha256(mark).hexdigest()
        if not only_new:
            self.bucket.put(_LOCK, mark, sha256=sha256)
        elif not self.bucket.put_new(_LOCK, mark, sha256=sha256):
            return False
        self._marked_at = now
        return True

    def _marked(self) -> dict[str, Any]:
        try:
            with self.bucket.open(_LOCK) as source:
                said = json.loads(source.read())
        except (FileNotFoundError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _renew(self) -> None:
        if self._marked_at and timezone.now() - self._marked_at > _RENEWED:
            self._put_mark(only_new=False)

    @property
    def _house(self) -> str:
        """Tells houses apart without telling where they are."""
        return self.key.name_of(f"{socket.gethostname()} {settings.DATA}")


def _when(said: dict[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(said["at"])
    except (KeyError, ValueError, TypeError):
        return datetime.min.replace(tzinfo=timezone.get_default_timezone())
