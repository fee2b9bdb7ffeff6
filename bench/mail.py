"""Mail until it is in the file, and what a clerk notices while a mail of 20 MB or a scan of 500 pages is worked off.

A running house with its usual processes; mail comes in by its own SMTP door. BENCH_MAIL_MEGABYTES, BENCH_MAIL_PAGES and
BENCH_MAIL_SECONDS take other sizes and another time to watch the scan being read.
"""

from __future__ import annotations

import io
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.asking import Asked, Looking
from bench.house import ROOT, answer_of, descendants, house, open_house, until_it_answers
from bench.mail_sending import ADDRESS, DOMAIN, PATIENCE, mail_of, sent
from bench.rows import Measurement, Row, machine
from bench.running import pss
from bench.search_http import Browser, signed_in
from tests.waiting import free_port

MEGABYTES = int(os.environ.get("BENCH_MAIL_MEGABYTES", "20"))
PAGES = int(os.environ.get("BENCH_MAIL_PAGES", "500"))
SECONDS = int(os.environ.get("BENCH_MAIL_SECONDS", "180"))
# Small mails, large ones one after the other, and seconds of a quiet house.
MAILS, LARGE, QUIET = 12, 3, 30
CUSTOMERS, THERE = 20, 60


def measure(database: str) -> Iterator[Row]:
    """Seconds from 250 to visible; the clerk's milliseconds beside a large mail and beside a large scan."""
    with house(database) as environment:
        folder = Path(environment["KUNDENAKTE_DATA"]).parent / "papers"
        folder.mkdir()
        environment["BENCH_FOLDER"] = str(folder)
        there = answer_of("bench.mail", environment, "fill")
        environment |= {"BENCH_TOKEN": there["token"], "BENCH_SMTP": str(there["smtp"])}
        with open_house(environment) as server:
            until_it_answers(server)
            found = {}
            for part in ("visible", "mail", "scan"):
                with _peak(server.pid) as held:
                    found[part] = answer_of("bench.mail", environment, part, str(server.port))
                found[part]["memory"] = max(held)
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what the three parts found."""
    small, mail, scan = found["visible"], found["mail"], found["scan"]
    yield Row(
        "mail-visible", "250 of the SMTP door until mail and PDF stand in the file (median)", small["median"], "s",
        "<= 5", f"slowest of {MAILS}: {small['slowest']:.2f} s", None, database, machine(),
    )  # fmt: skip
    beside = f"{_told(mail)}; worked off in {', '.join(f'{each:.0f}' for each in mail['took'])} s"
    what = f"a clerk's pages while a mail of {MEGABYTES} MB is received and worked off, {LARGE} in turn (p95)"
    yield _web("mail-large-web", what, mail, beside, database)
    beside = f"{_told(scan)}; {scan['read']} of {PAGES} pages read, {scan['size'] / 1e6:.0f} MB"
    what = f"a clerk's pages in the first {SECONDS} s of a scan of {PAGES} pages by REST (p95)"
    yield _web("scan-large-web", what, scan, beside, database)


def _web(name: str, what: str, part: dict[str, Any], beside: str, database: str) -> Row:
    p95 = part["busy"]["p95"]
    return Row(name, what, p95, "ms", "<= 300", beside, p95 / part["quiet"]["p95"], database, machine())


def _told(part: dict[str, Any]) -> str:
    busy, quiet = part["busy"], part["quiet"]
    each = ", ".join(f"{name} {value:.0f}" for name, value in busy["each"].items())
    return (
        f"p50 {busy['p50']:.0f} ms, slowest {busy['slowest']:.0f} ms of {busy['count']}; quiet house p50 "
        f"{quiet['p50']:.0f} ms, p95 {quiet['p95']:.0f} ms; p95 of {each}; memory of the house up to "
        f"{part['memory']:.0f} MB"
    )


MEASUREMENT = Measurement(("mail-visible", "mail-large-web", "scan-large-web"), measure)


@contextmanager
def _peak(pid: int) -> Iterator[list[float]]:
    """What all processes of the house held together, in MB, looked at every second."""
    held, ending = [0.0], threading.Event()

    def look() -> None:
        while not ending.wait(1.0):
            held.append(sum(_held(one) for one in [pid, *descendants(pid)]))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield held
    finally:
        ending.set()
        looking.join()


def _held(pid: int) -> float:
    try:
        return pss(pid)
    except (OSError, StopIteration):
        # It has ended meanwhile.
        return 0.0


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Customers with mail addresses and some papers, an inbox, a clerk, the door, and what is going to be sent."""
    from bench.born_digital import samples
    from bench.pages import received
    from bench.search_company import a_clerk
    from bench.search_http import index
    from demo.customers import make_customers
    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.base.jobs.worker import Worker
    from kundenakte.records.actions import accounts, customers, documents, files
    from kundenakte.steps.intake.mailboxes import set_door

    pipeline.register_jobs()
    actor, now = Actor.system("bench"), _now()
    made = [
        customers.create_customer(
            actor=actor, name=f"Kunde {number} GmbH", number=_number(number), now=now,
            identifiers=[("email", mail_of(number))],
        )
        for number in range(CUSTOMERS)
    ]  # fmt: skip
    own = list(samples(make_customers(CUSTOMERS, 5), count=THERE, seed=5))
    for number, sample in enumerate(own):
        stored = received(sample.pdf, f"dok-{number}.pdf")
        documents.create_document(
            actor=actor, customer_file=files.file_of(made[number % CUSTOMERS]), section=None, now=now,
            description=_described(number, now),
            version=documents.NewVersion(stored.digest, stored.size, "application/pdf", stored.file_name, "bench"),
        )  # fmt: skip
    strangers = samples(make_customers(CUSTOMERS, 6), count=10, seed=6, groups=("none",))
    for sample in strangers:
        pipeline.receive(actor=actor, stream=io.BytesIO(sample.pdf), file_name=sample.name, source="bench", now=now)
    a_clerk()
    erp = accounts.add_account(actor=actor, username="erp", roles=["anbindung"], is_service=True, now=now)
    _, token = accounts.issue_token(actor=actor, user=erp, name="bench", scopes=["documents:write"], now=now)
    port = free_port()
    set_door(
        actor=actor, now=now, enabled=True, smtp_port=port, domain=DOMAIN, answers=False, max_megabytes=100,
        senders=[mail_of(number) for number in range(CUSTOMERS)],
    )  # fmt: skip
    _write_papers(Path(os.environ["BENCH_FOLDER"]))
    worker = Worker()
    while worker.work_once():
        pass
    index()
    return {"token": token, "smtp": port}


