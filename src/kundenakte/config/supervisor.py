"""`kundenakte serve`: one parent that has loaded everything, and its forked children, which it keeps alive.

The parent has no thread and no database connection, so that a fork copies neither. It waits for signals only.
"""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings

from kundenakte.base import buckets
from kundenakte.base.confinement import calls
from kundenakte.config import children, processes, web

log = logging.getLogger(__name__)

# Loaded before the first fork, so that all children share their memory.
PRELOADED = ("kundenakte.config.wsgi", "kundenakte.config.urls", "kundenakte.pipeline")
# Seconds before a child that ended is started again; the last one for all further ends in a row.
BACKOFF = (0.2, 1, 3, 10, 30)
# A child that lived so long was well: its next end counts as the first.
WELL_SECONDS = 60.0
# Workers give back what they hold within four seconds, the web server closes within three.
STOP_SECONDS = 8.0
# Children that may end by themselves with 0, and are followed at once.
ENDING = ("worker", "reader", "indexer")
_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}


class AlreadyRunning(Exception):
    """The same data folder is served by another process."""


class NotReady(Exception):
    """The house cannot open; the log says why."""


@dataclass(slots=True)
class Child:
    """One child's place: who is in it, since when, and how often it ended in a row."""

    kind: children.Kind
    pid: int = 0
    since: float = 0.0
    ends: int = 0
    start_at: float = 0.0


def serve(*, ready: Callable[[], None] = lambda: None) -> None:
    """Run the house until SIGTERM or SIGINT. `ready` is called when all children have been started.

    Raises AlreadyRunning, web.PortTaken or NotReady before anything was started.
    """
    lock = _lock()
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        web.require_free_port()
        preload()
        _require_sound_house()
        _warm_up()
        house = [Child(kind) for kind in children.kinds() for _ in range(kind.count)]
        _start_all(house)
        ready()
        _watch(house)
        _end(house)
    finally:
        os.close(lock)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def preload() -> None:
    """Load what the children share. Leaves no thread and no connection behind."""
    for module in PRELOADED:
        importlib.import_module(module)
    if settings.BLOBS_BUCKET or buckets.is_address(settings.ARCHIVE_REPLICA):
        importlib.import_module("botocore.session")
    children.register_jobs()
    if processes.threads() > 1:
        log.warning(
            "%s threads run before the first fork; a library starts them when it is loaded", processes.threads()
        )
    processes.share_memory()


def _lock() -> int:
    handle = os.open(Path(settings.DATA) / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise AlreadyRunning(str(settings.DATA)) from None
    return handle


def _require_sound_house() -> None:
    """Look at guards, folders, migrations and what is set in a child of its own: the parent opens no database."""

    def look() -> None:
        from kundenakte.base import health
        from kundenakte.config import checks

        failures = [finding for finding in health.findings() if finding.blocks]
        for finding in failures:
            log.error("%s", finding.sentence)
        for remark in checks.signer():
            log.warning("%s", remark.msg)
        if failures:
            raise SystemExit(3)

    _, status = os.waitpid(processes.fork("check", look), 0)
    if os.waitstatus_to_exitcode(status):
        raise NotReady


def _warm_up() -> None:
    """Make what every child would make for itself: it is there sooner, and once."""
    web.warm_up()
    for model in apps.get_models():
        # Which model points at which is found out at a model's first query.
        model._meta.get_fields(include_hidden=True)
    processes.share_memory()


def _start_all(house: list[Child]) -> None:
    """The web server first, so that it answers soon; what only workers need is loaded while it opens."""
    for child in house:
        if child.kind.name == "web":
            _start(child)
    calls.load_needs()
    processes.share_memory()
    for child in house:
        if not child.pid:
            _start(child)


def _start(child: Child) -> None:
    child.pid = processes.fork(child.kind.name, child.kind.run)
    child.since = time.monotonic()


def _watch(house: list[Child]) -> None:
    """Start again whoever ends, until we are told to stop."""
    while True:
        due = [child.start_at for child in house if not child.pid]
        pause = max(0.01, min(due) - time.monotonic()) if due else 60.0
        signaled = signal.sigtimedwait(_SIGNALS, pause)
        if signaled is not None and signaled.si_signo in {signal.SIGTERM, signal.SIGINT}:
            return
        _bury(house)
        for child in house:
            if not child.pid and child.start_at <= time.monotonic():
                _start(child)


def _bury(house: list[Child]) -> None:
    """Take note of children that have ended and say when each is started again."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        for child in house:
            if child.pid == pid:
                code = os.waitstatus_to_exitcode(status)
                lived = time.monotonic() - child.since
                # Whoever may end without work does so; for all others there is no end that is well.
                is_well = code == 0 and child.kind.name in ENDING
                child.ends = 0 if is_well else 1 if lived > WELL_SECONDS else child.ends + 1
                pause = BACKOFF[max(0, min(child.ends, len(BACKOFF)) - 1)]
                child.pid, child.start_at = 0, time.monotonic() + pause
                if not is_well:
                    log.error("%s (%s) ended with %s; started again in %s s", child.kind.name, pid, code, pause)


def _end(house: list[Child]) -> None:
    """Ask all to end, wait, and end the rest."""
    _signal(house, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while any(child.pid for child in house) and (left := until - time.monotonic()) > 0:
        signal.sigtimedwait({signal.SIGCHLD}, min(left, 0.2))
        _reap(house)
    _signal(house, signal.SIGKILL)
    while any(child.pid for child in house):
        _reap(house)
        time.sleep(0.01)


def _signal(house: list[Child], number: signal.Signals) -> None:
    for child in house:
        if child.pid:
            os.kill(child.pid, number)


def _reap(house: list[Child]) -> None:
    for child in house:
        if child.pid:
            pid, _ = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                child.pid = 0
