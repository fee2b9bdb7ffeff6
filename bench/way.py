"""The way of born-digital PDFs from `receive` to filed, with index fields and first page image: CPU, rate, commits.

Run by bench/__main__.py in a house of its own; `python -m bench.way DOCUMENTS` prints one JSON object.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.house import ROOT, answer_of, cpu_of, house
from bench.rows import Measurement, Row, machine

DOCUMENTS = 300
CUSTOMERS = 1000
_SHARED = ROOT.parent / "shared" / "bench" / "gen_born_digital.py"


def measure(database: str) -> Iterator[Row]:
    """CPU per document beside the direct way, documents per second with two workers, commits and fsyncs."""
    with house(database) as environment, _company() as folder:
        found = answer_of("bench.way", environment, str(folder))
    beside = f"direct way {found['direct'] * 1000:.1f} ms; {found['input']}"
    yield Row(
        "way-cpu", "born-digital PDF: CPU of all processes against the direct way", found["cpu"] / found["direct"],
        "x", "<= 4", f"{found['cpu'] * 1000:.0f} ms CPU per document; {beside}", found["cpu"] / found["direct"],
        database, machine(),
    )  # fmt: skip
    rate = f"{found['filed']} of {found['documents']} filed, rest asked; raw SHA-256 {found['hash_mb_s']:.0f} MB/s"
    yield Row(
        "way-rate", "the same: documents per second, 2 workers, every one durable", found["rate"], "docs/s", ">= 15",
        rate, None, database, machine(),
    )  # fmt: skip
    yield Row("way-commits", "commits per document", found["commits"], "commits", "", "", None, database, machine())
    if found["fsyncs"] is not None:
        what = "fsync and fdatasync per document"
        yield Row("way-fsyncs", what, found["fsyncs"], "calls", "", "counted by strace", None, database, machine())


MEASUREMENT = Measurement(("way-cpu", "way-rate", "way-commits", "way-fsyncs"), measure)


@contextmanager
def _company() -> Iterator[Path]:
    """PDFs with truth.csv and customers.csv: from the shared generator if it lies beside us, else from our own."""
    folder = Path(tempfile.mkdtemp(prefix="kundenakte-bench-"))
    try:
        numbers = ["--count", str(DOCUMENTS), "--customers", str(CUSTOMERS), "--out", str(folder)]
        command = [sys.executable, str(_SHARED)] if _SHARED.exists() else [sys.executable, "-m", "bench.born_digital"]
        subprocess.run([*command, *numbers], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- inside the house ---------------------------------------------------------------------------------------------


def run(folder: Path) -> dict[str, Any]:
    """Import the customers, receive all PDFs, let two workers work them off, and count."""
    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.models import Arrival

    import_company(folder / "customers.csv")
    files = sorted(folder.glob("*.pdf"))
    pipeline.register_jobs()
    direct = _direct(files[:60], folder)
    began, own = time.perf_counter(), _own_cpu()
    workers = [_worker() for _ in range(2)]
    time.sleep(0.2)
    for file in files:
        with file.open("rb") as stream:
            pipeline.receive(
                actor=Actor.system("bench"), stream=stream, file_name=file.name, source="folder:bench",
                now=_now(), origin=file.name,
            )  # fmt: skip
    while Arrival.objects.filter(state=Arrival.State.UNDER_WAY).exists():
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    cpu = _own_cpu() - own + sum(cpu_of(worker.pid) for worker in workers)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
    _work_off()
    filed = Arrival.objects.filter(state=Arrival.State.FILED).count()
    return {
        "documents": len(files), "filed": filed, "rate": len(files) / seconds, "cpu": cpu / len(files),
        "direct": direct, **_calls(files[:40]),
        "hash_mb_s": _hash_rate(), "input": f"{len(files)} PDFs of {CUSTOMERS} customers",
    }  # fmt: skip


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def import_company(file: Path) -> None:
    """Read in a customer list and open the files."""
    from functools import partial

    from kundenakte.base.accounts.actors import Actor
    from kundenakte.customers.imports import import_customers
    from kundenakte.records.actions.files import open_files_for

    actor, today = Actor.system("bench"), _now().date()
    opened = partial(_open, open_files_for, actor, today)
    import_customers(io.BytesIO(file.read_bytes()), None, actor=actor, today=today, dry_run=False, on_created=opened)


def _open(open_files_for: Any, actor: Any, today: Any, customers: Any) -> None:
    open_files_for(actor=actor, customers=customers, today=today)


def _direct(files: list[Path], folder: Path) -> float:
    """CPU seconds of the direct way for one document: pdfium text, page 1 as WebP, SHA-256, fsync, one insert."""
    import pypdfium2

    database = sqlite3.connect(folder / "direct.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE document (digest TEXT, text TEXT, page BLOB)")
    began = time.process_time()
    for file in files:
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        target = folder / f"direct-{digest}"
        with target.open("wb") as copy:
            copy.write(data)
            copy.flush()
            os.fsync(copy.fileno())
        with pypdfium2.PdfDocument(data) as pdf:
            text = "\f".join(page.get_textpage().get_text_range() for page in pdf)
            image = pdf[0].render(scale=150 / 72).to_pil()
            page = io.BytesIO()
            image.save(page, "WEBP", quality=75, method=0)
        with database:
            database.execute("INSERT INTO document VALUES (?, ?, ?)", (digest, text, page.getvalue()))
    seconds = (time.process_time() - began) / len(files)
    database.close()
    return seconds


def _own_cpu() -> float:
    used = os.times()
    return used.user + used.system


def _worker(*prefix: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*prefix, sys.executable, "-m", "bench.worker"], cwd=ROOT, stderr=subprocess.DEVNULL)


def _calls(files: list[Path]) -> dict[str, float | None]:
    """Commits, and calls of fsync and fdatasync, of intake and worker per document; strace counts the latter."""
    command = [sys.executable, "-m", "bench.way", "--few", *map(str, files)]
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder) / "calls"
        strace = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(counted)]
        tool = strace if shutil.which("strace") else []
        done = subprocess.run([*tool, *command], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        lines = counted.read_text(encoding="utf-8").splitlines() if tool else []
    calls = sum(int(line.split()[3]) for line in lines if line.endswith(("fsync", "fdatasync")))
    commits = int(done.stdout.splitlines()[-1])
    return {"commits": commits / len(files), "fsyncs": calls / len(files) if tool else None}


def few(files: list[Path]) -> None:
    """Receive and work off a few files in this one process, with other bytes than before; prints the commits."""
    from django.db import connection

    commits = 0
    commit = connection.commit

    def counted() -> None:
        nonlocal commits
        commits += 1
        commit()

    connection.commit = counted  # type: ignore[method-assign]
    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor

    pipeline.register_jobs()
    for file in files:
        stream = io.BytesIO(file.read_bytes() + b"\n% again\n")
        pipeline.receive(
            actor=Actor.system("bench"), stream=stream, file_name=file.name, source="folder:few", now=_now()
        )
    _work_off()
    sys.stdout.write(f"{commits}\n")


def _work_off() -> None:
    """Do in this process what is due: sealing comes after everything else and may be behind."""
    from kundenakte.base.jobs.worker import Worker

    worker = Worker()
    while worker.work_once():
        pass


def _hash_rate() -> float:
    data = bytes(64 * 1024 * 1024)
    began = time.perf_counter()
    hashlib.sha256(data).digest()
    return 64 / (time.perf_counter() - began)


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "--few":
        few([Path(name) for name in sys.argv[2:]])
    else:
        sys.stdout.write(json.dumps(run(Path(sys.argv[1]))) + "\n")
