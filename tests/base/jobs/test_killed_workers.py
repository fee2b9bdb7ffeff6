"""Workers as real processes: killed at any moment, stuck, poisoned, asked to stop."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs import ledger, queries
from kundenakte.base.jobs.models import Job
from tests.conftest import LONG, ON_POSTGRESQL, ROOT
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.kill

Start = Callable[[], subprocess.Popen[str]]
LEASE = 2.0


@pytest.fixture
def start(house_environment: dict[str, str]) -> Iterator[Start]:
    """Start a worker process; all are gone after the test."""
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.base.jobs.labour", str(LEASE)],
            env=house_environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(worker)
        assert said(worker) == "ready"
        return worker

    yield begin
    for worker in started:
        worker.kill()
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()


def said(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def nothing_open() -> bool:
    return queries.open_count("first", "second", "third", "poisonous", "once-endless") == 0


def effects() -> Counter[str]:
    return Counter(Role.objects.values_list("name", flat=True))


def test_nothing_is_lost_or_done_twice_however_workers_are_killed(start: Start) -> None:
    rounds, each = (200, 20) if LONG else (10, 20)
    chance = random.Random(7)
    workers = [start(), start()]
    for turn in range(rounds):
        ledger.enqueue_all("first", range(turn * each, (turn + 1) * each))
        time.sleep(chance.uniform(0, 0.5))
        victim = workers.pop(chance.randrange(2))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        workers.append(start())
    until(nothing_open, progress=lambda: queries.open_count("first", "second", "third"))
    expected = {f"{step}-{row}" for step in ("first", "second", "third") for row in range(rounds * each)}
    assert effects() == Counter(expected)
    assert set(Job.objects.exclude(name="jobs.purge").values_list("name", "state")) == {("third", "done")}


def test_what_a_killed_worker_held_goes_on_within_the_lease(start: Start) -> None:
    ledger.enqueue("once-endless", 1)
    victim = start()
    assert said(victim) == "began 1"
    start()
    victim.kill()
    until(nothing_open)
    assert effects() == Counter({"once-endless-1": 1})


def test_a_lease_is_renewed_while_the_work_takes_longer_than_it(start: Start) -> None:
    ledger.enqueue("once-endless", 1)
    assert said(start()) == "began 1"
    start()
    time.sleep(LEASE * 1.6)
    job = Job.objects.get(name="once-endless")
    assert (job.state, job.attempt) == (Job.State.RUNNING, 1)


def test_work_that_kills_its_worker_fails_and_takes_no_neighbour_with_it(start: Start) -> None:
    ledger.enqueue_all("poisonous", range(40))
    # The poison kills twice; some more may hold it when it does.
    for _ in range(10):
        if nothing_open():
            break
        worker = start()
        until(lambda worker=worker: worker.poll() is not None or nothing_open())  # type: ignore[misc]
    assert effects() == Counter({f"poisonous-{row}" for row in range(40) if row != 13} | {"failed-13"})
    assert [job.subject_id for job in queries.failed()] == [13]


def test_a_worker_asked_to_stop_gives_back_what_it_holds(start: Start) -> None:
    ledger.enqueue("endless", 1)
    worker = start()
    assert said(worker) == "began 1"
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=PATIENCE) == 0
    job = Job.objects.get(name="endless")
    assert (job.state, job.attempt, job.worker) == (Job.State.WAITING, 0, "")


def test_a_worker_wakes_at_once(start: Start) -> None:
    start()
    # Idle for some time, so that it looks at its longest intervals.
    time.sleep(4 if LONG else 1.2)
    waited: list[float] = []

    def is_woken() -> bool:
        began = time.monotonic()
        ledger.enqueue("third", len(waited))
        until(nothing_open)
        waited.append(time.monotonic() - began)
        time.sleep(0.1)
        return waited[-1] < 0.4

    # Without a wake-up it would be up to a second; the work itself takes some 20 ms. A busy machine has quiet moments.
    until(lambda: is_woken() or len(waited) == 50)
    assert min(waited) < 0.4, waited


def test_workers_outlive_a_locked_ledger(start: Start) -> None:
    start()
    with transaction.atomic():
        # On SQLite the transaction itself locks the whole database.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE jobs_job IN ACCESS EXCLUSIVE MODE")
        ledger.enqueue_all("first", range(10))
        time.sleep(1.5)
    until(nothing_open)
    assert len(effects()) == 30


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite's file has no connection to lose")
def test_a_lost_connection_costs_nothing(start: Start) -> None:
    start()
    ledger.enqueue_all("first", range(60))
    time.sleep(0.3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    until(nothing_open)
    assert effects() == Counter({f"{step}-{row}" for step in ("first", "second", "third") for row in range(60)})
