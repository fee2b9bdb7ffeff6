"""`kundenakte check_retention`: whether each document is kept as long as its rule asks."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kundenakte.doors.cli.answers import refusals_in_words
from kundenakte.records.retention import keeping, sweep

_NAMED: Final = 1000


class Command(BaseCommand):
    """Changes nothing. The exit code is 1 if a stored end is not the one its rule asks for."""

    help = "Rechnet jedes Fristende nach und nennt, was anders gespeichert ist (RULE)."

    def add_arguments(self, parser: CommandParser) -> None:
        """A day other than today, for a look ahead."""
        parser.add_argument("--am", type=date.fromisoformat, default=None, help="Stichtag, JJJJ-MM-TT")

    @refusals_in_words
    def handle(self, *_args: Any, am: date | None = None, **_options: Any) -> None:
        """Calculate everything anew and name the differences."""
        found = list(islice(sweep.check(keeping.the_house(), on=am or timezone.localdate()), _NAMED))
        for one in found:
            self.stdout.write(
                f"RULE Dokument {one.document_id}: gespeichert {_words(one.stored)}, nach der Regel {_words(one.asked)}"
            )
        if found:
            raise CommandError(f"Abweichende Fristenden: {len(found)}{' oder mehr' if len(found) == _NAMED else ''}.")
        self.stdout.write("Alle Fristenden entsprechen ihrer Regel.")


def _words(end: tuple[date | None, bool, str]) -> str:
    until, is_open, code = end
    return f"{f'{until:%d.%m.%Y}' if until else 'offen' if is_open else 'nicht berechnet'} ({code or 'ohne Regel'})"
