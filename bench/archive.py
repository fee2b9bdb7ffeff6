"""Sealing: documents per second with two workers, beside the raw hashing and writing of the same bytes; and its size.

Run by bench/__main__.py in a house of its own; `python -m bench.archive` prints one JSON object.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.house import ROOT, answer_of, house
from bench.rows import Measurement, Row, machine

DOCUMENTS = 1000
# What a one-page PDF of the generator and its text with places come to.
PDF_BYTES, TEXT_BYTES = 40_000, 6_000
SEED = 4


def measure(database: str) -> Iterator[Row]:
    """Sealings per second, and what an object takes beside the bytes that are archived."""
    with house(database) as environment:
        found = answer_of("bench.archive", environment)
    raw = f"the same bytes read, hashed twice, written and fsynced by one process: {found['raw']:.0f} docs/s"
    what = f"documents sealed per second, 2 workers, {DOCUMENTS} of {PDF_BYTES} bytes with their text"
    yield Row("seal-rate", what, found["rate"], "docs/s", ">= 40", raw, found["rate"] / found["raw"], database,
              machine())  # fmt: skip
    beside = f"{found['files']} files of {found['size']} bytes for {PDF_BYTES + TEXT_BYTES} bytes of original and text"
    yield Row("seal-overhead", "bytes of an object beside original and text", found["overhead"], "bytes", "", beside,
              None, database, machine())  # fmt: skip


MEASUREMENT = Measurement(("seal-rate", "seal-overhead"), measure)


# --- inside the house ---------------------------------------------------------------------------------------------


def run() -> dict[str, Any]:
    """File the documents, let two workers seal them, and count from the first sealing to the last."""
    from kundenakte.steps.archive.models import ArchivePackage

    _file_documents()
    workers = [subprocess.Popen([sys.executable, "-m", "bench.worker"], cwd=ROOT) for _ in range(2)]
    while not (first := ArchivePackage.objects.count()):
        time.sleep(0.02)
    began = time.perf_counter()
    while ArchivePackage.objects.count() < DOCUMENTS:
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
    package = ArchivePackage.objects.order_by("pk")[DOCUMENTS // 2]
    archived = PDF_BYTES + _text_size()
    return {
        "rate": (DOCUMENTS - first) / seconds, "raw": _raw(), "files": package.files, "size": package.size,
        "overhead": package.size - archived,
    }  # fmt: skip


def _file_documents() -> None:
    from django.db import transaction

    from kundenakte import pipeline
    from kundenakte.records.models import DocumentClass
    from tests.builders import NOW, SETUP, a_customer_file, a_section

    pipeline.register_jobs()
    file, section = a_customer_file(), a_section("rechnungen")
    DocumentClass.objects.filter(code="INV_OUT").update(seal_when=DocumentClass.SealWhen.AT_ONCE)
    kind, dice = DocumentClass.objects.get(code="INV_OUT"), random.Random(SEED)
    for begin in range(0, DOCUMENTS, 100):
        with transaction.atomic():
            for number in range(begin, begin + 100):
                file_one(dice=dice, number=number, actor=SETUP, file=file, section=section, kind=kind, now=NOW)


def file_one(
    *, dice: random.Random, number: int, actor: Any, file: Any, section: Any, kind: Any, now: Any, dated_on: Any = None
) -> None:
    """A document with its text, as recognition leaves it."""
    from kundenakte.base import blobs
    from kundenakte.base.blobs import derived
    from kundenakte.records import renditions
    from kundenakte.records.actions import documents
    from kundenakte.records.actions.documents import Description, NewVersion
    from kundenakte.records.models import Rendition

    fields = {"gross_amount": "119.00"} if kind.code == "INV_OUT" else {}
    stored = blobs.default().put(io.BytesIO(b"%PDF-1.7\n" + dice.randbytes(PDF_BYTES - 9)))
    derived.default().put_bytes(stored.digest, renditions.TEXT, _text())
    Rendition.objects.create(digest=stored.digest, kind="text", page_count=1, made_at=now, made_by="bench")
    documents.create_document(
        actor=actor, customer_file=file, section=section, now=now,
        description=Description(kind, f"Rechnung {number}", f"RE-{number:06d}", dated_on or now.date(), fields),
        version=NewVersion(stored.digest, stored.size, "application/pdf", f"re-{number}.pdf", "bench"),
    )  # fmt: skip


def _text() -> bytes:
    return gzip.compress(random.Random(SEED).randbytes(TEXT_BYTES), 1, mtime=0)


def _text_size() -> int:
    return len(_text())


def _raw() -> float:
    """The floor: one process reads the bytes, hashes them twice and writes them to disk."""
    data, count = random.Random(SEED).randbytes(PDF_BYTES + TEXT_BYTES), 300
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.write_bytes(data)
        began = time.perf_counter()
        for number in range(count):
            read = source.read_bytes()
            hashlib.sha256(read).digest()
            hashlib.sha512(read).digest()
            with (Path(folder) / str(number)).open("wb") as target:
                target.write(read)
                target.flush()
                os.fsync(target.fileno())
        return count / (time.perf_counter() - began)


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run()) + "\n")