def _write_papers(folder: Path) -> None:
    from bench.mail_papers import MEGABYTE, a_large_mail, write_scan

    for turn in range(LARGE):
        mail = a_large_mail(
            sender=mail_of(turn), to=ADDRESS, customer=_number(turn), turn=turn, size=MEGABYTES * MEGABYTE
        )
        (folder / f"mail-{turn}.eml").write_bytes(mail)
    write_scan(folder / "scan.pdf", pages=PAGES)


def _described(number: int, now: Any) -> Any:
    from kundenakte.records.actions.documents import Description
    from kundenakte.records.models import DocumentClass

    return Description(DocumentClass.objects.get(code="OFFER"), f"Angebot {number}", f"AN-{number}", now.date(), {})


def _number(customer: int) -> str:
    return f"K-{10001 + customer}"


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


# --- beside the running house -------------------------------------------------------------------------------------


def visible(port: int) -> dict[str, Any]:
    """Send small mails, each when the last one stands in its file, and look at the file's page until it does."""
    from bench.mail_papers import a_mail, an_order

    browser, files = _browser(port), _files()
    _until(lambda: not _connection_refused())
    taken = []
    for turn in range(MAILS):
        number, subject, customer = f"EB-2026-{turn:04d}", f"Umbau der Halle, Vorgang {turn:04d}", turn % CUSTOMERS
        mail = a_mail(
            sender=mail_of(customer), to=ADDRESS, subject=subject, number=number,
            files=[("Bestellung.pdf", "application/pdf", an_order(number, _number(customer)))],
        )  # fmt: skip
        sent(mail, mail_of(customer))
        began = time.perf_counter()
        page = ""
        while subject not in page or number not in page:
            if time.perf_counter() - began > 60:
                raise TimeoutError(f"{number}: {_what_came()}")
            page = browser.get(f"/akte/{files[customer]}")[0]
            time.sleep(0.02)
        taken.append(time.perf_counter() - began)
        time.sleep(0.5)
    return {"median": statistics.median(taken), "slowest": max(taken), "all": taken}


