"""The processes of a running house, and what each does. Imported and forked by supervisor.py."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connections

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.confinement import scratch
from kundenakte.base.jobs import claims, ledger
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal import heads, outside, sequencer
from kundenakte.circulation import tasks as circulation
from kundenakte.config import nightly, web
from kundenakte.config.bells import Bell, ring_when_due
from kundenakte.doors.api import forgetting
from kundenakte.doors.hotfolder import watch
from kundenakte.doors.mailbox import forgetting as refusals
from kundenakte.doors.mailbox import watch as mailboxes
from kundenakte.doors.share import tasks as shares
from kundenakte.doors.share import watch_tasks
from kundenakte.doors.web.administration import alarming
from kundenakte.doors.web.upload import forgetting as uploads
from kundenakte.steps.filing import weighing
from kundenakte.steps.rendition import office
from kundenakte.steps.search import indexer

DAY = 24 * 60 * 60.0
_MODEST = 10
# What takes seconds for each page has processes of its own.
_SLOW = frozenset({pipeline.READ})
# What is looked at again and again and seldom has work; what takes long runs in a process of its own meanwhile.
_CARES = (partial(sequencer.run, then=heads.make_due), watch.run, mailboxes.run, nightly.run)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of child: what it runs after the fork, until it is told to stop, and how many there are of it."""

    name: str
    run: Callable[[], None]
    count: int = 1


def kinds() -> list[Kind]:
    """All children of `kundenakte serve`, in the order in which they start. Web and caretaker are always awake."""
    work, slow, index = Bell(), Bell(), Bell()
    # What is done again and again may not be in the ledger yet, and the index may be of another edition.
    work.ring()
    index.ring()
    due = (
        (work, partial(claims.is_due, leaves=_SLOW)),
        (slow, partial(claims.is_due, only=_SLOW)),
        (index, indexer.is_due),
    )
    return [
        Kind("web", web.run),
        Kind("worker", partial(_work, work), settings.WORKER_PROCESSES),
        Kind("reader", partial(_read, slow), settings.READER_PROCESSES),
        Kind("caretaker", _until_stopped(_side_by_side(partial(ring_when_due, bells=due), *_CARES))),
        Kind("indexer", partial(_index, index)),
    ]


def register_jobs() -> None:
    """Tell this process all work there is. Needed by whoever works, harmless for the others."""
    pipeline.register_jobs()
    circulation.register_jobs()
    shares.register_jobs()
    watch_tasks.register_jobs()
    ledger.every(DAY, "blobs.sweep", _sweep)
    ledger.every(outside.EVERY, outside.JOB, outside.tell)
    ledger.every(weighing.EVERY, weighing.JOB, weighing.weigh)
    ledger.every(forgetting.EVERY, forgetting.JOB, forgetting.forget)
    ledger.every(refusals.EVERY, refusals.JOB, refusals.forget)
    ledger.every(uploads.EVERY, uploads.JOB, uploads.forget)
    ledger.every(alarming.EVERY, alarming.JOB, alarming.tell)


def _work(bell: Bell) -> None:
    """Sleep until called, then work until told to stop or until there is nothing to do: then the supervisor forks a
    fresh one, which holds next to nothing of its own, neither what was worked with nor a confined child."""
    bell.sleep()
    # Whoever waits at a screen goes first; on a machine with nothing else to do this costs nothing.
    os.nice(_MODEST)
    mine = office.of_this_process()
    # A warm LibreOffice is worth more than its worker's memory: it ends by itself after some idle minutes.
    Worker(may_end=lambda: mine.pid is None, leaves=_SLOW).run()
    mine.end()


def _read(bell: Bell) -> None:
    """Read scans, and go on with them: a letter that comes meanwhile finds a worker that is free."""
    bell.sleep()
    os.nice(_MODEST)
    Worker(may_end=lambda: True, only=_SLOW).run()


def _index(bell: Bell) -> None:
    bell.sleep()
    _until_stopped(indexer.run)()


def _sweep(_: int) -> ledger.Apply:
    blobs.default().sweep()
    scratch.sweep(Path(settings.SCRATCH))
    return lambda: True


def _side_by_side(*loops: Callable[[threading.Event], None]) -> Callable[[threading.Event], None]:
    """Loops that mostly wait, in threads of one process: a process of its own each costs ten megabytes. When one of
    them breaks all end, and the supervisor starts them again."""

    def run(stop: threading.Event) -> None:
        broken: list[BaseException] = []

        def one(loop: Callable[[threading.Event], None]) -> None:
            try:
                loop(stop)
            except BaseException as error:  # noqa: BLE001 - told below, by the process
                broken.append(error)
            finally:
                stop.set()
                connections.close_all()

        threads = [threading.Thread(target=one, args=(loop,)) for loop in loops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if broken:
            raise broken[0]

    return run


def _until_stopped(run: Callable[[threading.Event], None]) -> Callable[[], None]:
    """A child whose loop looks at an event: SIGTERM and SIGINT set it."""

    def loop() -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(stop)

    return loop
