"""The ledger's work on a released list: some documents at a time, until none is left that could go."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from django.db.models import Q
from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records.actions.disposing import JOB
from kundenakte.records.disposition import carrying_out, protocol
from kundenakte.records.models import DisposedDocument, Disposition

AT_ONCE: Final = 50
# The learned model has words of what it was trained with, if only as numbers: it is trained anew without them.
LEARN: Final = "recognition.learn"
State = DisposedDocument.State
OPEN: Final = (State.WAITING, State.DESTROYING)


def dispose(disposition_id: int) -> Apply:
    """The next documents of a list."""
    now = timezone.now()
    disposition = Disposition.objects.get(pk=disposition_id)
    if disposition.state != Disposition.State.RELEASED:
        return lambda: False
    begun = [carrying_out.begin(row_id, now=now) for row_id in _turn(disposition, now)]
    found = {gone.document_id: gone for gone in begun if gone}
    destroying = list(disposition.documents.filter(state=State.DESTROYING))
    if destroying:
        carrying_out.tell_outside(destroying, now=now)
    for row in destroying:
        if row.document_id in found:
            carrying_out.destroy_files(found[row.document_id])
        else:
            # Begun by somebody who was cut off.
            carrying_out.destroy(row.document_id)
    return partial(_note, disposition_id, [row.pk for row in destroying])


def look(_: int) -> Apply:
    """Once an hour: lists whose documents a store's lock has let go meanwhile, and what was cut off for good."""
    released = Disposition.objects.filter(state=Disposition.State.RELEASED, documents__state__in=OPEN).distinct()
    ids = [one.pk for one in released if _turn(one, timezone.now()) or one.documents.filter(state=State.DESTROYING)]

    def apply() -> bool:
        ledger.enqueue_all(JOB, ids)
        return True

    return apply


def _turn(disposition: Disposition, now: datetime) -> list[int]:
    free = Q(locked_until=None) | Q(locked_until__lte=now)
    waiting = disposition.documents.filter(free, state=State.WAITING)
    return list(waiting.values_list("pk", flat=True)[:AT_ONCE])


def _note(disposition_id: int, row_ids: list[int]) -> bool:
    now = timezone.now()
    carrying_out.end(row_ids, now=now)
    disposition = Disposition.objects.select_for_update(of=("self",)).get(pk=disposition_id)
    if _turn(disposition, now):
        ledger.enqueue(JOB, disposition_id)
    elif disposition.state == Disposition.State.RELEASED and not disposition.documents.filter(state__in=OPEN).exists():
        protocol.close(disposition, now=now)
        ledger.enqueue(LEARN, 0)
    return False
