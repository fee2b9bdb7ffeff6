"""Secrets that people enter (passwords of mailboxes, keys of receivers): a file of mode 0600 for each owner.

Never in the database, a log, on a screen or in a package that leaves the house; in the backup, which is encrypted.
"""

from __future__ import annotations

import json
import os
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.conf import settings

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
# Nobody writes as long as that.
_LEFT_SECONDS: Final = 3600.0


def keep(kind: str, name: str, given: Mapping[str, str]) -> None:
    """Keep what was entered for one owner; what is empty stays as it was. Raises ValueError for a name with a path."""
    with laid_beside(kind, name, given):
        pass


@contextmanager
def laid_beside(kind: str, name: str, given: Mapping[str, str]) -> Iterator[None]:
    """Write what `keep` would keep beside what is kept, on disk; it holds at the end, unless that is an exception.

    What is known by then stays as it was, whatever happens before. Raises ValueError for a name with a path.
    """
    known = of(kind, name) | {key: value for key, value in given.items() if value}
    path = _path(kind, name)
    _tidy(folder(kind))
    # Of its own: two that write at once do not write into each other.
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file)
            file.flush()
            os.fsync(file.fileno())
        yield
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    _on_disk(path.parent)


def of(kind: str, name: str) -> dict[str, str]:
    """What is kept for one owner; empty when nothing is. Raises ValueError for a name with a path."""
    try:
        return dict(json.loads(_path(kind, name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def folder(kind: str) -> Path:
    """The folder of one kind of owner, for its user alone."""
    made = Path(settings.DATA) / "secrets" / kind
    for one in (made.parent, made):
        one.mkdir(mode=0o700, exist_ok=True)
    return made


def _tidy(folder: Path) -> None:
    """What a power cut has left beside."""
    for left in folder.glob(".*.json.*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                left.unlink()


def _on_disk(folder: Path) -> None:
    """What was renamed in it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _path(kind: str, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return Path(settings.DATA) / "secrets" / kind / f"{name}.json"
