"""A house with some documents, and a place for its backups."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from kundenakte.base import secret_files
from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.folder import Folder
from kundenakte.base.journal import sequencer
from tests.builders import a_document, a_house
from tests.conftest import ROOT
from tests.waiting import PATIENCE

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def key() -> Key:
    return Key(SECRET)


@pytest.fixture
def target(tmp_path: Path, key: Key) -> Folder:
    return Folder.begin(tmp_path / "backup", key)


@pytest.fixture
def full_house(transactional_db: None, settings: Any) -> None:
    """Three documents, a learned model, and a key for backups."""
    settings.BACKUP_KEY = SECRET
    settings.BACKUP_TARGET = ""
    settings.PROOF_FOLDER = settings.SCRATCH
    settings.DISPOSITION_LIST = settings.DATA / "dispositions.jsonl"
    settings.BACKUP_KEY_FILE = settings.DATA / "backup-key"
    a_house()
    secret_files.keep("receiver", "erp-key", {"key": "0123456789abcdef"})
    for number in range(3):
        a_document(content=[f"Rechnung {number}".encode() * 1000])
    (settings.DATA / "learned").mkdir()
    (settings.DATA / "learned" / "classes.model").write_bytes(b"learned")
    while sequencer.sequence():
        pass


@dataclass(frozen=True, slots=True)
class OtherHouse:
    """An empty house beside the one of the test: commands in it are real processes."""

    data: Path
    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kundenakte", *words]
        return subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
        )


@pytest.fixture
def other_house(house_environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], OtherHouse]]:
    """Makes an empty house on the same kind of database."""
    made: list[str] = []

    def make() -> OtherHouse:
        data = tmp_path / f"other-{len(made)}"
        url = ""
        if connection.vendor == "postgresql":
            parts = urlsplit(house_environment["KUNDENAKTE_DATABASE_URL"])
            name = f"other_{os.getpid()}_{len(made)}"
            with psycopg.connect(parts.geturl(), autocommit=True) as admin:
                admin.execute(f"DROP DATABASE IF EXISTS {name}")
                admin.execute(f"CREATE DATABASE {name}")
            url = f"postgresql://{parts.netloc}/{name}?{parts.query}"
        made.append(url)
        changed = {"KUNDENAKTE_DATA": str(data), "KUNDENAKTE_DATABASE_URL": url, "KUNDENAKTE_BACKUP_KEY": SECRET}
        return OtherHouse(data, house_environment | changed)

    yield make
    for url in filter(None, made):
        parts = urlsplit(house_environment["KUNDENAKTE_DATABASE_URL"])
        with psycopg.connect(parts.geturl(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {urlsplit(url).path.lstrip('/')}")
