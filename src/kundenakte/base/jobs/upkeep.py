"""The ledger's own upkeep: what is done again and again is in it, and what has long been done goes out of it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from kundenakte.base.jobs import kinds, ledger
from kundenakte.base.jobs.models import Job

KEEP_DONE = timedelta(days=14)
_BATCH = 5000
HOUR = 3600.0


def begin() -> None:
    """Put a row into the ledger for each kind of work that is done again and again, unless it is there."""
    ledger.every(HOUR, "jobs.purge", purge)
    open_names = set(
        Job.objects.filter(subject_id=0, state__in=(Job.State.WAITING, Job.State.RUNNING)).values_list(
            "name", flat=True
        )
    )
    for kind in kinds.all_kinds():
        if kind.every is not None and kind.name not in open_names:
            ledger.enqueue(kind.name, 0)


def purge(_: int) -> ledger.Apply:
    """Forget what was done more than 14 days ago, at most some thousand rows in one commit."""
    before = timezone.now() - KEEP_DONE

    def apply() -> bool:
        done = Job.objects.filter(state=Job.State.DONE, ended_at__lt=before).order_by("ended_at")
        Job.objects.filter(pk__in=list(done.values_list("pk", flat=True)[:_BATCH])).delete()
        return True

    return apply
