"""The index as a web process reads it: opened once, looked at again when somebody committed."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from kundenakte.steps.search import folder
from kundenakte.steps.search.engine import Reader


@dataclass(frozen=True, slots=True)
class _Open:
    key: object
    reader: Reader


_lock = threading.Lock()
_open: _Open | None = None


def reader() -> Reader | None:
    """A snapshot of the index that is not older than the last commit before this call; None while there is none.

    Costs two looks at files when nothing changed. Threads share it; a forked child opens its own.
    """
    global _open  # noqa: PLW0603 - one per process
    for _ in range(3):
        name = folder.current()
        if not name:
            return None
        place = folder.root() / name
        stamp = folder.ENGINE.stamp(place)
        if stamp is None:
            return None
        key = (os.getpid(), place, stamp)
        held = _open
        if held is not None and held.key == key:
            return held.reader
        with _lock:
            try:
                _open = _Open(key, folder.ENGINE.reader(place))
            except (OSError, ValueError):
                # The writer merged or swapped in between; what is there now is newer.
                continue
            return _open.reader
    return None
