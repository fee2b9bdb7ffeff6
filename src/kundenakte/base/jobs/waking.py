"""How a worker notices at once that there is something to do.

PostgreSQL tells it (LISTEN/NOTIFY). With SQLite a worker looks at the file's change counter, which costs some
microseconds and no query. Both are only quicker than looking now and then; nothing depends on them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection, transaction

CHANNEL = "kundenakte_jobs"
# Between two looks at SQLite's change counter: while work is coming in, and after some quiet seconds.
_BRISK, _QUIET = 0.02, 0.05
_QUIET_AFTER = 3.0


def announce() -> None:
    """Wake the workers when the caller's transaction is committed.

    After the commit, not in it: PostgreSQL lets transactions with a NOTIFY commit only one after the other. If we die
    in between, a worker finds the row a second later.
    """
    if connection.vendor == "postgresql":
        transaction.on_commit(_notify)


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


class Alarm:
    """Waits until there may be work, at most for the time it is given."""

    def __init__(self) -> None:
        self._listening_on: object = None
        self._seen = -1
        self._last_change = time.monotonic()

    def arm(self) -> None:
        """Call before looking for work, so that what comes in after the look is noticed."""
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            # A lost connection was replaced by one that does not listen yet.
            if self._listening_on is not connection.connection:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {CHANNEL}")
                self._listening_on = connection.connection
        else:
            self._seen = _change_counter()

    def wait(self, seconds: float, *, stopped: Callable[[], bool]) -> None:
        """Return when something may have come in, after `seconds`, or when `stopped()`."""
        until = time.monotonic() + seconds
        while not stopped() and (left := until - time.monotonic()) > 0:
            if connection.vendor == "postgresql":
                # In pieces: a signal alone does not end the wait.
                if any(True for _ in connection.connection.notifies(timeout=min(left, 0.25), stop_after=1)):
                    return
            elif _change_counter() != self._seen:
                self._last_change = time.monotonic()
                return
            else:
                quiet = time.monotonic() - self._last_change > _QUIET_AFTER
                time.sleep(min(left, _QUIET if quiet else _BRISK))


def _change_counter() -> int:
    """A number that changes when another connection has committed (SQLite's data_version)."""
    (number,) = connection.connection.execute("PRAGMA data_version").fetchone()
    return int(number)
