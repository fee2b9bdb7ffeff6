"""Triggers with which the database itself refuses to change or take away what is only ever written once.

Django remakes a SQLite table on some migrations and drops its triggers without a word; so they are put back after every
migrate, looked for at every start, and tested after all migrations (docs/decisions). On PostgreSQL the application's
role loses the rights as well (grants.py). Who edits SQLite's file with other tools is found by the verifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

_FUNCTION = "kundenakte_refuse"


@dataclass(frozen=True, slots=True)
class Guard:
    """One refusal: no `verb` on `table`."""

    table: str
    verb: str

    @property
    def name(self) -> str:
        """The trigger's name."""
        # PostgreSQL cuts names there.
        return f"guard_{self.verb.lower()}_{self.table}"[:63]


_protected: dict[str, tuple[type[models.Model], bool]] = {}


def protect(model: type[models.Model], *, delete: bool = False) -> None:
    """Rows of `model` are inserted and never changed; with `delete` lawful disposition may take them away.

    An app says this in its `ready()`; the triggers come with the next migrate.
    """
    _protected[model._meta.db_table] = (model, delete)


def protected_tables() -> dict[str, bool]:
    """The tables under guard, and whether their rows may be deleted."""
    return {table: delete for table, (_, delete) in sorted(_protected.items())}


def install(using: str = "default") -> int:
    """Put the missing triggers on all protected tables that exist. Returns how many were missing."""
    connection = connections[using]
    absent = missing(using)
    with connection.cursor() as cursor:
        if absent and connection.vendor == "postgresql":
            cursor.execute(_REFUSE)
        for guard in absent:
            for statement in _statements(connection, guard):
                cursor.execute(statement)
    return len(absent)


def missing(using: str = "default") -> list[Guard]:
    """The guards that are not in the database though their table is. At a start this must be empty."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    there = _installed(connection)
    return [guard for guard in _wanted(connection.vendor) if guard.table in tables and guard.name not in there]


def lift(using: str = "default") -> None:
    """Take all guards off. For the emptying of a test database only; nothing in the product calls this."""
    connection = connections[using]
    there = _installed(connection)
    with connection.cursor() as cursor:
        for guard in _wanted(connection.vendor):
            if guard.name in there:
                table = f" ON {connection.ops.quote_name(guard.table)}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {guard.name}{table}")


def after_migrate(sender: object, using: str, **_: Any) -> None:
    """Django's post_migrate: whatever the migrations did to the tables, the guards are there afterwards."""
    install(using)


def _wanted(vendor: str) -> Iterator[Guard]:
    for table, delete in protected_tables().items():
        yield Guard(table, "UPDATE")
        if not delete:
            yield Guard(table, "DELETE")
        if vendor == "postgresql":
            yield Guard(table, "TRUNCATE")


def _installed(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # 'A': ENABLE ALWAYS; one that somebody disabled counts as missing.
            cursor.execute(
                """
                SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
                WHERE tgenabled = 'A' AND NOT tgisinternal AND relnamespace = current_schema()::regnamespace
                """
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


# Class 23, so that Django says IntegrityError on both databases.
_REFUSE = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever inserted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _statements(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    table = connection.ops.quote_name(guard.table)
    if connection.vendor == "postgresql":
        each = "STATEMENT" if guard.verb == "TRUNCATE" else "ROW"
        return [
            f"CREATE OR REPLACE TRIGGER {guard.name} BEFORE {guard.verb} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {_FUNCTION}()",
            # Also for replication roles, which skip ordinary triggers.
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard.name}",
        ]
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {guard.verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {guard.table} are only ever inserted'); END"
    ]
