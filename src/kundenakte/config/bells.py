"""Waking a child that sleeps.

A forked child that has done nothing yet shares nearly all its memory with its parent; one that only looks for work now
and then has touched twenty megabytes of its own. So those who have nothing to do sleep on a bell, and one process that
looks at the database anyway rings it when there is something.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable, Sequence

from django.db import close_old_connections, connection

from kundenakte.base.jobs.waking import Alarm

log = logging.getLogger(__name__)

# Seconds between two looks of whoever rings; sooner when something may have come in, but never twice within a breath.
LOOK_SECONDS = 0.5
BREATH_SECONDS = 0.1
# Seconds after which a sleeper looks for work by itself, whoever was to ring.
LONGEST_SLEEP = 300.0


class Bell:
    """Made before the fork; each ring wakes one of those who sleep, or the next who is about to."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def ring(self) -> None:
        """Wake one."""
        os.eventfd_write(self._handle, 1)

    def hush(self) -> bool:
        """Take back what nobody has heard yet. Returns whether there was anything."""
        try:
            return bool(os.eventfd_read(self._handle))
        except BlockingIOError:
            return False

    def sleep(self, seconds: float = LONGEST_SLEEP) -> None:
        """Until it rings for us, or for so long. A signal ends the process as it would any other that does nothing."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            # Another one may be quicker to hear it: then it rang for him.
            if select.select([self._handle], [], [], left)[0] and self.hush():
                return


def ring_when_due(stop: threading.Event, *, bells: Sequence[tuple[Bell, Callable[[], bool]]]) -> None:
    """Look for whom there is something to do, and ring for him; once at least, and until `stop`. Errors are said and
    survived."""
    alarm = Alarm()
    rung: set[Bell] = set()
    while True:
        try:
            alarm.arm()
            _look(bells, rung)
            # Whoever was called needs a moment to take what lies there.
            stop.wait(LOOK_SECONDS if rung else BREATH_SECONDS)
            if not rung:
                alarm.wait(LOOK_SECONDS, stopped=stop.is_set)
        except Exception:
            log.exception("nobody could look what is due")
            connection.errors_occurred = True
            close_old_connections()
            stop.wait(LOOK_SECONDS)
        if stop.is_set():
            return


def _look(bells: Sequence[tuple[Bell, Callable[[], bool]]], rung: set[Bell]) -> None:
    """Ring where something is due, and take back a ring where nothing is any more; `rung` are those that ring."""
    for bell, is_due in bells:
        if is_due():
            bell.ring()
            rung.add(bell)
        elif bell in rung:
            # Whoever was awake has done it; the next one need not get up for it.
            bell.hush()
            rung.remove(bell)
