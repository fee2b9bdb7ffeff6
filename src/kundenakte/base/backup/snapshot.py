"""The database at one moment, while the house goes on.

SQLite: its own online copy into a scratch file, cut into pieces; most pages stay where they are, so most pieces of
yesterday are those of today. PostgreSQL: COPY of each table within one REPEATABLE READ transaction, ordered by primary
key. No pg_dump: its version would have to fit the server's, it would have to be on the machine, and its compressed
output has nothing in common with yesterday's (docs/decisions).
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connection

from kundenakte.base.backup import facts as asking
from kundenakte.base.backup import naming
from kundenakte.base.backup.manifest import Facts

PIECE: Final = 4 * 1024 * 1024
# A piece of a part: its name, its number, its bytes.
Keep = Callable[[str, int, io.BytesIO], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be asked of the moment; `keep_parts` hands over its bytes, and must be called within the block."""

    vendor: str
    facts: Facts
    migrations: list[list[str]]
    columns: dict[str, list[str]]
    named: Callable[[], Iterator[str]]
    keep_parts: Callable[[Keep], None]


@contextmanager
def snapshot(scratch: Path) -> Iterator[Snapshot]:
    """The moment at which the block begins."""
    if connection.vendor == "sqlite":
        with _of_sqlite(scratch / "snapshot.sqlite3") as taken:
            yield taken
    else:
        with _of_postgresql() as taken:
            yield taken


@contextmanager
def _of_sqlite(copy: Path) -> Iterator[Snapshot]:
    source = f"file:{connection.settings_dict['NAME']}?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as here, closing(sqlite3.connect(copy)) as there:
        # All pages in one step: with WAL nobody waits for it, and it never has to begin again.
        here.backup(there, pages=-1)
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as rows:
        cursor = rows.cursor()

        def keep_parts(keep: Keep) -> None:
            with copy.open("rb") as file:
                for number, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                    keep("database", number, io.BytesIO(piece))

        try:
            yield Snapshot(
                "sqlite",
                asking.facts(cursor, "sqlite"),
                asking.migrations(cursor),
                {},
                lambda: naming.named(cursor),
                keep_parts,
            )
        finally:
            cursor.close()
    copy.unlink()


@contextmanager
def _of_postgresql() -> Iterator[Snapshot]:
    own: Any = connection.copy()
    try:
        own.ensure_connection()
        raw = own.connection
        with raw.transaction():
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor = raw.cursor()
            columns = {table: _columns(cursor, table) for table in asking.tables(cursor, "postgresql")}

            def keep_parts(keep: Keep) -> None:
                for table, names in columns.items():
                    _keep_table(raw, table, names, keep)

            yield Snapshot(
                "postgresql",
                asking.facts(cursor, "postgresql"),
                asking.migrations(cursor),
                columns,
                lambda: naming.named(cursor),
                keep_parts,
            )
    finally:
        own.close()


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' ORDER BY attnum",
        [quoted(table)],
    )
    return [name for (name,) in cursor.fetchall()]


def _keep_table(raw: Any, table: str, columns: list[str], keep: Keep) -> None:
    names = ", ".join(map(quoted, columns))
    order = _order(raw, table)
    number, gathered = 0, bytearray()
    with raw.cursor().copy(f"COPY (SELECT {names} FROM {quoted(table)}{order}) TO STDOUT") as copy:  # noqa: S608
        for data in copy:
            gathered += data
            while len(gathered) >= PIECE:
                keep(table, number, io.BytesIO(bytes(gathered[:PIECE])))
                del gathered[:PIECE]
                number += 1
    if gathered:
        keep(table, number, io.BytesIO(bytes(gathered)))


def _order(raw: Any, table: str) -> str:
    """By primary key: rows that are only ever inserted leave the pieces before them as they were."""
    found = raw.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) "
        "WHERE indrelid = %s::regclass AND indisprimary ORDER BY array_position(indkey::int2[], attnum)",
        [quoted(table)],
    ).fetchall()
    return " ORDER BY " + ", ".join(quoted(name) for (name,) in found) if found else ""


def quoted(name: str) -> str:
    """A name as PostgreSQL writes it."""
    return '"' + name.replace('"', '""') + '"'
