"""Forking, and what Linux offers so that no child outlives its parent."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

# In the environment of a command that one of our processes starts: its pid.
PARENT = "KUNDENAKTE_PARENT"
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_NEW_OBJECTS = 20_000
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(*, kill: bool = False) -> None:
    """Be told to end (or be ended) when the parent is gone, even by kill -9."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL if kill else signal.SIGTERM))


def end_with_starter() -> None:
    """A command that one of our processes started ends with it, even by kill -9; one that a person started goes on."""
    parent = os.environ.pop(PARENT, "")
    if parent:
        end_with_parent()
        # It may have ended before that call.
        if os.getppid() != int(parent):
            sys.exit(1)


def name(word: str) -> None:
    """What `ps` and `top` show, at most 15 characters."""
    _libc.prctl(_PR_SET_NAME, word.encode()[:15])


def threads() -> int:
    """How many threads this process has, those of libraries included."""
    return len(list(Path("/proc/self/task").iterdir()))


def share_memory() -> None:
    """What was loaded so far is never touched by the garbage collector again, so children share its pages."""
    gc.collect()
    gc.freeze()


def collect_seldom() -> None:
    """Look for garbage after 20,000 new objects instead of 700.

    A page of ten thousand rows makes the collector walk through them dozens of times for nothing, the longer the more
    rows there are.
    """
    gc.set_threshold(_NEW_OBJECTS)


def fork(word: str, run: Callable[[], None]) -> int:
    """Run something in a child of this process. Returns its pid; the child never returns from here.

    The parent must have no thread and no database connection.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        end_with_parent()
        # The parent may have ended between the fork and that call.
        if os.getppid() == parent:
            _fresh_signals()
            name(f"ka-{word}")
            random.seed()
            run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        log.exception("%s ended by an error", word)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        # Not sys.exit: nothing of the parent's shall be unwound here.
        os._exit(status)


def _fresh_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
