"""`kundenakte signing_certificate show|make`: what the house signs documents with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kundenakte.doors.cli.answers import actor, refusals_in_words
from kundenakte.steps.signing import house
from kundenakte.steps.signing.house import House


class Command(BaseCommand):
    """What was signed with an earlier certificate stays as valid as it was: it carries that certificate itself."""

    help = "Zeigt oder macht das Zertifikat, mit dem dieses Haus PDF elektronisch unterschreibt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, for how long, and in whose name."""
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("show", help="Inhaber, Gültigkeit und Fingerabdruck zeigen")
        making = commands.add_parser("make", help="Schlüssel und Zertifikat auf den Namen der eigenen Firma machen")
        making.add_argument("--years", type=int, default=house.YEARS, choices=range(1, 11), metavar="1–10",
                            help="wie viele Jahre es gilt")  # fmt: skip
        making.add_argument("--again", action="store_true", help="ein vorhandenes durch ein neues ersetzen")
        making.add_argument("--as", dest="username", default="", help="in wessen Namen (sonst das System)")

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, and show what holds then."""
        if options["what"] == "make":
            made = house.make(
                actor=actor(options["username"]), now=timezone.now(), years=options["years"], again=options["again"]
            )
            self._show(made)
            self.stdout.write("Der Schlüssel liegt im Datenordner unter secrets/signing. Bitte sichern Sie ihn mit.")
            return
        found = house.present()
        if found is None:
            raise CommandError("Es ist noch kein Zertifikat eingerichtet: kundenakte signing_certificate make")
        self._show(found)

    def _show(self, found: House) -> None:
        until = timezone.localtime(found.until)
        self.stdout.write(f"Inhaber: {found.certificate.subject.rfc4514_string()}")
        self.stdout.write(f"Aussteller: {found.certificate.issuer.rfc4514_string()}")
        self.stdout.write(f"Gültig bis: {until:%d.%m.%Y}")
        self.stdout.write(f"SHA-256: {found.fingerprint}")
