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


@dataclass(frozen=True, slots=True)
class _Protected:
    """What lawful disposition may do all the same: take rows away, or empty these columns and change nothing else."""

    model: type[models.Model]
    delete: bool
    blank: tuple[str, ...]


_protected: dict[str, _Protected] = {}


def protect(model: type[models.Model], *, delete: bool = False, blank: tuple[str, ...] = ()) -> None:
    """Rows of `model` are inserted and never changed; with `delete` lawful disposition may take them away.

    `blank` names texts (or JSON) that may become empty, all at once and for good, while everything else in the row
    stays: names and words of people, which disposition erases. An app says this in its `ready()`; the triggers come
    with the next migrate.
    """
    _protected[model._meta.db_table] = _Protected(model, delete, blank)


def protected_tables() -> dict[str, bool]:
    """The tables under guard, and whether their rows may be deleted."""
    return {table: row.delete for table, row in sorted(_protected.items())}


def blankable() -> dict[str, tuple[str, ...]]:
    """The tables under guard in which some columns may become empty, and which."""
    return {table: row.blank for table, row in sorted(_protected.items()) if row.blank}


def install(using: str = "default") -> int:
    """Put the missing triggers on all protected tables that exist. Returns how many were missing."""
    connection = connections[using]
    absent = missing(using)
    with connection.cursor() as cursor:
        for guard in _replaced(connection):
            cursor.execute(_drop(connection, guard))
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
                cursor.execute(_drop(connection, guard))


def after_migrate(sender: object, using: str, **_: Any) -> None:
    """Django's post_migrate: whatever the migrations did to the tables, the guards are there afterwards."""
    install(using)


def _wanted(vendor: str) -> Iterator[Guard]:
    for table, delete in protected_tables().items():
        # By another name than the guard that refused all changes: an older database has that one, which has to go.
        yield Guard(table, "CHANGE" if table in blankable() else "UPDATE")
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


def _replaced(connection: BaseDatabaseWrapper) -> list[Guard]:
    """Guards that refused every change of a table in which disposition may now empty some columns."""
    there = _installed(connection)
    return [guard for guard in (Guard(table, "UPDATE") for table in blankable()) if guard.name in there]


def _drop(connection: BaseDatabaseWrapper, guard: Guard) -> str:
    table = f" ON {connection.ops.quote_name(guard.table)}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER {guard.name}{table}"


# Class 23, so that Django says IntegrityError on both databases.
_REFUSE = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever inserted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _statements(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    table = connection.ops.quote_name(guard.table)
    verb = "UPDATE" if guard.verb == "CHANGE" else guard.verb
    when = f"WHEN (NOT ({_only_emptied(connection, guard.table)})) " if guard.verb == "CHANGE" else ""
    if connection.vendor == "postgresql":
        each = "STATEMENT" if guard.verb == "TRUNCATE" else "ROW"
        return [
            f"CREATE OR REPLACE TRIGGER {guard.name} BEFORE {verb} ON {table} "
            f"FOR EACH {each} {when}EXECUTE FUNCTION {_FUNCTION}()",
            # Also for replication roles, which skip ordinary triggers.
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard.name}",
        ]
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {verb} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {guard.table} are only ever inserted'); END"
    ]


def _only_emptied(connection: BaseDatabaseWrapper, table: str) -> str:
    """Whether a row's change is the one that is allowed: some columns empty, all others as they were.

    It names no other table: SQLite refuses to remake a table that another one's trigger asks.
    """
    row = _protected[table]
    is_postgresql = connection.vendor == "postgresql"
    same = "IS NOT DISTINCT FROM" if is_postgresql else "IS"
    conditions = []
    for field in row.model._meta.concrete_fields:
        column = connection.ops.quote_name(str(field.column))
        if field.name not in row.blank:
            conditions.append(f"NEW.{column} {same} OLD.{column}")
        elif isinstance(field, models.JSONField):
            conditions.append(f"NEW.{column}{'::text' if is_postgresql else ''} = '{{}}'")
        else:
            conditions.append(f"NEW.{column} = ''")
    return " AND ".join(conditions)
