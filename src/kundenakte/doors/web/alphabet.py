"""Rows in the order of their names as a German reader expects it, the same on every database (DIN 5007-1: ä like a).

For lists that are read whole: accounts, roles, classes. Customers carry their sorted name in the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from kundenakte.customers.drafts import sort_name

T = TypeVar("T")


def alphabetical(rows: Iterable[T], name: Callable[[T], object] = str) -> list[T]:
    """The rows by name; equal but for accents, the plain one first."""
    return sorted(rows, key=lambda row: (sort_name(str(name(row))), str(name(row))))


def by_word(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of value and shown word, by the word."""
    return alphabetical(choices, lambda choice: choice[1])
