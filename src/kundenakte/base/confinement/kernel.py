"""What Linux offers a process to give up rights for good, called by ctypes: no library is needed for it.

Each function returns False where the kernel does not allow it (an old kernel, a container that forbids namespaces,
a processor whose call numbers we do not know). The caller decides what that means.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CLONE_THREAD = 0x00010000

# Loaded at import: after a fork there is no time to look up symbols.
_libc = ctypes.CDLL(None, use_errno=True)


def gain_no_rights() -> bool:
    """No set-uid program run from here gains anything; also what seccomp asks for."""
    return bool(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def die_with(parent: int) -> bool:
    """Be killed when the parent's thread that forked us ends; exits at once if it is gone already."""
    done = bool(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0)
    if os.getppid() != parent:
        os._exit(0)
    return done


def leave_the_network() -> bool:
    """Move into an empty network of our own, in which not even the loopback device is up."""
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        _keep_identity(uid, gid)
        return True
    return bool(_libc.unshare(CLONE_NEWNET) == 0)


def _keep_identity(uid: int, gid: int) -> None:
    # Without this map our files seem to belong to nobody, which confuses LibreOffice. Nothing depends on it otherwise.
    for name, text in (("uid_map", f"{uid} {uid} 1"), ("setgroups", "deny"), ("gid_map", f"{gid} {gid} 1")):
        try:
            Path("/proc/self", name).write_bytes(text.encode())
        except OSError:
            return


def keep_freed_memory() -> None:
    """Have malloc keep what is freed for the next call, up to 512 MiB, rather than hand it back to the kernel.

    Page images are large and short-lived; fetching zeroed pages anew for each cost a third of the time of a page.
    """
    mallopt = getattr(_libc, "mallopt", None)
    if mallopt is not None:
        for parameter, value in (
            (_M_MMAP_THRESHOLD, 512 << 20),
            (_M_TRIM_THRESHOLD, 512 << 20),
            (_M_TOP_PAD, 16 << 20),
        ):
            mallopt(parameter, value)


_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3

# Call numbers by processor: (audit architecture, clone, tgkill, clone3, those refused).
# Refused: socket, connect, fork, vfork, execve, execveat, kill, tkill, ptrace, unshare, setns, mount, bpf,
# perf_event_open, process_vm_writev, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal, pidfd_open,
# io_uring_setup, keyctl, add_key, userfaultfd, chroot, pivot_root.
_CALLS = {
    "x86_64": (0xC000003E, 56, 234, 435, (
        41, 42, 57, 58, 59, 322, 62, 200, 101, 272, 308, 165, 321, 298, 311, 129, 297, 424, 434, 425, 250, 248, 323,
        161, 155,
    )),
    "aarch64": (0xC00000B7, 220, 131, 435, (
        198, 203, 221, 281, 129, 130, 117, 97, 268, 40, 280, 241, 271, 138, 240, 424, 434, 425, 219, 217, 282, 51, 41,
    )),
}  # fmt: skip

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16


def start_nothing() -> bool:
    """From now on refuse to start processes, open sockets or signal others; threads are allowed."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    program = _program(known, own=os.getpid())
    code = ctypes.create_string_buffer(b"".join(program))
    fprog = struct.pack("@HP", len(program), ctypes.addressof(code))
    pointer = ctypes.c_char_p(fprog)
    return bool(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, pointer, 0, 0) == 0)


def _program(known: tuple[int, int, int, int, tuple[int, ...]], *, own: int) -> list[bytes]:
    """The filter as instructions; jumps count the instructions skipped."""
    architecture, clone, tgkill, clone3, refused = known

    def step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    lines = [
        step(_LOAD, _ARCHITECTURE),
        step(_JUMP_EQUAL, architecture, yes=1),
        step(_RETURN, _KILL),
        step(_LOAD, _NUMBER),
        # The x32 numbers are a second way to the same calls.
        step(_JUMP_AT_LEAST, 0x40000000, no=1),
        step(_RETURN, _REFUSE),
        # glibc falls back to clone, whose flags can be seen here, when clone3 seems not to exist.
        step(_JUMP_EQUAL, clone3, no=1),
        step(_RETURN, _UNKNOWN),
        step(_JUMP_EQUAL, clone, no=4),
        step(_LOAD, _FIRST_ARGUMENT),
        step(_JUMP_BITS, CLONE_THREAD, no=1),
        step(_RETURN, _ALLOW),
        step(_RETURN, _REFUSE),
        # abort() signals its own process; no other one may be reached.
        step(_JUMP_EQUAL, tgkill, no=4),
        step(_LOAD, _FIRST_ARGUMENT),
        step(_JUMP_EQUAL, own, no=1),
        step(_RETURN, _ALLOW),
        step(_RETURN, _REFUSE),
    ]
    for number in refused:
        lines += [step(_JUMP_EQUAL, number, no=1), step(_RETURN, _REFUSE)]
    return [*lines, step(_RETURN, _ALLOW)]
