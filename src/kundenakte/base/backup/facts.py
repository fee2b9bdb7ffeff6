"""What a database holds: asked alike of the house, of a snapshot and of a copy that was put back."""

from __future__ import annotations

from typing import Any, Final

from kundenakte.base.backup.manifest import Facts
from kundenakte.base.journal import merkle

_MANY: Final = 5000
# Belongs to the running machine; nothing of it is put back.
PASSING: Final = frozenset({"kundenakte_cache"})

_SQLITE_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_POSTGRESQL_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"


def tables(cursor: Any, vendor: str) -> list[str]:
    """All tables but those that only belong to the running machine, sorted."""
    cursor.execute(_SQLITE_TABLES if vendor == "sqlite" else _POSTGRESQL_TABLES)
    return [name for (name,) in cursor.fetchall() if name not in PASSING]


def facts(cursor: Any, vendor: str) -> Facts:
    """Count everything and calculate the root of the journal's tree, in bounded memory."""
    counts = {}
    for table in tables(cursor, vendor):
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - the database's own name
        counts[table] = int(cursor.fetchone()[0])
    tree = merkle.Tree()
    if "journal_journalleaf" in counts:
        for digest in _leaves(cursor):
            tree.append(digest)
    return Facts(
        counts=counts,
        journal_entries=counts.get("journal_journalentry", 0),
        journal_leaves=tree.size,
        journal_root=tree.root().hex(),
    )


def migrations(cursor: Any) -> list[list[str]]:
    """What was migrated, in the order of time."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    return [[app, name] for app, name in cursor.fetchall()]


def _leaves(cursor: Any) -> Any:
    """In pieces by number: a server-side cursor would need a transaction of its own."""
    last = -1
    while True:
        cursor.execute(
            # The number is ours, and the two databases do not share a way to write a parameter.
            f"SELECT seq, digest FROM journal_journalleaf WHERE seq > {last:d} ORDER BY seq LIMIT {_MANY}"  # noqa: S608
        )
        rows = cursor.fetchall()
        if not rows:
            return
        for _, digest in rows:
            yield bytes(digest)
        last = rows[-1][0]
