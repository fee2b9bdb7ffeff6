"""A mail when something comes to somebody's desk, as far as he wants one.

The row that one is due is written with the task, so that no task comes without it; the mail goes a moment later. It
names neither customer nor title: a mail travels where nobody asks for rights.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import access, deputies
from kundenakte.circulation.models import MinutesEntry, NoticeWish, Task, TaskNotice
from kundenakte.circulation.replies import offering
from kundenakte.records.refusals import BadValue, NotAllowed

log = logging.getLogger(__name__)

# The name in the ledger, for ever: mail that a task has come.
NOTIFY: Final = "circulation.notify"
_BATCH: Final = 200
# RFC 5321, 4.2.1: what a server says from here on, it says for good.
_FOR_GOOD: Final = 500
What = NoticeWish.What


def due(task: Task) -> None:
    """The task has just come. In the transaction that opens it; nothing where the house sends no mail."""
    if settings.EMAIL_HOST:
        TaskNotice.objects.create(task=task)
        ledger.enqueue(NOTIFY, task.pk)


def mail(task_id: int) -> int:
    """Mail those whom the task has come to, each once; returns how many mails went. None to whoever brought it there,
    and none when it is done already. What a server that is away did not take waits for `mail_rest`."""
    return _send(TaskNotice.objects.filter(task=task_id)) if settings.EMAIL_HOST and _addressed(task_id) else 0


def mail_rest() -> int:
    """What was due and has not gone: the server was away. Ends at the first that fails again."""
    if not settings.EMAIL_HOST:
        return 0
    for task_id in list(TaskNotice.objects.filter(user=None).order_by("pk").values_list("task_id", flat=True)[:_BATCH]):
        _addressed(task_id)
    return _send(TaskNotice.objects.all())


def _addressed(task_id: int) -> bool:
    """Give each of those who are to be told a row of his own; whether there is anybody to be told."""
    with transaction.atomic():
        gone, _kinds = TaskNotice.objects.filter(task=task_id, user=None).delete()
        if gone:
            task = Task.objects.select_related("folder", "user", "team").get(pk=task_id)
            TaskNotice.objects.bulk_create(TaskNotice(task=task, user=user) for user in _wanting(task))
    return TaskNotice.objects.filter(task=task_id).exists()


def _send(rows: QuerySet[TaskNotice]) -> int:
    """Mail each of these until the server fails; returns how many went. A row goes before its mail does."""
    sent = 0
    for pk, task_id, user_id in list(
        rows.exclude(user=None).order_by("pk").values_list("pk", "task_id", "user_id")[:_BATCH]
    ):
        if not TaskNotice.objects.filter(pk=pk).delete()[0]:
            # Another worker took it.
            continue
        task = Task.objects.select_related("folder", "stop", "user", "team").get(pk=task_id)
        # Done meanwhile, taken by somebody, or he wants to hear of it no more.
        if not (wanting := _wanting(task, among={user_id})):
            continue
        [person] = wanting
        try:
            _mail(task, person).send()
        except ValueError:
            log.exception("a notice could not be written")
        except smtplib.SMTPRecipientsRefused as error:
            # His address alone: the page tells him, and the others get theirs.
            log.exception("a notice was refused")
            if any(code < _FOR_GOOD for code, _said in error.recipients.values()):
                TaskNotice.objects.create(task=task, user=person)
        except OSError:
            # The server is away, or takes none of ours. smtplib's errors are of this family.
            log.exception("a notice could not be mailed")
            TaskNotice.objects.create(task=task, user=person)
            return sent
        else:
            sent += 1
    return sent


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


def _wanting(task: Task, *, among: Collection[int | None] | None = None) -> list[User]:
    """Whoever the task was given to and who stands in for him; of a team those who want to be told of what comes to it.
    Only who finds it among his tasks: not whoever may not see this customer, and nobody once somebody is at it.
    """
    if not task.is_under_way or task.claimed_by_id is not None:
        return []
    holders = {task.user_id} if task.user_id is not None else set()
    team = set()
    if not holders and task.team is not None:
        team = set(task.team.users.filter(is_service=False).values_list("pk", flat=True))
    people = holders | team | deputies.stand_ins_of(holders, deputies.pairs_on(timezone.localdate()))
    wishes = dict(NoticeWish.objects.filter(user__in=people).values_list("user_id", "what"))
    wanted = {What.TEAMS} if team else {What.OWN, What.TEAMS}
    told = {pk for pk in people if wishes.get(pk, What.OWN) in wanted} - _brought_by(task)
    if among is not None:
        told.intersection_update(among)
    found = User.objects.filter(pk__in=told, is_active=True).exclude(email="").order_by("pk")
    return [user for user in found if access.tasks_for(user).filter(pk=task.pk).exists()]


def _brought_by(task: Task) -> set[int]:
    """Whoever did what opened it: the minutes have it in the same moment. The house itself is nobody."""
    lines = MinutesEntry.objects.filter(folder=task.folder_id, at=task.opened_at, actor__isnull=False)
    return {pk for pk in lines.values_list("actor", flat=True) if pk is not None}


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
