"""Due days: who is reminded of a task that is due soon or late, and when whoever started the folder hears of it.

A reminder is a row, and the database keeps a second one away. It shows on the page of whoever it is for; a mail follows
where a mail server is named. What is found late (the house was off) is told at once, and once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import deputies, minutes, working_days
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CirculationFolder, Reminder, ReminderMail, Task
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.replies import offering

log = logging.getLogger(__name__)

_HOUSE: Final = Actor.system("circulation")
# Working days before and after the due day.
_SOON: Final = 1
_ESCALATED: Final = 2
_BATCH: Final = 500
Kind = Reminder.Kind


def remind(*, now: datetime) -> int:
    """Remind of everything that is due and was not told yet. Returns of how many tasks.

    Each task is a transaction of its own with its folder held, so a task that is done meanwhile is let be.
    """
    today = timezone.localdate(now)
    told = 0
    for kind, until in _limits(today):
        while tasks := list(_untold(kind, until)[:_BATCH]):
            told += sum(_tell(task_id, kind, until, now) for task_id in tasks)
    return told


def mail() -> int:
    """Send what waits to be mailed; returns how many went. A mail is never sent twice: its row goes first, and comes
    back only when the server did not take it."""
    if not settings.EMAIL_HOST:
        return 0
    sent = 0
    for waiting in ReminderMail.objects.order_by("pk").values_list("pk", "reminder_id")[:_BATCH]:
        pk, reminder_id = waiting
        if not ReminderMail.objects.filter(pk=pk).delete()[0]:
            # Another worker took it.
            continue
        reminder = Reminder.objects.select_related("user", "task__folder", "task__stop").get(pk=reminder_id)
        if not reminder.task.is_under_way or not reminder.user.email or not reminder.user.is_active:
            continue
        try:
            _mail(reminder).send()
        except OSError:
            # smtplib's errors are of this family. The next round tries again, behind the others.
            log.exception("a reminder could not be mailed")
            ReminderMail.objects.create(reminder=reminder)
            return sent
        sent += 1
    return sent


def _limits(today: date) -> Iterator[tuple[str, date]]:
    """Which due days are late enough for which kind; the strongest first, and only that one is told."""
    yield Kind.ESCALATED, working_days.add(today, -_ESCALATED)
    yield Kind.OVERDUE, working_days.add(today, -1)
    yield Kind.SOON, working_days.add(today, _SOON)


def _untold(kind: str, until: date) -> QuerySet[Task, int]:
    """Tasks that are due by then, and nobody was told of that day in this way or a stronger one."""
    order = [Kind.SOON, Kind.OVERDUE, Kind.ESCALATED]
    enough = order[order.index(Kind(kind)) :]
    there = Reminder.objects.filter(task=OuterRef("pk"), due_on=OuterRef("due_on"), kind__in=enough)
    tasks = Task.objects.filter(~Exists(there), is_under_way=True, due_on__lte=until)
    return tasks.order_by("due_on", "pk").values_list("pk", flat=True)


@transaction.atomic
def _tell(task_id: int, kind: str, until: date, now: datetime) -> bool:
    folder_id = Task.objects.values_list("folder_id", flat=True).get(pk=task_id)
    folder = CirculationFolder.objects.select_for_update(of=("self",)).select_related("started_by").get(pk=folder_id)
    task = Task.objects.select_related("stop", "user", "team", "claimed_by").get(pk=task_id)
    due_on = task.due_on
    if not _untold(kind, until).filter(pk=task_id).exists() or due_on is None:
        # Done meanwhile, or told by somebody else.
        return False
    people = _people(task, timezone.localdate(now))
    if kind == Kind.ESCALATED:
        people[folder.started_by_id] = folder.started_by
        line = Line(What.ESCALATED, task, before=task.facts(), after=task.facts())
        minutes.write(_HOUSE, folder, [line], at=now)
    # Nobody at all: the row that it was told goes to whoever started the folder.
    made = [
        Reminder(task=task, kind=kind, due_on=due_on, user=user, at=now)
        for user in (list(people.values()) or [folder.started_by])
    ]
    for reminder in made:
        reminder.save()
    ReminderMail.objects.bulk_create([ReminderMail(reminder=reminder) for reminder in made])
    return True


def _people(task: Task, today: date) -> dict[int, User]:
    """Whoever can do it now: who claimed it, else the person or the team, and all who stand in."""
    if task.claimed_by is not None:
        holders = {task.claimed_by.pk}
    elif task.user_id is not None:
        holders = {task.user_id}
    else:
        holders = set(task.team.users.filter(is_service=False).values_list("pk", flat=True)) if task.team else set()
    holders |= deputies.stand_ins_of(holders, deputies.pairs_on(today))
    return {user.pk: user for user in User.objects.filter(pk__in=holders, is_active=True)}


def _mail(reminder: Reminder) -> EmailMessage:
    task = reminder.task
    subject = f"Umlaufmappe {task.folder.number}: {Kind(reminder.kind).label}"
    # No title and no customer: a mail travels where nobody asks for rights.
    text = (
        f"In der Umlaufmappe {task.folder.number} wartet eine Aufgabe ({task.get_wish_display()}), "
        f"fällig am {reminder.due_on:%d.%m.%Y}.\n\nSie finden sie in der Kundenakte unter Aufgaben."
    )
    # What answers by itself leaves it alone (RFC 3834).
    made = EmailMessage(subject, text, to=[reminder.user.email], headers={"Auto-Submitted": "auto-generated"})
    offering.offer(made, task, reminder.user)
    return made
