"""A data folder of the first version there was comes to this one with everything that was in it."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ON_POSTGRESQL, ROOT

# The database of that version as SQL, its originals, and what was in it, written down by its own program's rows.
FIRST = Path(__file__).parent / "first_version" / "data.tar.xz"

_ASK = """
import hashlib, json
from kundenakte.base import blobs, health
from kundenakte.base.journal.models import JournalLeaf
from kundenakte.base.journal.verifier import verify
from kundenakte.records.models import Document, Version
leaves = [bytes(d).hex() for d in JournalLeaf.objects.order_by("seq").values_list("digest", flat=True)]
for digest in Version.objects.values_list("digest", flat=True):
    blobs.default().verify(digest)
print("SAID" + json.dumps({
    "documents": [[d.pk, d.title, d.number, d.versions.count()] for d in Document.objects.order_by("pk")],
    "versions": list(Version.objects.order_by("pk").values_list("pk", "document_id", "number", "digest", "size")),
    "leaves": leaves, "journal": verify().findings,
    "findings": [f.code for f in health.findings() if f.blocks],
}))
"""


@pytest.mark.kill
@pytest.mark.skipif(
    ON_POSTGRESQL, reason="the first version ran on SQLite alone; test_upgrade_of_a_house.py brings both forward"
)
def test_the_first_versions_data_come_forward_whole(tmp_path: Path) -> None:
    with tarfile.open(FIRST) as archive:
        archive.extractall(tmp_path / "data", filter="data")
    data = tmp_path / "data"
    expected: dict[str, Any] = json.loads((data / "expected.json").read_text(encoding="utf-8"))
    with sqlite3.connect(data / "kundenakte.sqlite3") as database:
        database.executescript((data / "database.sql").read_text(encoding="utf-8"))
    database.close()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings", "KUNDENAKTE_DATA": str(data),
        "KUNDENAKTE_DATABASE_URL": "", "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *sys.path)),
    }  # fmt: skip
    _run(environment, "setup")
    said = json.loads(_run(environment, "shell", "-v", "0", "-c", _ASK).partition("SAID")[2])
    assert said["documents"] == expected["documents"]
    assert said["versions"] == expected["versions"]
    kept = "".join(said["leaves"][: expected["leaves"]])
    assert hashlib.sha256(kept.encode()).hexdigest() == expected["leaves_sha256"]
    assert (said["journal"], said["findings"]) == ([], [])


def _run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "kundenakte", *words]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout
