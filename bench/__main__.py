"""`make bench` and `make bench ONLY=id`: measures, prints the table, writes bench/latest.json.

Each measurement runs on SQLite and PostgreSQL where a database is involved, one after the other, in its own house.
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module

from bench.house import DATABASES
from bench.rows import LATEST, Measurement, Row, keep, machine, table

MODULES = (
    "way",
    "doors",
    "mail",
    "filing",
    "einvoices",
    "customers",
    "ledger",
    "archive",
    "archive_load",
    "search",
    "search_http",
    "search_quality",
    "lists",
    "pages",
    "clerks",
    "running",
    "verifier",
    "backup",
    "retention",
    "scans",
    "stacks",
    "disposition",
    "desks",
    "cases",
    "shares",
)


def measurements() -> list[Measurement]:
    """All there are, in the order of the table in docs/benchmarks.md."""
    return [import_module(f"bench.{name}").MEASUREMENT for name in MODULES]


def main() -> int:
    """Run what is asked for; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="one id of a row")
    parser.add_argument("--database", choices=DATABASES, help="only this database")
    options = parser.parse_args()
    chosen = [one for one in measurements() if not options.only or options.only in one.ids]
    if not chosen:
        sys.stderr.write(f"There is no row {options.only}.\n")
        return 2
    rows: list[Row] = []
    for one in chosen:
        for database in [options.database] if options.database else DATABASES if one.on_both else ("",):
            began = time.monotonic()
            measured = [row for row in one.measure(database) if not options.only or row.id == options.only]
            rows += measured
            sys.stderr.write(f"{one.ids[0]} {database}: {time.monotonic() - began:.0f} s\n")
    keep(rows)
    sys.stdout.write(f"{machine()}\n{table(rows)}\nwritten to {LATEST.name}\n")
    return 0 if all(row.reached is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
