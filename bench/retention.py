"""Calculating the ends of retention of a million documents anew, as after a change of law: in the job's own batches."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from bench.house import answer_of, house
from bench.rows import Measurement, Row, machine

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "1000000"))
CUSTOMERS = 1000
_NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
# Shares of a company's papers; offers and delivery notes ask what else is in their file.
_CLASSES = (("INV_OUT", 30), ("INV_IN", 10), ("OFFER", 12), ("ORDER_IN", 8), ("DELIVERY", 12), ("EMAIL_LETTER", 18),
            ("CONTRACT", 2), ("SERVICE_REPORT", 5), ("PRICE_CALC", 1), ("OTHER", 2))  # fmt: skip


def measure(database: str) -> Iterator[Row]:
    """Seconds for all: first with every row to be written, then the same once more, where nothing differs."""
    with house(database) as environment:
        found = answer_of("bench.retention", environment, "run")
    each = f"{DOCUMENTS} documents"
    goal = f"<= {60 * DOCUMENTS / 1_000_000:g}"
    beside = f"again, nothing to write: {found['again']:.1f} s; longest batch {found['longest'] * 1000:.0f} ms"
    yield Row("retention-million", f"recalculation of the ends of {each}, all written", found["first"], "s", goal,
              beside, found["first"] / found["again"], database, machine())  # fmt: skip


MEASUREMENT = Measurement(("retention-million",), measure)


# --- in the house -------------------------------------------------------------------------------------------------


def run() -> dict[str, Any]:
    """Fill, then carry out a calculation of everything twice."""
    from kundenakte.records.models import Document

    _fill()
    first, longest = _recalculate()
    missing = Document.objects.filter(retain_until=None, is_retention_open=False).count()
    assert not missing, f"{missing} documents have no end"  # noqa: S101 - a measurement of nothing is none
    again, _ = _recalculate()
    return {"first": first, "again": again, "longest": longest}


def _recalculate() -> tuple[float, float]:
    from django.db import transaction

    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.actions import retention_changes as changes

    begun, longest, more = time.monotonic(), 0.0, True
    started = changes.start(actor=Actor.system("bench"), now=_NOW, why={})
    while more:
        batch = time.monotonic()
        with transaction.atomic():
            more = changes.next_batch(run_id=started.pk, now=_NOW)
        longest = max(longest, time.monotonic() - batch)
    return time.monotonic() - begun, longest


def _fill() -> None:
    from kundenakte.customers.models import Customer
    from kundenakte.records.models import CustomerFile, Document, DocumentClass, FilePlan, Section

    chance = Random(11)
    customers = Customer.objects.bulk_create(
        Customer(number=f"K-{n}", name=f"Kunde {n}", sort_name=f"kunde {n}") for n in range(CUSTOMERS)
    )
    plan = FilePlan.objects.get()
    files = CustomerFile.objects.bulk_create(
        CustomerFile(customer=customer, plan=plan, opened_on=_NOW.date()) for customer in customers
    )
    section = Section.objects.filter(customer_file=None)[0]
    classes = {one.code: one for one in DocumentClass.objects.all()}
    codes, weights = [code for code, _ in _CLASSES], [share for _, share in _CLASSES]
    for begin in range(0, DOCUMENTS, 5000):
        rows = []
        for n, code in enumerate(chance.choices(codes, weights, k=min(5000, DOCUMENTS - begin)), begin):
            dated = date(2014, 1, 1) + timedelta(days=chance.randrange(4700))
            fields = {"offer_number": f"N-{chance.randrange(DOCUMENTS)}"} if code == "ORDER_IN" else {}
            rows.append(
                Document(
                    customer_file=files[n % CUSTOMERS],
                    section=section,
                    document_class=classes[code],
                    title=f"Blatt {n}",
                    number=f"N-{n}",
                    number_key=f"n{n}",
                    dated_on=dated,
                    fields=fields | {"subject": "Betreff"},
                    created_at=_NOW,
                    changed_at=_NOW,
                )
            )
        Document.objects.bulk_create(rows, batch_size=1000)


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run()) + "\n")
