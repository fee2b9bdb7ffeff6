"""Entries for tests."""

from __future__ import annotations

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions, sequencer


def write(count: int, kind: str = "test.happened") -> None:
    """Write entries about an account and give them their places."""
    subject, _ = User.objects.get_or_create(username="somebody")
    with transaction.atomic():
        for number in range(count):
            actions.append(Actor.system("test"), kind, subject, number=number)
    while sequencer.sequence():
        pass
