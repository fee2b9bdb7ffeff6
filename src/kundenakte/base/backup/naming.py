"""Which files the database names. Each app says it for its own tables, so that a backup can tell what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_queries: dict[str, str] = {}


def names(what: str, sql: str) -> None:
    """Make a query known whose only column holds SHA-256 digests of originals that must be there."""
    _queries[what] = sql


def named(cursor: Any) -> Iterator[str]:
    """All digests the database asks for; some may come more than once. `cursor` is any of the DB-API."""
    for _, sql in sorted(_queries.items()):
        cursor.execute(sql)
        while rows := cursor.fetchmany(1000):
            for (digest,) in rows:
                yield digest
