"""Which files belong to the house, beside its database."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from kundenakte.base import blobs

# Made again by the program, or meaningful only on this machine and at this time; the key never lies with what it opens.
_NOT: Final = frozenset({"static", "demo", "serve.lock", "restoring"})


# Folders that may lie elsewhere: they are named by what they are, and put back where the new house has them.
_ROAMING: Final = {"@archive": "ARCHIVE", "@journal-keys": "JOURNAL_KEYS"}


@dataclass(frozen=True, slots=True)
class Place:
    """A file that is no blob: its path from the data folder or a roaming one, and what tells if it has changed."""

    path: str
    size: int
    mode: int
    changed: int


def originals() -> Iterator[str]:
    """The digests of all originals."""
    yield from blobs.default().digests()


def others() -> Iterator[Place]:
    """All other files that are worth a copy, sorted: archive, keys, previews, the learned model."""
    data = Path(settings.DATA)
    without = {data / name for name in _NOT} | {Path(path).absolute() for path in _elsewhere()}
    for name, folder in roaming():
        yield from _walk(folder, folder, f"{name}/", without)
        without.add(folder)
    yield from _walk(data, data, "", without)


def located(path: str) -> Path:
    """Where a path of `others` lies in this house."""
    first, _, rest = path.partition("/")
    home = dict(roaming()).get(first)
    # A roaming folder this house has no place of its own for comes into the data folder.
    return home / rest if home is not None else Path(settings.DATA) / path.removeprefix("@")


def roaming() -> Iterator[tuple[str, Path]]:
    """The folders that may lie elsewhere: their names in a backup, and where they are in this house."""
    for name, setting in _ROAMING.items():
        if folder := getattr(settings, setting, ""):
            yield name, Path(folder).absolute()


def _elsewhere() -> Iterator[Path | str]:
    """What is copied in another way, or not at all."""
    yield from (settings.BLOBS, settings.INDEX, settings.SCRATCH, settings.STATIC_ROOT)
    yield from (settings.BACKUP_KEY_FILE, settings.DISPOSITION_LIST)
    if replica := getattr(settings, "ARCHIVE_REPLICA", ""):
        yield replica
    if settings.BACKUP_TARGET:
        yield settings.BACKUP_TARGET
    database = str(settings.DATABASES["default"]["NAME"])
    yield from (f"{database}{end}" for end in ("", "-wal", "-shm", "-journal"))


def _walk(folder: Path, root: Path, prefix: str, without: set[Path]) -> Iterator[Place]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        path = Path(entry.path)
        # A leading dot is for what is being written.
        if path in without or entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _walk(path, root, prefix, without)
        elif entry.is_file():
            try:
                about = entry.stat()
            except FileNotFoundError:
                continue
            mode = stat.S_IMODE(about.st_mode)
            yield Place(f"{prefix}{path.relative_to(root)}", about.st_size, mode, about.st_mtime_ns)
