"""`kundenakte grants ROLE`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from kundenakte.base.journal import grants


class Command(BaseCommand):
    """Prints the statements that give the serving role its rights on PostgreSQL; the tables' owner runs them."""

    help = "Gibt die SQL-Anweisungen aus, die der Datenbankrolle der Anwendung genau die nötigen Rechte geben."

    def add_arguments(self, parser: CommandParser) -> None:
        """The role's name."""
        parser.add_argument("role")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print; nothing is changed."""
        if connection.vendor != "postgresql":
            raise CommandError("Rollen gibt es nur mit PostgreSQL; bei SQLite schützen die Auslöser und der Prüflauf.")
        for statement in grants.sql_for(options["role"]):
            self.stdout.write(f"{statement};")
