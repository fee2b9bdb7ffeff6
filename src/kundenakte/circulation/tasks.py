"""Job entry points of the circulation folder."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.circulation import filing, notices, reminding
from kundenakte.circulation.actions.absences import settle_deputies
from kundenakte.circulation.cases import closing, errands, filed, moving_over, working
from kundenakte.circulation.cases.closing import CLOSE_PAPERS
from kundenakte.circulation.cases.filed import FILED
from kundenakte.circulation.cases.going import ERRAND, LOOK_AGAIN, TIMER
from kundenakte.circulation.cases.moving_over import MOVE_OVER
from kundenakte.circulation.moving import FILE_MINUTES
from kundenakte.circulation.notices import NOTIFY
from kundenakte.circulation.replies import answering as replies
from kundenakte.circulation.replies.answering import TELL
from kundenakte.circulation.replies.taking import ANSWER
from kundenakte.circulation.visits import filing as visits
from kundenakte.circulation.visits.filing import LAY_IN
from kundenakte.circulation.visits.handing_in import FILE_REPORT

REMIND: Final = "circulation.remind"
_EVERY: Final = 600.0
# What arrives and what a person waits for goes first.
_LATER: Final = 92


def register_jobs() -> None:
    """Tell the ledger. Called once in every process that works or enqueues."""
    ledger.register(FILE_MINUTES, file_minutes)
    ledger.register(TIMER, ring)
    ledger.register(ERRAND, errands.do, on_failed=errands.failed)
    ledger.register(LOOK_AGAIN, errands.look_again)
    ledger.register(FILED, document_filed)
    ledger.register(FILE_REPORT, visits.file_report)
    ledger.register(LAY_IN, visits.lay_in)
    ledger.register(NOTIFY, notify)
    ledger.register(ANSWER, replies.answer, on_failed=replies.not_read)
    ledger.register(TELL, replies.tell)
    ledger.register(CLOSE_PAPERS, close_papers)
    ledger.register(MOVE_OVER, move_over, priority=_LATER)
    ledger.every(_EVERY, REMIND, remind)


def file_minutes(folder_id: int) -> Apply:
    """The minutes of a folder that has ended. Taking them in is a transaction of its own (filing.py)."""
    filing.file_minutes(folder_id, now=timezone.now())
    return lambda: True


def notify(task_id: int) -> Apply:
    """A task has come to somebody: mail it."""
    notices.mail(task_id)
    return lambda: True


def remind(_: int) -> Apply:
    """What the calendar alone changes: due days, and days on which deputies begin and end."""
    now = timezone.now()
    settle_deputies(now=now)
    reminding.remind(now=now)
    reminding.mail()
    notices.mail_rest()
    visits.forget(now=now)
    return lambda: True


def ring(timer_id: int) -> Apply:
    """A timer of a process is due. All of it belongs into one commit: it goes off once, or not yet."""

    def apply() -> bool:
        working.ring(timer_id, now=timezone.now())
        return True

    return apply


def document_filed(document_id: int) -> Apply:
    """A document was filed, and a rule may start a process with it."""

    def apply() -> bool:
        filed.start_what_is_due(document_id, now=timezone.now())
        return True

    return apply


def close_papers(folder_id: int) -> Apply:
    """A case has ended: the period of its papers begins."""

    def apply() -> bool:
        closing.close_papers(folder_id, now=timezone.now())
        return True

    return apply


def move_over(move_id: int) -> Apply:
    """The next cases that are put on a newer edition; each is a transaction of its own (cases/moving_over.py)."""
    goes_on = moving_over.next_cases(move_id, clock=timezone.now)

    def apply() -> bool:
        if goes_on:
            ledger.enqueue(MOVE_OVER, move_id)
        return False

    return apply
