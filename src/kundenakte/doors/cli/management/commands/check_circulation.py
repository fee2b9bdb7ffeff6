"""`kundenakte check_circulation`: whether circulation folders are what their minutes and the journal say."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from kundenakte.circulation import checking
from kundenakte.doors.cli.answers import refusals_in_words

_NAMED: Final = 1000


class Command(BaseCommand):
    """Changes nothing. The exit code is 1 if anything differs."""

    help = "Vergleicht Umlaufmappen und Aufgaben mit Umlaufprotokoll und Journal und nennt, was abweicht (PROJECTION)."

    @refusals_in_words
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compare everything and name the differences."""
        found = list(islice(checking.differences(), _NAMED))
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(f"Abweichungen: {len(found)}{' oder mehr' if len(found) == _NAMED else ''}.")
        self.stdout.write("Alle Umlaufmappen sind wie protokolliert.")
