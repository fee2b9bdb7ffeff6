"""`kundenakte rebuild_from_archive`: an empty database filled from the archive and its journal, without a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kundenakte.base.journal import export
from kundenakte.doors.cli.answers import refusals_in_words
from kundenakte.steps.archive import rebuilding


class Command(BaseCommand):
    """The last way back. A backup brings more (docs/archive-format.md says what the archive does not hold)."""

    help = "Baut eine leere Datenbank aus dem Archiv (KUNDENAKTE_ARCHIVE) und dem ausgeleiteten Protokoll neu auf."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the journal lies."""
        parser.add_argument("--journal", default="", help="Ordner des Protokolls; ohne Angabe der im Archiv")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Make it anew, then say what is there and what is not."""
        folder = Path(options["journal"]).absolute() if options["journal"] else export.folder()
        done = rebuilding.rebuild(folder, now=timezone.now())
        self.stdout.write(
            f"Neu aufgebaut: {done.rows.get('records_document', 0)} Dokumente mit "
            f"{done.rows.get('records_version', 0)} Versionen, {done.rows.get('customers_customer', 0)} Kunden, "
            f"{done.entries} Einträge des Protokolls."
        )
        if done.left_out:
            self.stdout.write(f"{done.left_out} Archivpakete des ersten Formats enthalten zu wenig und fehlen darin.")
        self.stdout.write(
            "Nicht im Archiv: Anmeldungen und Rechte, Ansprechpartner, Löschsperren, nicht festgeschriebene Dokumente."
        )
        self.stdout.write("Als Nächstes: kundenakte setup, kundenakte user add …, dann kundenakte serve.")
