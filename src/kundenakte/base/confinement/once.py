"""A foreign program that does one piece of work and ends (tesseract), bounded and without network like all of them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kundenakte.base.confinement import limits
from kundenakte.base.confinement.errors import ConfinementError, Crashed, TookTooLong


class Once:
    """One run of a program, in a group of its own. Start several to use several cores; `wait` for each."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        bounds: limits.Limits,
        environment: Mapping[str, str],
    ):
        """Start it in `folder`. Raises FileNotFoundError when there is no such program.

        It dies with the thread that started it, so let a thread start it that lives on.
        """
        self._name = arguments[0]
        self._until = time.monotonic() + bounds.seconds
        self._seconds = bounds.seconds
        parent = os.getpid()

        def prepare() -> None:
            limits.forget_the_parents_signals()
            limits.apply(bounds, parent=parent)
            limits.limit_cpu(bounds.seconds)

        self._process = subprocess.Popen(
            list(arguments),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 - as safe as the fork in calls.py
        )

    def has_ended(self, *, within: float = 0.0) -> bool:
        """Whether it ended by itself, looked at for so many seconds. Past its time it is ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=within)
            return True
        if time.monotonic() < self._until:
            return False
        self.end()
        return True

    def outcome(self) -> ConfinementError | None:
        """Once it has ended: None when all went well, else what went wrong."""
        code = self._process.returncode
        if code == 0:
            return None
        late = time.monotonic() >= self._until and code == -signal.SIGKILL
        if late or code == -signal.SIGXCPU:
            return TookTooLong(f"{self._name} after {self._seconds:g} s")
        return Crashed(f"{self._name} ended with {code}")

    def end(self) -> None:
        """Kill it and everything it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
