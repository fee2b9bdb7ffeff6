"""What the database says of sealed documents, for an outsider who compares it with the archive (R-26)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
    sealed = ArchivePackage.objects.values("document_id")
    documents = Document.objects.filter(pk__in=sealed).order_by("pk").only("pk", "retain_until")
    cursor = 0
    while some := list(documents.filter(pk__gt=cursor)[:_CHUNK]):
        ends = keeping.ends_by_id([one.pk for one in some], on=today, house=house)
        for document in some:
            yield canonical(_row(document, ends[document.pk])) + b"\n"
        cursor = some[-1].pk


def _row(document: Document, end: End) -> dict[str, Any]:
    versions = ArchivePackage.objects.filter(document=document).order_by("version__number").values_list("version_id")
    facts = [_facts(version_id) for (version_id,) in versions.distinct()]
    return {
        "document": document.pk,
        "versions": {str(one["version"]["number"]): one for one in facts},
        "retention": _retention(document, end),
    }


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


def _facts(version_id: int) -> dict[str, Any]:
    version = metadata.loaded(version_id)
    return metadata.facts_of(version, metadata.arrival_of(version))
