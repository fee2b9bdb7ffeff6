"""`kundenakte serve`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kundenakte.config import supervisor, web


class Command(BaseCommand):
    """Runs web, workers, indexer, the sequencer and the doors that listen, until SIGTERM or Ctrl-C."""

    help = "Startet die Kundenakte: Web, Verarbeitung, Suche und überwachte Ordner in einem Befehl."
    # The house is looked at by its own check, in a child, before the first fork.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        try:
            supervisor.serve(ready=self._say_where)
        except supervisor.AlreadyRunning as error:
            raise CommandError(f"Die Kundenakte läuft bereits mit dem Ordner {error}.") from error
        except web.PortTaken as error:
            sentence = f"Die Adresse ist belegt ({error}). Eine andere nennt KUNDENAKTE_LISTEN, etwa 127.0.0.1:8001."
            raise CommandError(sentence) from error
        except supervisor.NotReady as error:
            raise CommandError("Die Kundenakte kann nicht öffnen; der Grund steht darüber.") from error

    def _say_where(self) -> None:
        self.stdout.write(f"Die Kundenakte ist offen: http://{settings.LISTEN}/ (Ende mit Strg+C)")
        self.stdout.flush()
