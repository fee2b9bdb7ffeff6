"""A mail about a task says how it is answered, and carries the key for it, where the person may do the task by mail."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access
from kundenakte.circulation.models import Task
from kundenakte.circulation.refusals import TaskClaimed
from kundenakte.circulation.replies import keys, words
from kundenakte.records.refusals import NotAllowed


def offer(mail: EmailMessage, task: Task, person: User) -> None:
    """Put a new key into the mail; nothing where the house does not want that, or the task is not this person's."""
    if not (keys.is_wanted() and task.is_under_way and keys.can_be_answered(task) and _may_do(task, person)):
        return
    token = keys.made(task, person, now=timezone.now())
    mail.extra_headers["Message-ID"] = keys.message_id(token)
    if address := keys.address(token):
        mail.reply_to = [address]
    mail.body = f"{mail.body}\n\n{words.offer(task.wish)}"


def _may_do(task: Task, person: User) -> bool:
    """Who started a folder hears of what is late; doing it is another's."""
    try:
        access.standing(person, task)
    except (TaskClaimed, NotAllowed):
        return False
    return True
