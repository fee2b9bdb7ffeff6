"""Import of 10,000 customers from CSV, with their files, into an empty house."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from bench.house import ROOT, house
from bench.rows import Measurement, Row, machine

COUNT = 10_000


def measure(database: str) -> Iterator[Row]:
    """Seconds, beside those of the same import once more (all unchanged)."""
    with house(database) as environment:
        command = [sys.executable, "-m", "bench.customers"]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    found = json.loads(done.stdout.splitlines()[-1])
    beside = f"again, all unchanged: {found['again']:.1f} s"
    what = f"import of {COUNT} customers from CSV, files opened"
    yield Row(
        "customer-import", what, found["first"], "s", "<= 30", beside, found["first"] / found["again"],
        database, machine(),
    )  # fmt: skip


MEASUREMENT = Measurement(("customer-import",), measure)

if __name__ == "__main__":
    import django

    django.setup()
    from datetime import date

    from bench.customer_import import run
    from kundenakte.base.accounts.actors import Actor
    from kundenakte.records.actions.files import open_files_for

    taken = run(
        COUNT,
        on_created=lambda made: open_files_for(actor=Actor.system("bench"), customers=made, today=date(2026, 11, 24)),
    )
    sys.stdout.write(json.dumps({"first": taken.first, "again": taken.again}) + "\n")
