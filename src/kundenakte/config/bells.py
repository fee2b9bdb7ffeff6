"""Waking a child that sleeps.

A forked child that has done nothing yet shares nearly all its memory with its parent; one that only looks for work now
and then has touched twenty megabytes of its own. So those who are not needed sleep on a bell, and one process that
looks at the ledger anyway rings it when work is left lying.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time

from django.db import close_old_connections, connection

from kundenakte.base.jobs import claims

log = logging.getLogger(__name__)

# Seconds between two looks of whoever rings.
LOOK_SECONDS = 0.5
# Seconds after which a sleeper looks for work by itself, whoever was to ring.
LONGEST_SLEEP = 300.0


class Bell:
    """Made before the fork; each ring wakes one of those who sleep, or the next who is about to."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def ring(self) -> None:
        """Wake one."""
        os.eventfd_write(self._handle, 1)

    def sleep(self, seconds: float = LONGEST_SLEEP) -> None:
        """Until it rings for us, or for so long. A signal ends the process as it would any other that does nothing."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._handle], [], [], left)[0]:
                try:
                    os.eventfd_read(self._handle)
                except BlockingIOError:
                    # Another one was quicker: it rang for him.
                    continue
                return


def ring_when_due(stop: threading.Event, *, work: Bell, slow: Bell, slow_names: frozenset[str]) -> None:
    """Look twice a second what lies due and untaken, and ring for it. Errors are said and survived."""
    while not stop.wait(LOOK_SECONDS):
        try:
            if claims.is_due(leaves=slow_names):
                work.ring()
            if claims.is_due(only=slow_names):
                slow.ring()
        except Exception:
            log.exception("nobody could look what is due")
            connection.errors_occurred = True
            close_old_connections()
