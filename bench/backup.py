"""How fast a backup comes back, beside plain reading, hashing and writing of as many bytes."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.house import ROOT, house, new_database
from bench.rows import Measurement, Row

# As offices have them: most are small, some are scans; 200 kB in the mean.
DOCUMENTS = 2000
_SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - opens nothing


def measure(database: str) -> Iterable[Row]:
    """Fill a house, back it up twice, put it back."""
    with house(database) as environment, tempfile.TemporaryDirectory(prefix="kundenakte-bench-backup-") as folder:
        environment["KUNDENAKTE_BACKUP_KEY"] = _SECRET
        _run(environment, "-m", "bench.backup", "fill")
        size = sum(
            file.stat().st_size for file in Path(environment["KUNDENAKTE_DATA"], "blobs").rglob("*") if file.is_file()
        )
        place = Path(folder) / "backup"
        began = time.monotonic()
        _run(environment, "-m", "kundenakte", "backup", str(place))
        first = time.monotonic() - began
        began = time.monotonic()
        _run(environment, "-m", "kundenakte", "backup", str(place))
        second = time.monotonic() - began
        plain = _plain(Path(environment["KUNDENAKTE_DATA"], "blobs"), Path(folder) / "plain")
        url = new_database() if database == "postgresql" else ""
        other = environment | {"KUNDENAKTE_DATA": str(Path(folder) / "data"), "KUNDENAKTE_DATABASE_URL": url}
        began = time.monotonic()
        said = _run(other, "-m", "kundenakte", "restore", str(place))
        whole = time.monotonic() - began
    rate = float(re.findall(r"([0-9]+) MB/s", said)[0])
    megabytes = size / 1e6
    what = f"{DOCUMENTS} documents, {megabytes:.0f} MB"
    reference = f"plain copy with SHA-256 and fsync: {megabytes / plain:.0f} MB/s; with start and end {whole:.1f} s"
    yield Row(
        "restore-rate",
        f"restore of {what}, checked",
        rate,
        "MB/s",
        ">= 50",
        reference,
        rate * plain / megabytes,
        database,
    )
    yield Row("backup-rate", f"first backup of {what}, read back", megabytes / first, "MB/s", "", "", None, database)
    yield Row("backup-again", f"backup when nothing changed, {what}", second, "s", "", "", None, database)


def _run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _plain(source: Path, target: Path) -> float:
    began = time.monotonic()
    target.mkdir()
    for file in source.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            hashlib.sha256(content).digest()
            with (target / file.name).open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
    return time.monotonic() - began


def fill() -> None:
    """In the house: documents with bytes of their own."""
    import django

    django.setup()
    from django.db import transaction

    from tests.builders import a_customer_file, a_document

    sizes = random.Random(4)
    file = a_customer_file()
    for _ in range(DOCUMENTS // 100):
        with transaction.atomic():
            for _ in range(100):
                a_document(
                    customer_file=file, content=[sizes.randbytes(int(min(sizes.expovariate(1 / 200_000), 5e6)) + 1)]
                )


MEASUREMENT = Measurement(("restore-rate", "backup-rate", "backup-again"), measure)

if __name__ == "__main__":
    fill()