def mail(port: int) -> dict[str, Any]:
    """A quiet house, then large mails, one when the last one has been worked off."""
    clerk = Looking(_browser(port), _pages(), patience=PATIENCE)
    quiet = clerk.for_seconds(QUIET)
    busy, took = Asked(), []
    for turn in range(LARGE):
        began = time.monotonic()
        sending = _beside("send", str(turn))
        clerk.until(lambda: sending.poll() is not None and not _under_way(), busy)  # noqa: B023
        _ended_well(sending)
        took.append(time.monotonic() - began)
    return {"quiet": quiet.told(), "busy": busy.told(), "took": took, "came": _what_came()}


def scan(port: int) -> dict[str, Any]:
    """A quiet house, then the first minutes of a scan of many pages."""
    clerk = Looking(_browser(port), _pages(), patience=PATIENCE)
    quiet = clerk.for_seconds(QUIET)
    sending, busy = _beside("post", str(port)), Asked()
    end = time.monotonic() + SECONDS
    clerk.until(lambda: time.monotonic() > end, busy)
    _ended_well(sending)
    path = Path(os.environ["BENCH_FOLDER"]) / "scan.pdf"
    return {"quiet": quiet.told(), "busy": busy.told(), "read": _pages_read(), "size": path.stat().st_size}


def _pages() -> Iterator[tuple[str, str]]:
    """File, search, inbox and a document, in turn: every second document is one of the newest."""
    from kundenakte.records import access

    clerk, files = _clerk(), _files()
    old = cycle(list(access.documents_for(clerk).order_by("pk").values_list("pk", flat=True)[:THERE]))
    for turn, file in enumerate(cycle(files)):
        yield "file", f"/akte/{file}"
        yield "search", "/suche?q=angebot"
        yield "inbox", "/posteingang/"
        newest = list(access.documents_for(clerk).order_by("-pk").values_list("pk", flat=True)[:6])
        yield "document", f"/dokument/{newest[turn // 2 % len(newest)] if turn % 2 else next(old)}"


def _browser(port: int) -> Browser:
    return Browser(port, signed_in(_clerk()))


def _clerk() -> Any:
    from kundenakte.base.accounts.models import User

    return User.objects.get(username="verena")


def _files() -> list[int]:
    from kundenakte.records.models import CustomerFile

    return list(
        CustomerFile.objects.filter(customer__number__startswith="K-1").order_by("pk").values_list("pk", flat=True)
    )


def _under_way() -> bool:
    from kundenakte.records.models import Arrival

    return Arrival.objects.filter(state=Arrival.State.UNDER_WAY).exists()


def _what_came() -> list[str]:
    from kundenakte.records.models import Arrival

    rows = Arrival.objects.exclude(source="bench").order_by("-pk")[:12]
    return [f"{row.file_name}: {row.state} {row.reason} {row.sentence}".strip() for row in rows]


def _pages_read() -> int:
    from kundenakte.records.models import Arrival
    from kundenakte.records.scanned import reading_of

    arrival = Arrival.objects.get(source="rest:erp")
    return len(reading_of(arrival.digest).pages)


def _until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not there():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)


def _connection_refused() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(os.environ["BENCH_SMTP"]))) != 0


def _beside(*what: str) -> subprocess.Popen[bytes]:
    """In a process of its own: what is sent here does not hold up who looks."""
    return subprocess.Popen([sys.executable, "-m", "bench.mail_sending", *what], cwd=ROOT, stdout=subprocess.DEVNULL)


def _ended_well(sending: subprocess.Popen[bytes]) -> None:
    if sending.wait(PATIENCE):
        raise RuntimeError("it could not be sent")


def main(what: str, *more: str) -> dict[str, Any]:
    """One part of the measurement."""
    return fill() if what == "fill" else {"visible": visible, "mail": mail, "scan": scan}[what](int(more[0]))


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
