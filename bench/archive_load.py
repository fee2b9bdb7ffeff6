"""Sealing while papers arrive: how far behind the archive is, and what a clerk notices of it in the browser.

A running house takes papers in at a steady rate, once without sealing and once with it; a clerk opens file, document
and search all the time. BENCH_LOAD_RATE papers per second for BENCH_LOAD_SECONDS each time.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

from bench.archive import SEED
from bench.house import ROOT, answer_of, house, serving
from bench.rows import Measurement, Row, machine
from bench.search_http import Browser, index, signed_in, spread

RATE = float(os.environ.get("BENCH_LOAD_RATE", "3"))
SECONDS = int(os.environ.get("BENCH_LOAD_SECONDS", "600" if os.environ.get("KUNDENAKTE_LONG") == "1" else "120"))
FILES, THERE = 40, 400
# Within this time 99 of 100 are to be sealed.
SOON = timedelta(minutes=5)
# A person's pause between two pages.
PAUSE = 0.2


def measure(database: str) -> Iterator[Row]:
    """The share sealed in time, and the clerk's milliseconds with sealing over those without."""
    with house(database) as environment:
        answer_of("bench.archive_load", environment, "fill")
        with serving(environment) as port:
            found = answer_of("bench.archive_load", environment, "work", str(port))
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `work` found."""
    load = f"{RATE:g} papers a second for {SECONDS} s"
    beside = (
        f"{found['sealed']} of {found['filed']} filed ones; after arrival: median {found['median']:.1f} s, p99 "
        f"{found['p99']:.1f} s, slowest {found['slowest']:.1f} s"
    )
    yield Row("seal-in-time", f"{load}: sealed within {SOON.seconds // 60} minutes", found["share"], "%", ">= 99",
              beside, None, database, machine())  # fmt: skip
    quiet, without, sealing = (found[name] for name in ("quiet", "without", "with"))
    beside = (
        f"p95 {sealing['p95']:.1f} ms with sealing, {without['p95']:.1f} ms without, {quiet['p95']:.1f} ms while "
        f"nothing arrives; p50 {sealing['p50']:.1f}, {without['p50']:.1f}, {quiet['p50']:.1f}"
    )
    ratio = sealing["p95"] / without["p95"]
    what = f"{load}: a clerk's pages with sealing over those without (p95)"
    yield Row("seal-web", what, ratio, "x", "<= 1.1", beside, ratio, database, machine())


MEASUREMENT = Measurement(("seal-in-time", "seal-web"), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Customers with some papers each, of a class that is not sealed yet, and a clerk."""
    from bench.search_company import a_clerk
    from kundenakte import pipeline
    from kundenakte.base.jobs.worker import Worker
    from kundenakte.records.models import DocumentClass
    from tests.builders import a_customer_file
    from tests.steps.search.papers import a_paper

    pipeline.register_jobs()
    _seal(DocumentClass.SealWhen.NEVER)
    files = [a_customer_file(f"Firma {number}") for number in range(FILES)]
    for number in range(THERE):
        a_paper(
            f"Rechnung {number} über eine Pumpe mit Wartung und Versand " * 10, customer_file=files[number % FILES],
            document_class="INV_OUT", title=f"Rechnung {number}", number=f"RE-{number:06d}", dated_on=_now().date(),
        )  # fmt: skip
    a_clerk()
    # What follows a filing is done before anything is measured: nothing of it is to be sealed.
    worker = Worker()
    while worker.work_once():
        pass
    return index()


def feed(first: int) -> dict[str, Any]:
    """Papers for these files, one after the other, never faster than the rate; what a paper is the source says."""
    from bench.born_digital import samples
    from demo.customers import make_customers
    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.models import CustomerFile

    pipeline.register_jobs()
    files, actor, count = list(CustomerFile.objects.values_list("pk", flat=True)), Actor.system("bench"), 0
    papers = list(
        samples(make_customers(20, SEED), count=int(RATE * SECONDS), seed=SEED, start=first, groups=("none",))
    )
    began = time.monotonic()
    for count, paper in enumerate(papers, start=1):
        pipeline.receive(
            actor=actor, stream=io.BytesIO(paper.pdf), file_name=paper.name, source="bench", now=_now(),
            origin=paper.name, facts={"customer_file_id": files[count % len(files)], "class": "INV_OUT",
                                      "number": f"RE-L{first + count}"},
        )  # fmt: skip
        time.sleep(max(0.0, began + count / RATE - time.monotonic()))
    return {"received": count, "seconds": time.monotonic() - began}


