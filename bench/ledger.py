"""What the ledger and the journal cost by themselves: asking, claiming, three empty steps, one entry."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

from bench.house import ROOT, house
from bench.rows import Measurement, Row


def measure(database: str) -> Iterable[Row]:
    """Rows, measured by a process in a house of its own."""
    with house(database) as environment:
        command = [sys.executable, "-m", "bench.ledger_here", database]
        said = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return [Row(**row) for row in json.loads(said)]


MEASUREMENT = Measurement(
    (
        "ledger-enqueue",
        "ledger-alone",
        "ledger-alone-commits",
        "ledger-rush",
        "ledger-rush-commits",
        "journal-entry",
        "journal-leaf",
    ),
    measure,
)
