"""First part of a look at a watched share: each path as it is now. Bytes are read only of what is new or changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop as _

from kundenakte.doors.share import root
from kundenakte.doors.share.listing import BATCH, Overtaken, outcome_of
from kundenakte.doors.share.opening import Shut, digest_of, key_of
from kundenakte.doors.share.walking import Seen, as_cursor, from_cursor, walk
from kundenakte.steps.intake.file_names import storable_text
from kundenakte.steps.intake.models import ShareEntry, ShareFile, ShareLine, ShareLook
from kundenakte.steps.intake.tree import Found, Parts

Kind = ShareEntry.Kind
_WRITTEN: Final = (
    "file", "raw", "size", "mtime_ns", "stamp", "digest", "kind", "sentence", "twins", "is_clear", "look", "document",
    "arrival",
)  # fmt: skip
# Written so shortly before it was read, a file may be written once more without another time.
_SETTLED_NS: Final = 2_000_000_000


def look_some(look: ShareLook, *, stopping: Callable[[], bool]) -> bool:
    """Look at the next paths until told to stop. True when all are through. Raises ShareAway."""
    with root.watched(look):
        batch: list[Seen] = []
        for seen in walk(Path(look.terms["path"]), after=from_cursor(look.cursor)):
            batch.append(seen)
            if len(batch) >= BATCH or stopping():
                if not _look_at(look, batch, stopping):
                    return False
                batch = []
        if batch and not _look_at(look, batch, stopping):
            return False
        root.require(look)
        _require_something(look)
        _done(look)
    return True


def _look_at(look: ShareLook, batch: list[Seen], stopping: Callable[[], bool]) -> bool:
    """True when the whole batch is written down and there is time for more. One path at least is got through, so that
    a file which takes longer than a stretch keeps nobody for ever."""
    entries = ShareEntry.objects.filter(share=look.share_id, file_key__in=[key_of(seen.parts) for seen in batch])
    known = {entry.file_key: entry for entry in entries}
    same: list[int] = []
    other: list[ShareEntry] = []
    read = size = 0
    last: Parts = ()
    for seen in batch:
        last = seen.parts
        key = key_of(last)
        entry = known.get(key)
        if entry and _is_the_same(look, entry, seen):
            same.append(entry.pk)
            continue
        made = _entry(look, key, seen, entry)
        if made:
            other.append(made)
        if made and made.digest:
            read, size = read + 1, size + made.size
        if stopping():
            break
    # Nothing is written down of a share that has gone away meanwhile: all its folders look unreadable then.
    root.require(look)
    _write(look, last, same, other, (read, size))
    return last == batch[-1].parts and not stopping()


def _is_the_same(look: ShareLook, entry: ShareEntry, seen: Seen) -> bool:
    return bool(entry.stamp) and entry.stamp == _stamp_of(seen) and seen.kind == "file" and not look.is_thorough


def _stamp_of(seen: Seen) -> str:
    return Found(seen.parts, seen.size, seen.mtime_ns, seen.inode).stamp


def _entry(look: ShareLook, key: str, seen: Seen, before: ShareEntry | None) -> ShareEntry | None:
    """The path as it is now; None when it is gone meanwhile."""
    path = "/".join(seen.parts)
    shown = storable_text(path, 5000)
    entry = ShareEntry(
        share_id=look.share_id, file_key=key, file=shown, raw=None if shown == path else os.fsencode(path),
        size=seen.size, mtime_ns=seen.mtime_ns, sentence=seen.sentence, look=look.pk,
    )  # fmt: skip
    if before:
        # Whoever may not see the document does not see its path either, also where it cannot be read now.
        entry.document_id, entry.arrival_id = before.document_id, before.arrival_id
    outcome = outcome_of(str(look.terms["path"]), seen, shown)
    if outcome != ShareLine.Outcome.OPEN:
        entry.kind = Kind(outcome)
        return entry
    try:
        entry.digest, found = digest_of(look, seen.parts)
    except Shut as shut:
        if shut.outcome == ShareLine.Outcome.VANISHED:
            return None
        entry.kind, entry.sentence = Kind(shut.outcome), shut.sentence
        return entry
    entry.size, entry.mtime_ns = found.size, found.mtime_ns
    entry.stamp = found.stamp if time.time_ns() - found.mtime_ns > _SETTLED_NS else ""
    if before and before.digest == entry.digest:
        # It stays what it is until it is sorted again, for somebody may be reading the list.
        entry.kind = Kind(before.kind)
    return entry


@transaction.atomic
def _write(look: ShareLook, last: Parts, same: list[int], other: Iterable[ShareEntry], read: tuple[int, int]) -> None:
    """Entries and cursor are one commit: killed in between, it goes on behind the last whole batch."""
    hold(look)
    entries = list(other)
    ShareEntry.objects.filter(pk__in=same).update(look=look.pk)
    ShareEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["share", "file_key"], update_fields=_WRITTEN
    )
    look.cursor = as_cursor(last)
    ShareLook.objects.filter(pk=look.pk).update(
        cursor=look.cursor, total=F("total") + len(same) + len(entries), read=F("read") + read[0],
        read_bytes=F("read_bytes") + read[1],
    )  # fmt: skip


def hold(look: ShareLook) -> None:
    """Lock a look in the caller's transaction. Raises Overtaken when another worker has gone on with it."""
    held = ShareLook.objects.select_for_update(of=("self",)).get(pk=look.pk)
    if (held.cursor, held.phase) != (look.cursor, look.phase) or held.ended_at:
        raise Overtaken


def _require_something(look: ShareLook) -> None:
    """A share on which nothing at all is left, though something was, is one that somebody has emptied or unmounted:
    nothing of it counts as gone."""
    if ShareEntry.objects.filter(share=look.share_id, look=look.pk).exists():
        return
    before = ShareEntry.objects.filter(share=look.share_id).count()
    before = before or ShareFile.objects.filter(share=look.share_id).count()
    if before:
        raise root.ShareAway(
            _("Unter %(path)s liegt nichts mehr; zuletzt waren es %(count)s Dateien. Ist das Laufwerk eingehängt?")
            % {"path": look.terms["path"], "count": before}
        )


@transaction.atomic
def _done(look: ShareLook) -> None:
    hold(look)
    next_phase(look, ShareLook.Phase.SORT)


def next_phase(look: ShareLook, phase: ShareLook.Phase) -> None:
    """The next part begins at its beginning."""
    look.phase, look.cursor = phase, ""
    look.save(update_fields=["phase", "cursor"])
