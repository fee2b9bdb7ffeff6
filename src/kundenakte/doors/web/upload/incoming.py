"""Files that come in slices: kept in the scratch folder until the last slice is there, then handed to the pipeline.

A worker process is held for one slice only, never for a whole file, and what was sent before a break is not sent again
(docs/decisions/0012-upload-in-slices.md).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from django.conf import settings

from kundenakte.base.blobs.store import FileAtHand
from kundenakte.doors.web.upload import hashing
from kundenakte.records.refusals import BadValue, NotFound, Refused

SLICE: Final = 8 * 1024 * 1024
# A little more than one slice; a larger request is no slice of ours.
MOST_AT_ONCE: Final = SLICE + 64 * 1024
MOST_BYTES: Final = 20 * 1024**3
STALE_SECONDS: Final = 24 * 60 * 60
# Stays free for the database and for what others send.
_RESERVE: Final = 256 * 1024 * 1024
_READ: Final = 256 * 1024
# How long one slice may be held up by reading on what other processes have taken.
_HASH_SECONDS: Final = 0.3
_KEY: Final = re.compile(r"[0-9a-f]{32}")


class Readable(Protocol):
    """A request's body."""

    def read(self, size: int = ..., /) -> bytes:
        """The next bytes, empty at the end."""


class NoRoom(Refused):
    """The disk is full, or would be."""

    code = "no_room"
    sentence = (
        "Auf dem Server ist kein Platz mehr. Die Datei bleibt bei Ihnen; bitte sagen Sie der Verwaltung Bescheid."
    )


class WrongOffset(Refused):
    """The slice does not begin where the last one ended; `offset` is where it goes on."""

    code = "wrong_offset"
    sentence = "Ein Teil der Datei kam doppelt oder fehlt."

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class NotWhole(Refused):
    """It was said to be finished before all bytes were there."""

    code = "not_whole"
    sentence = "Die Datei ist noch nicht vollständig übertragen."


class StillWorking(Refused):
    """Another request is receiving the file at this moment."""

    code = "still_working"
    sentence = "Die Datei wird gerade aufgenommen. Bitte warten Sie einen Augenblick."


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file on its way in. Only its owner finds it."""

    key: str
    owner: int
    file_name: str
    size: int
    origin: str
    facts: Mapping[str, Any]

    @property
    def offset(self) -> int:
        """How many bytes are here: all of them, once it has been received and they have gone into the house."""
        try:
            return self.file.stat().st_size
        except FileNotFoundError:
            return self.size

    @property
    def file(self) -> Path:
        """Where the bytes lie while they come."""
        return _folder() / f"{self.key}.part"

    def append(self, body: Readable, *, offset: int) -> int:
        """Add a slice that begins at `offset`; returns where the next one begins. What is cut off half-way is kept.

        The slice is on disk when this returns, and read on (hashing.py).
        """
        try:
            handle = os.open(self.file, os.O_WRONLY)
        except FileNotFoundError:
            raise WrongOffset(self.size) from None
        except OSError as error:
            raise NoRoom from error
        try:
            at = _copy(body, handle, offset, limit=min(self.size, offset + MOST_AT_ONCE))
            _to_disk(handle)
        finally:
            os.close(handle)
        with contextlib.suppress(FileNotFoundError):
            hashing.read_on(self.key, self.file, until=time.monotonic() + _HASH_SECONDS)
        return at

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else finishes this file now; as long as this lasts, nobody else does."""
        # The note is written once and never again, so that its lock is the file's lock.
        try:
            handle = os.open(_note_of(self.key), os.O_RDWR)
        except FileNotFoundError:
            raise NotFound from None
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    def whole(self, *, until: float) -> FileAtHand | None:
        """The finished file with its SHA-256, once all bytes are here: NotWhole before, NotFound when it was given up.

        None when it could not be read to the end before the clock says `until`; asked again, this goes on from there.
        """
        self._require_whole()
        try:
            read, digest = hashing.read_on(self.key, self.file, until=until)
        except FileNotFoundError:
            raise NotFound from None
        return FileAtHand(self.file, digest) if digest and read == self.size else None

    def opened(self) -> BinaryIO:
        """The bytes, once all are here, to be read and closed. Raises NotWhole, NotFound."""
        self._require_whole()
        return self.file.open("rb")

    def _require_whole(self) -> None:
        try:
            here = self.file.stat().st_size
        except FileNotFoundError:
            raise NotFound from None
        if here != self.size:
            raise NotWhole

    def received(self) -> None:
        """The bytes are in the house now; the note stays behind for a day."""
        self.file.unlink(missing_ok=True)
        hashing.forget(self.key)

    def forget(self) -> None:
        """Take it away: its owner gave up. Raises StillWorking when it is being received."""
        with self.alone() as alone:
            if not alone:
                raise StillWorking
            _note_of(self.key).unlink(missing_ok=True)
            self.received()


