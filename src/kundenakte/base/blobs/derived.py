"""Derived data (page images, text, previews): kept beside the digest they come from, and made again when lost."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from kundenakte.base.blobs.store import BadDigest, NoSuchBlob, fan_out

# "page-0001.webp", "text.json.gz"; the part in front of a dot is optional, a leading dot is for what is being written.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class DerivedStore:
    """Named files for each digest. Whole or absent, but not fsynced: after a power cut they are simply made again."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put_bytes(self, digest: str, name: str, content: bytes) -> None:
        """Keep `content` under this name; what was there is replaced in one step."""
        file = self._place(digest, name)
        temporary = file.with_name(f".{uuid.uuid4().hex}")
        try:
            temporary.write_bytes(content)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)

    def put_file(self, digest: str, name: str, source: Path) -> None:
        """Take over a finished file: moved within the file system, else copied. What was there is replaced."""
        file = self._place(digest, name)
        try:
            source.replace(file)
        except OSError:
            # Another file system (EXDEV), or a source that may not be moved.
            self._copy(source, file)

    def open(self, digest: str, name: str) -> BinaryIO:
        """The file, to read. Raises NoSuchBlob when it has to be made (again)."""
        try:
            return self._file(digest, name).open("rb")
        except FileNotFoundError:
            raise NoSuchBlob(f"{digest} {name}") from None

    def path(self, digest: str, name: str) -> Path:
        """The file on this machine. Raises NoSuchBlob when it has to be made (again)."""
        file = self._file(digest, name)
        if not file.is_file():
            raise NoSuchBlob(f"{digest} {name}")
        return file

    def has(self, digest: str, name: str) -> bool:
        """Whether it is there."""
        return self._file(digest, name).is_file()

    def names(self, digest: str) -> list[str]:
        """What there is for this digest, sorted."""
        folder = fan_out(self.root, digest)
        return sorted(_finished(folder)) if folder.is_dir() else []

    def drop(self, digest: str) -> None:
        """Throw away all that was derived from this digest."""
        shutil.rmtree(fan_out(self.root, digest), ignore_errors=True)

    def _file(self, digest: str, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadDigest(repr(name[:80]))
        return fan_out(self.root, digest) / name

    def _place(self, digest: str, name: str) -> Path:
        file = self._file(digest, name)
        file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        return file

    def _copy(self, source: Path, file: Path) -> None:
        temporary = file.with_name(f".{uuid.uuid4().hex}")
        try:
            shutil.copyfile(source, temporary)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
        os.utime(file)


def _finished(folder: Path) -> Iterator[str]:
    return (file.name for file in folder.iterdir() if not file.name.startswith("."))


def default() -> DerivedStore:
    """The house's derived data, in `settings.DERIVED`."""
    return DerivedStore(Path(settings.DERIVED))
