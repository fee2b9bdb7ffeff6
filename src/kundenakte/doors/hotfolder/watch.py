"""Follows all watched folders at once, each in a thread of its own: a share that hangs holds up nobody else.

The supervisor calls `run`. The system's notices (inotify) only wake a thread early; looking again at intervals is what
is relied on, since network shares give no notices.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.doors.hotfolder import reports
from kundenakte.doors.hotfolder.notices import Notices
from kundenakte.doors.hotfolder.receiving import Paused
from kundenakte.doors.hotfolder.scan import look
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.steps.intake.models import WatchedFolder
from kundenakte.steps.intake.vouched import said_by

log = logging.getLogger(__name__)

# Seconds between looks at a folder, and at the list of folders. A large tree is looked at less often: never more than
# a twentieth of the time goes into looking.
POLL: Final = 1.0
SHARE: Final = 20
CONFIG: Final = 2.0
PAUSE: Final = 5.0
_AWAY: Final = gettext_noop("Der Ordner %(path)s ist nicht erreichbar:")
Stop = threading.Event | Callable[[], bool]


def run(stop: Stop) -> None:
    """Follow the enabled folders until `stop`; changes of their settings are picked up within two seconds."""
    stopping = stop.is_set if isinstance(stop, threading.Event) else stop
    threads: dict[int, _Follower] = {}
    try:
        while not stopping():
            _bring_in_line(threads)
            _pause(CONFIG, stopping)
    finally:
        for follower in threads.values():
            follower.stop()
        for follower in threads.values():
            follower.join(timeout=10)


def _bring_in_line(threads: dict[int, _Follower]) -> None:
    """One thread for each enabled folder in its present edition. Without the database all stays as it is."""
    try:
        close_old_connections()
        folders = {f.pk: f for f in WatchedFolder.objects.filter(enabled=True).select_related("acts_as", "team")}
    except DatabaseError as error:
        log.warning("Die überwachten Ordner sind gerade nicht lesbar: %s", error)
        return
    for pk, follower in list(threads.items()):
        wanted = folders.get(pk)
        if wanted is None or wanted.edition != follower.edition:
            follower.stop()
        if not follower.is_alive():
            del threads[pk]
    for pk, folder in folders.items():
        if pk not in threads:
            threads[pk] = _Follower(folder)
            threads[pk].start()


class _Follower(threading.Thread):
    """Follows one folder in one edition of its settings."""

    def __init__(self, folder: WatchedFolder) -> None:
        # A daemon: a thread that hangs in a dead network share must not keep the process from ending.
        super().__init__(name=f"folder {folder.name}", daemon=True)
        self.edition = folder.edition
        self._ending = threading.Event()
        self._watched = Watched(folder, stopping=self._ending.is_set)

    def stop(self) -> None:
        """End after the file at hand."""
        self._ending.set()

    def run(self) -> None:
        """Look, wait for a notice or the next due time, look again."""
        try:
            with Notices(self._watched) as notices:
                while not self._ending.is_set():
                    began = time.monotonic()
                    due = look_once(self._watched)
                    cost = time.monotonic() - began
                    notices.wait(min(due, max(POLL, SHARE * cost)), self._ending)
        finally:
            connections.close_all()


def look_once(watched: Watched) -> float:
    """One look with everything that may go wrong as a whole: said on the folder, tried again. Seconds to the next."""
    try:
        close_old_connections()
        due = look(watched, now=time.monotonic(), at=timezone.now())
        reports.set_problem(watched.folder, "")
    except Paused as error:
        return _paused(watched, error.sentence)
    except OSError as error:
        return _paused(watched, f"{_AWAY % {'path': watched.root}} {said_by(error)}")
    except DatabaseError as error:
        log.warning("Ordner %s: die Datenbank ist gesperrt oder nicht erreichbar (%s).", watched.folder.name, error)
        return PAUSE
    return due


def _paused(watched: Watched, sentence: str) -> float:
    try:
        reports.set_problem(watched.folder, sentence)
    except DatabaseError:
        # The trouble may be the database itself; then the log has to do.
        log.exception("Ordner %s: %s", watched.folder.name, sentence)
    return PAUSE


def _pause(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stopping() and time.monotonic() < until:
        time.sleep(0.1)
