"""How much a confined process may have, and how it gives up the rest."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from kundenakte.base.confinement import kernel

MIB = 1024 * 1024
_AUTOGROUP = Path("/proc/self/autogroup")
# A third of what others get: who waits at a screen goes first, and on a machine that is never idle reading goes on.
_MODEST = 5
# From this niceness on it works behind the screen; before, somebody waits for it.
_BEHIND = 10
_WISHES = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one confined process. Sizes in bytes, times in seconds."""

    # Wall clock of one call, unless the function says otherwise.
    seconds: float = 30.0
    # Address space beyond what the process has when it is forked. pdfium and numpy reserve more than they use; an A4
    # page at 600 dpi in colour needs 100 MiB.
    memory: int = 1536 * MIB
    # The largest single file it may write.
    file_size: int = 512 * MIB
    open_files: int = 128
    niceness: int = 5
    # A child is replaced after so many calls, or when it has grown by so much.
    calls: int = 400
    growth: int = 640 * MIB
    # Programs (LibreOffice) need to start others; parsers do not.
    may_start_processes: bool = False


@dataclass(frozen=True, slots=True)
class Protection:
    """What the kernel granted: shown on the health page."""

    # An own, empty network.
    own_network: bool
    # Starting programs, opening sockets and signalling others is refused.
    starts_nothing: bool

    @property
    def network_is_closed(self) -> bool:
        """True when the confined process cannot reach any other machine."""
        return self.own_network or self.starts_nothing


def apply(limits: Limits, *, parent: int) -> Protection:
    """Give up everything but `limits`, for good. To be called in a fresh child, before it sees foreign bytes."""
    with contextlib.suppress(OSError):
        # If the machine runs out of memory, this process is the one to go.
        Path("/proc/self/oom_score_adj").write_bytes(b"900")
    with contextlib.suppress(OSError):
        os.nice(limits.niceness)
    if os.getpriority(os.PRIO_PROCESS, 0) >= _BEHIND:
        _be_modest_as_a_session(min(limits.niceness, _MODEST))
    own_network = kernel.leave_the_network()
    # After the namespace: a change of credentials clears the wish to die with the parent.
    kernel.die_with(parent)
    kernel.gain_no_rights()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_AS, address_space() + limits.memory)
    _lower(resource.RLIMIT_FSIZE, limits.file_size)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    if limits.may_start_processes:
        return Protection(own_network, starts_nothing=False)
    starts_nothing = kernel.start_nothing()
    if not starts_nothing:
        # Second best: no new process or thread at all (root is exempt from it).
        _lower(resource.RLIMIT_NPROC, 0)
    return Protection(own_network, starts_nothing)


def _be_modest_as_a_session(niceness: int) -> None:
    """Let the session of this process, if it leads one, be modest.

    Linux may share the processor among sessions before it looks at single processes (sched_autogroup): what reads a
    page would then take as much as all who wait at a screen together, however modest it is.
    """
    if os.getsid(0) != os.getpid() or niceness <= 0:
        return
    for _ in range(_WISHES):
        try:
            _AUTOGROUP.write_bytes(str(niceness).encode())
        except BlockingIOError:
            # One such wish in a tenth of a second is heard, whoever on the machine has it.
            time.sleep(0.06)
        except OSError:
            return
        else:
            return


def limit_cpu(seconds: float) -> None:
    """Let this process have so many more seconds of processor time; the kernel ends it after that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def forget_the_parents_signals() -> None:
    """Handlers of the parent have no business here; an interrupt on the console is the parent's to answer."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def address_space() -> int:
    """Bytes of address space this process has now."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()


def resident(pid: int) -> int:
    """Bytes of memory a process really holds; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _lower(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bounded, bounded))
