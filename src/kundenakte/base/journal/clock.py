"""A clock that was set back: told in the journal before the next head is signed, and work goes on (R-20, T-19).

What is behind shows by the last head: one is signed at least every hour while anything happens. Until the clock is
where it was, times are ambiguous, and what is sealed meanwhile says so.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Max, Q

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions, sequencer
from kundenakte.base.journal.models import JournalEntry, TreeHead, Unsequenced

SET_BACK: Final = "journal.clock_set_back"
# Clocks differ; more than this is no difference of clocks.
TOLERANCE: Final = timedelta(minutes=5)
_HEAD: Final = "journal.treehead"


class SetBack(NamedTuple):
    """The clock showed `was` and then `at`."""

    at: datetime
    was: datetime


def is_behind(last: TreeHead | None, now: datetime) -> bool:
    """Whether the clock shows a time before that of the last head."""
    return last is not None and now < last.at - TOLERANCE


def tell(last: TreeHead, now: datetime) -> bool:
    """Write down that the clock was set back behind this head; once. Whether it has its place in the tree.

    What was planned for a time that comes again only later moves with the clock: nothing waits two days for it.
    """
    with transaction.atomic():
        sequencer.one_at_a_time()
        told = JournalEntry.objects.filter(subject_type=_HEAD, subject_id=last.pk, kind=SET_BACK).first()
        if told is not None:
            return not Unsequenced.objects.filter(entry=told).exists()
        was = _latest(last)
        actions.append(
            Actor.system("journal"), SET_BACK, last, at=now, head=last.number, was=was,
            seconds=int((was - now).total_seconds()),
        )  # fmt: skip
        ledger.move_back(was - now, now=now)
    return False


def set_back(now: datetime) -> SetBack | None:
    """The last time it was set back, while it has not caught up with what it showed before."""
    for entry in JournalEntry.objects.filter(subject_type=_HEAD, kind=SET_BACK).order_by("-subject_id"):
        was = datetime.fromisoformat(json.loads(bytes(entry.body))["facts"]["was"])
        if was > now:
            return SetBack(entry.at, was)
    return None


def _latest(last: TreeHead) -> datetime:
    """The latest time that stands in the journal: nothing before the last head counts, for that bounds it."""
    since = Q(leaf__seq__gte=last.size) | Q(leaf=None)
    latest = JournalEntry.objects.filter(since).aggregate(at=Max("at"))["at"]
    return max(last.at, latest) if latest else last.at
