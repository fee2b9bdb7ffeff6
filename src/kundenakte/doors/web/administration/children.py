"""Which processes of `kundenakte serve` live on this machine, as the system knows them."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_PREFIX: Final = "ka-"
# The supervisor waits 0.2 s before it starts a child again that has ended.
_RESTART_SECONDS: Final = 0.5
_TITLES: Final = {
    "web": gettext_noop("Webserver"),
    "worker": gettext_noop("Arbeiter"),
    "reader": gettext_noop("Leser für Scans"),
    "caretaker": gettext_noop("Hausmeister"),
    "indexer": gettext_noop("Suchindex"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Processes of one name: how many there should be, and how many there are."""

    # As the system knows it, without prefix.
    name: str
    wanted: int
    alive: int

    @property
    def title(self) -> str:
        """What it is called on the screen."""
        return called(self.name)


def called(name: str) -> str:
    """What a process of this name is called on the screen."""
    return _(_TITLES.get(name, name))


def kinds() -> list[Kind]:
    """The children of the supervisor that started this process; empty when none has (a test, another server)."""
    supervisor = _supervisor()
    if supervisor is None:
        return []
    found = _below(supervisor)
    if any(kind.alive < kind.wanted for kind in found):
        # One that ends is started again at once; only one that stays away is worth a word.
        time.sleep(_RESTART_SECONDS)
        found = _below(supervisor)
    return found


def _below(supervisor: int) -> list[Kind]:
    alive = Counter(name for name, parent in _processes() if parent == supervisor)
    wanted = {"web": 1, "worker": settings.WORKER_PROCESSES, "reader": settings.READER_PROCESSES,
              "caretaker": 1, "indexer": 1}  # fmt: skip
    return [Kind(name, count, alive[name]) for name, count in wanted.items()]


def _supervisor() -> int | None:
    """The nearest ancestor that is not one of the named children."""
    pid, name = os.getpid(), ""
    while pid > 1:
        name, parent = _about(pid)
        if not name.startswith(_PREFIX):
            return pid if pid != os.getpid() else None
        pid = parent
    return None


def _processes() -> list[tuple[str, int]]:
    """Name without prefix and parent of all our named processes."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            name, parent = _about(int(folder.name))
            if name.startswith(_PREFIX):
                found.append((name.removeprefix(_PREFIX), parent))
    return found


def _about(pid: int) -> tuple[str, int]:
    """Name and parent of a process, by proc(5); nothing for one that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", 0
    # The name stands in brackets and may hold any sign, a bracket too.
    name, _, rest = text.partition("(")[2].rpartition(")")
    return name, int(rest.split()[1])
