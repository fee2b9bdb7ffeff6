"""`kundenakte restore FOLDER`: put a backup back into an empty house."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kundenakte.base.backup import actions, places, restore
from kundenakte.doors.cli.answers import refusals_in_words


class Command(BaseCommand):
    """Changes nothing unless data folder and database are empty. The key has to be given, it is not in the backup."""

    help = "Spielt eine Sicherung in einen leeren Datenordner und eine leere Datenbank zurück und prüft alles."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one."""
        parser.add_argument("source", help="Ordner der Sicherung oder s3://EIMER/ORDNER")
        parser.add_argument("--run", default="", help="welche Sicherung; ohne Angabe die letzte")
        parser.add_argument("--list", action="store_true", help="nur zeigen, welche Sicherungen es gibt")
        parser.add_argument("--proof", default="", metavar="DATEI", help="nur zur Probe; das Ergebnis in diese Datei")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Put back, then say what is there and what to do next."""
        source = places.at(places.chosen(options["source"]), actions.key())
        if options["list"]:
            for run in source.runs():
                self.stdout.write(run)
            return
        done = restore.restore(source, run=options["run"], is_proof=bool(options["proof"]))
        if options["proof"]:
            Path(options["proof"]).write_text(json.dumps(done.to_json()), encoding="utf-8")
        rate = done.bytes / 1e6 / max(done.seconds, 0.001)
        self.stdout.write(f"Sicherung {done.run}: {done.files} Dateien, {done.bytes / 1e6:.1f} MB, {rate:.0f} MB/s")
        rows = sum(done.facts.counts.values())
        self.stdout.write(f"{rows} Zeilen; Protokoll: {done.facts.journal_leaves} Blätter, {done.facts.journal_root}")
        for sentence in done.replayed:
            self.stdout.write(sentence)
        self.stdout.write("Alles stimmt überein. Als Nächstes: kundenakte setup, dann kundenakte serve.")
