"""Waiting for SQLite's write lock in turn.

SQLite's own busy handler waits longer the longer it has waited, up to a tenth of a second between two tries. When many
write, whoever came last gets the lock and whoever came first starves for seconds. Here the threads of one process
queue up (turns.py), and the one in front tries every few milliseconds, so all processes have the same chance. The time
limit stays what the settings say.
"""

from __future__ import annotations

import random
import time
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from kundenakte.base.sqlite import turns

_SHORTEST, _LONGEST = 0.0005, 0.002


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with its own way to begin a transaction."""

    _turns: turns.Turns | None = None

    def _start_transaction_under_autocommit(self) -> None:
        """BEGIN IMMEDIATE, tried until the lock is ours; OperationalError ("database is locked") as ever."""
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        self._queue_up(patience)
        try:
            self._begin(patience, until)
        except BaseException:
            # Whatever went wrong, a signal among them: who has not begun must not keep the others waiting.
            self._step_aside()
            raise

    def _begin(self, patience: float, until: float) -> None:
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

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django calls it so
        """Django comes by here when a transaction is over, however it ended."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            self._step_aside()

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        self._step_aside()

    def _queue_up(self, patience: float) -> None:
        if self._turns is not None:
            return
        mine = turns.of(str(self.settings_dict["NAME"]))
        if not mine.take(patience):
            raise OperationalError("database is locked")
        self._turns = mine

    def _step_aside(self) -> None:
        held, self._turns = self._turns, None
        if held is not None:
            held.give()

    def _wait_inside(self, seconds: float) -> None:
        """How long SQLite itself waits at all other statements."""
        connection: Any = self.connection
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
