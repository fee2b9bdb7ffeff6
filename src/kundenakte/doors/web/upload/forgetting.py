"""Which slices became which arrival is remembered as long as a browser may ask again, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.doors.web.upload.models import ReceivedUpload

JOB: Final = "upload.forget"
EVERY: Final = 24 * 60 * 60.0
# The slices themselves are gone after a day without a new one; a page left open over a long weekend may still ask.
KEEP: Final = timedelta(days=30)
_BATCH: Final = 5000


def forget(_: int) -> ledger.Apply:
    """Delete what has had its time, at most some thousand rows in one commit. The arrivals stay."""
    before = timezone.now() - KEEP

    def apply() -> bool:
        rows = ReceivedUpload.objects.filter(at__lt=before).order_by("pk").values_list("pk", flat=True)
        ReceivedUpload.objects.filter(pk__in=list(rows[:_BATCH])).delete()
        return True

    return apply
