"""Emptying the database after a test that had transactions of its own.

Django empties every table there is and then makes content types, permissions and guards anew; a test fills few of them.
"""

from __future__ import annotations

from django.db import connection, transaction

from kundenakte.base.journal import guards

# What the migrations leave in the database: how many rows of each table, and the last one.
_after_migrations: dict[str, tuple[int, int]] = {}


def remember_what_migrations_leave() -> None:
    """Called once, while no test has run yet."""
    _after_migrations.clear()
    _after_migrations.update({table: _extent(table) for table in _filled()})


def empty() -> bool:
    """Take away whatever tests wrote; False when only Django's own way leads back to what migrations leave."""
    filled = _filled()
    if any(table not in filled or _extent(table) != extent for table, extent in _after_migrations.items()):
        return False
    if touched := sorted(filled - set(_after_migrations)):
        with transaction.atomic(), connection.cursor() as cursor:
            put_back = _unguarded(touched)
            for table in touched:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            # What is checked at the end of a transaction is checked now: a table that waits for it cannot be altered.
            connection.check_constraints()
            for statement in put_back:
                cursor.execute(statement)
    guards.install()
    return True


def _filled() -> set[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"  # noqa: S608 - as above
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {table for (table,) in cursor.fetchall()}


def _extent(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), MAX(id) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - as above
        count, last = cursor.fetchone()
        return int(count), int(last)


def _unguarded(tables: list[str]) -> list[str]:
    """Let the triggers of these tables step aside. Returns what puts them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgrelid::regclass, quote_ident(tgname) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
                " WHERE tgenabled = 'A' AND NOT tgisinternal AND relname = ANY(%s)",
                [tables],
            )
            there = [f"ALTER TABLE {table} {{}} TRIGGER {name}" for table, name in cursor.fetchall()]
            away, back = [said.format("DISABLE") for said in there], [said.format("ENABLE ALWAYS") for said in there]
        else:
            marks = ", ".join(["%s"] * len(tables))
            cursor.execute(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})",  # noqa: S608 - marks
                tables,
            )
            there = cursor.fetchall()
            away, back = [f"DROP TRIGGER {name}" for name, _ in there], [str(made) for _, made in there]
        for statement in away:
            cursor.execute(statement)
    return back
