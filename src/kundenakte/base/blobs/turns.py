"""Taking bytes in and taking them away never at the same moment: the one that comes second sees what the first did."""

from __future__ import annotations

from django.db import connection


def take(digest: str) -> None:
    """In a transaction, to its end: nobody else decides about these bytes.

    SQLite lets one transaction write at a time anyway; PostgreSQL takes a lock of its own for the digest.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])
