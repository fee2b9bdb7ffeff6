"""A backup in a folder, on another disk or a mounted share."""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.refusals import Busy, NoBackup, NoTarget
from kundenakte.base.backup.target import MARK, OBJECTS, RUNS, Target, mark_of, require_ours

_INCOMING: Final = "incoming"


class Folder(Target):
    """See `Target`. `begin` makes one there or opens what is there; `at` only opens."""

    def __init__(self, root: Path, key: Key) -> None:
        super().__init__(key)
        self.root = root
        self._made: set[Path] = set()

    @classmethod
    def begin(cls, root: Path, key: Key) -> Folder:
        """A place to write to; its parent must be there, since a disk that is not mounted is no empty one."""
        if not root.parent.is_dir():
            raise NoTarget(f"Den Ordner {root.parent} gibt es nicht. Ist der Datenträger eingehängt?")
        try:
            root.mkdir(mode=0o700, exist_ok=True)
            strangers = {entry.name for entry in root.iterdir()} - {"lost+found"}
            if strangers and MARK not in strangers:
                raise NoTarget(f"Der Ordner {root} ist nicht leer und keine Sicherung der Kundenakte.")
            for name in (RUNS, OBJECTS, _INCOMING):
                (root / name).mkdir(mode=0o700, exist_ok=True)
            if MARK not in strangers:
                _write_whole(root / MARK, mark_of(key))
        except OSError as error:
            raise NoTarget(f"Der Ordner {root} lässt sich nicht beschreiben ({error.strerror}).") from error
        return cls.at(root, key)

    @classmethod
    def at(cls, root: Path, key: Key) -> Folder:
        """A backup that is there. Raises NoBackup or WrongKey."""
        try:
            mark = (root / MARK).read_bytes()
        except OSError:
            raise NoBackup from None
        require_ours(mark, key)
        return cls(root, key)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lock on a file, which goes with the process that holds it."""
        handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            for file in (self.root / _INCOMING).iterdir():
                file.unlink(missing_ok=True)
            yield
        finally:
            os.close(handle)

    def has(self, digest: str) -> bool:
        """Asked of the folder."""
        return self.place(digest).is_file()

    def place(self, digest: str) -> Path:
        """Where the object with these bytes lies, whether it is there or not."""
        return self.root / self.key_of(digest)

    def keys(self, below: str) -> Iterator[str]:
        """Folder by folder, so that memory does not grow with the house."""
        yield from self._below(self.root / below)

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """In the same file system, so that naming is one step."""
        yield self.root / _INCOMING

    def keep(self, file: Path, key: str) -> None:
        """Bring it to disk, then rename it."""
        _sync(file)
        target = self.root / key
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.replace(target)
        _sync(target.parent)
        for folder in (target.parent, target.parent.parent):
            if folder not in self._made:
                _sync(folder.parent)
                self._made.add(folder)

    def stream(self, key: str) -> BinaryIO:
        """The file."""
        return (self.root / key).open("rb")

    def take_away(self, key: str) -> bool:
        """At once."""
        with contextlib.suppress(FileNotFoundError):
            (self.root / key).unlink()
            if key.startswith(f"{RUNS}/"):
                _sync(self.root / RUNS)
        return True

    def _below(self, folder: Path) -> Iterator[str]:
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry.is_dir():
                yield from self._below(entry)
            else:
                yield entry.relative_to(self.root).as_posix()


def _write_whole(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{uuid.uuid4().hex}")
    temporary.write_bytes(content)
    _sync(temporary)
    temporary.replace(file)
    _sync(file.parent)


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
