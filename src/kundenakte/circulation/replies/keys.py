"""Keys: who may answer which task by mail. One stands in the mail, once as its address and once as its Message-ID:
some mailboxes know no addresses with a plus, and every program names in its answer the Message-ID it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.models import User
from kundenakte.circulation.models import CaseStep, ReplyKey, Task
from kundenakte.steps.intake import mailboxes

_IN_MESSAGE_ID: Final = re.compile(r"<?task\.([a-z0-9]{17})@")
_IN_ADDRESS: Final = re.compile(r"\+([a-z0-9]{17})@")


def is_wanted() -> bool:
    """Whether the house lets people do their tasks by mail."""
    return mailboxes.door().task_replies


def can_be_answered(task: Task) -> bool:
    """Whether a word by mail is enough for this task. A form has more to ask, and where four eyes are wanted somebody
    signs in."""
    return not task.four_eyes and not CaseStep.objects.filter(stop=task.stop_id).exists()


def made(task: Task, user: User, *, now: datetime) -> str:
    """A new key for this person and the task as it stands. Only its hash is kept."""
    token = random_secrets.spelled()
    ReplyKey.objects.create(
        digest=random_secrets.digest_of(token), task=task, user=user, edition=task.edition, made_at=now
    )
    return token


def address(token: str) -> str:
    """Where an answer goes to; empty where the house takes no mail in itself and its mailboxes are looked into."""
    door = mailboxes.door()
    return f"{door.local_part}+{token}@{door.domain}" if door.enabled else ""


def message_id(token: str) -> str:
    """What an answer names as what it answers."""
    return f"<task.{token}@{mailboxes.door().domain or 'kundenakte.invalid'}>"


def found(*, recipients: Iterable[str] = (), references: Iterable[str] = ()) -> ReplyKey | None:
    """The key that a mail names, by the addresses it goes to or by what it answers. None where that is not wanted."""
    tokens = [match[1] for one in recipients if (match := _IN_ADDRESS.search(one.lower()))]
    tokens += [match[1] for one in references if (match := _IN_MESSAGE_ID.match(one.lower()))]
    if not tokens or not is_wanted():
        return None
    digests = [random_secrets.digest_of(token) for token in tokens[:20]]
    return ReplyKey.objects.select_related("task__folder", "user").filter(digest__in=digests).order_by("-pk").first()
