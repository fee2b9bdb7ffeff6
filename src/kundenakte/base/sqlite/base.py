"""Waiting for SQLite's write lock in short, equal steps.

SQLite's own busy handler waits longer the longer it has waited, up to a tenth of a second between two tries. When many
write, whoever came last gets the lock and whoever came first starves for seconds. Here everybody tries every few
milliseconds, so all have the same chance; the time limit stays what the settings say.
"""

from __future__ import annotations

import random
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_SHORTEST, _LONGEST = 0.001, 0.004


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with its own way to begin a transaction."""

    def _start_transaction_under_autocommit(self) -> None:
        """BEGIN IMMEDIATE, tried until the lock is ours; OperationalError ("database is locked") as ever."""
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        self._wait_inside(0)
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > until:
                        raise
                    time.sleep(random.uniform(_SHORTEST, _LONGEST))  # noqa: S311 - no secret
                else:
                    return
        finally:
            self._wait_inside(patience)

    def _wait_inside(self, seconds: float) -> None:
        """How long SQLite itself waits at all other statements."""
        connection: Any = self.connection
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
