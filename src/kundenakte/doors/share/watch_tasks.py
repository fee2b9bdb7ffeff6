"""The jobs that look at watched shares: a few seconds at a time, behind everything else that is to be done."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.doors.share.bringing import bring_some
from kundenakte.doors.share.judging import Judge
from kundenakte.doors.share.listing import Overtaken
from kundenakte.doors.share.looking import look_some
from kundenakte.doors.share.missing import drop_some, miss_some
from kundenakte.doors.share.root import ShareAway
from kundenakte.doors.share.sorting import sort_some
from kundenakte.steps.intake import watch_reports, watching
from kundenakte.steps.intake.models import ShareLook, ShareWatch
from kundenakte.steps.intake.watching import LATER, LOOK

WATCH: Final = "share.watch"
_EVERY_SECONDS: Final = 60.0
# So long one stretch lasts; in between, everybody else has a turn.
STRETCH: Final = 3.0
Phase = ShareLook.Phase


def register_jobs() -> None:
    """Tell the ledger what there is to do."""
    # A stretch that is cut off has come some way all the same; only one that never does is given up.
    ledger.register(LOOK, go_on, priority=LATER, on_failed=_failed, max_attempts=20)
    ledger.every(_EVERY_SECONDS, WATCH, watch)


def watch(_: int) -> Apply:
    """Looks that are due begin, and those that wait for their share try again."""

    def apply() -> bool:
        watching.begin_due(timezone.now())
        return True

    return apply


def go_on(look_id: int) -> Apply:
    """Work on a look for some seconds; the returned function says how far it came and asks for the next stretch."""
    look = ShareLook.objects.select_related("share").filter(pk=look_id).first()
    if look is None or look.ended_at:
        return lambda: False
    until = time.monotonic() + STRETCH
    try:
        finished = not look.stopped and _work(look, lambda: time.monotonic() >= until)
    except ShareAway as away:
        return partial(_wait, look_id, away.sentence)
    except Overtaken:
        return lambda: False
    counts = watch_reports.counted(look.share) if finished else {}
    return partial(_note, look_id, counts, finished=finished)


def _work(look: ShareLook, stopping: Callable[[], bool]) -> bool:
    """True when all parts are through."""
    if look.phase == Phase.WALK and not look_some(look, stopping=stopping):
        return False
    judge = Judge(look.share.as_begun(look.terms))
    if look.phase == Phase.SORT and not sort_some(look, judge, stopping=stopping):
        return False
    if look.phase == Phase.MISS and not miss_some(look, stopping=stopping):
        return False
    if look.phase == Phase.DROP and not drop_some(look, stopping=stopping):
        return False
    return bring_some(look, stopping=stopping)


def _note(look_id: int, counts: dict[str, int], *, finished: bool) -> bool:
    """Progress and wish for the next stretch are one commit."""
    look = ShareLook.objects.select_for_update(of=("self",)).select_related("share").get(pk=look_id)
    if look.ended_at:
        return False
    now = timezone.now()
    if look.stopped:
        look.ended_at, look.problem = now, ""
        look.save(update_fields=["ended_at", "problem"])
    elif finished:
        # The folder that was looked at is from now on the right one.
        ShareWatch.objects.filter(share=look.share_id).update(root=look.root, path=look.terms["path"])
        watching.end(look, counts, now)
    else:
        ShareLook.objects.filter(pk=look_id).update(problem="")
        ledger.enqueue(LOOK, look_id, priority=LATER)
    return False


def _wait(look_id: int, sentence: str) -> bool:
    look = ShareLook.objects.select_for_update(of=("self",)).get(pk=look_id)
    if look.stopped and look.ended_at is None:
        look.ended_at = timezone.now()
    look.problem = sentence
    look.save(update_fields=["problem", "ended_at"])
    return False


def _failed(look_id: int, sentence: str) -> None:
    ShareLook.objects.filter(pk=look_id, ended_at=None).update(problem=sentence, stopped=True, ended_at=timezone.now())
