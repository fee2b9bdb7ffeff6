"""`kundenakte verify_archive`: the verifier over archive, journal and database, with the outcome under „Zustand“."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.base.journal import checking
from kundenakte.circulation import projection as circulation
from kundenakte.doors.cli.answers import actor, refusals_in_words
from kundenakte.steps.archive import projection

_ENDS = {
    checking.PROVEN: "Alles ist bewiesen unverändert.",
    checking.VIOLATION: "Es wurde etwas verändert.",
    checking.INCOMPLETE: "Nichts Verändertes wurde gefunden, aber nicht alles lässt sich beweisen.",
}


class Command(BaseCommand):
    """Ends as the program does: 0 proven, 1 altered, 2 not all can be proven; 3 when it did not come to an end."""

    help = (
        "Lässt das Prüfprogramm Archiv und Protokoll ganz lesen und mit der Datenbank vergleichen; das Ergebnis steht "
        "danach unter „Zustand“."
    )

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Run, then say what was found."""
        run = checking.check(
            actor=actor(), now=timezone.now(), clock=timezone.now,
            database=lambda: chain(projection.lines(), circulation.lines()),
        )  # fmt: skip
        for name, count in run.counts.items():
            self.stdout.write(f"{name}: {count}")
        for finding in run.findings:
            self.stdout.write(f"{finding['level']} {finding['code']}: {finding['de']}")
        if run.exit is None:
            raise CommandError(run.sentence, returncode=3)
        self.stdout.write(_ENDS[run.exit])
        if run.exit:
            sys.exit(run.exit)
