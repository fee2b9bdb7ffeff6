"""The ledger as others see it: make a kind of work known, and ask for a piece of it.

    ledger.register("rendition.render", render, then="recognition.recognise", on_failed=put_into_inbox)
    ledger.enqueue("rendition.render", arrival.pk)

`render(arrival_id)` does the slow part outside any transaction and returns a function with only its writes. The worker
runs that function in one transaction with the ledger's own change, under a fence: if the row was meanwhile given to
another worker, nothing of it stays. With `then`, the same row goes on with the next step in the same commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from kundenakte.base.jobs import kinds, waking
from kundenakte.base.jobs.kinds import ORDINARY, Apply, GiveUp, Kind, OnFailed, Work
from kundenakte.base.jobs.models import Job

__all__ = ["Apply", "GiveUp", "OnFailed", "Work", "enqueue", "enqueue_all", "every", "move_back", "register"]

# Asked for while it waits: the sooner time and the more urgent priority count. Asked for while it runs: what it has
# read may be old, so it runs once more when it ends, or at the time that was asked for.
_ENQUEUE = """
INSERT INTO jobs_job (name, subject_id, state, priority, run_after, attempt, worker, asked_again, error, created_at)
VALUES (%s, %s, 'waiting', %s, %s, 0, '', false, '', %s)
ON CONFLICT (name, subject_id) WHERE state IN ('waiting', 'running') DO UPDATE SET
    asked_again = jobs_job.asked_again OR jobs_job.state = 'running',
    priority = CASE WHEN excluded.priority < jobs_job.priority THEN excluded.priority ELSE jobs_job.priority END,
    run_after = CASE WHEN excluded.run_after < jobs_job.run_after
                       OR (jobs_job.state = 'running' AND NOT jobs_job.asked_again)
                     THEN excluded.run_after ELSE jobs_job.run_after END
"""


def register(
    name: str,
    work: Work,
    *,
    on_failed: OnFailed | None = None,
    priority: int = ORDINARY,
    max_attempts: int = 5,
    then: str | None = None,
) -> None:
    """Make a kind of work known under a name that stays the same for ever.

    `work` may run twice for one row (a crash comes at any time), its `Apply` counts once. It raises GiveUp where trying
    again would not help; any other exception is tried again after 1 s, 4 s, 15 s … until `max_attempts`. Want of room,
    a locked or a lost database do not count as attempts. When it has failed for good, `on_failed` runs in the
    transaction that says so. `then` names the step with which the row goes on when `Apply` returns True.
    """
    kinds.add(Kind(name, work, on_failed, priority, max_attempts, then))


def every(seconds: float, name: str, work: Work, *, priority: int = 90) -> None:
    """Work that is done again and again, once in the whole house however many workers there are; its subject is 0."""
    kinds.add(Kind(name, work, priority=priority, every=seconds))


def move_back(by: timedelta, *, now: datetime) -> None:
    """The clock was set back by so much: what lies ahead moves with it, in the caller's transaction."""
    Job.objects.filter(state=Job.State.WAITING, run_after__gt=now).update(run_after=F("run_after") - by)
    Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=now).update(lease_until=F("lease_until") - by)


def enqueue(name: str, subject_id: int, *, run_after: datetime | None = None, priority: int | None = None) -> None:
    """Ask for a piece of work, in the caller's transaction: it is there if and only if the change is.

    Asking again while it waits changes nothing but time and urgency; while it runs, it will run once more, not before
    `run_after`.
    """
    enqueue_all(name, (subject_id,), run_after=run_after, priority=priority)


def enqueue_all(
    name: str, subject_ids: Iterable[int], *, run_after: datetime | None = None, priority: int | None = None
) -> None:
    """`enqueue` for many rows. In order of their ids, so that two who do so at once never wait for each other."""
    kind = kinds.known(name)
    if priority is None:
        priority = kind.priority if kind else ORDINARY
    now = timezone.now()
    at = connection.ops.adapt_datetimefield_value(run_after or now)
    made = connection.ops.adapt_datetimefield_value(now)
    rows = [(name, subject_id, priority, at, made) for subject_id in sorted(subject_ids)]
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(_ENQUEUE, rows[0])
        else:
            cursor.executemany(_ENQUEUE, rows)
    waking.announce()
