"""Whose lock is looked at today: that of each package once in thirty days, wherever it lies."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db.models import F
from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.steps.archive import locking
from kundenakte.steps.archive.models import ArchivePackage, PackageState


def ask_for(job: str) -> Apply:
    """Ask for this job on each package whose turn it is."""
    return partial(_ask, job, whose_turn(timezone.localdate()))


def whose_turn(today: date) -> list[int]:
    """The packages whose lock is looked at on this day."""
    turn = today.toordinal() % locking.TURN_DAYS
    packages = ArchivePackage.objects.annotate(turn=F("pk") % locking.TURN_DAYS).filter(turn=turn)
    return list(packages.exclude(states__state=PackageState.State.DISPOSED).values_list("pk", flat=True))


def _ask(job: str, packages: list[int]) -> bool:
    ledger.enqueue_all(job, packages)
    return True