def begin(*, owner: int, file_name: str, size: int, origin: str, facts: Mapping[str, Any]) -> Incoming:
    """Make room for a file of `size` bytes. Raises NoRoom or BadValue before anything is sent."""
    if not 0 <= size <= MOST_BYTES:
        raise BadValue("Diese Datei ist zu groß. Legen Sie sie in einen überwachten Ordner.")
    folder = _folder()
    _sweep(folder)
    _require_room(folder, size)
    incoming = Incoming(secrets.token_hex(16), owner, file_name[:1000], size, origin[:1000], dict(facts))
    try:
        incoming.file.touch(mode=0o600)
        _write(incoming)
    except OSError as error:
        raise NoRoom from error
    return incoming


def _require_room(folder: Path, size: int) -> None:
    """Room where the bytes come, and where they go if that is another disk: there they are copied."""
    blobs = next(one for one in (Path(settings.BLOBS), *Path(settings.BLOBS).parents) if one.exists())
    if min(shutil.disk_usage(one).free for one in (folder, blobs)) < size + _RESERVE:
        raise NoRoom


def find(key: str, *, owner: int) -> Incoming:
    """A file on its way in, for the one who sends it; for anybody else it is not there."""
    if not _KEY.fullmatch(key):
        raise NotFound
    try:
        known = json.loads(_note_of(key).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        raise NotFound from None
    if known["owner"] != owner:
        raise NotFound
    return Incoming(**known)


def _write(incoming: Incoming) -> None:
    whole = _note_of(incoming.key).with_suffix(".new")
    whole.write_text(json.dumps(asdict(incoming)), encoding="utf-8")
    whole.replace(_note_of(incoming.key))


def _copy(body: Readable, handle: int, at: int, *, limit: int) -> int:
    _require_end(handle, at)
    # Nothing is locked while the line is slow. Of two senders of the same slice the later one finds another end.
    while at < limit and (data := body.read(min(_READ, limit - at))):
        with _locked(handle):
            _require_end(handle, at)
            at = _add(handle, data, at)
    return at


def _require_end(handle: int, at: int) -> None:
    end = os.fstat(handle).st_size
    if end != at:
        raise WrongOffset(end)


def _add(handle: int, data: bytes, at: int) -> int:
    rest = memoryview(data)
    try:
        while rest:
            written = os.pwrite(handle, rest, at)
            rest, at = rest[written:], at + written
    except OSError as error:
        raise NoRoom from error
    return at


def _to_disk(handle: int) -> None:
    """Slice by slice, so that the last one does not wait for gigabytes."""
    try:
        os.fdatasync(handle)
    except OSError as error:
        raise NoRoom from error


@contextlib.contextmanager
def _locked(handle: int) -> Iterator[None]:
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _folder() -> Path:
    folder = Path(settings.SCRATCH) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _note_of(key: str) -> Path:
    return _folder() / f"{key}.json"


def _sweep(folder: Path) -> None:
    """Take away what nobody has added to for a day."""
    before = time.time() - STALE_SECONDS
    for file in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            # The note is as old as the beginning, the bytes as the last slice: both go when the younger one is stale.
            if all(one.stat().st_mtime < before for one in (file, file.with_suffix(".part")) if one.exists()):
                file.unlink(missing_ok=True)
