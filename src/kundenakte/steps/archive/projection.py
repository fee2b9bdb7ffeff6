"""What the database says of sealed documents, for an outsider who compares it with the archive (R-26)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from kundenakte.records.models import Document
from kundenakte.records.retention import keeping
from kundenakte.records.retention.engine import End
from kundenakte.steps.archive import metadata
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.archive.staging import canonical

_CHUNK = 500


def lines() -> Iterator[bytes]:
    """A line per sealed document that was not disposed of (docs/journal-format.md), in the order of their ids."""
    today, house = timezone.localdate(), keeping.the_house()
    # Asked of each document by itself: a list of all that is sealed would be made anew for every chunk.
    sealed = Exists(ArchivePackage.objects.filter(document=OuterRef("pk")))
    documents = Document.objects.filter(sealed).order_by("pk").only("pk", "retain_until")
    cursor = 0
    while some := list(documents.filter(pk__gt=cursor)[:_CHUNK]):
        ids = [one.pk for one in some]
        ends, facts = keeping.ends_by_id(ids, on=today, house=house), _facts(ids)
        for document in some:
            row = {
                "document": document.pk, "versions": facts[document.pk],
                "retention": _retention(document, ends[document.pk]),
            }  # fmt: skip
            yield canonical(row) + b"\n"
        cursor = ids[-1]


def _facts(document_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Per document the sealed facts of each of its sealed versions, as they are today."""
    sealed = ArchivePackage.objects.filter(document__in=document_ids).values_list("version_id", flat=True)
    found: dict[int, dict[str, Any]] = {pk: {} for pk in document_ids}
    for version, facts in metadata.facts_of_all(set(sealed)):
        found[version.document_id][str(version.number)] = facts
    return found


def _retention(document: Document, end: End) -> dict[str, Any]:
    """What stands in the row, beside what the rule gives today: an end that somebody wrote there by hand shows."""
    term = end.term
    return {
        "retain_until": document.retain_until.isoformat() if document.retain_until else None,
        "rule": end.code,
        "is_open": end.is_open,
        "started_on": term.event.isoformat() if term and term.event else None,
        "years": term.years if term else None,
        "from_year_end": term.rule.from_year_end if term else None,
    }
