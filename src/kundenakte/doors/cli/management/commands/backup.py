"""`kundenakte backup [FOLDER]`: a copy of the whole house, while it goes on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kundenakte.base.backup import actions, places, verify
from kundenakte.base.backup.target import Target
from kundenakte.doors.cli.answers import actor, refusals_in_words


class Command(BaseCommand):
    """Exit code 1 when nothing was copied, or when something the house should have was missing or damaged."""

    help = (
        "Sichert Datenbank, Originale, Archiv und Schlüssel verschlüsselt in einen Ordner oder Objektspeicher; "
        "nur was noch nicht da ist."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and what else."""
        parser.add_argument(
            "target", nargs="?", default="", help="Ordner oder s3://EIMER/ORDNER; ohne Angabe aus KUNDENAKTE_BACKUP"
        )
        parser.add_argument("--verify", action="store_true", help="nichts sichern: die letzte Sicherung ganz lesen")
        parser.add_argument("--prove", action="store_true", help="danach zur Probe in ein leeres Haus zurückspielen")
        parser.add_argument(
            "--keep-days", type=int, default=settings.BACKUP_KEEP_DAYS, help="ältere gehen lassen; 0: alle behalten"
        )

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Copy or read, then say what came of it."""
        place = places.chosen(options["target"])
        if options["verify"]:
            self._verify(places.at(place, actions.key()))
            return
        is_new = not settings.BACKUP_KEY and not settings.BACKUP_KEY_FILE.exists()
        made = actions.back_up(actor=actor(), place=place, now=timezone.now(), keep_days=options["keep_days"])
        self.stdout.write(f"Sicherung {made.run}: {made.files} Dateien, {made.size / 1e6:.1f} MB")
        self.stdout.write(f"Davon neu geschrieben: {made.written_files} Dateien, {made.written_bytes / 1e6:.1f} MB")
        self.stdout.write(f"Protokoll: {made.facts.journal_leaves} Blätter, Wurzel {made.facts.journal_root}")
        if is_new:
            self.stdout.write(
                f"Der Schlüssel liegt in {settings.BACKUP_KEY_FILE} und nicht in der Sicherung. "
                "Legen Sie eine Abschrift an einen anderen Ort: Ohne ihn ist keine Sicherung zu lesen."
            )
        if options["prove"]:
            self._prove(actions.prove(actor=actor(), place=place, now=timezone.now(), run_name=made.run))
        if trouble := actions.troubles(made):
            raise CommandError(trouble)

    def _verify(self, target: Target) -> None:
        count = 0
        for count, fault in enumerate(verify.faults(target), start=1):  # noqa: B007
            self.stdout.write(f"Fehler: {fault}")
        if count:
            raise CommandError(f"Die Sicherung ist nicht unversehrt: {count} Fehler.")
        self.stdout.write("Die letzte Sicherung ist vollständig und unversehrt.")

    def _prove(self, row: Any) -> None:
        if not row.succeeded:
            raise CommandError(f"Die Sicherung lässt sich nicht zurückspielen: {row.sentence}")
        self.stdout.write(f"Zur Probe zurückgespielt in {row.facts['seconds']:.1f} s, alles stimmt überein.")
