"""Inserts many short rows without making a model instance of each: half the time of an import otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model


def insert(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows with values for `fields`, in that order, in the caller's transaction. Their ids are not told.

    Defaults of the model do not apply: whatever the database demands must be among `fields`.
    """
    prepared = [[_adapted(value) for value in row] for row in rows]
    if not prepared:
        return
    quote = connection.ops.quote_name
    places = {field.name: field.column for field in model._meta.concrete_fields}
    table = f"{quote(model._meta.db_table)} ({', '.join(quote(str(places[name])) for name in fields)})"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", prepared)  # noqa: S608 - names of ours


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
