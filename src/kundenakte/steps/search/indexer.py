"""The process that keeps this machine's index as the database is: it follows changes, fills new indexes, and checks.

Everything it does may be cut off at any point: what is committed to an index and how far it has come are one commit.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from kundenakte.records.models import Document
from kundenakte.steps.search import comparing, folder, following
from kundenakte.steps.search.engine import LARGE_ROOM, SMALL_ROOM, Progress, Writer
from kundenakte.steps.search.entries import entries_of, rows_of
from kundenakte.steps.search.folder import Filling, Rest
from kundenakte.steps.search.following import Following

log = logging.getLogger(__name__)

_BATCH: Final = 200
_CHECK_SLICE: Final = 500
# An index being filled is committed so often: each commit writes all words of its documents, and a kill costs no more.
_FILLED_SECONDS: Final = 3.0
_SLICE_SECONDS: Final = 0.5
_PAUSES: Final = (1.0, 2.0, 5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between one thing and the next."""

    # A look whether something changed is one small query.
    look: float = 0.25
    # Each commit makes a new segment, which somebody has to merge.
    commit: float = 0.4
    purge: float = 30.0
    # Without work for so long it ends, with its memory and threads.
    idle: float = 10.0
    # After the last document that was disposed of: a list of many is followed by one new index.
    erase: float = 60.0
    check: float = 24 * 60 * 60.0
    # The check rests four times as long as it works, so that nobody notices.
    check_rest: float = 4.0


UNHURRIED: Final = Pace()
NO_PAUSES: Final = Pace(look=0, commit=0, purge=0, idle=0, erase=0, check_rest=0)


class OpenIndex:
    """One index being written: what is put counts from the next commit on."""

    def __init__(self, name: str, *, room: int = SMALL_ROOM) -> None:
        self.name = name
        self._place = folder.root() / name
        self._room = room
        self._writer: Writer | None = None
        if folder.ENGINE.stamp(self._place) is None:
            self.progress = Progress(following.start_position(), built_to=0, index_id=secrets.token_hex(8))
            self._open().commit(self.progress)
        else:
            self.progress = folder.ENGINE.reader(self._place).progress
        self.following = Following(following.resume_position(self.progress.index_id, self.progress.position))
        # Up to this document it is filled with the next commit; None when all are in.
        self.filled_to = self.progress.built_to
        self._committed_at = time.monotonic()

    def take_in(self, document_ids: Iterable[int]) -> None:
        """Bring these documents to what the database says now; what is gone there is forgotten here."""
        writer, wanted = self._open(), list(dict.fromkeys(document_ids))
        rows = rows_of(wanted)
        gone = set(wanted) - {row.document_id for row in rows}
        for document_id in gone:
            writer.drop(document_id)
        if gone and Document.with_disposed.filter(pk__in=gone, is_disposed=True).exists():
            folder.note_erased()
        for entry in entries_of(rows):
            writer.put(entry)

    def drop(self, document_ids: Iterable[int]) -> None:
        """Forget documents."""
        for document_id in document_ids:
            self._open().drop(document_id)

    def commit(self, *, least: float = 0.0) -> None:
        """Make it durable together with how far we have come, once the last commit is `least` seconds ago."""
        if time.monotonic() - self._committed_at < least:
            return
        self.progress = replace(self.progress, position=self.following.next_position, built_to=self.filled_to)
        self._open().commit(self.progress)
        self._committed_at = time.monotonic()

    def follow(self) -> int:
        """Take in what changed, at most one batch, and commit. Returns how many rows that were."""
        due = self.following.due(_BATCH)
        if due:
            self.take_in(row.document_id for row in due)
        if due or self.following.next_position > self.progress.position:
            self.commit()
            self.following.took(due)
        return len(due)

    def let_go(self) -> None:
        """Close the writer; the next change opens it again."""
        writer, self._writer = self._writer, None
        self.filled_to = self.progress.built_to
        if writer is not None:
            # A writer that failed (disk full) can only be dropped.
            with suppress(ValueError):
                writer.close()

    def _open(self) -> Writer:
        if self._writer is None:
            self._writer = folder.ENGINE.writer(self._place, room=self._room)
        return self._writer


