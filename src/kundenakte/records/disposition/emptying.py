"""The first half of a disposal: one transaction in which the document's rows lose their words and the journal tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.canonical import moment
from kundenakte.base.journal.models import JournalEntry, PersonalFact
from kundenakte.records import search_due
from kundenakte.records.disposition import traces
from kundenakte.records.disposition.traces import Gone, Original
from kundenakte.records.models import Arrival, Document, Grant, Placement, Reference, SourceKey, Version
from kundenakte.records.parts import WHOLES

TITLE = "Ausgesondert"


def gone_of(document: Document, facts: Mapping[str, Any] | None = None) -> Gone:
    """What has to go with this document."""
    rows = Version.objects.filter(document=document).order_by("number")
    versions = list(rows.values_list("pk", "number", "digest", "size"))
    arrivals = list(
        Arrival.objects.filter(Q(document=document) | Q(version__document=document)).values_list("pk", "digest")
    )
    wholes = _wholes({pk for pk, _ in arrivals})
    arrivals += wholes
    originals = tuple(Original(number, digest, size) for _, number, digest, size in versions)
    digests = dict.fromkeys([*(one.digest for one in originals), *(digest for _, digest in arrivals)])
    return Gone(
        document.pk, tuple(pk for pk, *_ in versions), tuple(pk for pk, _ in arrivals), tuple(digests),
        tuple(digest for _, digest in wholes), originals, facts or {},
    )  # fmt: skip


def facts_of(document: Document, gone: Gone) -> dict[str, Any]:
    """For the journal and the list outside: which bytes, which objects, which document. Nothing personal."""
    return {
        "created_at": moment(document.created_at),
        "versions": [{"number": one.number, "sha256": one.digest, "size": one.size} for one in gone.originals],
        **({"wholes": list(gone.wholes)} if gone.wholes else {}),
        **traces.facts_of(gone),
    }


def empty(actor: Actor, document: Document, gone: Gone, facts: Mapping[str, Any], *, now: datetime) -> None:
    """Take every word of the document from the database and write it down, in the caller's transaction.

    Links from other documents stay (they are facts of those), and so do the hashes: they say what was destroyed.
    """
    _tombstone(document, now)
    _rows(gone)
    traces.take_rows(gone, now)
    # After the last entry about it, before the one that stays.
    about = Q(subject_type="records.document", subject_id=document.pk)
    about |= Q(subject_type="records.arrival", subject_id__in=gone.arrivals)
    personal = PersonalFact.objects.filter(entry__in=_entries(about))
    # Who did something is no fact about the customer, and the books need it.
    personal.exclude(name="actor").delete()
    journal.append(actor, "document.disposed", document, at=now, **facts)
    search_due.mark(document)


def _wholes(gone: set[int]) -> list[tuple[int, str]]:
    """Archives, batches and stacks of which nothing is left but these arrivals: their bytes are those of the parts, and
    nobody else would ever take them away. What was sorted out of them keeps none."""
    found: list[tuple[int, str]] = []
    level = gone
    while level:
        above = {pk for way in WHOLES for pk in Arrival.objects.filter(pk__in=level).values_list(way, flat=True) if pk}
        rows = Arrival.objects.filter(pk__in=above, state=Arrival.State.SPLIT, document=None).order_by("pk")
        if connection.in_atomic_block:
            # Two lists may each take one of the last two parts at once: the second sees what the first has done.
            rows = rows.select_for_update(of=("self",))
        level = set()
        for pk, digest in rows.values_list("pk", "digest"):
            if not any(_left(way, pk).exclude(pk__in=gone | {pk for pk, _ in found}).exists() for way in WHOLES):
                found.append((pk, digest))
                level.add(pk)
    return found


def _left(way: str, whole: int) -> QuerySet[Arrival]:
    """The parts of a whole that were neither destroyed nor sorted out."""
    parts = Arrival.objects.filter(**{way: whole}).exclude(document__is_disposed=True)
    return parts.exclude(state=Arrival.State.DISCARDED)


def _entries(about: Q) -> Any:
    return JournalEntry.objects.filter(about).values("pk")


def _tombstone(document: Document, now: datetime) -> None:
    Document.with_disposed.filter(pk=document.pk).update(
        title=TITLE, title_key="", number="", number_key="", fields={}, project="", machine="", amount_cents=None,
        class_is_confirmed=False, is_disposed=True, changed_at=now, edition=document.edition + 1,
    )  # fmt: skip


def _rows(gone: Gone) -> None:
    Version.objects.filter(pk__in=gone.versions).update(file_name="", origin="", comment="")
    Arrival.objects.filter(pk__in=gone.arrivals).update(
        file_name="", origin="", source_key="", facts={}, findings={}, decision={}, sentence="", reason="",
        document=gone.document_id,
    )  # fmt: skip
    Reference.objects.filter(from_document=gone.document_id).delete()
    Placement.objects.filter(document=gone.document_id).delete()
    SourceKey.objects.filter(document=gone.document_id).delete()
    Grant.objects.filter(document=gone.document_id).delete()
