"""A mail when something comes to somebody's desk, as far as he wants one.

The row that one is due is written with the task, so that no task comes without it; the mail goes a moment later. It
names neither customer nor title: a mail travels where nobody asks for rights.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import deputies
from kundenakte.circulation.models import NoticeWish, Task, TaskNotice
from kundenakte.circulation.replies import offering
from kundenakte.records.refusals import BadValue, NotAllowed

log = logging.getLogger(__name__)

# The name in the ledger, for ever: mail that a task has come.
NOTIFY: Final = "circulation.notify"
_BATCH: Final = 200
What = NoticeWish.What


def due(task: Task) -> None:
    """The task has just come. In the transaction that opens it; nothing where the house sends no mail."""
    if settings.EMAIL_HOST:
        TaskNotice.objects.create(task=task)
        ledger.enqueue(NOTIFY, task.pk)


def mail(task_id: int) -> int:
    """Mail those whom the task has come to, once; returns how many mails went. None to whoever brought it there, and
    none when it is done already. What the server does not take waits for `mail_rest`."""
    if not settings.EMAIL_HOST or not TaskNotice.objects.filter(task=task_id).delete()[0]:
        # Another worker took it.
        return 0
    task = Task.objects.select_related("folder__started_by", "stop", "user", "team", "claimed_by").get(pk=task_id)
    if not task.is_under_way:
        return 0
    sent = 0
    for person in _wanting(task):
        try:
            _mail(task, person).send()
        except OSError:
            # smtplib's errors are of this family. Whoever was told already is told again: better twice than never.
            log.exception("a notice could not be mailed")
            TaskNotice.objects.get_or_create(task=task)
            return sent
        sent += 1
    return sent


def mail_rest() -> int:
    """What the mail server did not take when it was due."""
    if not settings.EMAIL_HOST:
        return 0
    waiting = list(TaskNotice.objects.order_by("pk").values_list("task_id", flat=True)[:_BATCH])
    return sum(mail(task_id) for task_id in waiting)


def wish_of(user: User) -> str:
    """What this person wants a mail for."""
    row = NoticeWish.objects.filter(user=user).first()
    return What.OWN if row is None else row.what


@transaction.atomic
def choose(*, actor: Actor, what: str, now: datetime) -> None:
    """What the actor wants a mail for from now on. Raises NotAllowed, BadValue."""
    if actor.user is None:
        raise NotAllowed
    if what not in What.values:
        raise BadValue
    before = wish_of(actor.user)
    row, _made = NoticeWish.objects.update_or_create(user=actor.user, defaults={"what": what, "changed_at": now})
    if before != what:
        journal.append(actor, "task_notices.chosen", row, at=now, user=actor.user, what=what, before=before)


def _wanting(task: Task) -> list[User]:
    """Whoever the task lies with and who stands in for him; of a team those who want to be told of what comes to it."""
    holders = {pk for pk in (task.claimed_by_id or task.user_id,) if pk is not None}
    team = set()
    if not holders and task.team is not None:
        team = set(task.team.users.filter(is_service=False).values_list("pk", flat=True))
    people = holders | team | deputies.stand_ins_of(holders, deputies.pairs_on(timezone.localdate()))
    wishes = dict(NoticeWish.objects.filter(user__in=people).values_list("user_id", "what"))
    wanted = {What.TEAMS} if team else {What.OWN, What.TEAMS}
    told = {pk for pk in people if wishes.get(pk, What.OWN) in wanted} - _brought_by(task)
    return list(User.objects.filter(pk__in=told, is_active=True).exclude(email="").order_by("pk"))


def _brought_by(task: Task) -> set[int]:
    """Whoever did what opened it: he started the folder, or ended a task of it, in the same moment."""
    before = Task.objects.filter(folder=task.folder_id, ended_at=task.opened_at)
    did = {pk for pk in before.values_list("ended_by", flat=True) if pk is not None}
    return did | {task.folder.started_by_id} if task.folder.started_at == task.opened_at else did


def _mail(task: Task, person: User) -> EmailMessage:
    until = f"fällig am {task.due_on:%d.%m.%Y}" if task.due_on else "ohne Termin"
    text = (
        f"In der Umlaufmappe {task.folder.number} ist eine Aufgabe für Sie da ({task.get_wish_display()}), {until}.\n\n"
        "Sie finden sie in der Kundenakte unter Aufgaben. Ob Sie solche E-Mails bekommen, stellen Sie dort unter "
        "„Abwesenheit und Kalender“ ein."
    )
    # What answers by itself leaves it alone (RFC 3834).
    made = EmailMessage(
        f"Umlaufmappe {task.folder.number}: neue Aufgabe", text, to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    offering.offer(made, task, person)
    return made
