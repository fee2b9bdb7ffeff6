"""Wakes a watcher when the system says that something happened in its folder (inotify); elsewhere it just waits."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from types import TracebackType
from typing import Final

from inotify_simple import Event, INotify, flags

from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.steps.intake.tree import Parts, found_at, walk

log = logging.getLogger(__name__)

_FINISHED = flags.CLOSE_WRITE | flags.MOVED_TO
_MASK = _FINISHED | flags.CREATE | flags.DELETE_SELF | flags.MOVE_SELF | flags.ONLYDIR | flags.DONT_FOLLOW
# The system allows some thousand watches per user; a large tree is looked at in intervals only.
_MOST_FOLDERS: Final = 500
_SLICE: Final = 0.25
_GATHER: Final = 0.02


class Notices:
    """The system's notices for one folder and those in it."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._inotify: INotify | None = None
        self._folders: dict[int, Parts] = {}
        # What was last in the way: said once, though it is tried again several times a second.
        self._in_the_way = ""

    def __enter__(self) -> Notices:
        with contextlib.suppress(OSError):
            self._inotify = INotify(nonblocking=True)
        self._watch_folders()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._inotify is not None:
            self._inotify.close()

    def wait(self, seconds: float, ending: threading.Event) -> None:
        """Return when something happened, when `seconds` are over, or when the end is near."""
        until = time.monotonic() + seconds
        while not ending.is_set() and (rest := until - time.monotonic()) > 0:
            if self._inotify is None or not self._folders:
                ending.wait(min(rest, _SLICE))
                self._watch_folders()
                continue
            events = self._inotify.read(timeout=int(min(rest, _SLICE) * 1000) + 1)
            if events:
                # What belongs together comes together: a moment's patience saves a look.
                time.sleep(_GATHER)
                events += self._inotify.read(timeout=0)
                if self._note(events):
                    return

    def _note(self, events: list[Event]) -> bool:
        """Remember which files are finished. Whether any of it is worth a look."""
        worth = False
        for event in events:
            parts = self._folders.get(event.wd)
            if event.mask & (flags.IGNORED | flags.DELETE_SELF | flags.MOVE_SELF):
                self._folders.pop(event.wd, None)
            if event.mask & flags.ISDIR:
                self._watch_folders()
            elif parts is not None and event.mask & _FINISHED:
                found = found_at(self._watched.root, (*parts, event.name))
                if found:
                    self._watched.resting.note(found, time.monotonic())
                    self._watched.resting.note_finished(found)
            worth = worth or parts is not None
        return worth

    def _watch_folders(self) -> None:
        """Ask for notices of every folder; asking again for one that is watched changes nothing."""
        if self._inotify is None:
            return
        root = self._watched.root
        try:
            for count, (parts, _, _) in enumerate(
                walk(root, depth=self._watched.folder.depth, leave_out=self._watched.left_out)
            ):
                if count >= _MOST_FOLDERS:
                    return
                watch = self._inotify.add_watch(os.path.join(root, *parts), _MASK)  # noqa: PTH118 – bytes of any kind
                self._folders[watch] = parts
            self._in_the_way = ""
        except OSError as error:
            if str(error) == self._in_the_way:
                return
            self._in_the_way = str(error)
            log.info("Ordner %s: keine Meldungen des Systems (%s), es wird regelmäßig nachgesehen.", root, error)
