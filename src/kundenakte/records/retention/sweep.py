"""Walking through all documents: calculating their ends anew, trying a change, or looking whether what is stored fits.

In batches of ids, each one transaction; what is calculated is written with one UPDATE for each different end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kundenakte.records.models import Document
from kundenakte.records.retention.engine import End
from kundenakte.records.retention.keeping import COLUMNS, House, Named, Row, columns_of, ends_of, everything_named

# A batch holds SQLite's write lock for some tenths of a second at worst.
BATCH: Final = 2000
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """A document whose stored end is not the one its rule asks for."""

    document_id: int
    stored: tuple[date | None, bool, str]
    asked: tuple[date | None, bool, str]


def rows_behind(cursor: int, *, size: int = BATCH, lock: bool = False) -> list[Row]:
    """The next documents by id; with `lock` held until the transaction ends."""
    documents = Document.objects.filter(pk__gt=cursor).order_by("pk")
    if lock:
        documents = documents.select_for_update(of=("self",))
    return [Row(*row) for row in documents.values_list(*COLUMNS)[:size]]


def differences(rows: Sequence[Row], house: House, *, on: date, named: Named | None = None) -> list[tuple[Row, End]]:
    """Those whose stored end is another."""
    return [
        (row, end)
        for row, end in ends_of(rows, house, on=on, named=named)
        if (row.retain_until, row.is_open, row.code) != columns_of(end)
    ]


def count(report: dict[str, Any], changed: Iterable[tuple[Row, End]], house: House) -> None:
    """Add differences to a report: {"classes": {code: {kind: n}}, "years": {"2032 2034": n}, "examples": {…}}.

    The kind is shorter, longer, opened, ended, new (had no end yet) or same (another rule, the same day).
    """
    classes, years = report.setdefault("classes", {}), Counter(report.get("years", {}))
    examples = report.setdefault("examples", {})
    for row, end in changed:
        kind, code = kind_of(row, end), house.classes[row.class_id].code
        counts = classes.setdefault(code, {})
        counts[kind] = counts.get(kind, 0) + 1
        report[kind] = report.get(kind, 0) + 1
        if kind in {"shorter", "longer"} and row.retain_until and end.until:
            years[f"{row.retain_until.year} {end.until.year}"] += 1
        some = examples.setdefault(f"{code} {kind}", [])
        if len(some) < _EXAMPLES:
            some.append(row.pk)
    report["years"] = dict(years)


def kind_of(row: Row, end: End) -> str:
    """What a difference means for the document."""
    if row.retain_until is None and not row.is_open:
        return "new"
    if end.until is None:
        return "same" if row.is_open else "opened"
    if row.retain_until is None:
        return "ended"
    if end.until == row.retain_until:
        return "same"
    return "shorter" if end.until < row.retain_until else "longer"


def check(house: House, *, on: date) -> Iterator[Difference]:
    """Every document whose stored end is not what its rule asks for (RULE, T-09). Changes nothing; bounded memory."""
    cursor, named = 0, everything_named()
    while rows := rows_behind(cursor, size=5000):
        for row, end in differences(rows, house, on=on, named=named):
            yield Difference(row.pk or 0, (row.retain_until, row.is_open, row.code), columns_of(end))
        cursor = rows[-1].pk or 0
