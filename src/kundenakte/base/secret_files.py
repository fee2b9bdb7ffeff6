"""Secrets that people enter (passwords of mailboxes, keys of receivers): a file of mode 0600 for each owner.

Never in the database, a log, on a screen or in a package that leaves the house; in the backup, which is encrypted.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.conf import settings

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


def keep(kind: str, name: str, given: Mapping[str, str]) -> None:
    """Keep what was entered for one owner; what is empty stays as it was. Raises ValueError for a name with a path."""
    known = of(kind, name) | {key: value for key, value in given.items() if value}
    path = _path(kind, name)
    folder(kind)
    fresh = path.with_name(f".{path.name}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(known, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


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


def _path(kind: str, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return Path(settings.DATA) / "secrets" / kind / f"{name}.json"
