"""The cover sheet of a folder: its stops in order, with the stamps people put on it, and where it is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.circulation import guests
from kundenakte.circulation.models import CirculationFolder, Stop, Task
from kundenakte.circulation.models.slips import Wish

State = Task.State
# What a stamp says when the wish was fulfilled.
_DONE: Final = {
    Wish.TAKE_NOTE: gettext_noop("zur Kenntnis genommen"),
    Wish.COMMENT: gettext_noop("Stellung genommen"),
    Wish.APPROVE: gettext_noop("freigegeben"),
    Wish.COMPLETE: gettext_noop("erledigt"),
    Wish.SIGN_OFF: gettext_noop("abgezeichnet"),
}
# What the button for it says.
BUTTONS: Final = {
    Wish.TAKE_NOTE: gettext_noop("Zur Kenntnis genommen"),
    Wish.COMMENT: gettext_noop("Stellungnahme abgeben"),
    Wish.APPROVE: gettext_noop("Freigeben"),
    Wish.COMPLETE: gettext_noop("Erledigt"),
    Wish.SIGN_OFF: gettext_noop("Abzeichnen"),
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What somebody did at a stop, and when."""

    kind: str
    what: str
    who: str
    instead_of: str
    at: datetime | None
    remark: str


@dataclass(slots=True)
class Line:
    """A stop as the cover sheet shows it."""

    stop: Stop
    to: str
    # Whether it shares its step with the line before.
    is_beside: bool
    stamps: list[Stamp] = field(default_factory=list)
    # The work there, where it is now.
    task: Task | None = None
    days_over: int = 0

    @property
    def is_here(self) -> bool:
        """Whether the folder is at this stop now."""
        return self.stop.state == Stop.State.OPEN


def lines_of(folder: CirculationFolder, *, today: date) -> list[Line]:
    """The whole slip in two queries, however long it is."""
    by_stop: dict[int, list[Task]] = defaultdict(list)
    rows = Task.objects.filter(folder=folder).order_by("pk")
    tasks = list(rows.select_related("user", "team", "claimed_by", "ended_by", "on_behalf_of"))
    strangers = guests.who_did(tasks)
    for task in tasks:
        by_stop[task.stop_id].append(task)
    lines: list[Line] = []
    for stop in Stop.objects.filter(folder=folder).select_related("user", "team"):
        line = Line(stop, named(stop), is_beside=bool(lines) and lines[-1].stop.step == stop.step)
        _fill(line, by_stop[stop.pk], today, strangers)
        lines.append(line)
    return lines


def _fill(line: Line, tasks: Sequence[Task], today: date, strangers: Mapping[int, str]) -> None:
    for task in tasks:
        if task.is_under_way:
            line.task, line.days_over = task, days_over(task, today)
        elif task.state != State.RECALLED:
            line.stamps.append(_stamp(task, strangers.get(task.pk, "")))


def _stamp(task: Task, stranger: str) -> Stamp:
    what = _(_DONE[Wish(task.wish)]) if task.state == State.DONE else _(task.get_state_display())
    kind = {State.DONE: "good", State.REFUSED: "bad"}.get(State(task.state), "")
    return Stamp(kind, what, str(task.ended_by or stranger), str(task.on_behalf_of or ""), task.ended_at, task.remark)


def named(row: Stop | Task) -> str:
    """The person or team a stop or a task is for."""
    return str(row.user) if row.user else _(str(row.team))


def holder(task: Task) -> str:
    """With whom a task lies now."""
    return str(task.claimed_by) if task.claimed_by else named(task)


def days_over(task: Task, today: date) -> int:
    """How many days it is late; 0 when it is not."""
    return max(0, (today - task.due_on).days) if task.due_on else 0


def whereabouts(folders: Iterable[CirculationFolder]) -> dict[int, list[str]]:
    """With whom each folder lies now, in one query for all of them."""
    tasks = Task.objects.filter(folder__in=[folder.pk for folder in folders], is_under_way=True)
    found: dict[int, list[str]] = defaultdict(list)
    for task in tasks.select_related("user", "team", "claimed_by").order_by("stop_id"):
        if holder(task) not in found[task.folder_id]:
            found[task.folder_id].append(holder(task))
    return dict(found)
