"""How a folder moves: a step opens, the next one follows when all its stops are done, a refusal goes back.

All functions run in the transaction of an action that holds the folder's row, and give the lines for its minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.jobs import ledger
from kundenakte.circulation import access, grants, notices
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CirculationFolder, Stop, Task
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import FolderEnded
from kundenakte.circulation.slip import due_day
from kundenakte.records.refusals import ChangedMeanwhile, NotAllowed

# The name in the ledger, for ever: file the minutes of a folder that has ended.
FILE_MINUTES: Final = "circulation.file_minutes"


# --- holding -----------------------------------------------------------------------------------------------------


def person(actor: Actor) -> User:
    """Only people send folders round. Raises NotAllowed for a rule or the house itself."""
    if actor.user is None:
        raise NotAllowed
    return actor.user


def held(actor: Actor, folder: CirculationFolder, *, now: datetime) -> CirculationFolder:
    """The folder's row, held until the transaction ends. Raises NotFound, FolderEnded."""
    access.get_folder(person(actor), folder.pk, today=timezone.localdate(now))
    return _locked(folder.pk)


def held_task(actor: Actor, task: Task, edition: int, *, now: datetime) -> tuple[CirculationFolder, Task]:
    """A task that is still to be done, with its folder, both held. Raises NotFound, TaskEnded, ChangedMeanwhile."""
    folder = _row(task.folder_id)
    found = _task(task.pk)
    access.must_see(person(actor), found, folder, today=timezone.localdate(now))
    # Whoever was quicker may have ended the folder as well: what he did to the task says more.
    if not found.is_under_way or not folder.is_open:
        raise access.ended(found)
    if found.edition != edition:
        raise ChangedMeanwhile
    found.folder = found.stop.folder = folder
    return folder, found


def _row(folder_id: int) -> CirculationFolder:
    rows = CirculationFolder.objects.select_for_update(of=("self",))
    return rows.select_related("customer_file__customer", "started_by").get(pk=folder_id)


def _locked(folder_id: int) -> CirculationFolder:
    folder = _row(folder_id)
    if not folder.is_open:
        raise FolderEnded
    return folder


def _task(pk: int) -> Task:
    return Task.objects.select_related("stop", "user", "team", "claimed_by", "ended_by").get(pk=pk)


# --- tasks -------------------------------------------------------------------------------------------------------


def opened(stops: Iterable[Stop], *, now: datetime) -> list[Line]:
    """Give each stop its task."""
    lines, tasks = [], []
    for stop in stops:
        stop.state = Stop.State.OPEN
        stop.save(update_fields=["state"])
        before = Task.objects.filter(stop=stop).aggregate(last=Max("round"))["last"] or 0
        task = _new_task(stop, stop.user or stop.team, now, round=before + 1, due_on=due_day(stop, now=now))
        tasks.append(task)
        lines.append(Line(What.OPENED, task, after=task.facts()))
    grants.settle(tasks, now=now, are_new=True)
    return lines


def handed_on(task: Task, to: User | Role, *, now: datetime) -> Task:
    """A new task at the same stop for somebody else; the caller has ended the old one."""
    made = _new_task(task.stop, to, now, round=task.round, due_on=task.due_on, follows=task)
    grants.settle([made], now=now, are_new=True)
    return made


def _new_task(stop: Stop, to: User | Role | None, now: datetime, **more: Any) -> Task:
    made = Task.objects.create(
        folder=stop.folder, stop=stop, wish=stop.wish, four_eyes=stop.four_eyes, opened_at=now,
        user=to if isinstance(to, User) else None, team=to if isinstance(to, Role) else None, **more,
    )  # fmt: skip
    notices.due(made)
    return made


def ended(
    task: Task, state: str, *, by: User | None, now: datetime, remark: str = "", instead_of: User | None = None
) -> dict[str, Any]:
    """End a task and take its grants back. Returns what it was before."""
    before = task.facts()
    task.state, task.is_under_way = state, False
    task.ended_at, task.ended_by, task.on_behalf_of, task.remark = now, by, instead_of, remark
    task.edition += 1
    task.save()
    grants.settle([task], now=now)
    return before


def withdrawn(tasks: Sequence[Task], *, by: User | None, now: datetime) -> list[Line]:
    """End tasks nobody needs any more: the folder goes back, was recalled, or its process went on (`by` nobody)."""
    lines = []
    for task in tasks:
        before = ended(task, Task.State.RECALLED, by=by, now=now)
        lines.append(Line(What.WITHDRAWN, task, before=before, after=task.facts()))
    return lines


def under_way(folder: CirculationFolder, *, step: int | None = None) -> list[Task]:
    """The tasks of a folder that are still to be done, in the order of its slip."""
    tasks = Task.objects.filter(folder=folder, is_under_way=True)
    if step is not None:
        tasks = tasks.filter(stop__step=step)
    return list(tasks.select_related("stop", "user", "team", "claimed_by").order_by("stop__step", "stop_id"))


# --- steps -------------------------------------------------------------------------------------------------------


def onward(folder: CirculationFolder, *, now: datetime) -> list[Line]:
    """Open the next step if nothing of the present one is open; end the folder when there is none."""
    stops = Stop.objects.filter(folder=folder, state__in=(Stop.State.OPEN, Stop.State.WAITING))
    waiting = list(stops.select_related("user", "team"))
    if any(stop.state == Stop.State.OPEN for stop in waiting):
        return []
    if not waiting:
        return [end(folder, CirculationFolder.State.FINISHED, What.FINISHED, now=now)]
    step = min(stop.step for stop in waiting)
    _stand_at(folder, step)
    return opened(_of(folder, [stop for stop in waiting if stop.step == step]), now=now)


def back(folder: CirculationFolder, task: Task, *, by: User | None, now: datetime) -> list[Line]:
    """After a refusal: the whole step waits again, what was done there as well, and the step before it opens anew.

    From the first step it goes to the desk of whoever started it.
    """
    step = task.stop.step
    lines = withdrawn(under_way(folder, step=step), by=by, now=now)
    stops = Stop.objects.filter(folder=folder).exclude(state=Stop.State.DROPPED)
    stops.filter(step=step).update(state=Stop.State.WAITING)
    before = stops.filter(step__lt=step, step__gt=0).aggregate(last=Max("step"))["last"]
    reopened = list(stops.filter(step=before).select_related("user", "team")) if before else [_desk(folder)]
    _stand_at(folder, before or 0)
    return lines + opened(_of(folder, reopened), now=now)


def end(folder: CirculationFolder, state: str, what: str, *, now: datetime, comment: str = "") -> Line:
    """The folder ends; its minutes go into the file with the ledger's next free hand."""
    before = {"state": str(folder.state)}
    folder.state, folder.ended_at = state, now
    folder.edition += 1
    folder.save(update_fields=["state", "ended_at", "edition"])
    ledger.enqueue(FILE_MINUTES, folder.pk)
    return Line(what, before=before, after={"state": str(folder.state)}, comment=comment)


def _desk(folder: CirculationFolder) -> Stop:
    """The stop before the first: whoever started the folder has another look."""
    found, _made = Stop.objects.get_or_create(
        folder=folder, step=0, defaults={"user": folder.started_by, "wish": Wish.COMPLETE}
    )
    return found


def _stand_at(folder: CirculationFolder, step: int) -> None:
    folder.step = step
    folder.edition += 1
    folder.save(update_fields=["step", "edition"])


def _of(folder: CirculationFolder, stops: list[Stop]) -> list[Stop]:
    for stop in stops:
        stop.folder = folder
    return stops
