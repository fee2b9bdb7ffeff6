"""The ledger in one process: asking, claiming, ending, going on."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs import actions, kinds, ledger, queries, upkeep
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import SHORT_REST_SECONDS, Worker
from tests.base.jobs.work import raises, roles, run_dry, writes

pytestmark = pytest.mark.usefixtures("own_kinds")


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


def test_asked_for_a_later_time_while_it_runs_it_waits_for_that(worker: Worker) -> None:
    seen: list[int] = []
    later = timezone.now() + timedelta(hours=1)

    def work(subject: int) -> ledger.Apply:
        seen.append(subject)
        ledger.enqueue("a", 1, run_after=later)
        return lambda: True

    ledger.register("a", work)
    ledger.enqueue("a", 1)
    run_dry(worker)
    job = Job.objects.get()
    assert (seen, job.state, job.run_after) == ([1], Job.State.WAITING, later)
    # The sooner time counts while it waits, as ever.
    ledger.enqueue("a", 1)
    run_dry(worker)
    assert seen == [1, 1]


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


def test_what_is_done_again_and_again_waits_only_when_it_is_its_turn(worker: Any) -> None:
    ledger.every(86400, "nightly", writes("nightly"))
    later = timezone.now() + timedelta(hours=3)
    row = Job.objects.create(name="nightly", subject_id=0, run_after=later)
    assert (queries.tallies(), list(queries.unfinished())) == ([], [])
    assert [(one.name, one.every, one.next_at) for one in queries.rounds()] == [("nightly", 86400, later)]
    # Its last run went wrong: now it waits to be tried again.
    Job.objects.filter(pk=row.pk).update(attempt=1)
    assert ([tally.waiting for tally in queries.tallies()], queries.rounds()) == ([1], [])
    Job.objects.filter(pk=row.pk).update(attempt=0, run_after=timezone.now() - timedelta(seconds=1))
    assert ([job.pk for job in queries.unfinished()], queries.rounds()) == ([row.pk], [])


def test_what_is_planned_for_later_does_not_wait_yet(db: None) -> None:
    later = timezone.now() + timedelta(days=3)
    row = Job.objects.create(name="timer", subject_id=1, run_after=later)
    assert (queries.tallies(), list(queries.unfinished()), list(queries.planned())) == ([], [], [row])
    # It went wrong and is tried again in a while: that is no plan.
    Job.objects.filter(pk=row.pk).update(attempt=1)
    assert ([tally.waiting for tally in queries.tallies()], list(queries.planned())) == ([1], [])
    Job.objects.filter(pk=row.pk).update(attempt=0, run_after=timezone.now() - timedelta(seconds=1))
    assert ([job.pk for job in queries.unfinished()], list(queries.planned())) == ([row.pk], [])


def test_enqueue_is_one_statement(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        ledger.enqueue("a", 1)
    assert len(asked) == 1


def test_a_following_step_nobody_registered_is_found_at_the_start(worker: Any) -> None:
    ledger.register("a", writes("a"), then="nowhere")
    with pytest.raises(KeyError):
        kinds.check()


def test_a_worker_that_may_ends_once_nothing_is_left_to_do(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kundenakte.base.jobs.worker.REST_SECONDS", 0.01)
    monkeypatch.setattr("kundenakte.base.jobs.worker.SHORT_REST_SECONDS", 0.01)
    ledger.register("a", writes("a"))
    ledger.enqueue("a", 1)
    Worker(may_end=lambda: True).run()
    assert roles() == ["a-1"]


def test_what_comes_again_by_itself_keeps_no_worker_awake_for_long(worker: Worker) -> None:
    ledger.register("a", writes("a"))
    ledger.every(0.0, "again", lambda _: lambda: True)
    upkeep.begin()
    assert worker.work_once() == 1
    assert worker._rested_at - time.monotonic() <= SHORT_REST_SECONDS
    ledger.enqueue("a", 1)
    while "a-1" not in roles():
        worker.work_once()
    rested_at = worker._rested_at
    assert rested_at - time.monotonic() > SHORT_REST_SECONDS
    assert worker.work_once() == 1
    assert worker._rested_at == rested_at, "nor does it send one away who was asked for something"


def test_only_a_worker_that_may_ends_and_one_called_for_nothing_soon(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kundenakte.base.jobs.worker.SHORT_REST_SECONDS", 0.01)
    assert not Worker(may_end=lambda: True)._is_at_rest()
    Worker(may_end=lambda: True).run()
    worker._rested_at = time.monotonic() - 1
    assert not worker._is_at_rest()
