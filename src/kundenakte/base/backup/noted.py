"""A scratch table for what does not fit into memory: which files there are, and which names are still in use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Noted:
    """Words with a note each, on disk. Gone when the block ends that made it."""

    def __init__(self, file: Path) -> None:
        self._rows = sqlite3.connect(file, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.execute("CREATE TABLE noted (word TEXT PRIMARY KEY, note TEXT NOT NULL) WITHOUT ROWID")
        self._rows.execute("BEGIN")

    def add(self, word: str, note: str = "") -> None:
        """Note it; the first note stays."""
        self._rows.execute("INSERT OR IGNORE INTO noted VALUES (?, ?)", (word, note))

    def note(self, word: str) -> str | None:
        """The note, or None."""
        row = self._rows.execute("SELECT note FROM noted WHERE word = ?", (word,)).fetchone()
        return None if row is None else str(row[0])

    def __contains__(self, word: str) -> bool:
        return self.note(word) is not None

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()


@contextmanager
def noted(folder: Path, name: str) -> Iterator[Noted]:
    """A new table in a scratch folder."""
    made = Noted(folder / name)
    try:
        yield made
    finally:
        made.close()
        (folder / name).unlink(missing_ok=True)
