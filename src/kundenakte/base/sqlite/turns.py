"""Whose turn it is to write, among the threads of this process: first come, first served."""

from __future__ import annotations

import os
import threading
from collections import deque


class Turns:
    """A lock that is handed to whoever has waited longest; one of threading's goes to whoever runs next."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, patience: float) -> bool:
        """Wait for the turn, at most `patience` seconds; whether it came."""
        with self._door:
            if not self._taken:
                self._taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(patience):
            return True
        with self._door:
            # It may have been called at the last moment.
            if called.is_set():
                return True
            self._waiting.remove(called)
            return False

    def give(self) -> None:
        """End the turn; the next one in the queue has it at once. Any thread may do it."""
        with self._door:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_all: dict[tuple[int, str], Turns] = {}
_door = threading.Lock()


def of(database: str) -> Turns:
    """The queue at this database file. A forked process has queues of its own: its parent's threads are not in it."""
    with _door:
        return _all.setdefault((os.getpid(), database), Turns())
