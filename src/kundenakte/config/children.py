"""The processes of a running house, and what each does. Imported and forked by supervisor.py."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from kundenakte import pipeline
from kundenakte.base.blobs.local import LocalStore
from kundenakte.base.confinement import scratch
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal import sequencer
from kundenakte.config import web
from kundenakte.doors.hotfolder import watch
from kundenakte.steps.search import indexer

DAY = 24 * 60 * 60.0
_MODEST = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of child: what it runs after the fork, until it is told to stop, and how many there are of it."""

    name: str
    run: Callable[[], None]
    count: int = 1


def kinds() -> list[Kind]:
    """All children of `kundenakte serve`, in the order in which they start."""
    return [
        Kind("web", web.run),
        Kind("worker", _work, settings.WORKER_PROCESSES),
        Kind("sequencer", _until_stopped(sequencer.run)),
        Kind("indexer", _until_stopped(indexer.run)),
        Kind("folders", _until_stopped(watch.run)),
    ]


def register_jobs() -> None:
    """Tell this process all work there is. Needed by whoever works, harmless for the others."""
    pipeline.register_jobs()
    ledger.every(DAY, "blobs.sweep", _sweep)


def _work() -> None:
    # Whoever waits at a screen goes first; on a machine with nothing else to do this costs nothing.
    os.nice(_MODEST)
    Worker().run()


def _sweep(_: int) -> ledger.Apply:
    LocalStore(settings.BLOBS).sweep()
    scratch.sweep(Path(settings.SCRATCH))
    return lambda: True


def _until_stopped(run: Callable[[threading.Event], None]) -> Callable[[], None]:
    """A child whose loop looks at an event: SIGTERM and SIGINT set it."""

    def loop() -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(stop)

    return loop
