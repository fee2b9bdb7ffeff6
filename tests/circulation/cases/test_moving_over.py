"""Open cases on a new edition, in the background: one that fails holds up no other, and a kill leaves nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import checking
from kundenakte.circulation.cases import moving_over, working
from kundenakte.circulation.models import Case, EditionMove, KeptCase, MinutesEntry, Process
from kundenakte.records.refusals import BadValue, NotAllowed
from tests.builders import NOW, a_customer_file, an_actor
from tests.case_builders import a_case, a_process, does_step, worked_off
from tests.conftest import LONG, ROOT
from tests.process_builders import ENDS, a_file, flow, user_task
from tests.waiting import until

CASES = 1000 if LONG else 60
SEED = 20261201
FIRST = a_file(ENDS + user_task("eins") + user_task("zwei") + flow("f1", "los", "eins") + flow("f2", "eins", "zwei")
               + flow("f3", "zwei", "aus"))  # fmt: skip
# Something new behind the first task: whoever has done that stays.
SECOND = a_file(
    ENDS + user_task("eins") + user_task("neu") + user_task("zwei") + flow("f1", "los", "eins")
    + flow("f2", "eins", "neu") + flow("f3", "neu", "zwei") + flow("f4", "zwei", "aus")
)  # fmt: skip
_WORKER = """
import django
django.setup()
from kundenakte.base.jobs.worker import Worker
from kundenakte.config import children
children.register_jobs()
print("ready", flush=True)
worker = Worker(lease_seconds=2)
while True:
    worker.work_once()
"""


def _process() -> Process:
    return Process.objects.get(key="probe")


def _begun(*, now: datetime = NOW) -> EditionMove:
    return moving_over.start(actor=an_actor(), process=_process(), now=now)


@pytest.mark.django_db
def test_who_fits_goes_over_who_does_not_stays_and_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_customer_file()
    fit, passed, broken, ended, late = (a_case(FIRST, customer_file=file) for _ in range(5))
    passed = does_step(passed, "eins", "sabine")
    a_process(SECOND)
    put_over = working.put_over

    def stumbles(*, case: Case, **more: Any) -> bool:
        done = put_over(case=case, **more)
        if case.pk == broken.pk:
            raise RuntimeError("something nobody thought of")
        return done

    monkeypatch.setattr(working, "put_over", stumbles)
    with pytest.raises(NotAllowed):
        moving_over.start(actor=an_actor("verena"), process=_process(), now=NOW)
    move = _begun()
    assert (move.total, _begun().pk, Job.objects.filter(name=moving_over.MOVE_OVER).count()) == (5, move.pk, 1)
    # Over before its turn came.
    for step in ("eins", "zwei"):
        ended = does_step(ended, step, "sabine")
    worked_off()
    move.refresh_from_db()
    assert (move.done, move.moved, move.percent, move.ended_at is not None) == (4, 2, 100, True)
    assert [(row.case_id, row.said(str)) for row in KeptCase.objects.order_by("case_id")] == [
        (passed.pk, "„eins“ ist in der neuen Ausgabe anders verbunden, und der Vorgang ist dort schon vorbeigekommen. "
                    "Er bleibt bei seiner Ausgabe."),
        (broken.pk, "Das ist an einem Fehler gescheitert, den das Protokoll der Kundenakte nennt."),
    ]  # fmt: skip
    numbers = dict(Case.objects.values_list("pk", "definition__number"))
    assert numbers == {fit.pk: 2, passed.pk: 1, broken.pk: 1, ended.pk: 1, late.pk: 2}
    assert list(map(str, checking.differences([case.folder_id for case in Case.objects.all()]))) == []
    kinds = JournalEntry.objects.filter(kind__startswith="process.mov")
    assert sorted(kinds.values_list("kind", flat=True)) == ["process.moved_over", "process.moving_over"]
    # Those that stayed are left; another walk finds them, and nothing of the first is lost.
    assert _begun().total == 2
    with pytest.raises(BadValue):
        moving_over.start(actor=an_actor(), process=a_process().process, now=NOW)


@pytest.mark.django_db
def test_while_the_database_is_locked_nothing_counts_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(FIRST)
    a_process(SECOND)
    move = _begun()

    def locked(**_more: Any) -> bool:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(working, "put_over", locked)
        with pytest.raises(OperationalError):
            moving_over.next_cases(move.pk, clock=timezone.now)
    move.refresh_from_db()
    assert (move.done, move.cursor, KeptCase.objects.exists()) == (0, 0, False)
    while moving_over.next_cases(move.pk, clock=timezone.now):
        pass
    case.refresh_from_db()
    move.refresh_from_db()
    assert (case.definition.number, move.moved) == (2, 1)
    # Twice does not harm, nor does a late worker that comes with a case which was looked at.
    assert not moving_over.next_cases(move.pk, clock=timezone.now)
    moving_over._look_at(move.pk, case.pk, timezone.now())
    move.refresh_from_db()
    assert move.done == 1


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_half(house_environment: dict[str, str]) -> None:
    dice = random.Random(SEED)
    file = a_customer_file()
    cases = [a_case(FIRST, customer_file=file) for _ in range(CASES)]
    passed = {does_step(case, "eins", "sabine").pk for case in cases[::10]}
    a_process(SECOND)
    move = _begun(now=timezone.now())
    connection.close()
    kills = 0
    while not _state(move)[1]:
        worker = _worker(house_environment)
        if kills < 4:
            seen = _state(move)
            until(lambda seen=seen: _state(move) != seen)  # type: ignore[misc]
            time.sleep(dice.uniform(0.0, 0.2))
            os.kill(worker.pid, signal.SIGKILL)
            kills += 1
            _is_as_it_says(move)
        else:
            until(lambda: _state(move)[1], progress=lambda: _state(move))
            worker.kill()
        worker.wait()
    move.refresh_from_db()
    assert (move.total, move.done, move.moved) == (CASES, CASES, CASES - len(passed))
    _is_as_it_says(move)
    assert set(move.kept.values_list("case", flat=True)) == passed
    assert list(map(str, checking.differences(list(Case.objects.values_list("folder_id", flat=True))))) == []


def _state(move: EditionMove) -> tuple[int, bool]:
    """How many are done, and whether that was all."""
    done, ended_at = EditionMove.objects.values_list("done", "ended_at").get(pk=move.pk)
    return done, ended_at is not None


def _is_as_it_says(move: EditionMove) -> None:
    """Report, minutes and cases say the same, whatever was killed."""
    with transaction.atomic():
        held = EditionMove.objects.select_for_update().get(pk=move.pk)
        over = Case.objects.filter(definition=held.definition_id).count()
        written = MinutesEntry.objects.filter(what="migrated").count()
        assert held.moved == over == written
        assert held.done == held.moved + held.kept.count()


def _worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    made = subprocess.Popen([sys.executable, "-c", _WORKER], env=environment, cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)  # fmt: skip
    assert made.stdout is not None
    assert made.stdout.readline() == b"ready\n"
    return made
