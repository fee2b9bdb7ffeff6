"""Work of the records that goes through many documents: one batch for each run of the job, behind everything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records.actions import field_check, retention_changes
from kundenakte.records.actions import roll_out as rolling_out
from kundenakte.records.retention import daily, keeping

# What arrives and what a person waits for goes first.
LATER: Final = 92


def roll_out(run_id: int) -> Apply:
    """The next batch of a roll-out of the file plan."""
    return partial(_one_batch, rolling_out.JOB, rolling_out.next_batch, run_id)


def check_fields(run_id: int) -> Apply:
    """The next batch of a check of index fields."""
    return partial(_one_batch, field_check.JOB, field_check.next_batch, run_id)


def retention(run_id: int) -> Apply:
    """The next batch of a trial or a new calculation of retention."""
    batch = partial(retention_changes.next_batch, named=retention_changes.read_ahead(run_id))
    return partial(_one_batch, retention_changes.JOB, batch, run_id)


def retention_of_file(customer_file_id: int) -> Apply:
    """The papers of one file whose period depends on what else is there."""

    def apply() -> bool:
        keeping.look_again(customer_file_id, now=timezone.now())
        return False

    return apply


def retention_daily(_: int) -> Apply:
    """What the calendar alone changes."""

    def apply() -> bool:
        daily.follow_calendar(now=timezone.now())
        return True

    return apply


def _one_batch(job: str, batch: Callable[..., bool], run_id: int) -> bool:
    """Batch and wish for the next one are one commit: killed in between, it goes on behind the last whole batch."""
    if batch(run_id=run_id, now=timezone.now()):
        ledger.enqueue(job, run_id, priority=LATER)
    return False
