"""A row of the benchmark table, and what machine it was measured on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

LATEST = Path(__file__).parent / "latest.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `goal` begins with <=, >= or = and a number in the row's unit; "" where nothing is to be reached."""

    id: str
    what: str
    value: float
    unit: str
    goal: str = ""
    # What was measured beside it in the same run, in words and figures.
    reference: str = ""
    # value divided by the reference's figure; None where there is no such thing.
    ratio: float | None = None
    database: str = ""
    machine: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if not self.goal:
            return None
        sign = "<=" if self.goal.startswith("<=") else ">=" if self.goal.startswith(">=") else "="
        bound = float(self.goal.removeprefix(sign).split()[0])
        return {"<=": self.value <= bound, ">=": self.value >= bound, "=": self.value == bound}[sign]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A piece of the benchmark: the ids it gives, and the function that measures them for one database."""

    ids: tuple[str, ...]
    measure: Callable[[str], Iterable[Row]]
    # False when no database is involved: then it runs once.
    on_both: bool = True


def machine() -> str:
    """Processor, cores, memory and system, in one line."""
    cpu = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"


def table(rows: Iterable[Row]) -> str:
    """The rows as aligned text."""
    cells = [("id", "value", "unit", "goal", "ok", "ratio", "database", "beside it")]
    for row in rows:
        ok = {None: "", True: "yes", False: "NO"}[row.reached]
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells.append((row.id, f"{row.value:.4g}", row.unit, row.goal, ok, ratio, row.database, row.reference))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def keep(rows: Iterable[Row]) -> None:
    """Write the rows into bench/latest.json; rows of other ids or databases stay."""
    known = {(row["id"], row["database"]): row for row in _latest()}
    for row in rows:
        known[row.id, row.database] = asdict(row)
    ordered = [known[key] for key in sorted(known)]
    LATEST.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _latest() -> list[dict[str, object]]:
    return json.loads(LATEST.read_text(encoding="utf-8")) if LATEST.exists() else []
