"""A house of an earlier version comes to this one: nothing lost, nothing altered, and it goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.conftest import ON_POSTGRESQL, ROOT
from tests.verifier.running import verify

pytestmark = [pytest.mark.kill, pytest.mark.django_db]

# Made by earlier_house/make.py with the program of that time.
PACKED = Path(__file__).parent / "earlier_house" / ("postgresql.tar.xz" if ON_POSTGRESQL else "sqlite.tar.xz")
# Tables that go on under another name.
MOVED = {"scanning_stackpart": "records_stackpart"}
# Said by the program itself, anew with each version: what it ships, and what its migrations are called.
RENEWED = {"django_content_type", "auth_permission", "django_migrations", "sqlite_sequence"}

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@dataclass(frozen=True)
class House:
    """An unpacked house with its database."""

    data: Path
    url: str

    def run(self, *words: object) -> str:
        """A program of the present version in it."""
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings", "KUNDENAKTE_DATA": str(self.data),
            "KUNDENAKTE_DATABASE_URL": self.url,
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT), *sys.path)),
        }  # fmt: skip
        command = [sys.executable, *map(str, words)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def database(self) -> Iterator[Any]:
        """A connection that knows nothing of the program."""
        with closing(
            psycopg.connect(self.url) if self.url else sqlite3.connect(self.data / "kundenakte.sqlite3")
        ) as it:
            yield it
            it.commit()

    def rows(self) -> Rows:
        """Everything in it: per table the columns and the rows."""
        tables = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if self.url else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )  # fmt: skip
        found: Rows = {}
        with self.database() as database:
            for (table,) in database.execute(tables).fetchall():
                cursor = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - its own names
                found[table] = [column[0] for column in cursor.description], cursor.fetchall()
        return found

    def archive(self) -> dict[str, str]:
        """The digest of every file of the archive's objects."""
        root = self.data / "archive" / "ocfl"
        files = [file for file in root.rglob("*") if file.is_file()]
        return {str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    data = tmp_path / "data"
    with tarfile.open(PACKED) as packed:
        packed.extractall(data, filter="data")
    if not ON_POSTGRESQL:
        yield House(data, "")
        return
    server = f"postgresql://{settings.DATABASES['default']['USER']}@/%s?host={settings.DATABASES['default']['HOST']}"
    with psycopg.connect(server % "postgres", autocommit=True) as outside:
        outside.execute("CREATE DATABASE earlier_house")
        try:
            yield House(data, server % "earlier_house")
        finally:
            outside.execute("DROP DATABASE earlier_house WITH (FORCE)")


def test_a_house_of_an_earlier_version_comes_forward_whole(house: House, tmp_path: Path) -> None:
    sql = (house.data / "database.sql").read_text(encoding="utf-8")
    with house.database() as database:
        database.execute(sql) if ON_POSTGRESQL else database.executescript(sql)
    before, archive = house.rows(), house.archive()
    witness = tmp_path / "heads-of-then.jsonl"
    witness.write_bytes((house.data / "archive" / "journal" / "tree-heads.jsonl").read_bytes())
    house.run("-m", "kundenakte", "setup")
    assert lost(before, house.rows()) == {}
    assert house.archive() == archive
    # A second time changes nothing.
    after = house.rows()
    house.run("-m", "kundenakte", "setup")
    assert {table: rows for table, rows in house.rows().items() if rows != after[table]} == {}

    projection = tmp_path / "projection.jsonl"
    said = json.loads(house.run("-m", "tests.config.earlier_house.looked_at", projection).partition("SAID")[2])
    assert said["signed_in"]
    assert (said["journal"], said["blocked"], said["circulation"]) == ([], [], [])
    columns, leaves = before["journal_journalleaf"]
    of_then = [
        bytes(row[columns.index("digest")]).hex() for row in sorted(leaves, key=lambda r: r[columns.index("seq")])
    ]
    assert said["leaves"][: len(of_then)] == of_then
    assert len(said["leaves"]) > len(of_then)
    assert not [shown for shown in said["shown"] if opened_badly(shown)]
    columns, documents = before["records_document"]
    # What was disposed of has its row still, and nothing to open.
    there = [row[columns.index("id")] for row in documents if row[columns.index("title")] != "Ausgesondert"]
    assert [one["document"] for one in said["shown"]] == [*sorted(there), said["new"]]
    assert said["stacks"] == ["1"]
    old_index, new_index = said["index"]
    assert old_index != new_index
    assert len(said["found"]) >= 3
    # What was sealed is as it was; what is new lies beside it. The heads of then bear witness to the journal of today.
    assert archive.items() < house.archive().items()
    answer = verify(house.data / "archive", "--witness", witness, "--projection", projection,
                    "--dispositions", house.data / "dispositions.jsonl")  # fmt: skip
    assert (answer.exit, answer.findings) == (0, [])


def opened_badly(shown: dict[str, Any]) -> bool:
    """Whether something of a document did not come, or not as it was."""
    return any(said not in {200, True} for name, said in shown.items() if name != "document")


def lost(before: Rows, after: Rows) -> dict[str, Any]:
    """Rows that are not there any more as they were, in the columns there were."""
    gone = {}
    for table, (columns, rows) in before.items():
        if table in RENEWED:
            continue
        now, found = after.get(MOVED.get(table, table), ([], []))
        if missing := [column for column in columns if column not in now]:
            gone[table] = missing
            continue
        places = [now.index(column) for column in columns]
        left = Counter(map(repr, rows))
        left.subtract(repr(tuple(row[place] for place in places)) for row in found)
        if away := [row for row, count in left.items() if count > 0]:
            gone[table] = away
    return gone
