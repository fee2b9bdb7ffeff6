"""What kinds of work there are: by name, since the row in the ledger outlives the program that wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# Writes, and says whether the row goes on with the next step (True) or its way ends here (False).
Apply = Callable[[], bool]
# Does the slow part of a piece of work, outside any transaction.
Work = Callable[[int], Apply]
# Told which row has failed for good, and the German sentence why.
OnFailed = Callable[[int, str], None]

ORDINARY = 50
# Fifteen minutes: no step takes longer, each has limits of its own. Whoever does is stuck and is ended.
LONGEST_SECONDS = 900


class GiveUp(Exception):
    """Trying again would not help. `sentence` is German and says to a clerk what the matter is."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{sentence} [{code}]")
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of work is done. See `ledger.register`."""

    name: str
    work: Work
    on_failed: OnFailed | None = None
    priority: int = ORDINARY
    max_attempts: int = 5
    then: str | None = None
    # Seconds between two runs of what is done again and again; None for all other work.
    every: float | None = None


_kinds: dict[str, Kind] = {}


def add(kind: Kind) -> None:
    """Make a kind of work known to this process; a second time replaces the first."""
    _kinds[kind.name] = kind


def known(name: str) -> Kind | None:
    """The kind of this name, if this process knows it."""
    return _kinds.get(name)


def get(name: str) -> Kind:
    """The kind of this name; a worker claims only what it knows. Raises KeyError."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """All kinds this process can do, by name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def check() -> None:
    """Raise KeyError when a step names a following one that nobody has made known."""
    for kind in _kinds.values():
        if kind.then is not None:
            get(kind.then)
