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
    columns = ", ".join(quote(places[name]) for name in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.executemany(statement, prepared)


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
