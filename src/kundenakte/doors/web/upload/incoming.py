"""Files that come in slices: kept in the scratch folder until the last slice is there, then handed to the pipeline.

A worker process is held for one slice only, never for a whole file, and what was sent before a break is not sent again
(docs/decisions/0012-upload-in-slices.md).
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from django.conf import settings

from kundenakte.records.refusals import AlreadyDone, BadValue, NotFound, Refused

SLICE: Final = 8 * 1024 * 1024
# A little more than one slice; a larger request is no slice of ours.
MOST_AT_ONCE: Final = SLICE + 64 * 1024
MOST_BYTES: Final = 20 * 1024**3
STALE_SECONDS: Final = 24 * 60 * 60
# Stays free for the database and for what others send.
_RESERVE: Final = 256 * 1024 * 1024
_READ: Final = 256 * 1024
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


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file on its way in. Only its owner finds it."""

    key: str
    owner: int
    file_name: str
    size: int
    origin: str
    facts: Mapping[str, Any]
    # Set once it has been received: who asks again, because the answer got lost, gets the same one.
    arrival: int | None = None

    @property
    def offset(self) -> int:
        """How many bytes are here."""
        return _bytes_of(self.key).stat().st_size

    def append(self, body: Readable, *, offset: int) -> int:
        """Add a slice that begins at `offset`; returns where the next one begins. What is cut off half-way is kept."""
        try:
            with _bytes_of(self.key).open("r+b") as file, _locked(file):
                file.seek(0, 2)
                at = file.tell()
                if offset != at:
                    raise WrongOffset(at)
                return _copy(body, file, at, limit=min(self.size, at + MOST_AT_ONCE))
        except OSError as error:
            raise NoRoom from error

    @contextlib.contextmanager
    def whole(self) -> Iterator[BinaryIO]:
        """The bytes, once all are here; raises NotWhole before. One caller at a time."""
        with _bytes_of(self.key).open("rb") as file, _locked(file):
            if find(self.key, owner=self.owner).arrival is not None:
                raise AlreadyDone
            if self.offset != self.size:
                raise NotWhole
            yield file

    def received(self, arrival: int) -> None:
        """The bytes are in the house now; only the note stays behind for a day."""
        _write(replace(self, arrival=arrival))
        _bytes_of(self.key).unlink(missing_ok=True)

    def forget(self) -> None:
        """Take it away: its owner gave up."""
        _facts_of(self.key).unlink(missing_ok=True)
        _bytes_of(self.key).unlink(missing_ok=True)


def begin(*, owner: int, file_name: str, size: int, origin: str, facts: Mapping[str, Any]) -> Incoming:
    """Make room for a file of `size` bytes. Raises NoRoom or BadValue before anything is sent."""
    if not 0 <= size <= MOST_BYTES:
        raise BadValue("Diese Datei ist zu groß. Legen Sie sie in einen überwachten Ordner.")
    folder = _folder()
    _sweep(folder)
    if shutil.disk_usage(folder).free < size + _RESERVE:
        raise NoRoom
    incoming = Incoming(secrets.token_hex(16), owner, file_name[:1000], size, origin[:1000], dict(facts))
    try:
        _bytes_of(incoming.key).touch(mode=0o600)
        _write(incoming)
    except OSError as error:
        raise NoRoom from error
    return incoming


def find(key: str, *, owner: int) -> Incoming:
    """A file on its way in, for the one who sends it; for anybody else it is not there."""
    if not _KEY.fullmatch(key):
        raise NotFound
    try:
        known = json.loads(_facts_of(key).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        raise NotFound from None
    if known["owner"] != owner:
        raise NotFound
    return Incoming(**known)


def _write(incoming: Incoming) -> None:
    whole = _facts_of(incoming.key).with_suffix(".new")
    whole.write_text(json.dumps(asdict(incoming)), encoding="utf-8")
    whole.replace(_facts_of(incoming.key))


def _copy(body: Readable, file: BinaryIO, at: int, *, limit: int) -> int:
    while at < limit:
        data = body.read(min(_READ, limit - at))
        if not data:
            break
        file.write(data)
        at += len(data)
    return at


@contextlib.contextmanager
def _locked(file: BinaryIO) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _folder() -> Path:
    folder = Path(settings.SCRATCH) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _bytes_of(key: str) -> Path:
    return _folder() / f"{key}.part"


def _facts_of(key: str) -> Path:
    return _folder() / f"{key}.json"


def _sweep(folder: Path) -> None:
    """Take away what nobody has added to for a day."""
    before = time.time() - STALE_SECONDS
    for file in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            # The note is as old as the beginning, the bytes as the last slice: both go when the younger one is stale.
            if all(one.stat().st_mtime < before for one in (file, file.with_suffix(".part")) if one.exists()):
                file.unlink(missing_ok=True)
