"""Writing one OCFL 1.1 object whole into a folder, to be put in its place afterwards. Knows neither rows nor clock."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import rfc8785

from kundenakte.steps.archive import names

CHUNK: Final = 1024 * 1024
# The file that says of a folder that it is an OCFL object, and what stands in it.
NAMASTE: Final = "0=ocfl_object_1.1"
NAMASTE_SAYS: Final = b"ocfl_object_1.1\n"
_READ_ONLY: Final = 0o444


class Unreadable(Exception):
    """An object is not what its inventory says; the text names the file."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Both digests of a file (R-25: two algorithms, so that one may become weak) and its length."""

    sha256: str
    sha512: str
    size: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A whole object in a folder nobody looks into yet."""

    object_id: str
    folder: Path
    inventory_sha512: str
    size: int
    files: int


@dataclass(slots=True)
class Staged:
    """An object that is being written. Left as a context without `finish`, nothing of it stays."""

    object_id: str
    folder: Path
    _written: dict[str, Digests] = field(default_factory=dict)

    @classmethod
    def begin(cls, staging: Path, object_id: str) -> Staged:
        """Begin an object in a folder of its own below `staging`, which is on the volume of the archive."""
        names.checked(object_id)
        folder = staging / uuid.uuid4().hex
        (folder / "v1" / "content").mkdir(mode=0o755, parents=True)
        return cls(object_id, folder)

    def add(self, name: str, source: BinaryIO) -> Digests:
        """Write all of `source` as content file `name`, on disk when this returns."""
        target = self.folder / "v1" / "content" / names.checked_file(name)
        digests = _write(target, source)
        self._written[name] = digests
        return digests

    def add_bytes(self, name: str, content: bytes) -> Digests:
        """The same for what is at hand."""
        target = self.folder / "v1" / "content" / names.checked_file(name)
        _write_bytes(target, content)
        digests = Digests(hashlib.sha256(content).hexdigest(), hashlib.sha512(content).hexdigest(), len(content))
        self._written[name] = digests
        return digests

    def finish(self, *, created: str) -> Finished:
        """Write the inventory, bring all to disk and read all back. Raises Unreadable when it is not what was written.

        `created` is the time of the OCFL version, RFC 3339.
        """
        inventory = json.dumps(
            _inventory(self.object_id, self._written, created), indent=1, sort_keys=True, ensure_ascii=False
        ).encode()
        inventory_sha512 = hashlib.sha512(inventory).hexdigest()
        sidecar = sidecar_of(inventory_sha512)
        for folder in (self.folder / "v1", self.folder):
            _write_bytes(folder / "inventory.json", inventory)
            _write_bytes(folder / "inventory.json.sha512", sidecar)
        _write_bytes(self.folder / NAMASTE, NAMASTE_SAYS)
        for folder in (self.folder / "v1" / "content", self.folder / "v1", self.folder):
            sync_folder(folder)
        read_back(self.folder, inventory_sha512)
        size = sum(one.size for one in self._written.values()) + 2 * (len(inventory) + len(sidecar)) + 16
        return Finished(self.object_id, self.folder, inventory_sha512, size, len(self._written) + 5)

    @classmethod
    def copy_of(cls, staging: Path, object_id: str, files: Iterable[tuple[str, BinaryIO]]) -> Staged:
        """Write a whole object again as it is, from its files by their paths in it. Each stream is closed.

        Raises OSError; `copied` says whether it is what was sealed.
        """
        staged = cls.begin(staging, object_id)
        folders = {staged.folder, staged.folder / "v1", staged.folder / "v1" / "content"}
        try:
            for path, stream in files:
                with stream:
                    target = staged.folder / path
                    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                    folders.add(target.parent)
                    _write(target, stream)
            for folder in sorted(folders, reverse=True):
                sync_folder(folder)
        except BaseException:
            shutil.rmtree(staged.folder, ignore_errors=True)
            raise
        return staged

    def copied(self, inventory_sha512: str, *, size: int, files: int) -> Finished:
        """What `copy_of` wrote, read back. Raises Unreadable when it is not what was sealed."""
        read_back(self.folder, inventory_sha512)
        return Finished(self.object_id, self.folder, inventory_sha512, size, files)

    def __enter__(self) -> Staged:
        return self

    def __exit__(self, *_: object) -> None:
        """What was put in its place is no longer here; whatever still is, goes."""
        shutil.rmtree(self.folder, ignore_errors=True)


def read_back(folder: Path, inventory_sha512: str | None = None) -> Mapping[str, Any]:
    """Read an object whole and compare every digest; returns its inventory. Raises Unreadable.

    With `inventory_sha512` the inventory itself must be the one that was once written.
    """
    try:
        raw = (folder / "inventory.json").read_bytes()
        said = (folder / "inventory.json.sha512").read_text(encoding="ascii").split()[0]
        found = hashlib.sha512(raw).hexdigest()
        if found != said or inventory_sha512 not in {None, found}:
            raise Unreadable(f"{folder.name}: inventory.json")
        inventory: dict[str, Any] = json.loads(raw)
        sha256_of = {path: digest for digest, paths in inventory["fixity"]["sha256"].items() for path in paths}
        for digest, paths in inventory["manifest"].items():
            for path in paths:
                with (folder / path).open("rb") as source:
                    seen = digests_of(source)
                if (seen.sha512, seen.sha256) != (digest, sha256_of.get(path)):
                    raise Unreadable(f"{folder.name}: {path}")
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise Unreadable(f"{folder.name}: {error}") from error
    return inventory


def sidecar_of(inventory_sha512: str) -> bytes:
    """What stands in inventory.json.sha512."""
    return f"{inventory_sha512} inventory.json\n".encode()


def canonical(content: Any) -> bytes:
    """JSON as RFC 8785 wants it."""
    return rfc8785.dumps(content)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digests_of(source: BinaryIO) -> Digests:
    """Both digests and the length of all that a stream holds."""
    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    while chunk := source.read(CHUNK):
        sha256.update(chunk)
        sha512.update(chunk)
        size += len(chunk)
    return Digests(sha256.hexdigest(), sha512.hexdigest(), size)


def _inventory(object_id: str, written: Mapping[str, Digests], created: str) -> dict[str, Any]:
    manifest: dict[str, list[str]] = {}
    state: dict[str, list[str]] = {}
    sha256: dict[str, list[str]] = {}
    for name, digests in sorted(written.items()):
        # Two files may hold the same bytes.
        manifest.setdefault(digests.sha512, []).append(f"v1/content/{name}")
        state.setdefault(digests.sha512, []).append(name)
        sha256.setdefault(digests.sha256, []).append(f"v1/content/{name}")
    return {
        "id": object_id,
        "type": "https://ocfl.io/1.1/spec/#inventory",
        "digestAlgorithm": "sha512",
        "head": "v1",
        "manifest": manifest,
        "fixity": {"sha256": sha256},
        "versions": {
            "v1": {
                "created": created,
                "message": "Festschreibung",
                # OCFL wants somebody; the persons stand in history.jsonl.
                "user": {"name": "Kundenakte", "address": "urn:kundenakte:archive"},
                "state": state,
            }
        },
    }


def _write(target: Path, source: BinaryIO) -> Digests:
    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READ_ONLY)
    with os.fdopen(handle, "wb") as file:
        while chunk := source.read(CHUNK):
            sha256.update(chunk)
            sha512.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fchmod(file.fileno(), _READ_ONLY)
        os.fsync(file.fileno())
    return Digests(sha256.hexdigest(), sha512.hexdigest(), size)


def _write_bytes(target: Path, content: bytes) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READ_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        # The process's umask may have taken some of it away; an auditor's account must be able to read.
        os.fchmod(file.fileno(), _READ_ONLY)
        os.fsync(file.fileno())
