"""The list of what was destroyed, kept outside of database and backups: a restored older backup is cleaned by it.

One line of JSON for each document; no word of the document is in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings


def lines() -> Iterator[dict[str, Any]]:
    """All lines, in the order in which they were written; a torn last one is none."""
    file = Path(settings.DISPOSITION_LIST)
    if not file.is_file():
        return
    with file.open("rb") as source:
        for line in source:
            if line.endswith(b"\n"):
                yield json.loads(line)


def add(new: Iterable[dict[str, Any]]) -> None:
    """On return the lines are on disk, each once: a document of the same moment of making is listed already."""
    listed = {_of_whom(line) for line in lines()}
    missing = {_of_whom(line): line for line in new if _of_whom(line) not in listed}
    if not missing:
        return
    file = Path(settings.DISPOSITION_LIST)
    file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with file.open("ab+") as target:
        os.fchmod(target.fileno(), 0o640)
        _end_torn_line(target.fileno())
        for line in missing.values():
            target.write(json.dumps(line, sort_keys=True, ensure_ascii=False).encode() + b"\n")
        target.flush()
        os.fsync(target.fileno())
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _of_whom(line: dict[str, Any]) -> tuple[int, str]:
    return line["document"], line["created_at"]


def _end_torn_line(descriptor: int) -> None:
    """Cut what a power cut left of a line that was being written."""
    size = os.fstat(descriptor).st_size
    kept = size
    while kept and os.pread(descriptor, 1, kept - 1) != b"\n":
        kept -= 1
    if kept != size:
        os.ftruncate(descriptor, kept)
