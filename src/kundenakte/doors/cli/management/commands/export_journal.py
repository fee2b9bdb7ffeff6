"""`kundenakte export_journal`: the journal as files, for whoever checks it without us."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kundenakte.base.journal import export, heads, keys
from kundenakte.doors.cli.answers import refusals_in_words


class Command(BaseCommand):
    """Signs a tree head over all there is, then adds to the folder what is not there yet."""

    help = "Schreibt das Protokoll mit seinen Nachweisen in einen Ordner (docs/journal-format.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder; without it the one beside the archive."""
        parser.add_argument("folder", nargs="?", default="", help="ohne Angabe: journal/ neben dem Archiv")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Export and say how much."""
        try:
            heads.sign_everything(timezone.now())
        except keys.KeyLost:
            self.stderr.write("Der Schlüssel des Protokolls fehlt: geschrieben wird bis zum letzten Baumkopf.")
        folder = Path(options["folder"]) if options["folder"] else export.folder()
        added = export.bring_up_to_date(folder)
        self.stdout.write(f"{added} Einträge neu geschrieben nach {folder}.")
