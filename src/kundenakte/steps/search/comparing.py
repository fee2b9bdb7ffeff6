"""Compares an index with the database, document by document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from kundenakte.records.models import Document
from kundenakte.steps.search import folder
from kundenakte.steps.search.engine import Reader
from kundenakte.steps.search.entries import entries_of, rows_of

# Larger than any document's id (see entries.order_number).
_LAST_ID = 2**40 - 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ids of documents that the index lacks, has too many of (gone, or twice), or knows differently."""

    missing: tuple[int, ...] = ()
    surplus: tuple[int, ...] = ()
    different: tuple[int, ...] = ()
    documents: int = 0

    @property
    def wrong(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(chain(self.missing, self.surplus, self.different))

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(
            self.missing + other.missing,
            self.surplus + other.surplus,
            self.different + other.different,
            self.documents + other.documents,
        )


def compare(*, thorough: bool = False) -> Comparison:
    """The whole index that is read now against the database: rows, and with `thorough` the texts as well.

    Says so about documents that changed a moment ago, too; ask when the indexer has caught up.
    """
    whole = Comparison()
    for part in slices(folder.current(), thorough=thorough):
        whole += part
    return whole


def slices(name: str, *, size: int = 1000, thorough: bool = False) -> Iterator[Comparison]:
    """The same, piece by piece."""
    first = 0
    while True:
        ids = list(Document.objects.filter(pk__gte=first).order_by("pk").values_list("pk", flat=True)[:size])
        last = ids[-1] if len(ids) == size else _LAST_ID
        reader = folder.ENGINE.reader(folder.root() / name) if name else None
        yield _compare(reader, ids, first, last, thorough=thorough)
        if last == _LAST_ID:
            return
        first = last + 1


def _compare(reader: Reader | None, ids: list[int], first: int, last: int, *, thorough: bool) -> Comparison:
    found = list(reader.prints(first, last)) if reader else []
    counted = Counter(document_id for document_id, _, _ in found)
    known = {document_id: (row_print, full_print) for document_id, row_print, full_print in found}
    rows = rows_of(ids)
    if thorough:
        wanted = {entry.document_id: (entry.row_print, entry.full_print) for entry in entries_of(rows)}
    else:
        # The text is made once for each digest, and when it was made is part of the row.
        wanted = {row.document_id: (row.print, known.get(row.document_id, (0, 0))[1]) for row in rows}
    return Comparison(
        missing=tuple(sorted(wanted.keys() - known.keys())),
        surplus=tuple(sorted(pk for pk, count in counted.items() if pk not in wanted or count > 1)),
        different=tuple(sorted(pk for pk in wanted.keys() & known.keys() if wanted[pk] != known[pk])),
        documents=len(wanted),
    )
