"""`kundenakte verify_journal`: whether the journal is still what was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kundenakte.base.journal.verifier import verify
from kundenakte.doors.cli.answers import refusals_in_words


class Command(BaseCommand):
    """Changes nothing. The exit code is 1 if anything does not fit."""

    help = "Prüft das ganze Protokoll und nennt, was nicht mehr so ist, wie es geschrieben wurde."

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, then say what was found."""
        report = verify()
        self.stdout.write(f"Einträge: {report.entries}, davon noch nicht eingereiht: {report.waiting}")
        self.stdout.write(f"Nach Datenschutzrecht gelöschte Angaben: {report.erased}")
        self.stdout.write(f"Prüfsumme über alles Eingereihte: {report.root}")
        for finding in report.findings:
            self.stdout.write(f"Fehler: {finding}")
        if report.findings:
            raise CommandError(f"Das Protokoll ist nicht unversehrt: {len(report.findings)} Fehler.")
        self.stdout.write("Das Protokoll ist unversehrt.")
