"""First part of every run: writes down each path of the share, so that the rest knows how much there is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kundenakte.doors.share import root
from kundenakte.doors.share.judging import LONGEST
from kundenakte.doors.share.walking import Seen, as_cursor, from_cursor, walk
from kundenakte.steps.intake.file_names import is_nobodys, storable_text
from kundenakte.steps.intake.models import ShareLine, ShareRun

Outcome = ShareLine.Outcome
# A batch holds SQLite's write lock for some ten milliseconds.
BATCH: Final = 500
# What servers and their appliances keep for themselves.
_NEVER: Final = frozenset(
    {"$recycle.bin", "system volume information", "#recycle", "@eadir", "lost+found", "~snapshot"}
)
_OUTCOMES: Final = {"link": Outcome.LINK, "unread": Outcome.UNREADABLE, "loop": Outcome.LOOP}


class Overtaken(Exception):
    """Another worker goes on with this run; what this one has is dropped."""


def list_some(run: ShareRun, *, stopping: Callable[[], bool]) -> bool:
    """Write down the next paths until told to stop. True when all are known. Raises ShareAway."""
    with root.watched(run):
        batch: list[Seen] = []
        for seen in walk(Path(run.terms["path"]), after=from_cursor(run.cursor)):
            batch.append(seen)
            if len(batch) >= BATCH or stopping():
                _checked(run, batch)
                batch = []
                if stopping():
                    return False
        _checked(run, batch, is_all=True)
    return True


def _checked(run: ShareRun, batch: list[Seen], *, is_all: bool = False) -> None:
    """Nothing is written down of a share that has gone away meanwhile: all its folders look unreadable then."""
    root.require(run)
    _write(run, batch, is_all=is_all)


def forget_trials(run: ShareRun, *, stopping: Callable[[], bool]) -> bool:
    """The lines of earlier dry runs make room for those of this one. True when none is left."""
    old = ShareLine.objects.filter(
        run__share=run.share_id, run__kind=ShareRun.Kind.TRIAL, run__ended_at__isnull=False
    ).exclude(run=run.pk)
    while True:
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return True
        ShareLine.objects.filter(pk__in=ids).delete()
        if stopping():
            return False


@transaction.atomic
def _write(run: ShareRun, batch: list[Seen], *, is_all: bool = False) -> None:
    """Lines and cursor are one commit: killed in between, it goes on behind the last whole batch."""
    held = ShareRun.objects.select_for_update().get(pk=run.pk)
    if held.cursor != run.cursor or held.ended_at or held.listed_at:
        raise Overtaken
    lines = [_line(run, seen) for seen in batch]
    ShareLine.objects.bulk_create(lines)
    cursor = as_cursor(batch[-1].parts) if batch else run.cursor
    ShareRun.objects.filter(pk=run.pk).update(
        cursor=cursor,
        total=F("total") + len(lines),
        total_bytes=F("total_bytes") + sum(line.size for line in lines),
        done=F("done") + sum(line.outcome != Outcome.OPEN for line in lines),
        listed_at=timezone.now() if is_all else None,
    )
    run.cursor = cursor


def _line(run: ShareRun, seen: Seen) -> ShareLine:
    path = "/".join(seen.parts)
    shown = storable_text(path, 5000)
    return ShareLine(
        run=run, file=shown, raw=None if shown == path else os.fsencode(path), size=seen.size, mtime_ns=seen.mtime_ns,
        outcome=outcome_of(str(run.terms["path"]), seen, shown), sentence=seen.sentence,
    )  # fmt: skip


def outcome_of(root_path: str, seen: Seen, shown: str) -> str:
    """What is clear of a path before its bytes are read; OPEN for a file that may be taken."""
    if seen.kind != "file":
        return _OUTCOMES[seen.kind]
    if is_nobodys(seen.parts[-1]) or any(one.startswith(".") or one.lower() in _NEVER for one in seen.parts[:-1]):
        return Outcome.IGNORED
    if len(root_path) + 1 + len(shown) > LONGEST:
        return Outcome.TOO_LONG
    return Outcome.OPEN if seen.size else Outcome.EMPTY
