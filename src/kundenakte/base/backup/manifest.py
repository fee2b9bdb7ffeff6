"""What a backup says about itself, in canonical JSON (RFC 8785)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import rfc8785

from kundenakte.base.backup.refusals import Damaged
from kundenakte.base.backup.target import FORMAT


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database holds, by which a copy is compared with it."""

    # Rows of each table.
    counts: dict[str, int]
    # Entries of the journal, leaves of its tree, and the tree's root in hex.
    journal_entries: int
    journal_leaves: int
    journal_root: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One whole backup."""

    run: str
    began_at: str
    ended_at: str
    version: str
    # "sqlite" or "postgresql".
    database: str
    # App and migration, as they were applied.
    migrations: list[list[str]]
    facts: Facts
    # SHA-256 of the list: one line of JSON for each piece of the database and each file.
    listing: str
    files: int
    size: int
    # What this run had to write; the rest was there.
    written_files: int
    written_bytes: int
    # Files the database names and the house did not have, and such whose bytes were not those of their name.
    missing: int
    damaged: list[str] = field(default_factory=list)
    # PostgreSQL: the columns of each table, in the order of the copied lines.
    columns: dict[str, list[str]] = field(default_factory=dict)
    format: str = FORMAT

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return rfc8785.dumps(asdict(self))


def from_bytes(raw: bytes) -> Manifest:
    """What `to_bytes` made. Raises Damaged for anything else."""
    try:
        said: dict[str, Any] = json.loads(raw)
        facts = Facts(**said.pop("facts"))
        return Manifest(facts=facts, **said)
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged("Das Verzeichnis der Sicherung ist nicht zu lesen; ist das Programm älter als sie?") from error
