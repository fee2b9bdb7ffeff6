"""Telling the search indexes, in the transaction of the change, that a document has to be read again."""

from __future__ import annotations

from collections.abc import Iterable

from kundenakte.records.models import Document, SearchDue


def mark(document: Document) -> None:
    """Each index that follows picks the document up at its next round."""
    SearchDue.objects.create(document_id=document.pk)


def mark_all(document_ids: Iterable[int]) -> None:
    """The same for many, in one statement per thousand."""
    SearchDue.objects.bulk_create([SearchDue(document_id=pk) for pk in document_ids], batch_size=1000)
