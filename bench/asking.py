"""A clerk who opens one page after the other, and what each page took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.search_http import Browser, spread

# A person's pause between two pages.
PAUSE = 0.1


@dataclass(slots=True)
class Asked:
    """Milliseconds of each page, by the kind of page."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, milliseconds: float) -> None:
        self.taken.setdefault(kind, []).append(milliseconds)

    def told(self) -> dict[str, Any]:
        every = [one for each in self.taken.values() for one in each]
        each = {kind: spread(values)["p95"] for kind, values in self.taken.items()}
        return spread(every) | {"slowest": max(every), "count": len(every), "each": each}


@dataclass(slots=True)
class Looking:
    """A clerk who opens one page after the other."""

    browser: Browser
    # Kind and address, without end.
    pages: Iterator[tuple[str, str]]
    patience: float

    def until(self, over: Callable[[], bool], asked: Asked) -> None:
        """Until it is over, looked at after each page."""
        end = time.monotonic() + self.patience
        while not over():
            if time.monotonic() > end:
                raise TimeoutError
            kind, path = next(self.pages)
            asked.add(kind, self.browser.get(path)[1])
            time.sleep(PAUSE)

    def for_seconds(self, seconds: float) -> Asked:
        """So long, after each page was asked for once to warm up."""
        for _ in range(8):
            self.browser.get(next(self.pages)[1])
        end, asked = time.monotonic() + seconds, Asked()
        self.until(lambda: time.monotonic() > end, asked)
        return asked
