"""`kundenakte import-customers FILE`: take over a customer list."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.customers.imports.run import import_customers
from kundenakte.customers.models import Customer, ImportMapping
from kundenakte.doors.cli.answers import actor, refusals_in_words
from kundenakte.records import access
from kundenakte.records.actions.files import open_files_for
from kundenakte.records.models import Verb

_WORD = {"created": "neu", "changed": "geändert", "unchanged": "unverändert", "refused": "abgelehnt"}


class Command(BaseCommand):
    """Lines that could not be taken are named; the exit code is 1 if there are any."""

    help = "Übernimmt eine Kundenliste (CSV). Beliebig oft: Bekannte Kunden werden geändert, neue angelegt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options."""
        parser.add_argument("list", metavar="DATEI")
        parser.add_argument(
            "--mapping", default="", help="gespeicherte Zuordnung der Spalten; sonst nach Überschriften"
        )
        parser.add_argument("--system", default="", help="System, aus dem die Kundennummern stammen (sonst erp)")
        parser.add_argument("--dry-run", action="store_true", help="nur zeigen, was geschähe")
        parser.add_argument("--as", dest="username", default="", help="in wessen Namen (sonst das System)")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report."""
        who, now = actor(options["username"]), timezone.now()
        access.require(who, Verb.CHANGE_CUSTOMER)
        today = timezone.localdate(now)

        def open_files(customers: Sequence[Customer]) -> None:
            open_files_for(actor=who, customers=customers, today=today)

        try:
            with Path(options["list"]).open("rb") as stream:
                report = import_customers(
                    stream, _mapping(options), actor=who, today=today, dry_run=options["dry_run"],
                    on_created=open_files, now=now,
                )  # fmt: skip
        except OSError as error:
            raise CommandError(f"Die Liste ist nicht lesbar: {error.strerror}.") from error
        for row in report.rows:
            for sentence in (row.sentence, *row.remarks):
                if sentence:
                    self.stderr.write(f"Zeile {row.row} ({row.number or row.name}), {_WORD[row.outcome]}: {sentence}")
        self.stdout.write(report.sentence)
        if report.count("refused"):
            raise CommandError("Einige Zeilen wurden abgelehnt; die Gründe stehen darüber.")


def _mapping(options: dict[str, Any]) -> ImportMapping | None:
    if not options["mapping"]:
        return ImportMapping(system=options["system"]) if options["system"] else None
    found = ImportMapping.objects.filter(name=options["mapping"]).first()
    if found is None:
        known = ", ".join(ImportMapping.objects.values_list("name", flat=True)) or "keine"
        raise CommandError(f"Die Zuordnung „{options['mapping']}“ gibt es nicht. Gespeichert sind: {known}.")
    return found
