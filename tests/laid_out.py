"""Rows that were once built by the product, laid out again as they were: building them takes longer than most tests."""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps
from django.db import connection

# Per builder: the tables that it filled, and the statements that fill them again.
_kept: dict[Callable[[], None], tuple[list[str], list[str]]] = {}


def lay_out(build: Callable[[], None]) -> None:
    """What `build` does to a database that has none of its rows yet.

    Outside a transaction that will be rolled back, and where something is there already, `build` itself is called:
    nobody but the test sees then what was laid out, and it is what the product made on this very database.
    """
    if not connection.in_atomic_block:
        build()
    elif build not in _kept:
        _build_and_keep(build)
    elif _filled(_kept[build][0]):
        build()
    else:
        with connection.cursor() as cursor:
            for statement in _kept[build][1]:
                cursor.execute(statement)


def _build_and_keep(build: Callable[[], None]) -> None:
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    before, awaited = _filled(tables), len(connection.run_on_commit)
    counted = {table: _count(table) for table in before}
    build()
    # What is told to somebody on commit could not be laid out again.
    assert len(connection.run_on_commit) == awaited
    if counted == {table: _count(table) for table in before}:
        made = sorted(_filled(tables) - before)
        _kept[build] = made, [statement for table in made for statement in _statements(table)]


def _filled(tables: list[str]) -> set[str]:
    names = [(table, connection.ops.quote_name(table)) for table in tables]
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name})" for table, name in names)  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {table for (table,) in cursor.fetchall()}


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - as above
        return int(cursor.fetchone()[0])


def _statements(table: str) -> list[str]:
    """An INSERT of all rows, each value in the database's own words: no converter stands in between."""
    name = connection.ops.quote_name(table)
    on_postgresql = connection.vendor == "postgresql"
    word = "quote_nullable({}::text)" if on_postgresql else "quote({})"
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
        columns = [connection.ops.quote_name(column.name) for column in described]
        words = ", ".join(word.format(column) for column in columns)
        cursor.execute(f"SELECT {words} FROM {name}")  # noqa: S608 - as above
        rows = ",\n".join(f"({', '.join(row)})" for row in cursor.fetchall())
        # Where a test has set the sequences back, the next row would get a number that is taken.
        sequences = connection.introspection.get_sequences(cursor, table) if on_postgresql else []
    return [
        f"INSERT INTO {name} ({', '.join(columns)}) VALUES {rows}",  # noqa: S608 - as above
        *(_moved_on(name, sequence["column"], sequence["name"]) for sequence in sequences),
    ]


def _moved_on(name: str, column: str, counter: str) -> str:
    last = f"(SELECT last_value FROM {connection.ops.quote_name(counter)})"  # noqa: S608 - as above
    return f"SELECT setval('{counter}', GREATEST({last}, MAX({connection.ops.quote_name(column)}))) FROM {name}"  # noqa: S608 - as above
