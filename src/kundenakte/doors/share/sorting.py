"""Second part of a look: what each file on the share is to the house, by its bytes and by what was taken from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_noop as _

from kundenakte.doors.share.judging import Judge, Verdict
from kundenakte.doors.share.looking import hold, next_phase
from kundenakte.records.models import Arrival, Document, Version
from kundenakte.steps.intake.models import ShareEntry, ShareFile, ShareLine, ShareLook
from kundenakte.steps.intake.share_models import UNCLEAR

Kind = ShareEntry.Kind
BATCH: Final = 500
_WRITTEN: Final = ("kind", "sentence", "twins", "is_clear", "document", "arrival")
_WAITING: Final = (Arrival.State.UNDER_WAY, Arrival.State.WAITING, Arrival.State.SPLIT)


@dataclass(slots=True)
class _Known:
    """What the house knows of some digests, and of some paths. Documents by their ids, with their customers."""

    filed: dict[str, dict[int, int]] = field(default_factory=dict)
    waiting: dict[str, Arrival] = field(default_factory=dict)
    disposed: dict[str, int] = field(default_factory=dict)
    set_aside: dict[str, int] = field(default_factory=dict)
    twins: dict[str, int] = field(default_factory=dict)
    taken: dict[str, ShareFile] = field(default_factory=dict)


def sort_some(look: ShareLook, judge: Judge, *, stopping: Callable[[], bool]) -> bool:
    """Sort the next files until told to stop. True when all are through."""
    while True:
        # In the order in which they were found: whose a folder is has to be asked only once then.
        rows = ShareEntry.objects.filter(share=look.share_id, pk__gt=int(look.cursor or 0)).order_by("pk")
        entries = list(rows[:BATCH])
        if not entries:
            with transaction.atomic():
                hold(look)
                next_phase(look, ShareLook.Phase.MISS)
            return True
        # What another look found last is not there any more; what has no digest is sorted already.
        found = [entry for entry in entries if entry.look == look.pk and entry.digest]
        known = _what_is_known(look, found)
        changed = [entry for entry in found if _sort(look, judge, entry, known)]
        with transaction.atomic():
            hold(look)
            ShareEntry.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
            look.cursor = str(entries[-1].pk)
            look.save(update_fields=["cursor"])
        if stopping():
            return False


def _what_is_known(look: ShareLook, entries: Sequence[ShareEntry]) -> _Known:
    known, digests = _Known(), {entry.digest for entry in entries}
    versions = Version.objects.filter(digest__in=digests, document__is_disposed=False).order_by("document_id")
    for digest, document, customer in versions.values_list(
        "digest", "document_id", "document__customer_file__customer_id"
    ):
        known.filed.setdefault(digest, {})[document] = customer
    known.waiting = {
        one.digest: one
        for one in Arrival.objects.filter(digest__in=digests, state__in=_WAITING, document=None).order_by("-pk")
    }
    gone = Document.with_disposed.filter(is_disposed=True)
    for model in (Version, Arrival):
        destroyed = model.objects.filter(digest__in=digests, document__in=gone).order_by("-pk")
        known.disposed |= dict(destroyed.values_list("digest", "document_id"))
    aside = Arrival.objects.filter(digest__in=digests, state=Arrival.State.DISCARDED, source=look.share.source)
    known.set_aside = dict(aside.order_by("-pk").values_list("digest", "pk"))
    # All that this look has found is there, whatever an earlier one said of it.
    rows = ShareEntry.objects.filter(share=look.share_id, digest__in=digests, look=look.pk)
    known.twins = dict(rows.order_by().values_list("digest").annotate(Count("pk")))
    keys = [entry.file_key for entry in entries]
    taken = ShareFile.objects.filter(share=look.share_id, file_key__in=keys).select_related("arrival__document")
    known.taken = {one.file_key: one for one in taken}
    return known


def _sort(look: ShareLook, judge: Judge, entry: ShareEntry, known: _Known) -> bool:
    """Whether anything about it is other than before."""
    before = _state(entry)
    entry.sentence, entry.is_clear, entry.document_id, entry.arrival_id = "", False, None, None
    entry.twins = known.twins.get(entry.digest, 1) - 1
    taken = known.taken.get(entry.file_key)
    arrival = taken.arrival if taken else None
    own = arrival.document if arrival and arrival.document and not arrival.document.is_disposed else None
    filed = known.filed.get(entry.digest, {})
    if arrival and own and (own.pk in filed or arrival.digest == entry.digest):
        # Its own document comes first, whoever else has the same bytes.
        entry.kind, entry.document_id = Kind.FILED, own.pk
    elif arrival and own:
        _changed(look, judge, entry, arrival)
    elif filed:
        entry.kind, entry.document_id = Kind.FILED, next(iter(filed))
        _note_other_customer(judge, entry, set(filed.values()))
    elif entry.digest in known.waiting:
        waiting = known.waiting[entry.digest]
        entry.kind, entry.arrival_id = Kind.TAKEN, waiting.pk
        entry.sentence = str(Arrival.State(waiting.state).label)
    elif entry.digest in known.disposed:
        entry.kind, entry.document_id = Kind.DISPOSED, known.disposed[entry.digest]
        entry.sentence = _("Es wird nicht wieder übernommen.")
    elif entry.digest in known.set_aside:
        entry.kind, entry.arrival_id = Kind.SET_ASIDE, known.set_aside[entry.digest]
    elif arrival:
        _changed(look, judge, entry, arrival)
    else:
        entry.kind = Kind.NEW
        _judge(look, judge, entry)
    return before != _state(entry)


def _changed(look: ShareLook, judge: Judge, entry: ShareEntry, arrival: Arrival) -> None:
    entry.kind, entry.document_id = Kind.CHANGED, arrival.document_id
    if arrival.document_id is None:
        entry.arrival_id = arrival.pk
    if arrival.document and arrival.document.is_disposed:
        # Whether a paper that was destroyed may come back in another form, a person decides.
        entry.sentence = _("Das Dokument von früher ist ausgesondert. Von selbst wird nichts übernommen.")
        return
    _judge(look, judge, entry)


def _judge(look: ShareLook, judge: Judge, entry: ShareEntry) -> None:
    verdict = judge.judge(entry.parts, entry.mtime_ns)
    entry.is_clear = _is_clear(look, verdict)
    if not entry.is_clear:
        entry.sentence = verdict.sentence or str(ShareLine.Outcome(verdict.outcome).label)


def _note_other_customer(judge: Judge, entry: ShareEntry, customers: set[int]) -> None:
    """The same paper in another customer's folder: whether it belongs in that one's file as well, a person decides."""
    customer = judge.judge(entry.parts, entry.mtime_ns).customer
    if customer and customer.pk not in customers:
        entry.sentence = _("In der Akte von %(name)s liegt es nicht.") % {"name": customer.name}


def _is_clear(look: ShareLook, verdict: Verdict) -> bool:
    """Whether a take-over would take it."""
    return verdict.outcome not in UNCLEAR or bool(look.terms.get("takes_unclear"))


def _state(entry: ShareEntry) -> tuple[object, ...]:
    return entry.kind, entry.sentence, entry.twins, entry.is_clear, entry.document_id, entry.arrival_id
