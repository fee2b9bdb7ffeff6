"""A thread beside the worker that renews its leases, and ends a worker that is stuck."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from django.db import connection

from kundenakte.base.jobs import claims
from kundenakte.base.jobs.kinds import LONGEST_SECONDS

log = logging.getLogger(__name__)


class Heartbeat:
    """Renews at a third of the lease, only while rows are held. Uses a database connection of its own."""

    def __init__(self, worker: str, lease_seconds: float) -> None:
        self._worker = worker
        self._lease = lease_seconds
        self._stop = threading.Event()
        self._held = False
        self._work: tuple[str, float] | None = None
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    @contextmanager
    def holding(self, held: bool) -> Iterator[None]:  # noqa: FBT001 - reads as a sentence
        """Renew the leases inside this block."""
        self._held = held
        try:
            yield
        finally:
            self._held = False

    @contextmanager
    def watching(self, what: str) -> Iterator[None]:
        """One piece of work: longer than LONGEST_SECONDS it is stuck, and the process is ended with it."""
        self._work = (what, time.monotonic())
        try:
            yield
        finally:
            self._work = None

    def _beat(self) -> None:
        try:
            while not self._stop.wait(self._lease / 3):
                self._end_if_stuck()
                if self._held:
                    self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            claims.renew(self._worker, lease_seconds=self._lease)
        except Exception as error:  # noqa: BLE001 - rim of a thread; the next beat tries again
            log.warning("the lease could not be renewed: %r", error)
            connection.close()

    def _end_if_stuck(self) -> None:
        work = self._work
        if work is not None and time.monotonic() - work[1] > LONGEST_SECONDS:
            log.error("%s is stuck; the worker ends itself", work[0])
            os.kill(os.getpid(), signal.SIGKILL)
