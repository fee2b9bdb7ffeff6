"""Fifty clerks at once in a running house, each with a session, rights of its own and a person's pauses.

5,000 documents and 1,000 customers unless KUNDENAKTE_BENCH_CLERK_DOCUMENTS and KUNDENAKTE_BENCH_CLERK_CUSTOMERS say
otherwise. What one clerk does is in bench/clerk_day.py.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from bench.clerk_day import Clerk, Desk, Taken
from bench.house import answer_of, house, serving
from bench.rows import Measurement, Row, machine
from bench.search_http import index, signed_in, spread

DOCUMENTS = int(os.environ.get("KUNDENAKTE_BENCH_CLERK_DOCUMENTS", "5000"))
CUSTOMERS = int(os.environ.get("KUNDENAKTE_BENCH_CLERK_CUSTOMERS", "1000"))
CLERKS = 50
# They begin one after the other; what counts begins when all are at work.
BEGIN_SECONDS, COUNTED_SECONDS = 30, 150
# More than they file in that time.
WAITING = 250
_PAPERS = 100
_ROLES = (("vertrieb",), ("service",), ("buchhaltung",), ("vertrieb", "buchhaltung"))
_STEPS = ("open", "leaf", "search", "file", "upload", "live")


def measure(database: str) -> Iterator[Row]:
    """Milliseconds of all requests of all clerks, and how many went wrong."""
    with house(database) as environment:
        answer_of("bench.clerks", environment, "fill")
        with serving(environment) as port:
            found = answer_of("bench.clerks", environment, "work", str(port))
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `work` found."""
    what = f"{CLERKS} clerks at once, {DOCUMENTS} documents"
    each = ", ".join(f"{step} {found['steps'][step]:.0f}" for step in _STEPS if step in found["steps"])
    beside = (
        f"p50 {found['p50']:.0f} ms, p99 {found['p99']:.0f}, slowest {found['slowest']:.0f}; p95 reading "
        f"{found['reading']:.0f}, writing {found['writing']:.0f}; by step: {each}; {found['rate']:.0f} requests/s, "
        f"{found['uploads']} uploads; cores busy {found['busy']:.0f} %, the clerks' own process {found['own']:.0f} % "
        "of one core"
    )
    yield Row("clerks-p95", f"{what}: all requests, reading and writing (p95)", found["p95"], "ms", "<= 300", beside,
              None, database, machine())  # fmt: skip
    beside = (
        f"of {found['requests']} requests; {found['conflicts']} moves refused because a colleague was quicker"
        f"{': ' if found['said'] else ''}{'; '.join(found['said'])}"
    )
    yield Row("clerks-errors", f"{what}: answers no clerk should see", found["errors"], "errors", "= 0", beside,
              None, database, machine())  # fmt: skip


