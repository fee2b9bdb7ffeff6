"""The parent's side: fork the child, call functions in it, kill and replace it."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from kundenakte.base.confinement import child, frames
from kundenakte.base.confinement.errors import (
    ConfinementError,
    Crashed,
    OutOfMemory,
    Refused,
    TooBig,
    TookTooLong,
)
from kundenakte.base.confinement.limits import Limits, Protection, resident

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Allowed:
    function: Callable[..., Any]
    seconds: float | None
    needs: tuple[str, ...]


# The white list: "module:function" → what may run in the child.
_allowed: dict[str, _Allowed] = {}


def confined(
    *, seconds: float | None = None, needs: tuple[str, ...] = ()
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Put a function on the white list of what may run confined.

    It takes and returns what JSON can say, by keyword; bytes travel as paths into a scratch folder. `seconds` bounds
    one call. `needs` names modules to import before forking, so that no child has to.
    """

    def enter(function: Callable[P, T]) -> Callable[P, T]:
        _allowed[_name(function)] = _Allowed(function, seconds, needs)
        return function

    return enter


def load_needs() -> None:
    """Import what the functions on the white list need. Done before processes are forked, all of them share it."""
    for allowed in tuple(_allowed.values()):
        for module in allowed.needs:
            importlib.import_module(module)


# Seconds to wait before a call is tried again whose child somebody else has killed.
PAUSES = (0.0, 0.5, 2.0)


class _KilledByOthers(OutOfMemory):
    """The child was killed though neither we nor its limits did it."""


@dataclass(slots=True)
class _Child:
    pid: int
    channel: socket.socket
    knows: frozenset[str]
    protection: Protection
    resident_at_start: int
    calls: int = 0


class Confinement:
    """One confined child of this process, forked at need and replaced when used up.

    For one thread at a time. The child dies when the thread that forked it ends, so let the main thread fork it.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: _Child | None = None
        self._lock = threading.Lock()

    def call(self, function: Callable[..., T], /, *, within: float | None = None, **arguments: Any) -> T:
        """Run a white-listed function in the child and return its JSON value.

        `within` shortens or lengthens the wall-clock seconds it may take. Raises `Refused`, `TookTooLong`, `TooBig`,
        `OutOfMemory` or `Crashed`, and OSError when the machine, not the file, is at fault (disk full).
        """
        name = _name(function)
        if name not in _allowed:
            raise LookupError(f"{name} is not marked with @confined")
        seconds = within or _allowed[name].seconds or self.limits.seconds
        with self._lock:
            answer = self._ask_patiently(name, seconds, arguments)
        return _value(answer, name)  # type: ignore[no-any-return]

    def _ask_patiently(self, name: str, seconds: float, arguments: dict[str, Any]) -> Any:
        for pause in PAUSES:
            try:
                return self._ask(name, seconds, arguments)
            except _KilledByOthers:
                # A machine short of memory, or an administrator, ended a modest child: hardly the file's fault.
                time.sleep(pause)
        # The last time it is believed.
        return self._ask(name, seconds, arguments)

    def start(self) -> Protection:
        """Fork the child now rather than at the first call, and say what protects it."""
        with self._lock:
            return self._ready(None).protection

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process id of the present child, if there is one."""
        return self._child.pid if self._child else None

    def _ask(self, name: str, seconds: float, arguments: dict[str, Any]) -> Any:
        call = {"function": name, "seconds": seconds, "arguments": arguments}
        present = self._ready(name)
        until = time.monotonic() + seconds
        try:
            present.channel.settimeout(seconds)
            frames.send(present.channel, call)
            answer = frames.receive(present.channel, until=until)
        except TimeoutError:
            self._end()
            raise TookTooLong(f"{name} after {seconds:g} s") from None
        except frames.Garbled as error:
            self._end()
            raise Crashed(f"{name}: {error}") from error
        except (EOFError, OSError):
            raise self._post_mortem(name) from None
        present.calls += 1
        if present.calls >= self.limits.calls or self._has_grown(present):
            self._end()
        return answer

    def _has_grown(self, present: _Child) -> bool:
        return resident(present.pid) - present.resident_at_start > self.limits.growth

    def _ready(self, name: str | None) -> _Child:
        present = self._child
        if present is not None and name is not None and name not in present.knows:
            self._end()
        if self._child is None:
            self._child = self._fork()
        return self._child

    def _fork(self) -> _Child:
        load_needs()
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            child.live(theirs, {name: allowed.function for name, allowed in _allowed.items()}, self.limits, parent)
        theirs.close()
        try:
            granted = frames.receive(ours, until=time.monotonic() + 20)
            protection = Protection(bool(granted["own_network"]), bool(granted["starts_nothing"]))
        except (EOFError, OSError, TimeoutError, frames.Garbled) as error:
            _kill(pid)
            ours.close()
            raise Crashed(f"the confined child did not start: {error!r}") from error
        return _Child(pid, ours, frozenset(_allowed), protection, resident(pid))

    def _end(self) -> tuple[int, resource.struct_rusage | None]:
        present, self._child = self._child, None
        if present is None:
            return 0, None
        present.channel.close()
        return _kill(present.pid)

    def _post_mortem(self, name: str) -> ConfinementError:
        """The line broke: say why, from how the child ended."""
        present = self._child
        if present is not None:
            # It may be dying still; its own end tells more than our kill.
            _wait_briefly(present.pid)
        status, usage = self._end()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        # What it took itself: it was born with its parent's memory, and its bound counts from there.
        peak = max(0, usage.ru_maxrss * 1024 - present.resident_at_start) if usage and present else 0
        what = f"{name}: signal {number}, status {status}, peak {peak >> 20} MiB"
        if number == signal.SIGXCPU:
            return TookTooLong(what)
        if number == signal.SIGKILL and peak < 0.5 * self.limits.memory:
            return _KilledByOthers(what)
        if number == signal.SIGKILL or peak > 0.8 * self.limits.memory:
            # Nobody here killed it, so the kernel did, for want of memory; or it broke near its bound.
            return OutOfMemory(what)
        if number == signal.SIGXFSZ:
            return TooBig(what)
        return Crashed(what)


def _value(answer: Any, name: str) -> Any:
    if not isinstance(answer, dict):
        raise Crashed(f"{name}: {answer!r:.200}")
    if "value" in answer:
        return answer["value"]
    raise _error(answer, name)


def _error(answer: dict[str, Any], name: str) -> Exception:
    refused = answer.get("refused")
    if isinstance(refused, list) and len(refused) == 3:
        return Refused(str(refused[0]), str(refused[1]), str(refused[2]))
    machine = answer.get("machine")
    if isinstance(machine, list) and len(machine) == 3 and machine[0] in child.MACHINE:
        return OSError(machine[0], str(machine[1]), str(machine[2]))
    if "memory" in answer:
        return OutOfMemory(name)
    if "big" in answer:
        return TooBig(name)
    return Crashed(f"{name}: {answer.get('crashed')}")


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"


def _wait_briefly(pid: int) -> None:
    for _ in range(50):
        try:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return
        except ChildProcessError:
            return
        time.sleep(0.002)


def _kill(pid: int) -> tuple[int, resource.struct_rusage | None]:
    """Kill the child and whatever shares its group, and take its status. Someone else may have reaped it already."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        return 0, None
    return status, usage


_mine: tuple[int, Confinement] | None = None


def of_this_process() -> Confinement:
    """The confinement this process uses; a forked process gets one of its own."""
    global _mine  # noqa: PLW0603 - one per process is the point
    if _mine is None or _mine[0] != os.getpid():
        _mine = (os.getpid(), Confinement())
    return _mine[1]
