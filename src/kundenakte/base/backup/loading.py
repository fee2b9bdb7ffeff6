"""Putting a copied database in place, with the tables as they were when the copy was made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kundenakte.base.backup import facts
from kundenakte.base.backup.manifest import Manifest
from kundenakte.base.backup.refusals import NotEmpty, TooNew
from kundenakte.base.backup.snapshot import quoted
from kundenakte.base.backup.target import Target


def require_known(of: Manifest) -> None:
    """Raise TooNew when this program does not know how the copied tables came about."""
    known = set(MigrationExecutor(connection).loader.disk_migrations)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("kundenakte.")}
    strange = [f"{app}.{name}" for app, name in of.migrations if app in ours and (app, name) not in known]
    if strange:
        raise TooNew(
            f"Die Sicherung stammt von einer neueren Version ({of.version}); dieses Programm kennt "
            f"{strange[0]} nicht. Bitte richten Sie mindestens diese Version ein."
        )


def require_empty_database(of: Manifest) -> None:
    """Raise NotEmpty when something is in it, or when it is of another kind than the copy."""
    if connection.vendor != of.database:
        raise NotEmpty(
            f"Die Sicherung kommt aus {_name(of.database)}, eingerichtet ist {_name(connection.vendor)}. "
            "Beides muss gleich sein (KUNDENAKTE_DATABASE_URL); den Wechsel macht das Austrittspaket."
        )
    with connection.cursor() as cursor:
        there = facts.tables(cursor, connection.vendor)
    if there:
        raise NotEmpty(
            "Die Datenbank ist nicht leer. Eine Rückspielung vermischt nichts: "
            "Bitte nehmen Sie einen leeren Datenordner und eine leere Datenbank."
        )


class Loading:
    """Takes the pieces of the database in the order of the list."""

    def __init__(self, target: Target, of: Manifest) -> None:
        self._target, self._of = target, of

    def load(self, pieces: Iterator[tuple[str, str]]) -> None:
        """`pieces`: name of the part and SHA-256, in order. On return they are durable; nothing is migrated further."""
        if connection.vendor == "sqlite":
            self._into_file(pieces)
        else:
            self._into_tables(pieces)

    def _into_file(self, pieces: Iterator[tuple[str, str]]) -> None:
        connection.close()
        file = Path(str(settings.DATABASES["default"]["NAME"]))
        for end in ("-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)
        with file.open("wb") as target:
            os.fchmod(target.fileno(), 0o640)
            for _, digest in pieces:
                for piece in self._target.read(digest):
                    target.write(piece)
            target.flush()
            os.fsync(target.fileno())

    def _into_tables(self, pieces: Iterator[tuple[str, str]]) -> None:
        # The executor, not the command: no post_migrate, so neither shipped rows nor guards are in the way.
        executor = MigrationExecutor(connection)
        applied = [(app, name) for app, name in self._of.migrations if (app, name) in executor.loader.graph.nodes]
        executor.migrate(applied)
        with transaction.atomic(), connection.cursor() as cursor:
            tables = list(self._of.columns)
            there = set(facts.tables(cursor, "postgresql"))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(f"TRUNCATE {', '.join(quoted(table) for table in sorted(there & set(tables)))} CASCADE")
            self._copy_in(cursor, pieces)
        reset_sequences()

    def _copy_in(self, cursor: Any, pieces: Iterator[tuple[str, str]]) -> None:
        copy: Any = None
        context: Any = None
        current = ""
        for table, digest in pieces:
            if table != current:
                if context is not None:
                    context.__exit__(None, None, None)
                columns = ", ".join(map(quoted, self._of.columns[table]))
                context = cursor.copy(f"COPY {quoted(table)} ({columns}) FROM STDIN")
                copy, current = context.__enter__(), table
            for piece in self._target.read(digest):
                copy.write(piece)
        if context is not None:
            context.__exit__(None, None, None)


def migrate_forward() -> None:
    """From the copy's state to this program's; guards, cache table and all that comes with a migrate included."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def reset_sequences() -> None:
    """The next row gets the number after the last one. The database is asked: older versions have them too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) "
            "FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'"
        )
        for table, column, sequence in cursor.fetchall():
            highest = f"SELECT max({quoted(column)}) FROM {quoted(table)}"  # noqa: S608
            cursor.execute(f"SELECT setval(%s, coalesce(({highest}), 1), ({highest}) IS NOT NULL)", [sequence])


def _name(vendor: str) -> str:
    return "SQLite" if vendor == "sqlite" else "PostgreSQL"
