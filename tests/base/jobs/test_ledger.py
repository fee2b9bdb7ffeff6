"""The ledger in one process: asking, claiming, ending, going on, giving up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs import actions, claims, kinds, ledger, queries, upkeep
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker


@pytest.fixture(autouse=True)
def _own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})


@pytest.fixture
def worker(transactional_db: None) -> Worker:
    made = Worker(lease_seconds=2)
    made.rest = lambda seconds: False  # type: ignore[method-assign]
    return made


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


def test_work_is_there_if_and_only_if_the_change_is(worker: Worker) -> None:
    ledger.register("a", writes("a"))
    with transaction.atomic():
        ledger.enqueue("a", 1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    with transaction.atomic():
        ledger.enqueue("a", 1)
    run_dry(worker)
    assert roles() == ["a-1"]
    assert Job.objects.get().state == Job.State.DONE


def test_asked_for_twice_while_it_waits_it_is_done_once(worker: Worker) -> None:
    ledger.register("a", writes("a"))
    later = timezone.now() + timedelta(hours=1)
    ledger.enqueue("a", 1, run_after=later, priority=90)
    ledger.enqueue("a", 1, priority=10)
    job = Job.objects.get()
    assert job.priority == 10
    assert job.run_after < later
    run_dry(worker)
    assert roles() == ["a-1"]


def test_asked_for_while_it_runs_it_is_done_again(worker: Worker) -> None:
    seen: list[int] = []

    def work(subject: int) -> ledger.Apply:
        seen.append(subject)
        if len(seen) == 1:
            ledger.enqueue("a", 1)
        return lambda: True

    ledger.register("a", work)
    ledger.enqueue("a", 1)
    run_dry(worker)
    assert seen == [1, 1]
    assert [job.state for job in Job.objects.all()] == [Job.State.DONE]


def test_the_same_row_goes_on_with_the_next_step(worker: Worker) -> None:
    ledger.register("a", writes("a", goes_on=True), then="b")
    ledger.register("b", writes("b", goes_on=True), then="c")
    ledger.register("c", writes("c"))
    ledger.enqueue("a", 7)
    assert worker.work_once() == 1
    assert roles() == ["a-7", "b-7", "c-7"]
    job = Job.objects.get()
    assert (job.name, job.state, job.worker) == ("c", Job.State.DONE, "")


def test_a_step_that_says_no_ends_the_way(worker: Worker) -> None:
    ledger.register("a", writes("a", goes_on=False), then="b")
    ledger.register("b", writes("b"))
    ledger.enqueue("a", 7)
    run_dry(worker)
    assert roles() == ["a-7"]
    assert (Job.objects.get().name, Job.objects.get().state) == ("a", Job.State.DONE)


def test_a_row_whose_next_step_is_open_already_ends_and_the_next_step_is_done_after_it(worker: Worker) -> None:
    ledger.register("a", writes("a", goes_on=True), then="b", priority=10)
    ledger.register("b", writes("b"))
    ledger.enqueue("b", 7)
    ledger.enqueue("a", 7)
    run_dry(worker)
    assert roles() == ["a-7", "b-7"]
    assert sorted(Job.objects.values_list("name", "state")) == [("a", "done"), ("b", "done")]


def test_urgent_work_goes_first_and_later_work_waits(worker: Worker) -> None:
    order: list[int] = []

    def work(subject: int) -> ledger.Apply:
        order.append(subject)
        return lambda: True

    ledger.register("a", work)
    ledger.enqueue("a", 1, priority=90)
    ledger.enqueue("a", 2)
    ledger.enqueue("a", 3, priority=10)
    ledger.enqueue("a", 4, run_after=timezone.now() + timedelta(hours=1))
    run_dry(worker)
    assert order == [3, 2, 1]
    assert Job.objects.get(subject_id=4).state == Job.State.WAITING


def test_work_nobody_here_knows_is_left_for_others(worker: Worker) -> None:
    ledger.register("a", writes("a"))
    ledger.enqueue("unknown", 1)
    assert worker.work_once() == 0
    assert Job.objects.get().state == Job.State.WAITING


def test_under_a_rush_documents_share_commits_and_else_each_has_its_own(worker: Worker) -> None:
    ledger.register("a", writes("a", goes_on=True), then="b")
    ledger.register("b", writes("b"))
    ledger.enqueue_all("a", range(32))
    with CaptureQueriesContext(connection) as queries_of_eight:
        assert worker.work_once() == 8
    # The claim is a statement of its own; then one transaction for each of the two steps.
    begins = [query for query in queries_of_eight if query["sql"].upper().startswith("BEGIN")]
    assert len(begins) == 2
    Job.objects.filter(state=Job.State.WAITING, subject_id__gt=10).delete()
    assert worker.work_once() == 1


def test_one_bad_document_of_a_group_fails_alone(worker: Worker) -> None:
    def work(subject: int) -> ledger.Apply:
        def apply() -> bool:
            Role.objects.create(code="same" if subject in {3, 4} else f"own-{subject}", name="x")
            return True

        return apply

    ledger.register("a", work, max_attempts=1)
    ledger.enqueue_all("a", range(32))
    run_dry(worker)
    assert Job.objects.filter(state=Job.State.DONE).count() == 31
    assert Job.objects.get(state=Job.State.FAILED).subject_id == 4
    assert Role.objects.count() == 31


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


def test_what_is_done_again_and_again_is_one_row_that_comes_back(worker: Worker) -> None:
    runs: list[int] = []

    def work(subject: int) -> ledger.Apply:
        runs.append(subject)
        return lambda: True

    ledger.every(60, "tidy", work)
    upkeep.begin()
    upkeep.begin()
    run_dry(worker)
    job = Job.objects.get(name="tidy")
    assert runs == [0]
    assert job.state == Job.State.WAITING
    assert timedelta(seconds=50) < job.run_after - timezone.now() <= timedelta(seconds=60)


def test_what_is_done_again_and_again_survives_its_errors(worker: Worker) -> None:
    ledger.every(60, "tidy", raises(ledger.GiveUp("x", "Geht nicht.")))
    upkeep.begin()
    run_dry(worker)
    job = Job.objects.get(name="tidy")
    assert job.state == Job.State.WAITING
    assert job.error.startswith("Geht nicht.")


def test_a_failed_job_can_be_tried_again_and_a_done_one_cannot(worker: Worker) -> None:
    ledger.register("a", raises(ledger.GiveUp("x", "Geht nicht.")))
    ledger.enqueue("a", 1)
    run_dry(worker)
    ledger.register("a", writes("a"))
    job = Job.objects.get()
    actions.retry(job=job)
    run_dry(worker)
    assert roles() == ["a-1"]
    assert not queries.failed()
    with pytest.raises(actions.NotFailed):
        actions.retry(job=job)


def test_done_rows_go_after_fourteen_days_and_failed_ones_stay(db: None) -> None:
    def row(state: str, days: int) -> Job:
        ended: datetime = timezone.now() - timedelta(days=days)
        return Job.objects.create(name="a", subject_id=days, state=state, run_after=ended, ended_at=ended)

    row("done", 15)
    kept = [row("done", 13), row("failed", 15)]
    assert upkeep.purge(0)() is True
    assert list(Job.objects.order_by("pk")) == kept


def test_tallies_count_what_is_not_done(db: None) -> None:
    ledger.enqueue_all("a", [1, 2, 3])
    Job.objects.filter(subject_id=1).update(state=Job.State.FAILED)
    Job.objects.filter(subject_id=2).update(state=Job.State.RUNNING)
    (tally,) = queries.tallies()
    assert (tally.name, tally.waiting, tally.running, tally.failed) == ("a", 1, 1, 1)
    assert queries.open_count() == 2


def test_enqueue_is_one_statement(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        ledger.enqueue("a", 1)
    assert len(asked) == 1


def test_a_following_step_nobody_registered_is_found_at_the_start(worker: Any) -> None:
    ledger.register("a", writes("a"), then="nowhere")
    with pytest.raises(KeyError):
        kinds.check()
