"""Keyset paging: the thousandth page costs what the first one costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor behind the last one ("" when there are no more)."""

    rows: list[T]
    next: str
    is_first: bool


def page(query: QuerySet[T], *, order: Sequence[str], cursor: str, size: int) -> Page[T]:
    """The `size` rows behind `cursor`, in an order of columns or annotations, each up or down ("-dated_on", "pk").

    None of them may be empty (NULL), and the last must be unique. A cursor that was tampered with counts as the
    beginning.
    """
    columns = [column.lstrip("-") for column in order]
    behind = _decode(cursor, len(order))
    if behind:
        query = _after(query, order, columns, behind)
    rows = list(query.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode(rows[-1], columns) if more else "", is_first=not behind)


def _after(query: QuerySet[T], order: Sequence[str], columns: list[str], values: list[Any]) -> QuerySet[T]:
    beyond, equal = Q(), Q()
    for wish, column, value in zip(order, columns, values, strict=True):
        beyond |= equal & Q(**{f"{column}__{'lt' if wish.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    # The plain bound lets the database start in its index right behind the cursor.
    bound = {f"{columns[0]}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]}
    try:
        return query.filter(beyond, **bound)
    except (ValidationError, ValueError, TypeError):
        return query


def cursor_behind(row: Model, order: Sequence[str]) -> str:
    """The cursor with which `page` goes on behind this row."""
    return _encode(row, [column.lstrip("-") for column in order])


def _encode(row: Model, columns: list[str]) -> str:
    text = json.dumps([_plain(getattr(row, column)) for column in columns], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _decode(cursor: str, size: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        return []
    plain = isinstance(values, list) and len(values) == size and all(_is_key(value) for value in values)
    return values if plain else []


def _is_key(value: object) -> bool:
    # No database takes a NUL in a text.
    if isinstance(value, int):
        return abs(value) < 2**63
    return isinstance(value, str) and "\0" not in value
