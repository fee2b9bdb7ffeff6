"""Work for one worker in the test's own process, and what became of it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker


def writes(code: str, *, goes_on: bool = False) -> Callable[[int], ledger.Apply]:
    """Work whose only effect is a role `code-<subject>`."""

    def work(subject: int) -> ledger.Apply:
        def apply() -> bool:
            Role.objects.create(code=f"{code}-{subject}", name=code)
            return goes_on

        return apply

    return work


def raises(error: Exception) -> Callable[[int], ledger.Apply]:
    def work(_: int) -> ledger.Apply:
        raise error

    return work


def run_dry(worker: Worker) -> None:
    while worker.work_once():
        pass


def due_now() -> None:
    Job.objects.filter(state=Job.State.WAITING).update(run_after=timezone.now())


def roles() -> list[str]:
    return list(Role.objects.order_by("code").values_list("code", flat=True))
