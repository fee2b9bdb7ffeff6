"""Two people at the same moment: one wins, the other is told; and parallel desks join once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import actions, checking
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import Task
from kundenakte.circulation.refusals import TaskEnded
from kundenakte.records.refusals import ChangedMeanwhile, Refused
from tests.builders import NOW, an_actor
from tests.circulation_builders import a_folder, a_team, stop, task_of, under_way
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[Any]:
    """What each returned or how it was refused, each on a connection of its own, begun together."""
    begin = threading.Barrier(len(deeds), timeout=PATIENCE)

    def run(deed: Callable[[], object]) -> object:
        try:
            begin.wait()
            return deed()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def completing(actor: Actor, task: Task) -> Callable[[], object]:
    return lambda: actions.complete(actor=actor, task=task, edition=task.edition, now=NOW)


def test_of_two_who_complete_the_same_task_one_wins() -> None:
    team = a_team("service")
    rolf = User.objects.create_user("rolf", name="Rolf Roth")
    rolf.roles.add(team)
    folder = a_folder(stop(1, team), by="verena")
    task = task_of(folder)
    answers = at_once(completing(an_actor("sabine"), task), completing(Actor.of(rolf), task))
    refused = [one for one in answers if isinstance(one, Refused)]
    assert [type(one) for one in refused] == [TaskEnded]
    task.refresh_from_db()
    assert str(task.ended_by) in refused[0].sentence
    assert minutes_of(folder).filter(what="completed").count() == 1
    assert list(checking.differences()) == []


def test_of_two_who_claim_it_one_gets_it() -> None:
    team = a_team("service")
    rolf = User.objects.create_user("rolf", name="Rolf Roth")
    rolf.roles.add(team)
    task = task_of(a_folder(stop(1, team), by="verena"))

    def claiming(actor: Actor) -> Callable[[], object]:
        return lambda: actions.claim(actor=actor, task=task, edition=1, now=NOW)

    answers = at_once(claiming(an_actor("sabine")), claiming(Actor.of(rolf)))
    assert sorted(type(one).__name__ for one in answers) == ["ChangedMeanwhile", "Task"]
    assert any(isinstance(one, ChangedMeanwhile) for one in answers)


def test_two_desks_that_end_at_once_open_the_next_step_once() -> None:
    folder = a_folder(stop(1, "verena"), stop(1, "bernd"), stop(2, "anton"))
    answers = at_once(
        completing(an_actor("verena"), task_of(folder, "verena")),
        completing(an_actor("bernd"), task_of(folder, "bernd")),
    )
    assert all(isinstance(one, Task) for one in answers)
    assert under_way(folder) == [(2, "Anton Adler")]
    assert list(checking.differences()) == []


def test_numbers_are_given_once_however_many_start_at_once() -> None:
    file = a_folder().customer_file
    folders = at_once(*(lambda: a_folder(customer_file=file, documents=[]) for _ in range(4)))
    assert sorted(folder.number for folder in folders) == [f"UM-2026-000{number}" for number in range(2, 6)]
