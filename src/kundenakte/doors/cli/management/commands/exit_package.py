"""`kundenakte exit_package FOLDER`: everything of the house, to be read without it; with `--import` the way in."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kundenakte.base.backup import package, package_import
from kundenakte.doors.cli.answers import refusals_in_words
from kundenakte.records.models import Version
from kundenakte.records.rights import section_names

_COLUMNS = (
    ("document", "Nummer des Dokuments"), ("version", "Nummer der Version"), ("valid", "1: die gültige Version"),
    ("customer_number", "Kundennummer"), ("customer", "Kunde"), ("section", "Register"), ("class", "Dokumentklasse"),
    ("title", "Titel"), ("number", "Belegnummer"), ("dated_on", "Belegdatum"), ("file_name", "Name der Datei"),
    ("media_type", "Art der Datei"), ("size", "Größe in Bytes"),
    ("sha256", "Prüfsumme; unter ihr liegt die Datei in originals/aa/bb/, oder festgeschrieben in files/"),
)  # fmt: skip


class Command(BaseCommand):
    """Whoever may start a command here may take everything along; the package is not encrypted."""

    help = "Schreibt alles als BagIt-Paket (RFC 8493), lesbar ohne die Kundenakte, oder liest es in ein leeres Haus."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, and which way."""
        parser.add_argument("folder", help="Ordner des Pakets")
        parser.add_argument("--import", action="store_true", dest="read", help="in dieses leere Haus einlesen")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Write or read, then say how much."""
        folder = Path(options["folder"]).absolute()
        if options["read"]:
            counts = package_import.read(folder)
            self.stdout.write(f"Eingelesen: {sum(counts.values())} Zeilen; alles stimmt überein.")
            self.stdout.write("Als Nächstes: kundenakte setup, dann kundenakte serve.")
            return
        counts = package.write(folder, now=timezone.now(), overview=_overview)
        self.stdout.write(f"Geschrieben: {sum(counts.values())} Zeilen, {counts['records_version']} Versionen.")
        self.stdout.write("Das Paket ist nicht verschlüsselt und enthält alle Kundendaten.")


def _overview(folder: Path) -> None:
    """A list of all versions that opens in any spreadsheet, and what its columns mean."""
    with (folder / "documents.columns.csv").open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out, delimiter=";").writerows([("column", "meaning"), *_COLUMNS])
    names = section_names()
    rows = (
        Version.objects.filter(document__is_disposed=False)
        .order_by("document_id", "number")
        .select_related("document__customer_file__customer", "document__document_class")
    )
    with (folder / "documents.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow([name for name, _ in _COLUMNS])
        for version in rows.iterator(chunk_size=1000):
            writer.writerow([_inert(value) for value in _row(version, names)])


def _row(version: Version, sections: dict[int, str]) -> list[Any]:
    document = version.document
    customer = document.customer_file.customer
    return [
        document.pk, version.number, int(document.valid_version_id == version.pk), customer.number, customer.name,
        sections.get(document.section_id, ""), document.document_class.name, document.title, document.number,
        document.dated_on or "",
        version.file_name, version.media_type, version.size, version.digest,
    ]  # fmt: skip


def _inert(value: Any) -> Any:
    """No cell may begin a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
