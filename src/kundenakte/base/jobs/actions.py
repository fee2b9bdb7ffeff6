"""What a person may do to the ledger. Whoever calls this has asked for the permission and journals it."""

from __future__ import annotations

from django.db import transaction

from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.models import Job
from kundenakte.base.refusals import Refused


class NotFailed(Refused):
    """Only what failed can be tried again."""

    code = "job-not-failed"
    sentence = "Dieser Auftrag ist nicht gescheitert; er kann nicht wiederholt werden."


@transaction.atomic
def retry(*, job: Job) -> None:
    """Try a failed piece of work again, from its failed step on. The failed row stays, as a row that is settled."""
    settled = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(state=Job.State.DONE)
    if not settled:
        raise NotFailed
    ledger.enqueue(job.name, job.subject_id, priority=10)
