"""The archive in a bucket of an object store: the same layout, and versions that cannot be deleted while locked.

An object is written once. Who overwrites a file of it there, or deletes it, only adds a version or a mark: the bytes
that were sealed stay below, as long as they are locked. So a file is looked for by its hash among all versions, not by
being the newest.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import unquote

from kundenakte.base.buckets import Bucket, Kept, is_locked
from kundenakte.steps.archive import names
from kundenakte.steps.archive.staging import (
    NAMASTE,
    NAMASTE_SAYS,
    Finished,
    Unreadable,
    digests_of,
    sidecar_of,
)
from kundenakte.steps.archive.store import AlreadyThere, NoSuchObject

_ROOT: Final = "ocfl"
_INVENTORY: Final = "inventory.json"
_IN_MEMORY: Final = 8 * 1024 * 1024


class BucketArchive:
    """See `ArchiveStore`. What is on its way lies in a local folder."""

    def __init__(self, bucket: Bucket, staging: Path) -> None:
        self.bucket, self._staging = bucket, staging

    def staging(self) -> Path:
        """A folder on this machine."""
        self._staging.mkdir(mode=0o750, parents=True, exist_ok=True)
        return self._staging

    def place(self, finished: Finished, *, locked_until: datetime | None = None) -> None:
        """File by file, the inventory last: with it the object is there."""
        if self.has(finished.object_id) and self._is_sealed(finished):
            raise AlreadyThere(finished.object_id)
        files = [file.relative_to(finished.folder).as_posix() for file in finished.folder.rglob("*") if file.is_file()]
        for path in sorted(files, key=lambda path: (path == _INVENTORY, path)):
            with (finished.folder / path).open("rb") as source:
                sha256 = hashlib.file_digest(source, "sha256").hexdigest()
                source.seek(0)
                self.bucket.put(self.key_of(finished.object_id, path), source, sha256=sha256, locked_until=locked_until)

    def has(self, object_id: str) -> bool:
        """Whether the object is there, in whatever version."""
        return any(not one.is_marker for one in self.bucket.versions(self.key_of(object_id, _INVENTORY)))

    def open(self, object_id: str, name: str) -> BinaryIO:
        """A content file in its newest version."""
        return self._fetched(object_id, f"v1/content/{names.checked_file(name)}")

    def open_inventory(self, object_id: str) -> BinaryIO:
        """The inventory in its newest version."""
        return self._fetched(object_id, _INVENTORY)

    def verify(self, object_id: str, *, inventory_sha512: str | None = None) -> None:
        """Read every file that was sealed, in whatever version it lies."""
        versions = self._versions(object_id)
        raw = self._inventory(object_id, versions, inventory_sha512)
        for path, sha512, sha256 in _named_in(object_id, raw):
            self._fitting(object_id, versions, path, sha512, sha256)

    def files(self, object_id: str, *, inventory_sha512: str) -> Iterator[tuple[str, BinaryIO]]:
        """The files in the versions that were sealed; what follows from the inventory is written anew."""
        versions = self._versions(object_id)
        raw = self._inventory(object_id, versions, inventory_sha512)
        for folder in ("", "v1/"):
            yield f"{folder}{_INVENTORY}", io.BytesIO(raw)
            yield f"{folder}{_INVENTORY}.sha512", io.BytesIO(sidecar_of(inventory_sha512))
        yield NAMASTE, io.BytesIO(NAMASTE_SAYS)
        for path, sha512, sha256 in _named_in(object_id, raw):
            version = self._fitting(object_id, versions, path, sha512, sha256)
            yield path, self.bucket.open(version.key, version.version)

    def set_aside(self, object_id: str) -> None:
        """Nothing: what is put there in its place is another version, and this one stays to be looked at."""

    def locked_until(self, object_id: str) -> datetime | None:
        """The latest lock on any version of any file of it."""
        return max((lock for lock in self._locks(object_id) if lock), default=None)

    def lock(self, object_id: str, until: datetime) -> datetime | None:
        """Lock every version of every file until then, where it is not yet.

        Returns until when all of it is locked now, as the store says afterwards; None when something of it is not.
        Raises NoSuchObject.
        """
        earliest: list[datetime | None] = []
        for one in self._bodies(object_id):
            kept = self.bucket.head(one.key, one.version)
            if kept is None or not is_locked(kept.locked_until, until):
                self.bucket.lock(one.key, one.version, until)
                kept = self.bucket.head(one.key, one.version)
            earliest.append(kept.locked_until if kept else None)
        if not earliest:
            raise NoSuchObject(object_id)
        return min((lock for lock in earliest if lock), default=None) if None not in earliest else None

    def destroy(self, object_id: str) -> None:
        """Every version and every mark. Raises OSError while one of them is locked."""
        for one in list(self.bucket.versions(self.key_of(object_id, ""))):
            self.bucket.remove(one.key, one.version)

    def ids(self) -> Iterator[str]:
        """The ids of all objects, in the order of their places."""
        for key in self.bucket.keys(f"{_ROOT}/"):
            parts = key.split("/")
            if len(parts) == 5 and parts[4] == _INVENTORY:
                yield unquote(parts[3])

    def key_of(self, object_id: str, path: str) -> str:
        """Where a file of an object lies in the bucket."""
        return f"{_ROOT}/{names.place(object_id)}/{path}"

    # --- inside ------------------------------------------------------------------------------------------------------

    def _bodies(self, object_id: str) -> Iterator[Kept]:
        return (one for one in self.bucket.versions(self.key_of(object_id, "")) if not one.is_marker)

    def _locks(self, object_id: str) -> Iterator[datetime | None]:
        for one in self._bodies(object_id):
            kept = self.bucket.head(one.key, one.version)
            yield kept.locked_until if kept else None

    def _versions(self, object_id: str) -> Mapping[str, list[Kept]]:
        """By path, the newest first. Raises NoSuchObject."""
        found: dict[str, list[Kept]] = {}
        start = self.key_of(object_id, "")
        for one in self._bodies(object_id):
            found.setdefault(one.key.removeprefix(start), []).append(one)
        if not found:
            raise NoSuchObject(object_id)
        return found

    def _inventory(self, object_id: str, versions: Mapping[str, list[Kept]], inventory_sha512: str | None) -> bytes:
        for one in versions.get(_INVENTORY, ()):
            with self._stream(one) as stream:
                raw = stream.read()
            if inventory_sha512 in {None, hashlib.sha512(raw).hexdigest()}:
                return raw
        raise Unreadable(f"{object_id}: {_INVENTORY}")

    def _fitting(self, object_id: str, versions: Mapping[str, list[Kept]], path: str, sha512: str, sha256: str) -> Kept:
        """The newest version of a file that has these digests."""
        for one in versions.get(path, ()):
            with self._stream(one) as stream:
                seen = digests_of(stream)
            if (seen.sha512, seen.sha256) == (sha512, sha256):
                return one
        raise Unreadable(f"{object_id}: {path}")

    def _stream(self, one: Kept) -> BinaryIO:
        return self.bucket.open(one.key, one.version)

    def _is_sealed(self, finished: Finished) -> bool:
        try:
            self.verify(finished.object_id, inventory_sha512=finished.inventory_sha512)
        except (Unreadable, NoSuchObject):
            return False
        return True

    def _fetched(self, object_id: str, path: str) -> BinaryIO:
        """A whole file, to read and seek in."""
        newest = next((one for one in self.bucket.versions(self.key_of(object_id, path)) if not one.is_marker), None)
        if newest is None:
            raise NoSuchObject(f"{object_id} {path}")
        here = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 – the caller closes it
        with self._stream(newest) as stream:
            shutil.copyfileobj(stream, here)
        here.seek(0)
        return here  # type: ignore[return-value]


def _named_in(object_id: str, raw: bytes) -> list[tuple[str, str, str]]:
    """Path, SHA-512 and SHA-256 of each file the inventory names. Raises Unreadable."""
    try:
        inventory: dict[str, Any] = json.loads(raw)
        if inventory["id"] != object_id:
            raise Unreadable(f"{object_id}: another object lies there")
        sha256_of = {path: digest for digest, paths in inventory["fixity"]["sha256"].items() for path in paths}
        return [(path, sha512, sha256_of[path]) for sha512, paths in inventory["manifest"].items() for path in paths]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{object_id}: {_INVENTORY}") from error
