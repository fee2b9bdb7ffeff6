"""`kundenakte rotate_journal_key`: a new key for the journal's tree heads."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import keys
from kundenakte.doors.cli.answers import refusals_in_words


class Command(BaseCommand):
    """The old public key stays, and with it everything it signed stays provable."""

    help = (
        "Macht einen neuen Schlüssel für die Baumköpfe. Er gilt, sobald der alte seine Ankündigung unterschrieben hat."
    )

    @refusals_in_words
    def handle(self, *args: Any, **options: Any) -> None:
        """Announce it."""
        key = keys.announce(actor=Actor.system("command"), at=timezone.now())
        self.stdout.write(f"Neuer Schlüssel {key.fingerprint}. Bitte sichern Sie den Ordner {keys.folder()}.")
