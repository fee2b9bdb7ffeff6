"""A foreign program that stays alive between calls (LibreOffice), in a process group of its own and without network."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kundenakte.base.confinement import frames, limits
from kundenakte.base.confinement.errors import Crashed, TookTooLong


class Program:
    """A program of ours that speaks `frames` on the open file named by its last argument.

    Everything it starts stays in its group, and ends with it.
    """

    def __init__(
        self, arguments: Sequence[str], *, folder: Path, bounds: limits.Limits, environment: Mapping[str, str]
    ):
        """Start it in `folder`. Raises OSError when it cannot be started."""
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        line = theirs.fileno()

        def prepare() -> None:
            limits.forget_the_parents_signals()
            limits.apply(bounds, parent=parent)

        try:
            self._process = subprocess.Popen(
                [*arguments, str(line)],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(line,),
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509 - as safe as the fork in calls.py
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._channel = ours

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group."""
        return self._process.pid

    def is_running(self) -> bool:
        """False once it ended by itself or was ended."""
        return self._process.poll() is None

    def ask(self, question: Mapping[str, Any], *, seconds: float) -> Any:
        """Send a question and wait for the answer; without one in time, kill the group and raise `TookTooLong`."""
        until = time.monotonic() + seconds
        try:
            self._channel.settimeout(seconds)
            frames.send(self._channel, question)
            return frames.receive(self._channel, until=until)
        except TimeoutError:
            self.end()
            raise TookTooLong(f"no answer after {seconds:g} s") from None
        except (EOFError, OSError, frames.Garbled) as error:
            self.end()
            raise Crashed(f"the program ended: {error!r}") from error

    def end(self) -> None:
        """Kill it and everything it started."""
        self._channel.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
