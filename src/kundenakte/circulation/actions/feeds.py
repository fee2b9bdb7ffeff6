"""Giving out the address of one's own task calendar, and taking it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import moving
from kundenakte.circulation.models import TaskFeed
from kundenakte.records.refusals import NotFound


@transaction.atomic
def renew_feed(*, actor: Actor, now: datetime) -> str:
    """A new secret for the actor's own feed; the one before opens nothing any more. It is given back this once."""
    person, secret = moving.person(actor), random_secrets.fresh()
    feed, _made = TaskFeed.objects.update_or_create(
        user=person, defaults={"digest": random_secrets.digest_of(secret), "renewed_at": now}
    )
    journal.append(actor, "task_feed.renewed", feed, at=now, user=person)
    return secret


@transaction.atomic
def end_feed(*, actor: Actor, now: datetime) -> None:
    """The address opens nothing any more. Without one, nothing happens."""
    person = moving.person(actor)
    feed = TaskFeed.objects.filter(user=person).first()
    if feed is not None:
        journal.append(actor, "task_feed.ended", feed, at=now, user=person)
        feed.delete()


def owner_of(secret: str) -> User:
    """Whose tasks a secret opens, or NotFound; a locked account has none."""
    feed = TaskFeed.objects.filter(digest=random_secrets.digest_of(secret)).select_related("user").first()
    if feed is None or not feed.user.is_active:
        raise NotFound
    return feed.user
