"""A watched share of 100,000 small files (or KUNDENAKTE_BENCH_SHARE_FILES): the first look, and one when nothing has
changed, beside a plain os.walk with a stat of each file.

`python -m bench.shares FOLDER` prints one JSON object, in a house of its own.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.house import answer_of, house
from bench.rows import Measurement, Row, machine

FILES = int(os.environ.get("KUNDENAKTE_BENCH_SHARE_FILES", "100000"))
CUSTOMERS, IN_A_FOLDER = 1000, 20
# 12 March 2019: long settled.
_AT = 1_552_392_000


def measure(database: str) -> Iterator[Row]:
    """Both looks in one process, so that its memory is that of a worker which does nothing else."""
    folder = Path(tempfile.mkdtemp(prefix="kundenakte-bench-share-"))
    try:
        lay_out(folder)
        with house(database) as environment:
            found = answer_of("bench.shares", environment, str(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    plain = f"plain os.walk and stat {found['plain']:.2f} s"
    for name, what, goal in (("first", "first look at", ""), ("again", "look without changes at", "<= 120")):
        beside = f"{plain}; {found[f'{name}_cpu']:.0f} s of processor time, {found[f'{name}_read']} files read"
        yield Row(f"share-look-{name}", f"{what} a share of {FILES} files", found[name], "s", goal, beside,
                  found[name] / found["plain"], database, machine())  # fmt: skip
    beside = f"{found['memory_before']:.0f} MB before the first look"
    yield Row("share-look-memory", f"peak of the process that looks at {FILES} files", found["memory"], "MB",
              "<= 400", beside, None, database, machine())  # fmt: skip


MEASUREMENT = Measurement(("share-look-first", "share-look-again", "share-look-memory"), measure)


def lay_out(root: Path) -> None:
    """A tree as offices lay it out: customer, kind, year; every fiftieth file is a copy of another."""
    for number in range(FILES):
        customer = number % CUSTOMERS
        folder = root / f"D-{customer:05} Kunde {customer}/Angebote/{2000 + number // CUSTOMERS // IN_A_FOLDER}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"Angebot Nr {number:06}.pdf"
        path.write_text(f"Inhalt {number - 1 if number % 50 == 49 else number}" * 20)
        os.utime(path, (_AT, _AT))


# --- in the house -------------------------------------------------------------------------------------------------


def run(root: Path) -> dict[str, Any]:
    """Look twice; the rest of the house sleeps."""
    from django.utils import timezone

    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.base.jobs.worker import Worker
    from kundenakte.doors.share import tasks, watch_tasks
    from kundenakte.steps.intake import shares, watching

    pipeline.register_jobs()
    tasks.register_jobs()
    watch_tasks.register_jobs()
    actor = Actor.system("bench")
    share = shares.add_share(
        actor=actor, name="kunden", path=str(root), now=timezone.now(), facts={"class": "OFFER"},
        patterns=["{kunde} {name}/{register}/{jahr}/{titel}"],
    )  # fmt: skip
    watching.set_watch(actor=actor, share=share, is_on=True, now=timezone.now())
    found: dict[str, Any] = {"memory_before": _memory()}
    for name in ("first", "again"):
        began, cpu = time.perf_counter(), time.process_time()
        look = watching.look_now(actor=actor, share=share, is_thorough=False, now=timezone.now())
        worker = Worker(only=frozenset({watching.LOOK}))
        while worker.work_once():
            pass
        found[name], found[f"{name}_cpu"] = time.perf_counter() - began, time.process_time() - cpu
        look.refresh_from_db()
        found[f"{name}_read"] = look.read
        if look.problem or look.counts.get("new") != FILES:
            raise RuntimeError(f"{look.problem} {look.counts}")
    found["plain"] = min(_plain(root) for _ in range(3))
    return found | {"memory": _memory()}


def _plain(root: Path) -> float:
    began = time.perf_counter()
    for folder, _folders, names in os.walk(root):
        for name in names:
            os.stat(f"{folder}/{name}", follow_symlinks=False)  # noqa: PTH116 - the plainest way there is
    return time.perf_counter() - began


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]))) + "\n")
