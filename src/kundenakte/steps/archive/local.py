"""The archive as an OCFL 1.1 storage root in a folder, its files read-only."""

from __future__ import annotations

import contextlib
import errno
import glob
import json
import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote

from django.conf import settings

from kundenakte.steps.archive import immutable, names
from kundenakte.steps.archive.staging import Finished, Unreadable, read_back, sync_folder
from kundenakte.steps.archive.store import AlreadyThere, NoSuchObject

log = logging.getLogger(__name__)

# What was staged longer ago belongs to nobody who still writes.
ABANDONED_SECONDS: Final = 24 * 60 * 60
LAYOUT: Final = "0003-hash-and-id-n-tuple-storage-layout"
_CONFIG: Final = {
    "extensionName": LAYOUT,
    "digestAlgorithm": "sha256",
    "tupleSize": 2,
    "numberOfTuples": 2,
}


class LocalArchive:
    """`ocfl/` is the storage root, `staging/` beside it holds what is being written. See `ArchiveStore`."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "ocfl"
        self._staging = folder / "staging"
        self._is_prepared = False

    def staging(self) -> Path:
        """In the same file system as the root, so that placing is one step."""
        self._prepare()
        return self._staging

    def place(self, finished: Finished, *, locked_until: datetime | None = None) -> None:
        """Rename the staged folder to its place."""
        self._prepare()
        target = self.folder(finished.object_id)
        for last_try in (False, False, True):
            self._make_folders(target.parent)
            try:
                # Onto a folder that is there and not empty, a folder is never renamed.
                finished.folder.rename(target)
                break
            except OSError as error:
                if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                    raise AlreadyThere(finished.object_id) from None
                # A disposal has just taken the empty folder away into which it was to go.
                if error.errno != errno.ENOENT or last_try:
                    raise
        sync_folder(target.parent)
        self._protect(finished.object_id)

    def has(self, object_id: str) -> bool:
        """Whether the object is there."""
        return (self.folder(object_id) / "inventory.json").is_file()

    def open(self, object_id: str, name: str) -> BinaryIO:
        """A content file."""
        try:
            return self.path(object_id, name).open("rb")
        except FileNotFoundError:
            raise NoSuchObject(f"{object_id} {name}") from None

    def open_inventory(self, object_id: str) -> BinaryIO:
        """The object's inventory.json."""
        try:
            return (self.folder(object_id) / "inventory.json").open("rb")
        except FileNotFoundError:
            raise NoSuchObject(object_id) from None

    def path(self, object_id: str, name: str) -> Path:
        """Where a content file lies, whether it is there or not."""
        return self.folder(object_id) / "v1" / "content" / names.checked_file(name)

    def verify(self, object_id: str, *, inventory_sha512: str | None = None) -> None:
        """Read everything and compare; what is good and not immutable yet becomes so, where the house wants that."""
        folder = self.folder(object_id)
        if not folder.is_dir():
            raise NoSuchObject(object_id)
        if read_back(folder, inventory_sha512).get("id") != object_id:
            raise Unreadable(f"{object_id}: another object lies there")
        self._protect(object_id)

    def files(self, object_id: str, *, inventory_sha512: str) -> Iterator[tuple[str, BinaryIO]]:
        """All files as they lie there."""
        folder = self.folder(object_id)
        if not folder.is_dir():
            raise NoSuchObject(object_id)
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield file.relative_to(folder).as_posix(), file.open("rb")

    def ids(self) -> Iterator[str]:
        """The ids of all objects, in the order of their places."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from sorted(unquote(place.name) for place in folder.iterdir())

    def set_aside(self, object_id: str) -> None:
        """Move a damaged object out of the storage root, into `damaged/`: somebody may want to see what happened."""
        folder = self.folder(object_id)
        if folder.is_dir():
            aside = self.root.parent / "damaged"
            aside.mkdir(mode=0o750, exist_ok=True)
            immutable.release(folder)
            folder.rename(aside / f"{folder.name}-{uuid.uuid4().hex[:8]}")
            sync_folder(folder.parent)

    def locked_until(self, object_id: str) -> datetime | None:
        """A folder locks nothing."""

    def destroy(self, object_id: str) -> None:
        """Out of the storage root in one step, then file by file."""
        self._prepare()
        folder = self.folder(object_id)
        leaving = self._staging / f"disposed-{folder.name}"
        # What an earlier call, cut off, has left of it.
        _remove(leaving)
        if folder.is_dir():
            immutable.release(folder)
            folder.rename(leaving)
            sync_folder(folder.parent)
        # OCFL allows no empty folders (E073).
        for above in (folder.parent, folder.parent.parent):
            with contextlib.suppress(OSError):
                above.rmdir()
                sync_folder(above.parent)
        _remove(leaving)
        for damaged in (self.root.parent / "damaged").glob(f"{glob.escape(folder.name)}-*"):
            _remove(damaged)

    def sweep(self, *, now: float | None = None) -> int:
        """Remove what crashes left half written more than a day ago. Returns how many objects."""
        oldest = (time.time() if now is None else now) - ABANDONED_SECONDS
        removed = 0
        for folder in self._staging.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
        return removed

    def folder(self, object_id: str) -> Path:
        """Where the object lies, whether it is there or not."""
        return self.root / names.place(object_id)

    def _protect(self, object_id: str) -> None:
        """Immutable, where the house wants that and it is not yet. That it cannot be is told by the page „Zustand“."""
        folder = self.folder(object_id)
        if not settings.ARCHIVE_IMMUTABLE:
            return
        try:
            if not immutable.is_set(folder):
                immutable.protect(folder)
        except OSError as error:
            log.warning("%s does not become immutable: %s", object_id, error)

    def _prepare(self) -> None:
        """Make the storage root, once; several may do so at the same time."""
        if self._is_prepared:
            return
        extension = self.root / "extensions" / LAYOUT
        extension.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._staging.mkdir(mode=0o750, exist_ok=True)
        description = "First two pairs of hex digits of SHA-256 over the id, then the id, percent-encoded"
        _write_once(extension / "config.json", json.dumps(_CONFIG, indent=1).encode())
        _write_once(
            self.root / "ocfl_layout.json",
            json.dumps({"extension": LAYOUT, "description": description}, indent=1).encode(),
        )
        # Last: with it the folder is a storage root.
        _write_once(self.root / "0=ocfl_1.1", b"ocfl_1.1\n")
        for folder in (extension, extension.parent, self.root, self.root.parent):
            sync_folder(folder)
        self._is_prepared = True

    def _make_folders(self, folder: Path) -> None:
        """The two folders above an object, on disk before anything is in them."""
        made = [one for one in (folder, folder.parent) if not one.is_dir()]
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        for one in made:
            sync_folder(one.parent)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        immutable.release(folder)
        shutil.rmtree(folder)
        sync_folder(folder.parent)


def _write_once(file: Path, content: bytes) -> None:
    if file.is_file():
        return
    temporary = file.with_name(f".{os.getpid()}-{file.name}")
    with temporary.open("wb") as target:
        target.write(content)
        target.flush()
        os.fchmod(target.fileno(), 0o444)
        os.fsync(target.fileno())
    temporary.replace(file)
