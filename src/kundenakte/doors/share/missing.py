"""Third part of a look: what was taken from the share and is not there any more, and paths that nobody needs now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop as _

from kundenakte.doors.share.looking import hold, next_phase
from kundenakte.doors.share.opening import key_of
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.models import ShareEntry, ShareFile, ShareLook
from kundenakte.steps.intake.tree import Parts
from kundenakte.steps.intake.watch_models import NOT_THERE

Kind = ShareEntry.Kind
BATCH: Final = 500
# Below these nothing can be seen, so nothing there counts as gone.
_SHUT: Final = (Kind.UNREADABLE, Kind.LOOP, Kind.LINK)
_WRITTEN: Final = ("kind", "sentence", "twins", "is_clear", "look", "document", "arrival", "digest", "file", "raw")


def miss_some(look: ShareLook, *, stopping: Callable[[], bool]) -> bool:
    """Look for what was taken before until told to stop. True when all of it is through."""
    while True:
        rows = ShareFile.objects.filter(share=look.share_id, file_key__gt=look.cursor)
        taken = list(rows.select_related("arrival__document").order_by("file_key")[:BATCH])
        if not taken:
            with transaction.atomic():
                hold(look)
                next_phase(look, ShareLook.Phase.DROP)
            return True
        missed = _missed(look, taken)
        with transaction.atomic():
            hold(look)
            ShareEntry.objects.bulk_create(
                missed, update_conflicts=True, unique_fields=["share", "file_key"], update_fields=_WRITTEN
            )
            look.cursor = taken[-1].file_key
            look.save(update_fields=["cursor"])
        if stopping():
            return False


def drop_some(look: ShareLook, *, stopping: Callable[[], bool]) -> bool:
    """Forget the paths that this look did not find, until told to stop. True when none is left."""
    while True:
        rows = ShareEntry.objects.filter(share=look.share_id, file_key__gt=look.cursor).order_by("file_key")
        found = list(rows.values_list("file_key", "pk", "look")[:BATCH])
        with transaction.atomic():
            hold(look)
            if not found:
                next_phase(look, ShareLook.Phase.BRING)
                return True
            ShareEntry.objects.filter(pk__in=[pk for _key, pk, seen in found if seen != look.pk]).delete()
            look.cursor = found[-1][0]
            look.save(update_fields=["cursor"])
        if stopping():
            return False


def _missed(look: ShareLook, taken: Sequence[ShareFile]) -> list[ShareEntry]:
    keys = [one.file_key for one in taken]
    entries = {one.file_key: one for one in ShareEntry.objects.filter(share=look.share_id, file_key__in=keys)}
    missed = []
    for one in taken:
        entry = entries.get(one.file_key)
        if (entry is None or entry.look != look.pk) and _tells(look, one.arrival):
            missed.append(_entry_of(look, one, entry))
    shut = _shut(look, missed)
    elsewhere = _elsewhere(look, missed)
    for entry in missed:
        above = next((shut[key] for key in _keys_above(entry.parts) if key in shut), None)
        other = elsewhere.get(entry.digest)
        if above is not None:
            entry.kind = Kind.UNREADABLE
            entry.sentence = _("Der Ordner %(name)s ist nicht lesbar.") % {"name": above}
        elif other is not None:
            entry.kind, entry.sentence = Kind.MOVED, ""
            # A path may tell what is in a document that whoever reads this must not see.
            if other.document_id in {None, entry.document_id} and other.arrival_id in {None, entry.arrival_id}:
                entry.sentence = _("Derselbe Inhalt liegt jetzt unter %(file)s.") % {"file": other.file}
        else:
            entry.kind, entry.sentence = Kind.GONE, ""
    return missed


def _tells(look: ShareLook, arrival: Arrival) -> bool:
    """Whether anybody has to know that the file is gone: not of what was sorted out or destroyed here, and not of what
    came after the share was looked at."""
    if arrival.received_at >= look.started_at:
        return False
    if arrival.document is not None:
        return not arrival.document.is_disposed
    return arrival.state != Arrival.State.DISCARDED


def _entry_of(look: ShareLook, taken: ShareFile, entry: ShareEntry | None) -> ShareEntry:
    if entry is None:
        path = str(taken.arrival.facts.get("other", {}).get("file_path", "")) or taken.arrival.file_name
        entry = ShareEntry(
            share_id=look.share_id, file_key=taken.file_key, file=path, size=taken.size, mtime_ns=taken.mtime_ns
        )
    # The bytes that were seen there last; it is they that may lie somewhere else now.
    entry.digest = entry.digest or taken.arrival.digest
    entry.look, entry.twins, entry.is_clear = look.pk, 0, False
    entry.document_id = taken.arrival.document_id
    entry.arrival_id = None if taken.arrival.document_id else taken.arrival_id
    return entry


def _keys_above(parts: Parts) -> list[str]:
    return [key_of(parts[:depth]) for depth in range(1, len(parts))]


def _shut(look: ShareLook, missed: Sequence[ShareEntry]) -> dict[str, str]:
    """The folders above these that could not be looked into: key and path."""
    keys = {key for entry in missed for key in _keys_above(entry.parts)}
    rows = ShareEntry.objects.filter(share=look.share_id, file_key__in=keys, look=look.pk, kind__in=_SHUT)
    return dict(rows.values_list("file_key", "file"))


def _elsewhere(look: ShareLook, missed: Sequence[ShareEntry]) -> dict[str, ShareEntry]:
    """Where bytes that are missed lie now; of several places the first."""
    digests = {entry.digest for entry in missed}
    rows = ShareEntry.objects.filter(share=look.share_id, digest__in=digests, look=look.pk)
    return {one.digest: one for one in rows.exclude(kind__in=(*NOT_THERE, Kind.UNREADABLE)).order_by("-file")}
