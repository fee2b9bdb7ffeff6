"""The doors of a running house: a file dropped into a watched folder, and PDFs posted by eight programs at once."""

from __future__ import annotations

import http.client
import io
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.house import answer_of, house, serving
from bench.rows import Measurement, Row, machine

CLIENTS, POSTS_EACH, DROPS = 8, 25, 12


def measure(database: str) -> Iterator[Row]:
    """Seconds from drop to visible; milliseconds of a POST beside those of an empty page."""
    with house(database) as environment, serving(environment) as port:
        found = answer_of("bench.doors", environment, str(port))
    beside = f"slowest of {DROPS}: {found['slowest']:.2f} s"
    yield Row(
        "folder-visible", "drop into a watched folder until visible in the file (median)", found["drop"], "s", "<= 2",
        beside, None, database, machine(),
    )  # fmt: skip
    beside = f"p50 {found['p50']:.0f} ms; answer without work p95 {found['empty']:.0f} ms, same clients"
    yield Row(
        "rest-post", "POST of a 100 kB PDF with keys, 8 clients (p95)", found["p95"], "ms", "<= 150", beside,
        found["p95"] / found["empty"], database, machine(),
    )  # fmt: skip


MEASUREMENT = Measurement(("folder-visible", "rest-post"), measure)


# --- beside the running house -------------------------------------------------------------------------------------


def run(port: int) -> dict[str, float]:
    """Drop and post, one after the other."""
    token = _prepared()
    drops = _drops()
    posted = _together(port, token, _post)
    empty = _together(port, token, _nothing)
    return {
        "drop": statistics.median(drops), "slowest": max(drops), "p50": statistics.median(posted),
        "p95": _p95(posted), "empty": _p95(empty),
    }  # fmt: skip


def _prepared() -> str:
    """Twenty customers and a token."""
    from django.utils import timezone

    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.actions import accounts, customers

    actor, now = Actor.system("bench"), timezone.now()
    for number in range(20):
        customers.create_customer(actor=actor, name=f"Kunde {number} GmbH", number=f"K-{10001 + number}", now=now)
    erp = accounts.add_account(actor=actor, username="erp", roles=["anbindung"], is_service=True, now=now)
    scopes = ["documents:write", "documents:read"]
    _, secret = accounts.issue_token(actor=actor, user=erp, name="bench", scopes=scopes, now=now)
    return secret


def _paper(number: str, size: int = 0, customer: str = "K-10003") -> bytes:
    """A one-page PDF; with `size`, filled up to so many bytes with what does not compress."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target)
    for place, text in enumerate((f"Kundennummer: {customer}", f"Rechnung {number}", f"Rechnungsnummer: {number}")):
        canvas.drawString(60, 760 - 20 * place, text)
    canvas.save()
    data = target.getvalue()
    return data + b"\n%" + os.urandom(max(size - len(data) - 2, 0)) if size else data


def _drops() -> list[float]:
    from django.utils import timezone

    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.models import Document
    from kundenakte.steps.intake.folders import add_folder

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        facts = {"class": "INV_OUT"}
        actor = Actor.system("bench")
        add_folder(actor=actor, name="bench", path=name, now=timezone.now(), sidecar="none", facts=facts)
        time.sleep(3)
        seconds = []
        for turn in range(DROPS):
            number = f"RE-2026-{turn:04d}"
            (folder / f"{number}.pdf").write_bytes(_paper(number))
            began = time.perf_counter()
            while not Document.objects.filter(number=number, valid_version__isnull=False).exists():
                if time.perf_counter() - began > 60:
                    raise TimeoutError(number)
                time.sleep(0.02)
            seconds.append(time.perf_counter() - began)
        return seconds


def _together(port: int, token: str, one: Any) -> list[float]:
    """Milliseconds of each request of all clients."""

    def client(number: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        for turn in range(POSTS_EACH):
            times.append(one(connection, token, f"{number}-{turn}"))
        connection.close()
        return times

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [value for times in pool.map(client, range(CLIENTS)) for value in times]


def _post(connection: http.client.HTTPConnection, token: str, which: str) -> float:
    boundary = uuid.uuid4().hex
    customer = f"K-{10001 + sum(map(ord, which)) % 20}"
    fields = {"system": "erp", "customer": customer, "class": "INV_OUT", "number": f"RP-{which}", "key": f"RP-{which}"}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{which}.pdf"\r\n\r\n'
    body += head.encode() + _paper(f"RP-{which}", 100_000, customer) + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    began = time.perf_counter()
    connection.request("POST", "/api/v1/documents", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    seconds = time.perf_counter() - began
    if answer.status not in {200, 201, 202}:
        raise RuntimeError(f"{answer.status} {text[:200]!r}")
    return seconds * 1000


def _nothing(connection: http.client.HTTPConnection, token: str, _: str) -> float:
    began = time.perf_counter()
    connection.request("GET", "/api/v1/customers?number=none", headers={"Authorization": f"Bearer {token}"})
    connection.getresponse().read()
    return (time.perf_counter() - began) * 1000


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run(int(sys.argv[1]))) + "\n")
