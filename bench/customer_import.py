"""Times the import of a customer list: 10,000 lines into an empty house, and the same again, unchanged."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from demo.customers import ERP_COLUMNS, erp_rows, make_customers
from kundenakte.base.accounts.actors import Actor
from kundenakte.customers.imports import ImportReport, import_customers
from kundenakte.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long each run took."""

    first: float
    again: float


def customer_list(count: int, seed: int = 7) -> bytes:
    """The list of `count` customers as a German ERP exports it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(ERP_COLUMNS)
    writer.writerows(erp_rows(make_customers(count, seed)))
    return text.getvalue().encode("cp1252", "replace")


def run(count: int = 10_000, *, on_created: Callable[[Sequence[Customer]], object] | None = None) -> Seconds:
    """Import `count` customers into the current database and return the seconds; it must hold no customers yet.

    With `on_created=partial(open_files_for, …)` the opening of the files counts in, as at the door.
    """
    data, today, actor = customer_list(count), date(2026, 11, 24), Actor.system("bench")

    def once() -> tuple[float, ImportReport]:
        start = time.perf_counter()
        report = import_customers(io.BytesIO(data), None, actor=actor, today=today, on_created=on_created)
        return time.perf_counter() - start, report

    first, created = once()
    again, unchanged = once()
    if created.count("created") != count or unchanged.count("unchanged") != count:
        raise AssertionError(f"{created.sentence} {unchanged.sentence}")
    return Seconds(first, again)
