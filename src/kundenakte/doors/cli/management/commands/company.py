"""`kundenakte company show|set`: our own company, which no document may take for a customer."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.customers.models import OwnCompany
from kundenakte.doors.cli.answers import actor, refusals_in_words
from kundenakte.records.actions.company import set_own_company

# Option → column, word. What there can be several of stands one per line in its column.
_SINGLE: Final = {
    "name": ("name", "Name"), "street": ("street", "Straße"), "zip": ("zip_code", "Postleitzahl"),
    "city": ("city", "Ort"), "country": ("country", "Land (zwei Buchstaben)"),
}  # fmt: skip
_SEVERAL: Final = {
    "other-name": ("other_names", "Andere Schreibweise"), "vat-id": ("vat_ids", "USt-IdNr."),
    "tax-number": ("tax_numbers", "Steuernummer"), "iban": ("ibans", "IBAN"),
    "domain": ("email_domains", "E-Mail-Domain"), "phone": ("phones", "Telefon"),
}  # fmt: skip


class Command(BaseCommand):
    """What is named is set, the rest stays; a repeatable option replaces all values of its kind."""

    help = "Zeigt und setzt die Angaben zur eigenen Firma, an denen nie ein Kunde erkannt wird."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option for each field."""
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("show", help="Angaben zeigen")
        setting = commands.add_parser("set", help="Angaben setzen; nicht genannte bleiben, wie sie sind")
        for option, (column, word) in _SINGLE.items():
            setting.add_argument(f"--{option}", dest=column, help=word)
        for option, (column, word) in _SEVERAL.items():
            meaning = f"{word}, mehrfach möglich; ersetzt alle bisherigen, leer löscht sie"
            setting.add_argument(f"--{option}", dest=column, action="append", help=meaning)
        setting.add_argument("--as", dest="username", default="", help="in wessen Namen (sonst das System)")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, and show what holds then."""
        if options["what"] == "set":
            values = _given(options)
            if not values:
                raise CommandError("Bitte nennen Sie mindestens eine Angabe, zum Beispiel --name.")
            set_own_company(actor=actor(options["username"]), now=timezone.now(), edition=None, **values)
        row = OwnCompany.objects.order_by("pk").first()
        if row is None:
            raise CommandError("Die eigene Firma ist noch nicht eingetragen: kundenakte company set --name …")
        for column, word in (*_SINGLE.values(), *_SEVERAL.values()):
            for value in getattr(row, column).splitlines():
                self.stdout.write(f"{word}: {value}")


def _given(options: dict[str, Any]) -> dict[str, str]:
    """The columns that were named, several values one per line."""
    single = {column: options[column] for column, _ in _SINGLE.values() if options[column] is not None}
    several = {
        column: "\n".join(value.strip() for value in options[column] if value.strip())
        for column, _ in _SEVERAL.values()
        if options[column] is not None
    }
    return single | several
