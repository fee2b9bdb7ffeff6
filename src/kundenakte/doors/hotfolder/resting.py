"""How long a file has not changed, and how long it has been there, by the watcher's own clock.

File times alone do not tell: a copy may bring its old time along, and a share's clock may be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from kundenakte.steps.intake.tree import Found, Parts

State = tuple[int, int, int]


@dataclass(slots=True)
class _Known:
    state: State
    since: float
    first_seen: float
    finished: bool = False


class Resting:
    """What was seen at earlier looks. Times are seconds of one monotonic clock, given by the caller."""

    # An empty file is often only the first sign of one that is being copied.
    EMPTY_SECONDS = 5.0
    # The writer was seen to close it, or it was moved in: it need not rest for the whole time.
    FINISHED_SECONDS = 0.1

    def __init__(self) -> None:
        self._known: dict[Parts, _Known] = {}

    def note(self, found: Found, now: float) -> None:
        """The file as this look sees it."""
        known = self._known.get(found.parts)
        if known is None:
            self._known[found.parts] = _Known(found.state, now, now)
        elif known.state != found.state:
            known.state, known.since, known.finished = found.state, now, False

    def note_finished(self, found: Found) -> None:
        """The system said that its writer is done."""
        known = self._known.get(found.parts)
        if known is not None:
            known.finished = True

    def due_in(self, found: Found, settle: float, now: float) -> float:
        """Seconds until the file counts as complete; zero or less when it does."""
        known = self._known[found.parts]
        wanted = min(settle, self.FINISHED_SECONDS) if known.finished else settle
        if found.size == 0:
            wanted = max(settle, self.EMPTY_SECONDS)
        return known.since + wanted - now

    def waited(self, found: Found, now: float) -> float:
        """Seconds since it was first seen."""
        return now - self._known[found.parts].first_seen

    def forget_all_but(self, present: set[Parts]) -> None:
        """What is not there any more is news when it comes again."""
        for parts in self._known.keys() - present:
            del self._known[parts]