class Indexer:
    """The one writer of this machine's index. Make it with `at_work`."""

    def __init__(self, pace: Pace = UNHURRIED) -> None:
        self._pace = pace
        self._shown = self._first()
        self._new: OpenIndex | None = None
        # So many documents of so many are in an index that is being filled.
        self._counted = self._total = 0
        self._last_purge = self._last_commit = time.monotonic()
        self._last_work = time.monotonic()
        self._purged_to = -1
        self._check: Iterator[bool] | None = None
        rest = folder.take_rest()
        self._checked_at = rest.checked_at if rest else None
        self._next_check = time.monotonic()
        if self._checked_at is not None:
            self._next_check += self._pace.check - (time.time() - self._checked_at)

    def round(self) -> bool:
        """Do what is due, for about a second at most. Returns whether there is more to do at once."""
        busy = self._follow()
        busy = self._fill() or busy
        if busy:
            self._last_work = time.monotonic()
            return True
        self._purge()
        if self._check_a_slice():
            # Between two slices of the check there is time to look for what people changed.
            return self._pace.check_rest == 0
        return False

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing was to be done for a while."""
        is_idle = time.monotonic() - self._last_work > self._pace.idle
        return is_idle and self._check is None and self._checked_at is not None

    def leave(self) -> None:
        """End well: the next indexer need neither take in again what this one has, nor compare everything."""
        self._pass()
        if self._checked_at is not None:
            folder.note_rest(Rest(self._checked_at, self._shown.following.position))

    def close(self) -> None:
        """Let go of everything."""
        for index in (self._shown, self._new):
            if index is not None:
                index.let_go()

    # Following

    def _follow(self) -> bool:
        if time.monotonic() - self._last_commit < self._pace.commit:
            return False
        took = self._shown.follow()
        if took:
            self._last_commit = self._last_work = time.monotonic()
        return took >= _BATCH

    def _purge(self) -> None:
        if self._shown.progress.position == self._purged_to or time.monotonic() - self._last_purge < self._pace.purge:
            return
        self._last_purge = time.monotonic()
        self._pass()

    def _pass(self) -> None:
        position = self._shown.progress.position
        following.note_passed(self._shown.progress.index_id, position, timezone.now())
        self._purged_to = position

    # Filling a new index

    def _first(self) -> OpenIndex:
        """The index that is read; a new one when there is none yet."""
        name = folder.current()
        if not name:
            name = folder.unfinished() or folder.new_name()
            index = OpenIndex(name)
            # Empty is better than none: it fills while people search.
            folder.make_current(name)
        else:
            index = OpenIndex(name)
            folder.remove_older(name)
        following.note_passed(index.progress.index_id, index.following.position, timezone.now())
        return index

    def _fill(self) -> bool:
        """Go on filling a new index, if one is wished for or needed."""
        if self._shown.progress.built_to is not None:
            if self._fill_slice(self._shown):
                return True
            log.info("the search index is filled")
            self._end_filling("")
            return False
        if folder.is_erasure_due(self._pace.erase):
            # Forgotten documents keep their words in the files until those are written anew (T-35).
            folder.wish_rebuild()
            folder.take_erased()
        wish = folder.wish()
        if self._new is None:
            if not wish and folder.is_up_to_date(self._shown.name):
                return False
            self._begin_new()
        if self._new is not None and not self._fill_slice(self._new) and not self._catch_up(self._new):
            self._swap(self._new, wish)
        return True

    def _begin_new(self) -> None:
        name = folder.unfinished() or folder.new_name()
        log.info("the search index is built anew, beside the one that is read")
        self._new = OpenIndex(name, room=LARGE_ROOM)
        following.note_passed(self._new.progress.index_id, self._new.following.position, timezone.now())

    def _fill_slice(self, index: OpenIndex) -> bool:
        """Take in the next documents of the house. False when all are in."""
        if index.filled_to is None:
            return False
        if not self._total:
            self._counted = Document.objects.filter(pk__lte=index.filled_to).count()
            self._total = Document.objects.count()
        until = time.monotonic() + _SLICE_SECONDS
        while True:
            rest = Document.objects.filter(pk__gt=index.filled_to).order_by("pk")
            ids = list(rest.values_list("pk", flat=True)[:_BATCH])
            if not ids:
                index.filled_to = None
                index.commit()
                return False
            index.take_in(ids)
            index.filled_to = ids[-1]
            self._counted += len(ids)
            if time.monotonic() >= until:
                break
        index.commit(least=_FILLED_SECONDS)
        folder.tell(Filling(self._counted, max(self._total, self._counted), under_way=True))
        return True

    def _catch_up(self, index: OpenIndex) -> bool:
        """Take in what changed while the index was filled. False when nothing is left."""
        return index.follow() > 0

    def _swap(self, new: OpenIndex, wish: str) -> None:
        old, self._shown, self._new = self._shown, new, None
        old.let_go()
        new.let_go()
        folder.make_current(new.name)
        self._shown = OpenIndex(new.name)
        following.forget(old.progress.index_id)
        folder.grant_wish(wish)
        # A check under way was of the old one.
        self._check, self._checked_at, self._next_check = None, None, time.monotonic()
        self._end_filling(wish)
        log.info("the new search index is in use")

    def _end_filling(self, wish: str) -> None:
        self._counted = self._total = 0
        total = Document.objects.count()
        folder.tell(Filling(total, total, ended=wish))

    # Checking

    def _check_a_slice(self) -> bool:
        """Compare a few documents with the database and mend what differs: a restored database, a forgotten mark."""
        if self._new is not None or time.monotonic() < self._next_check:
            return False
        began = time.monotonic()
        self._check = self._check or self._checking()
        if next(self._check, None) is None:
            self._check, self._next_check = None, began + self._pace.check
            self._checked_at, self._last_work = time.time(), began
            return False
        self._next_check = time.monotonic() + self._pace.check_rest * (time.monotonic() - began)
        return True

    def _checking(self) -> Iterator[bool]:
        mended = 0
        for slice_ in comparing.slices(self._shown.name, size=_CHECK_SLICE):
            wrong = slice_.wrong
            if wrong:
                self._shown.take_in(wrong)
                self._shown.commit()
                self._last_work = time.monotonic()
                mended += len(wrong)
            yield True
        if mended:
            log.warning("%s documents in the search index were not as in the database and were read again", mended)


@contextmanager
def at_work(*, patience: float = 3.0, pace: Pace = UNHURRIED) -> Iterator[Indexer]:
    """Be the indexer of this machine. Raises IndexBusy when another process is."""
    with folder.only_writer(patience=patience):
        indexer = Indexer(pace)
        try:
            yield indexer
        finally:
            indexer.close()


def is_due(pace: Pace = UNHURRIED) -> bool:
    """Whether an indexer is needed: none is at work, and there is something to do for one."""
    try:
        if folder.is_being_written():
            return False
        rest = folder.rest()
        return (
            rest is None
            or time.time() - rest.checked_at >= pace.check
            or not folder.is_up_to_date(folder.current())
            or bool(folder.wish())
            or folder.is_erasure_due(pace.erase)
            or following.is_behind(rest.position)
        )
    except (OSError, ValueError):
        # It will see for itself, and say what is wrong.
        return True


def run(stop: threading.Event) -> None:
    """Keep the index up to date until told to stop, or until there is nothing to do: the writer's memory and the words
    it remembered go with the process, and another one begins when it `is_due`. Once per machine."""
    failures = 0
    with folder.only_writer():
        at_rest = False
        while not (at_rest or stop.is_set()):
            try:
                at_rest = _works_until_rest(stop)
            except (DatabaseError, OSError, ValueError) as error:
                # A database that is locked or gone, a full disk: nothing is lost, the rows are still due.
                log.warning("the search index waits: %s", error)
                _forget_connection()
                stop.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1


def _works_until_rest(stop: threading.Event) -> bool:
    """False when it was told to stop before."""
    indexer = Indexer()
    try:
        while not stop.is_set():
            if not indexer.round():
                if indexer.is_at_rest:
                    indexer.leave()
                    return True
                stop.wait(UNHURRIED.look)
    finally:
        indexer.close()
    return False


def _forget_connection() -> None:
    connection.errors_occurred = True
    close_old_connections()
