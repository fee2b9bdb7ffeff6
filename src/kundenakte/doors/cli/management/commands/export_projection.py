"""`kundenakte export_projection FILE`: what the database says, for the comparison with the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kundenakte.circulation import projection as circulation
from kundenakte.doors.cli.answers import refusals_in_words
from kundenakte.steps.archive import projection


class Command(BaseCommand):
    """The file holds customer data: it is for the auditor's eyes and made with mode 0600."""

    help = (
        "Schreibt, was die Datenbank über festgeschriebene Dokumente und über Aufgaben sagt "
        "(für kundenakte-verify --projection)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Write it whole; nothing is overwritten."""
        file, count, tasks = Path(options["file"]), 0, 0
        try:
            file.touch(mode=0o600, exist_ok=False)
            with file.open("wb") as target:
                for line in projection.lines():
                    target.write(line)
                    count += 1
                for line in circulation.lines():
                    target.write(line)
                    tasks += 1
        except OSError as error:
            raise CommandError(f"{file} lässt sich nicht schreiben: {error.strerror}") from error
        self.stdout.write(f"{count} Dokumente und {tasks} Aufgaben geschrieben nach {file}.")
