"""Whom the door that listens turned away is told for half a year; after that only how many they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone

from kundenakte.base.jobs import ledger
from kundenakte.steps.intake.mailboxes import door
from kundenakte.steps.intake.models import MailDoor, MailEvent

JOB: Final = "mail.forget"
EVERY: Final = 24 * 60 * 60.0
# Anybody in reach of the door can make such a row, and in it are addresses of people. Nothing was kept of the mail, and
# its sender was told.
KEEP: Final = timedelta(days=180)


def forget(_: int) -> ledger.Apply:
    """Delete refusals of the door that have had their time, and count them in: the sum of what came stays the same.

    Whatever has become an arrival keeps its row, and so does a mail that was too large and lies in its mailbox.
    """
    before = timezone.now() - KEEP

    def apply() -> bool:
        past = MailEvent.objects.filter(
            outcome=MailEvent.Outcome.REFUSED, mailbox=None, arrival=None, at__lt=before
        )  # fmt: skip
        counting = door().pk
        if counting:
            gone, _ = past.delete()
            MailDoor.objects.filter(pk=counting).update(refused_before=F("refused_before") + gone)
        return True

    return apply