MEASUREMENT = Measurement(("clerks-p95", "clerks-errors"), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Documents with text and a picture of their first page, the index, what waits in the inbox, and the clerks."""
    from bench.search_company import filling, words_of

    for _ in filling(DOCUMENTS, words_of(), customers=CUSTOMERS, words=100):
        pass
    _inbox()
    _pictures()
    _clerks()
    index()
    return {}


def _papers(count: int, *, seed: int) -> list[tuple[str, bytes]]:
    """Born-digital papers of customers this house does not know: nothing is filed by itself."""
    from bench.born_digital import samples
    from demo.customers import make_customers

    customers = make_customers(20, seed)
    return [(one.name, one.pdf) for one in samples(customers, count=count, seed=seed, groups=("none",) * 5)]


def _inbox() -> None:
    from django.utils import timezone

    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.base.jobs.worker import Worker

    pipeline.register_jobs()
    for name, data in _papers(WAITING, seed=5):
        pipeline.receive(
            actor=Actor.system("bench"), stream=io.BytesIO(data), file_name=name, source="bench", now=timezone.now()
        )
    worker = Worker()
    while worker.work_once():
        pass


def _pictures() -> None:
    """Every document is valid and has a drawn first page: those of the arrivals, one after the other."""
    from itertools import cycle

    from django.utils import timezone

    from kundenakte.base.blobs import derived
    from kundenakte.records import renditions
    from kundenakte.records.models import Arrival, Rendition, Version, VersionState

    drawn = [renditions.page_image(one, 1) for one in Arrival.objects.values_list("digest", flat=True)[:20]]
    pictures = cycle([path.read_bytes() for path in drawn if path])
    now, versions = timezone.now(), list(Version.objects.all())
    digests = [version.digest for version in versions]
    for digest in digests:
        derived.default().put_bytes(digest, renditions.page_name(1), next(pictures))
    VersionState.objects.bulk_create(
        (VersionState(version=version, state=VersionState.State.VALID, at=now) for version in versions), batch_size=1000
    )
    Rendition.objects.bulk_create(
        (Rendition(digest=digest, kind=kind, page_count=1, ready=1, made_by="bench", made_at=now)
         for digest in digests for kind in (Rendition.Kind.PAGES, Rendition.Kind.TEXT)),
        batch_size=1000,
    )  # fmt: skip


def _clerks() -> None:
    """Accounts with one or two roles each; five documents are denied to each by name."""
    from django.utils import timezone

    from kundenakte.base.accounts.models import Role, User
    from kundenakte.records.models import Document, Grant

    chance, documents = Random(9), list(Document.objects.values_list("pk", flat=True))
    for number in range(CLERKS):
        user = User.objects.create_user(f"clerk{number}", f"clerk{number}@example.com", None, name=f"Kraft {number}")
        user.roles.set(Role.objects.filter(code__in=_ROLES[number % len(_ROLES)]))
        Grant.objects.bulk_create(
            Grant(user=user, document_id=pk, is_deny=True, reason="bench", created_at=timezone.now())
            for pk in chance.sample(documents, 5)
        )


# --- beside the running house -------------------------------------------------------------------------------------


def work(port: int) -> dict[str, Any]:
    """All of them at once, each in a thread: they mostly wait."""
    clerks = [Clerk(port, desk) for desk in _desks()]
    starts = time.monotonic()
    counted, until = starts + BEGIN_SECONDS, starts + BEGIN_SECONDS + COUNTED_SECONDS

    def one(number: int) -> None:
        time.sleep(BEGIN_SECONDS * 0.8 * number / CLERKS)
        clerks[number].work(until)

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(CLERKS)]
    for thread in threads:
        thread.start()
    time.sleep(BEGIN_SECONDS)
    own, busy, wall = time.process_time(), _busy(), time.monotonic()
    time.sleep(COUNTED_SECONDS)
    seconds = time.monotonic() - wall
    own, busy = time.process_time() - own, [after - before for before, after in zip(busy, _busy(), strict=True)]
    for thread in threads:
        thread.join(90)
    taken = [one for clerk in clerks for one in clerk.taken if counted <= one.began < until]
    errors = [error for clerk in clerks for error in clerk.errors]
    errors += ["a clerk is stuck" for thread in threads if thread.is_alive()]
    return _told(taken, errors) | {
        "rate": len(taken) / seconds, "own": 100 * own / seconds, "busy": 100 * busy[0] / sum(busy),
        "rounds": sum(clerk.rounds for clerk in clerks), "conflicts": sum(clerk.conflicts for clerk in clerks),
    }  # fmt: skip


def _told(taken: list[Taken], errors: list[str]) -> dict[str, Any]:
    every = sorted(one.ms for one in taken)
    return spread(every) | {
        "p99": every[int(len(every) * 0.99)], "slowest": every[-1], "requests": len(every),
        "reading": spread([one.ms for one in taken if not one.writes])["p95"],
        "writing": spread([one.ms for one in taken if one.writes])["p95"],
        "steps": {step: spread([one.ms for one in taken if one.step == step])["p95"] for step in _STEPS},
        # Each is begun, sent and finished.
        "uploads": sum(one.step == "upload" and one.writes for one in taken) // 3,
        "errors": len(errors), "said": sorted(set(errors))[:5],
    }  # fmt: skip


def _desks() -> list[Desk]:
    from bench.search_company import words_of
    from kundenakte.base.accounts.models import User
    from kundenakte.records.models import Arrival, CustomerFile, Section

    files = list(CustomerFile.objects.values_list("pk", "customer__name"))
    words, section = list(words_of().words[:1000]), Section.objects.get(key="korrespondenz", customer_file=None).pk
    waiting = list(Arrival.objects.filter(state=Arrival.State.WAITING).order_by("pk").values_list("pk", flat=True))
    papers = _papers(_PAPERS, seed=6)
    return [
        Desk(signed_in(user), files, words, iter(waiting[number::CLERKS]), papers[number % _PAPERS :], section, number)
        for number, user in enumerate(User.objects.filter(username__startswith="clerk").order_by("pk"))
    ]


def _busy() -> list[float]:
    """Ticks all cores worked, and ticks they had nothing to do or waited for the disk, since the start."""
    ticks = [float(text) for text in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return [sum(ticks) - idle, idle]


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(work(int(sys.argv[2])) if sys.argv[1] == "work" else fill()) + "\n")
