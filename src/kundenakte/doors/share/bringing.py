"""Last part of a look: what is new or changed and clear is handed to a take-over, which brings it the normal way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kundenakte.doors.share.looking import hold
from kundenakte.steps.intake import watching
from kundenakte.steps.intake.models import ShareEntry, ShareLine, ShareLook, ShareRun

BATCH: Final = 500


def bring_some(look: ShareLook, *, stopping: Callable[[], bool]) -> bool:
    """Hand over the next files until told to stop. True when all are handed over, or none may come in now."""
    clear = ShareEntry.objects.filter(share=look.share_id, is_clear=True)
    if not look.brings or not clear.exists():
        return True
    if look.run_id is None and not _begun(look):
        return True
    while True:
        entries = list(clear.filter(file_key__gt=look.cursor).order_by("file_key")[:BATCH])
        with transaction.atomic():
            hold(look)
            run = ShareRun.objects.select_for_update(of=("self",)).select_related("share").get(pk=look.run_id or 0)
            if run.ended_at or run.listed_at:
                # Somebody has stopped it.
                return True
            if not entries:
                watching.begin_run(run, timezone.now())
                return True
            _add(run, entries)
            look.cursor = entries[-1].file_key
            look.save(update_fields=["cursor"])
        if stopping():
            return False


def _begun(look: ShareLook) -> bool:
    with transaction.atomic():
        hold(look)
        run = watching.a_run(look, timezone.now())
        if run is None:
            look.remark = watching.BUSY
            look.save(update_fields=["remark"])
            return False
        look.run = run
        look.save(update_fields=["run"])
    return True


def _add(run: ShareRun, entries: Sequence[ShareEntry]) -> None:
    """A line for each; of new ones with the same bytes only for the first, for then these are in a file."""
    there = set(run.lines.filter(digest__in={entry.digest for entry in entries}).values_list("digest", flat=True))
    lines = []
    for entry in entries:
        if entry.kind != ShareEntry.Kind.NEW or entry.digest not in there:
            there.add(entry.digest)
            lines.append(
                ShareLine(
                    run=run, file=entry.file, raw=entry.raw, size=entry.size, mtime_ns=entry.mtime_ns,
                    digest=entry.digest,
                )
            )  # fmt: skip
    ShareLine.objects.bulk_create(lines)
    ShareRun.objects.filter(pk=run.pk).update(
        total=F("total") + len(lines), total_bytes=F("total_bytes") + sum(line.size for line in lines)
    )
