"""`kundenakte seal_due`: gather what is due for the archive now, instead of tonight, and say how it stands."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.doors.cli.answers import refusals_in_words
from kundenakte.steps.archive import queries, tasks


class Command(BaseCommand):
    """The workers of `kundenakte serve` do the sealing; this only puts it into the ledger."""

    help = "Merkt zum Festschreiben vor, was fällig ist oder seit dem Festschreiben geändert wurde."

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Gather, then say what is due and what is late."""
        pipeline.register_jobs()
        take_up = tasks.gather(0)
        with transaction.atomic():
            take_up()
        now = timezone.now()
        self.stdout.write(f"Festgeschrieben: {queries.sealed_count()}")
        self.stdout.write(f"Vorgemerkt: {queries.due_count()}, davon seit über einem Tag: {queries.late(now).count()}")
