"""Random routing slips, worked off at random: no stop is lost, the order is kept, the minutes are complete."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import actions, checking
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import CirculationFolder, MinutesEntry, Stop, Task, TaskGrant
from kundenakte.circulation.models.slips import Wish
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor
from tests.circulation_builders import a_folder, does, stop
from tests.conftest import LONG

pytestmark = pytest.mark.django_db

NAMES = ("verena", "bernd", "sabine", "anton", "paula")
_STOP = st.tuples(st.integers(1, 4), st.sampled_from(NAMES), st.sampled_from(list(Wish)))
# What happens next: mostly the work is done.
_MOVES = ("do", "do", "do", "do", "refuse", "hand_on", "claim", "extend", "insert", "shorten")
_MOST_REFUSALS = 3


@settings(max_examples=100 if LONG else 12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STOP, min_size=1, max_size=7), st.integers(0, 2**32 - 1))
def test_every_slip_is_worked_off_whole_and_in_order(lines: list[tuple[int, str, Wish]], seed: int) -> None:
    file = a_customer_file()
    paper = a_document(customer_file=file, document_class="COMPLAINT")
    folder = a_folder(
        *(stop(step, name, wish=wish) for step, name, wish in lines), customer_file=file, documents=[paper], by="anton"
    )
    _work_off(folder, random.Random(seed))
    _nothing_was_lost(folder)
    _order_was_kept(folder)
    _minutes_are_complete(folder)
    assert list(checking.differences([folder.pk])) == []
    assert not TaskGrant.objects.filter(task__folder=folder, grant__revoked_at=None).exists()


def _work_off(folder: CirculationFolder, dice: random.Random) -> None:
    refusals = extensions = 0
    while tasks := list(Task.objects.filter(folder=folder, is_under_way=True).select_related("stop", "user")):
        steps = {task.stop.step for task in tasks}
        assert len(steps) == 1, "two steps are open at once"
        task, move = dice.choice(tasks), dice.choice(_MOVES)
        assert task.user is not None
        actor = an_actor(task.user.username)
        if move == "refuse" and refusals < _MOST_REFUSALS and task.stop.step > 0:
            actions.refuse(actor=actor, task=task, edition=task.edition, reason="Noch einmal", now=NOW)
            refusals += 1
        elif move == "hand_on":
            to = a_user(dice.choice([name for name in NAMES if name != task.user.username]))
            actions.hand_on(actor=actor, task=task, edition=task.edition, to=to, reason="Kann ich nicht", now=NOW)
        elif move == "claim":
            actions.claim(actor=actor, task=task, edition=task.edition, now=NOW)
        elif move == "extend" and extensions < 2:
            step = max(1, task.stop.step) + dice.randrange(3)
            actions.extend_slip(actor=an_actor("anton"), folder=folder, stops=[stop(step, "paula")], now=NOW)
            extensions += 1
        elif move == "insert" and extensions < 2:
            step = max(1, task.stop.step + 1) + dice.randrange(2)
            actions.insert_step(actor=an_actor("anton"), folder=folder, stops=[stop(step, "paula")], now=NOW)
            extensions += 1
        elif move == "shorten" and (waiting := list(folder.stops.filter(state=Stop.State.WAITING))):
            actions.shorten_slip(actor=an_actor("anton"), folder=folder, stops=[dice.choice(waiting).pk], now=NOW)
        else:
            does(task.user, task)


def _nothing_was_lost(folder: CirculationFolder) -> None:
    folder.refresh_from_db()
    assert folder.state == CirculationFolder.State.FINISHED
    for one in folder.stops.all():
        last = one.tasks.order_by("pk").last()
        if one.state == Stop.State.DONE:
            assert last is not None
            assert last.state == Task.State.DONE
        else:
            assert one.state == Stop.State.DROPPED


def _order_was_kept(folder: CirculationFolder) -> None:
    """Whoever was done last at a later step was so after everybody of an earlier one."""
    last_done: dict[int, int] = {}
    for line in minutes_of(folder).filter(what__in=("completed", "approved")):
        assert line.stop is not None
        if line.stop.state == Stop.State.DONE:
            last_done[line.stop.pk] = line.number
    steps = dict(folder.stops.values_list("pk", "step"))
    in_order = sorted(last_done, key=lambda pk: last_done[pk])
    # The desk of whoever started it (0) is visited after refusals only.
    visited = [steps[pk] for pk in in_order if steps[pk] > 0]
    assert visited == sorted(visited)


def _minutes_are_complete(folder: CirculationFolder) -> None:
    lines = list(minutes_of(folder))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert folder.minutes_count == len(lines)
    ended = MinutesEntry.objects.filter(
        folder=folder, what__in=("completed", "approved", "refused", "handed_on", "withdrawn")
    )
    assert sorted(ended.values_list("task", flat=True)) == sorted(folder.tasks.values_list("pk", flat=True))
    entries = JournalEntry.objects.filter(subject_type="circulation.circulationfolder", subject_id=folder.pk)
    assert set(entries.values_list("id", flat=True)) == {line.journal_entry for line in lines}