def _seal(when: str) -> None:
    from kundenakte.records.models import DocumentClass

    DocumentClass.objects.update(seal_when=when)


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


# --- beside the running house -------------------------------------------------------------------------------------


def work(port: int) -> dict[str, Any]:
    """Quiet, then papers without sealing, then papers with it, and what was sealed of these."""
    from kundenakte.base.accounts.models import User
    from kundenakte.records import access
    from kundenakte.records.models import DocumentClass

    clerk = User.objects.get(username="verena")
    browser, visible = Browser(port, signed_in(clerk)), access.documents_for(clerk)
    pages = cycle(
        page
        for pk, file in visible.order_by("pk").values_list("pk", "customer_file")[:FILES]
        for page in (f"/akte/{file}", f"/dokument/{pk}", "/suche?q=rechnung")
    )
    found: dict[str, Any] = {"quiet": _asked(browser, pages, seconds=SECONDS / 2)}
    found["without"] = _while_papers_arrive(browser, pages, first=0)
    _wait_for(lambda: not _under_way())
    _seal(DocumentClass.SealWhen.AT_ONCE)
    since = _now()
    found["with"] = _while_papers_arrive(browser, pages, first=int(RATE * SECONDS))
    _wait_for(lambda: not _under_way() and not _unsealed(since))
    return found | _lags(since)


def _while_papers_arrive(browser: Browser, pages: Iterator[str], *, first: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.archive_load", "feed", str(first)]
    feeding = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    taken = _asked(browser, pages, seconds=SECONDS)
    said, _nothing = feeding.communicate(timeout=SECONDS + 600)
    if feeding.returncode:
        raise RuntimeError(said)
    return taken


def _asked(browser: Browser, pages: Iterator[str], *, seconds: float) -> dict[str, float]:
    taken: list[float] = []
    for _ in range(3):
        browser.get(next(pages))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        taken.append(browser.get(next(pages))[1])
        time.sleep(PAUSE)
    return spread(taken)


def _wait_for(there: Any) -> None:
    """Until it is so, or nothing could be in time any more."""
    until = time.monotonic() + SOON.total_seconds() + 60
    while not there() and time.monotonic() < until:
        time.sleep(0.5)


def _under_way() -> bool:
    from kundenakte.records.models import Arrival

    return Arrival.objects.filter(state=Arrival.State.UNDER_WAY).exists()


def _filed(since: Any) -> dict[int, Any]:
    """When the version's paper arrived, by version."""
    from kundenakte.records.models import Arrival

    rows = Arrival.objects.filter(received_at__gte=since, version__isnull=False)
    return dict(rows.values_list("version_id", "received_at"))


def _sealed() -> dict[int, Any]:
    from kundenakte.steps.archive.models import ArchivePackage

    return dict(ArchivePackage.objects.filter(number=1).values_list("version_id", "sealed_at"))


def _unsealed(since: Any) -> bool:
    return bool(_filed(since).keys() - _sealed().keys())


def _lags(since: Any) -> dict[str, Any]:
    filed, sealed = _filed(since), _sealed()
    lags = sorted((sealed[version] - at).total_seconds() for version, at in filed.items() if version in sealed)
    if not lags:
        raise RuntimeError("nothing was sealed")
    in_time = sum(lag <= SOON.total_seconds() for lag in lags)
    return {
        "filed": len(filed), "sealed": len(lags), "share": 100 * in_time / len(filed), "median": lags[len(lags) // 2],
        "p99": lags[int(len(lags) * 0.99)], "slowest": lags[-1],
    }  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    match sys.argv[1]:
        case "fill":
            answer = fill()
        case "feed":
            answer = feed(int(sys.argv[2]))
        case _:
            answer = work(int(sys.argv[2]))
    sys.stdout.write(json.dumps(answer) + "\n")
