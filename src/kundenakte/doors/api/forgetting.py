"""Calls are remembered as long as a program may repeat them, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.doors.api.models import RememberedCall

JOB: Final = "api.forget"
EVERY: Final = 60 * 60.0
# An Idempotency-Key is for trying again after trouble on the line. A version by the system's own count names a state of
# a document; when it comes again much later, its bytes are still found to be the same.
KEEP_KEYS: Final = timedelta(days=30)
KEEP_VERSIONS: Final = timedelta(days=400)
_BATCH: Final = 5000


def forget(_: int) -> ledger.Apply:
    """Delete what has had its time, at most some thousand rows in one commit."""
    now = timezone.now()
    past = Q(key__startswith="key:", at__lt=now - KEEP_KEYS) | Q(at__lt=now - KEEP_VERSIONS)

    def apply() -> bool:
        rows = RememberedCall.objects.filter(past).order_by("pk").values_list("pk", flat=True)
        RememberedCall.objects.filter(pk__in=list(rows[:_BATCH])).delete()
        return True

    return apply
