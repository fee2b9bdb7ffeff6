"""python -m demo --out DIR [--customers N] [--documents N] [--seed S]: write the stock of the demo company."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from demo.stock import SEED, write_company

_SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "samples"


def main() -> None:
    """Write and say what was written."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="an empty folder")
    parser.add_argument("--customers", type=int, default=150)
    parser.add_argument("--documents", type=int, default=260)
    parser.add_argument("--seed", type=int, default=SEED)
    wish = parser.parse_args()
    began = time.perf_counter()
    stock = write_company(
        wish.out, customers=wish.customers, documents=wish.documents, seed=wish.seed, samples=_SAMPLES
    )
    doors = Counter(row.door for row in stock.truth)
    print(
        f"{len(stock.customers)} customers, {len(stock.truth)} files in {time.perf_counter() - began:.1f} s: {wish.out}"
    )
    for door, count in sorted(doors.items()):
        print(f"  {door:<16} {count}")


if __name__ == "__main__":
    main()
