"""`kundenakte rebuild_index`: build the search index of this machine anew, while searching goes on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kundenakte.steps.search import comparing, rebuilding

_WIDTH = 40


class Command(BaseCommand):
    """Zeigt den Fortschritt und vergleicht auf Wunsch danach Index und Datenbank."""

    help = "Baut den Suchindex dieses Rechners neu auf; die Suche läuft dabei weiter."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--compare` checks afterwards."""
        parser.add_argument(
            "--compare", action="store_true", help="danach jedes Dokument mit der Datenbank vergleichen"
        )

    def handle(self, *_: Any, compare: bool, **__: Any) -> None:
        """Rebuild, with a bar on a terminal."""
        documents = 0
        for filling in rebuilding.rebuild():
            documents = filling.of
            if filling.under_way and self.stdout.isatty():
                share = filling.done / filling.of if filling.of else 1.0
                bar = "█" * int(_WIDTH * share)
                self.stdout.write(f"\r{bar:░<{_WIDTH}} {filling.done} von {filling.of} Dokumenten", ending="")
                self.stdout.flush()
        if self.stdout.isatty():
            self.stdout.write("")
        self.stdout.write(f"Der Suchindex ist neu aufgebaut: {documents} Dokumente.")
        if compare:
            self._compare()

    def _compare(self) -> None:
        result = comparing.compare(thorough=True)
        if not result.wrong:
            self.stdout.write("Index und Datenbank stimmen überein.")
            return
        self.stdout.write(
            f"Es fehlen {len(result.missing)}, zu viel sind {len(result.surplus)}, "
            f"anders sind {len(result.different)} Dokumente. Was sich eben geändert hat, zählt mit."
        )
        raise SystemExit(1)
