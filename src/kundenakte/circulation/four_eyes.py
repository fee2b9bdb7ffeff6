"""Four eyes: whoever did the step before, or started the folder, does not do this one – nor does one in his place."""

from __future__ import annotations

from django.db.models import Max

from kundenakte.base.accounts.models import User
from kundenakte.circulation.models import Stop, Task
from kundenakte.circulation.refusals import FourEyes


def require(task: Task, person: User, instead_of: User | None) -> None:
    """Raise FourEyes if the task asks for somebody else than these."""
    if task.four_eyes and excluded(task) & {person.pk, instead_of.pk if instead_of else person.pk}:
        raise FourEyes


def excluded(task: Task) -> frozenset[int]:
    """Those who may not do this task, by id."""
    stops = Stop.objects.filter(folder=task.folder_id, step__lt=task.stop.step, state=Stop.State.DONE)
    step = stops.aggregate(last=Max("step"))["last"]
    done = Task.objects.filter(stop__in=stops.filter(step=step), state=Task.State.DONE).order_by("round")
    # Of a stop that was done several times the last time counts.
    last = {stop: (by, instead) for stop, by, instead in done.values_list("stop_id", "ended_by_id", "on_behalf_of_id")}
    people = {pk for pair in last.values() for pk in pair if pk is not None}
    return frozenset(people | {task.folder.started_by_id})
