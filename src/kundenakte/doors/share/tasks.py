"""The job that walks over a share: a few seconds at a time, behind everything else that is to be done."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.base.journal import actions as journal
from kundenakte.doors.share.judging import Judge
from kundenakte.doors.share.listing import Overtaken, forget_trials, list_some
from kundenakte.doors.share.root import ShareAway
from kundenakte.doors.share.taking import take_some
from kundenakte.doors.share.trying import try_some
from kundenakte.steps.intake import share_reports, watching
from kundenakte.steps.intake.models import ShareLine, ShareRun
from kundenakte.steps.intake.shares import JOB, LATER

WAKE: Final = "share.wake"
_WAKE_SECONDS: Final = 30.0
# So long one stretch lasts; in between, everybody else has a turn.
STRETCH: Final = 3.0
# The pace is that of the last minutes, so that a pause is soon forgotten.
_REMEMBERED: Final = 300.0
_SAMPLES: Final = 120


def register_jobs() -> None:
    """Tell the ledger what there is to do."""
    # A stretch that is cut off has come some way all the same; only one that never does is given up.
    ledger.register(JOB, go_on, priority=LATER, on_failed=_failed, max_attempts=20)
    ledger.every(_WAKE_SECONDS, WAKE, wake)


def go_on(run_id: int) -> Apply:
    """Work on a run for some seconds; the returned function says how far it came and asks for the next stretch."""
    run = ShareRun.objects.select_related("share__acts_as", "share__team", "started_by").get(pk=run_id)
    until = time.monotonic() + STRETCH
    try:
        finished = run.ended_at is None and not run.stopped and _work(run, lambda: time.monotonic() >= until)
    except ShareAway as away:
        return partial(_wait, run_id, away.sentence)
    except Overtaken:
        return lambda: False
    return partial(_note, run_id, finished=finished)


def wake(_: int) -> Apply:
    """Runs that wait for their share try again."""

    def apply() -> bool:
        waiting = ShareRun.objects.filter(ended_at=None).exclude(problem="").values_list("pk", flat=True)
        ledger.enqueue_all(JOB, list(waiting), priority=LATER)
        return True

    return apply


def _work(run: ShareRun, stopping: Callable[[], bool]) -> bool:
    if run.listed_at is None:
        is_trial = run.kind == ShareRun.Kind.TRIAL
        if (is_trial and not forget_trials(run, stopping=stopping)) or not list_some(run, stopping=stopping):
            return False
    judge = Judge(run.share.as_begun(run.terms))
    some = try_some if run.kind == ShareRun.Kind.TRIAL else take_some
    return some(run, judge, stopping=stopping)


def _note(run_id: int, *, finished: bool) -> bool:
    """Progress and wish for the next stretch are one commit."""
    run = ShareRun.objects.select_for_update(of=("self",)).select_related("share").get(pk=run_id)
    if run.ended_at:
        return False
    now = timezone.now()
    run.done = run.total - run.lines.filter(outcome=ShareLine.Outcome.OPEN).count()
    run.problem = ""
    if run.listed_at:
        run.pace = _paced(run.pace, now, run.done)
    if finished or run.stopped:
        _end(run, now)
    else:
        ledger.enqueue(JOB, run_id, priority=LATER)
    run.save(update_fields=["done", "problem", "pace", "ended_at"])
    return False


def _end(run: ShareRun, now: datetime) -> None:
    run.ended_at = now
    if run.kind == ShareRun.Kind.IMPORT:
        outcomes = share_reports.counts(run)
        journal.append(
            Actor.system(run.share.source), "share.imported", run.share, at=now, run=run.pk, stopped=run.stopped,
            files=run.total, outcomes=outcomes,
        )  # fmt: skip
        watching.look_after(run, now)


def _wait(run_id: int, sentence: str) -> bool:
    run = ShareRun.objects.select_for_update().get(pk=run_id)
    if run.stopped and run.ended_at is None:
        run.ended_at = timezone.now()
    # What it did before the pause says nothing about what comes after.
    run.problem, run.pace = sentence, []
    run.save(update_fields=["problem", "pace", "ended_at"])
    return False


def _failed(run_id: int, sentence: str) -> None:
    ShareRun.objects.filter(pk=run_id, ended_at=None).update(problem=sentence, stopped=True, ended_at=timezone.now())


def _paced(pace: list[list[float]], now: datetime, done: int) -> list[list[float]]:
    at = round(now.timestamp(), 1)
    kept = [one for one in pace if at - one[0] <= _REMEMBERED]
    return [*(kept or pace[-1:]), [at, done]][-_SAMPLES:]
