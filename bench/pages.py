"""The picture of a page as the viewer asks for it, over HTTP, beside an empty page; and the words that lie on it."""

from __future__ import annotations

import http.client
import io
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.house import answer_of, house, serving
from bench.rows import Measurement, Row, machine
from bench.search_http import Browser, signed_in, spread

DOCUMENTS = 60
ASKED = 240


def measure(database: str) -> Iterator[Row]:
    """Milliseconds over HTTP, one clerk with restricted rights, connection kept open, pictures already made."""
    with house(database) as environment:
        answer_of("bench.pages", environment, "fill")
        with serving(environment) as port:
            found = answer_of("bench.pages", environment, "ask", str(port))
    yield from rows(found, database)


def rows(found: dict[str, Any], database: str) -> Iterator[Row]:
    """The rows of what `ask` found."""
    empty = found["empty"]["p95"]
    for name, what, goal in (
        ("page-image", "picture of a page that is made already, over HTTP (p95)", "<= 20"),
        ("page-text", "words of a page with their boxes, over HTTP (p95)", ""),
    ):
        took = found[name]
        beside = f"p50 {took['p50']:.1f} ms; empty page p95 {empty:.1f} ms; {took['largest'] / 1000:.0f} kB"
        yield Row(name, what, took["p95"], "ms", goal, beside, took["p95"] / empty, database, machine())


MEASUREMENT = Measurement(("page-image", "page-text"), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def fill() -> dict[str, Any]:
    """Papers of one customer, read and drawn as a worker does it."""
    from bench.born_digital import samples
    from bench.search_company import a_clerk
    from demo.customers import make_customers
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.customers.actions import create_customer
    from kundenakte.records.actions import documents, files

    customers = make_customers(20, 5)
    actor, now = Actor.system("bench"), _now()
    customer = create_customer(actor=actor, name="Alpha GmbH", number="K-1", now=now)
    files.open_files_for(actor=actor, customers=[customer], today=now.date())
    customer_file = files.file_of(customer)
    for number, sample in enumerate(samples(customers, count=DOCUMENTS, seed=5)):
        stored = received(sample.pdf, f"dok-{number}.pdf")
        documents.create_document(
            actor=actor, customer_file=customer_file, section=None, description=_offer(number, now), now=now,
            version=documents.NewVersion(stored.digest, stored.size, "application/pdf", stored.file_name, "bench"),
        )  # fmt: skip
    a_clerk()
    return {}


def received(data: bytes, file_name: str) -> Any:
    """An arrival whose pages are drawn already."""
    from django.db import transaction

    from kundenakte import pipeline
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.steps.rendition import tasks

    actor = Actor.system("bench")
    arrival = pipeline.receive(actor=actor, stream=io.BytesIO(data), file_name=file_name, source="bench", now=_now())
    write = tasks.render(arrival.pk)
    with transaction.atomic():
        write()
    return arrival


def _offer(number: int, now: Any) -> Any:
    from kundenakte.records.actions.documents import Description
    from kundenakte.records.models import DocumentClass

    return Description(DocumentClass.objects.get(code="OFFER"), f"Angebot {number}", f"AN-{number}", now.date(), {})


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


# --- beside the running house -------------------------------------------------------------------------------------


def ask(port: int) -> dict[str, Any]:
    """Everything, one after the other; nothing else runs meanwhile."""
    from kundenakte.base.accounts.models import User
    from kundenakte.records import access

    clerk = User.objects.get(username="verena")
    session = signed_in(clerk)
    numbers = [*access.documents_for(clerk).values_list("pk", flat=True)] * (ASKED // DOCUMENTS)
    return {
        "empty": Browser(port, session).times(["/hochladen"] * ASKED),
        "page-image": _times(port, session, [f"/dokument/{pk}/version/1/seite/1" for pk in numbers]),
        "page-text": _times(port, session, [f"/dokument/{pk}/version/1/text?ab=1" for pk in numbers]),
    }


def _times(port: int, session: str, paths: list[str]) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken, largest = [], 0
    for path in [*paths[:10], *paths]:
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        answer = connection.getresponse()
        size = len(answer.read())
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {path}")
        largest = max(largest, size)
    return spread(taken[10:]) | {"largest": largest}


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "fill":
        from kundenakte import pipeline

        pipeline.register_jobs()
    sys.stdout.write(json.dumps(ask(int(sys.argv[2])) if sys.argv[1] == "ask" else fill()) + "\n")
