"""Keyset paging: the thousandth page costs what the first one costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

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
    """The `size` rows behind `cursor`, in an order of two columns that run the same way ("-dated_on", "-pk").

    The last column must be unique. A cursor that was tampered with counts as the beginning.
    """
    first, last = order
    descending = first.startswith("-")
    behind = _decode(cursor)
    if behind:
        query = _after(query, first.lstrip("-"), last.lstrip("-"), behind, descending=descending)
    rows = list(query.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    following = _encode(rows[-1], (first.lstrip("-"), last.lstrip("-"))) if more else ""
    return Page(rows, following, is_first=not behind)


def _after(query: QuerySet[T], first: str, last: str, values: list[Any], *, descending: bool) -> QuerySet[T]:
    than, bound = ("lt", "lte") if descending else ("gt", "gte")
    try:
        # The plain bound lets the database start in its index right behind the cursor.
        return query.filter(
            Q(**{f"{first}__{than}": values[0]}) | Q(**{first: values[0], f"{last}__{than}": values[1]}),
            **{f"{first}__{bound}": values[0]},
        )
    except (ValidationError, ValueError, TypeError):
        return query


def _encode(row: Model, columns: tuple[str, str]) -> str:
    text = json.dumps([_plain(getattr(row, column)) for column in columns], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _decode(cursor: str) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        return []
    plain = isinstance(values, list) and len(values) == 2 and all(_is_key(value) for value in values)
    return values if plain else []


def _is_key(value: object) -> bool:
    # No database takes a NUL in a text.
    return isinstance(value, int) or (isinstance(value, str) and "\0" not in value)
