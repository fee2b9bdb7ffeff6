"""Where a backup lies, whatever that is: objects are added under their names, manifests say which of them belong.

A folder (`folder.py`) and a bucket (`bucket.py`) keep the same files under the same names, so one may be copied into
the other by any means.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Final

from kundenakte.base.backup.encryption import Key, decrypt, encrypt, reading
from kundenakte.base.backup.refusals import Damaged, NoBackup, WrongKey

FORMAT: Final = "kundenakte-backup-1"
MARK: Final = "kundenakte-backup.json"
RUNS: Final = "runs"
OBJECTS: Final = "objects"
_END: Final = ".manifest"


class Target(ABC):
    """A backup at a place. Each may raise OSError, as the place says it."""

    def __init__(self, key: Key) -> None:
        self.key = key

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Nobody else adds or removes meanwhile. Raises Busy at once; what a run that broke off left is cleared."""

    @abstractmethod
    def has(self, digest: str) -> bool:
        """Whether bytes with this SHA-256 are kept. What has its name is whole: it was compared before it got it."""

    @abstractmethod
    def keys(self, below: str) -> Iterator[str]:
        """The paths of all files below a path, in their order."""

    @abstractmethod
    def workplace(self) -> AbstractContextManager[Path]:
        """A folder on this machine in which one file is made; what is left in it goes."""

    @abstractmethod
    def keep(self, file: Path, key: str) -> None:
        """Give a finished file its path, whole or not at all. It is on disk when this returns."""

    @abstractmethod
    def stream(self, key: str) -> BinaryIO:
        """A file, to read once. Raises FileNotFoundError."""

    @abstractmethod
    def take_away(self, key: str) -> bool:
        """Take a file away for good; False when the place does not allow that yet."""

    def put(self, source: BinaryIO, *, expected: str | None = None) -> tuple[str, int]:
        """Keep bytes; returns SHA-256 and size. They are read back and compared before they count.

        Raises Damaged when they are not those that were expected; nothing is kept then.
        """
        with self.workplace() as folder:
            temporary = folder / uuid.uuid4().hex
            try:
                with temporary.open("xb") as target:
                    temporary.chmod(0o600)
                    digest, size = encrypt(source, target, self.key)
                if expected not in {None, digest}:
                    raise Damaged(f"Angekündigt war {expected}, gelesen wurde {digest}.")
                self._read_back(temporary, digest)
                self.keep(temporary, self.key_of(digest))
            finally:
                temporary.unlink(missing_ok=True)
        return digest, size

    def read(self, digest: str, *, hashed_by_reader: bool = False) -> Iterator[bytes]:
        """The bytes in pieces. Raises Damaged when they are missing, or not those that were written.

        With `hashed_by_reader` their SHA-256 is left to the reader; each piece is still authenticated.
        """
        found = hashlib.sha256()
        try:
            with self.stream(self.key_of(digest)) as source:
                for piece in decrypt(source, self.key):
                    if not hashed_by_reader:
                        found.update(piece)
                    yield piece
        except FileNotFoundError:
            raise Damaged(f"In der Sicherung fehlt die Datei {digest}.") from None
        if not hashed_by_reader and found.hexdigest() != digest:
            raise Damaged(f"In der Sicherung hat {digest} den Inhalt von {found.hexdigest()}.")

    def open(self, digest: str, *, hashed_by_reader: bool = False) -> BinaryIO:
        """`read` as a stream."""
        return reading(self.read(digest, hashed_by_reader=hashed_by_reader))

    def runs(self) -> list[str]:
        """The names of all whole backups, oldest first."""
        names = (key.removeprefix(f"{RUNS}/") for key in self.keys(RUNS))
        return sorted(name.removesuffix(_END) for name in names if name.endswith(_END))

    def manifest(self, run: str) -> bytes:
        """What was written at the end of a run."""
        try:
            with self.stream(_of_run(run)) as source:
                return b"".join(decrypt(source, self.key))
        except FileNotFoundError:
            raise NoBackup(f"Eine Sicherung {run} gibt es hier nicht.") from None

    def finish(self, run: str, manifest: bytes) -> None:
        """From now on the run counts. All it names is kept."""
        with self.workplace() as folder:
            temporary = folder / uuid.uuid4().hex
            with temporary.open("xb") as target:
                temporary.chmod(0o600)
                encrypt(io.BytesIO(manifest), target, self.key)
            self.keep(temporary, _of_run(run))

    def forget(self, run: str) -> bool:
        """Take a manifest away; its objects go with `remove`. False when the place does not allow that yet."""
        return self.take_away(_of_run(run))

    def names(self) -> Iterator[str]:
        """The names (`Key.name_of`) of all objects."""
        for key in self.keys(OBJECTS):
            yield key.rpartition("/")[2]

    def remove(self, name: str) -> None:
        """Take an object away, or leave it for the next time where the place does not allow that yet."""
        self.take_away(_by_name(name))

    def key_of(self, digest: str) -> str:
        """The path of the object with these bytes."""
        return _by_name(self.key.name_of(digest))

    def _read_back(self, file: Path, digest: str) -> None:
        found = hashlib.sha256()
        with file.open("rb") as source:
            for piece in decrypt(source, self.key):
                found.update(piece)
        if found.hexdigest() != digest:
            raise Damaged("Das Ziel gibt nicht zurück, was geschrieben wurde. Bitte prüfen Sie den Datenträger.")


def mark_of(key: Key) -> bytes:
    """What lies at the top of a backup and says that it is one."""
    return json.dumps({"format": FORMAT, "key": key.id}).encode()


def require_ours(mark: bytes, key: Key) -> None:
    """Raise NoBackup or WrongKey unless this mark is that of a backup this key opens."""
    try:
        said = json.loads(mark)
        its_format, its_key = said["format"], said["key"]
    except (ValueError, KeyError, TypeError):
        raise NoBackup from None
    if its_format != FORMAT:
        raise NoBackup(f"Diese Sicherung hat ein anderes Format ({its_format}).")
    if its_key != key.id:
        raise WrongKey


def _of_run(run: str) -> str:
    return f"{RUNS}/{run}{_END}"


def _by_name(name: str) -> str:
    return f"{OBJECTS}/{name[:2]}/{name[2:4]}/{name}"
