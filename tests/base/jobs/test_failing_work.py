"""The ledger when work fails, a lease lapses or a worker dies: tried again, given up, fenced off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs import claims, ledger, queries
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from tests.base.jobs.work import due_now, raises, roles, run_dry, writes

pytestmark = pytest.mark.usefixtures("own_kinds")


def test_an_error_is_tried_again_with_growing_pauses_and_then_fails(worker: Worker) -> None:
    failed: list[tuple[int, str]] = []
    ledger.register("a", raises(ValueError("no good")), max_attempts=3, on_failed=lambda *told: failed.append(told))
    ledger.enqueue("a", 5)
    pauses = []
    for _ in range(2):
        before = timezone.now()
        assert worker.work_once() == 1
        job = Job.objects.get()
        assert job.state == Job.State.WAITING
        assert "no good" in job.error
        pauses.append(round((job.run_after - before).total_seconds()))
        due_now()
    assert pauses == [1, 4]
    assert worker.work_once() == 1
    assert Job.objects.get().state == Job.State.FAILED
    assert [subject for subject, _ in failed] == [5]
    assert [job.subject_id for job in queries.failed()] == [5]


def test_giving_up_fails_at_once_with_the_sentence_for_the_clerk(worker: Worker) -> None:
    told: list[tuple[int, str]] = []
    sentence = "Die Datei ist verschlüsselt."
    ledger.register("a", raises(ledger.GiveUp("encrypted", sentence)), on_failed=lambda *row: told.append(row))
    ledger.enqueue("a", 5)
    run_dry(worker)
    assert told == [(5, sentence)]
    assert Job.objects.get().error.startswith(sentence)


def test_what_is_written_on_failure_stands_or_falls_with_it(worker: Worker) -> None:
    def put_into_inbox(subject: int, sentence: str) -> None:
        Role.objects.create(code=f"inbox-{subject}", name=sentence[:100])
        raise RuntimeError("the inbox is broken")

    ledger.register("a", raises(ledger.GiveUp("x", "Geht nicht.")), on_failed=put_into_inbox)
    ledger.enqueue("a", 5)
    run_dry(worker)
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "Geht nicht." in job.error
    assert "the inbox is broken" in job.error
    assert roles() == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        OSError(30, "Read-only file system"),
        OSError(122, "Disk quota exceeded"),
        OperationalError("database is locked"),
        OperationalError("disk I/O error"),
        OperationalError("database or disk is full"),
        OperationalError("server closed the connection unexpectedly"),
    ],
)
def test_circumstances_do_not_count_as_attempts(worker: Worker, error: Exception) -> None:
    left = [error] * 7

    def work(subject: int) -> ledger.Apply:
        if left:
            raise left.pop()
        return writes("a")(subject)

    ledger.register("a", work, max_attempts=2)
    ledger.enqueue("a", 1)
    for _ in range(7):
        assert worker.work_once() == 1
        job = Job.objects.get()
        assert (job.state, job.attempt) == (Job.State.WAITING, 0)
        assert job.error.endswith(".")
        due_now()
    run_dry(worker)
    assert roles() == ["a-1"]
    assert Job.objects.get().error == ""


def test_an_ordinary_database_error_counts(worker: Worker) -> None:
    ledger.register("a", raises(OperationalError("no such table: x")), max_attempts=1)
    ledger.enqueue("a", 1)
    run_dry(worker)
    assert Job.objects.get().state == Job.State.FAILED


def lapse() -> None:
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_lapsed_lease_is_taken_over_and_the_late_worker_changes_nothing(worker: Worker) -> None:
    other = Worker(lease_seconds=2)

    def work(subject: int) -> ledger.Apply:
        if not Role.objects.exists():
            # The first worker is stuck here; meanwhile the second one does it all.
            lapse()
            Role.objects.create(code="seen", name="")
            assert other.work_once() == 1
        return writes("a")(subject)

    ledger.register("a", work)
    ledger.enqueue("a", 1)
    worker.work_once()
    job = Job.objects.get()
    assert (job.state, job.attempt) == (Job.State.DONE, 2)
    assert roles() == ["a-1", "seen"]


def test_a_lease_that_holds_is_not_taken(worker: Worker) -> None:
    ledger.register("a", writes("a"))
    ledger.enqueue("a", 1)
    assert len(claims.take("somebody", lease_seconds=60, prefer_new=True)) == 1
    assert worker.work_once() == 0


def test_work_that_always_kills_its_worker_ends_as_failed(worker: Worker) -> None:
    told: list[int] = []
    ledger.register("a", writes("a"), max_attempts=3, on_failed=lambda subject, _: told.append(subject))
    ledger.enqueue("a", 1)
    for _ in range(3):
        assert len(claims.take("victim", lease_seconds=60, prefer_new=False)) == 1
        lapse()
    run_dry(worker)
    assert told == [1]
    assert Job.objects.get().state == Job.State.FAILED
    assert "Absturz" in Job.objects.get().error
    assert roles() == []


def test_a_row_that_was_tried_before_is_claimed_alone(worker: Worker) -> None:
    ledger.register("a", writes("a"))
    ledger.enqueue_all("a", range(40))
    assert len(claims.take("victim", lease_seconds=60, prefer_new=True)) == 8
    lapse()
    assert len(claims.take("next", lease_seconds=60, prefer_new=False)) == 1
    assert len(claims.take("next", lease_seconds=60, prefer_new=True)) == 8
