"""Building the index anew while everybody goes on searching: a command or a screen asks, the indexer does it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from kundenakte.steps.search import folder, indexer
from kundenakte.steps.search.folder import Filling, IndexBusy


def rebuild(*, pause: float = 0.2) -> Iterator[Filling]:
    """Build the index of this machine anew and tell how far it is, again and again until it is done.

    The running indexer does it; when none runs, this process does. Searching goes on all the while with the index there
    is, changes included; the new one takes its place in one step. Broken off, it goes on with the next start.
    """
    wish = folder.wish_rebuild()
    yield Filling(under_way=True)
    while folder.filling().ended != wish:
        try:
            with indexer.at_work(patience=0) as at_work:
                yield from _by_ourselves(at_work, wish)
        except IndexBusy:
            yield folder.filling()
            time.sleep(pause)
    yield folder.filling()


def _by_ourselves(at_work: indexer.Indexer, wish: str) -> Iterator[Filling]:
    while folder.filling().ended != wish:
        at_work.round()
        yield folder.filling()
