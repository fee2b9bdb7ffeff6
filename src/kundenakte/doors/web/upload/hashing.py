"""The SHA-256 of files that still grow, read on with every slice: at the end nothing big is left to be read.

A SHA-256 that is half-way cannot be handed to another process. So each web process reads the file for itself, out of
the page cache, and goes on where it stopped; whichever is asked last has little or nothing to catch up on.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_CHUNK: Final = 1024 * 1024
# Files on their way at the same time; one that is forgotten is read again from its beginning.
_MOST: Final = 500


@dataclass(slots=True)
class _Reading:
    """How far this process has read a file."""

    at: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    alone: threading.Lock = field(default_factory=threading.Lock)


_readings: OrderedDict[str, _Reading] = OrderedDict()
_lock = threading.Lock()


def read_on(key: str, file: Path, *, until: float) -> tuple[int, str]:
    """Read on to the end, or until the clock (`time.monotonic`) says so: how many bytes are read, and their SHA-256.

    The file must only grow. Raises OSError.
    """
    reading = _of(key)
    if not reading.alone.acquire(timeout=max(0.0, until - time.monotonic())):
        # Another thread reads the same file at this moment.
        return 0, ""
    try:
        with file.open("rb", buffering=0) as source:
            source.seek(reading.at)
            while chunk := source.read(_CHUNK):
                reading.digest.update(chunk)
                reading.at += len(chunk)
                if time.monotonic() > until:
                    break
        return reading.at, reading.digest.hexdigest()
    finally:
        reading.alone.release()


def forget(key: str) -> None:
    """The file is received or given up."""
    with _lock:
        _readings.pop(key, None)


def _of(key: str) -> _Reading:
    with _lock:
        reading = _readings.setdefault(key, _Reading())
        _readings.move_to_end(key)
        if len(_readings) > _MOST:
            _readings.popitem(last=False)
        return reading
