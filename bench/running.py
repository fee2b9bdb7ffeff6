"""A running house: how soon it answers, and what memory its processes hold when nobody works."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.house import ROOT, descendants, house, open_house
from bench.rows import Measurement, Row, machine

STARTS, DOCUMENTS = 5, 40
# Ten minutes is what is promised; after one the workers have given back all they give back.
IDLE_SECONDS = 600 if os.environ.get("KUNDENAKTE_LONG") == "1" else 60


def measure(database: str) -> Iterator[Row]:
    """Seconds to the sign-in page, and megabytes after some work and a rest."""
    with house(database) as environment:
        # The first start compiles what has not been run on this machine yet.
        times = [_start(environment) for _ in range(STARTS + 1)][1:]
        bare = min(_bare() for _ in range(3))
        beside = f"slowest of {STARTS}: {max(times):.2f} s; Python with Django and granian alone {bare:.2f} s"
        yield Row(
            "start-time", "`kundenakte serve` until the sign-in page answers (median)", statistics.median(times), "s",
            "<= 2", beside, statistics.median(times) / bare, database, machine(),
        )  # fmt: skip
        held = _idle(environment)
    total = sum(held.values())
    beside = ", ".join(f"{name} {size:.0f}" for name, size in held.items())
    yield Row(
        "memory-idle", f"PSS of all processes {IDLE_SECONDS} s after {DOCUMENTS} documents and a signed-out page",
        total, "MB", "<= 200", beside, None, database, machine(),
    )  # fmt: skip


MEASUREMENT = Measurement(("start-time", "memory-idle"), measure)


def _start(environment: dict[str, str]) -> float:
    began = time.perf_counter()
    with open_house(environment) as server:
        _sign_in_page(server.port)
        return time.perf_counter() - began


def _sign_in_page(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/konto/login/", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def _bare() -> float:
    began = time.perf_counter()
    modules = "import django.db.models, django.forms, django.core.handlers.wsgi, granian.server"
    subprocess.run([sys.executable, "-c", modules], check=True)
    return time.perf_counter() - began


def _idle(environment: dict[str, str]) -> dict[str, float]:
    """Let the house work, rest, and tell what each kind of process holds, in MB."""
    with open_house(environment) as server, tempfile.TemporaryDirectory(prefix="kundenakte-bench-") as folder:
        _sign_in_page(server.port)
        numbers = ["--count", str(DOCUMENTS), "--customers", "50", "--out", folder]
        subprocess.run(
            [sys.executable, "-m", "bench.born_digital", *numbers], check=True, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        subprocess.run([sys.executable, "-m", "bench.running", folder], env=environment, check=True, cwd=ROOT)
        time.sleep(IDLE_SECONDS)
        held: dict[str, float] = {}
        for pid in [server.pid, *descendants(server.pid)]:
            name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip().removeprefix("ka-")
            name = "parent" if pid == server.pid else name
            held[name] = held.get(name, 0.0) + pss(pid)
        return held


def pss(pid: int) -> float:
    """The memory of a process in MB, what it shares divided by how many share it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


# --- beside the running house -------------------------------------------------------------------------------------


def work(folder: Path) -> None:
    """Bring PDFs in and wait until the house has read them all."""
    from django.utils import timezone

    from bench.way import import_company
    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.models import Arrival

    pipeline.register_jobs()
    import_company(folder / "customers.csv")
    for file in sorted(folder.glob("*.pdf")):
        with file.open("rb") as stream:
            pipeline.receive(
                actor=Actor.system("bench"), stream=stream, file_name=file.name, source="folder:bench",
                now=timezone.now(), origin=file.name,
            )  # fmt: skip
    while Arrival.objects.filter(state=Arrival.State.UNDER_WAY).exists():
        time.sleep(0.1)


if __name__ == "__main__":
    import django

    django.setup()
    work(Path(sys.argv[1]))
