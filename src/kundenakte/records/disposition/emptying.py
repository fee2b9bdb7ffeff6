"""The first half of a disposal: one transaction in which the document's rows lose their words and the journal tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.canonical import moment
from kundenakte.base.journal.models import JournalEntry, PersonalFact
from kundenakte.records import search_due
from kundenakte.records.disposition import traces
from kundenakte.records.disposition.traces import Gone
from kundenakte.records.models import Arrival, Document, Grant, Placement, Reference, SourceKey, Version

TITLE = "Ausgesondert"


def gone_of(document: Document, facts: Mapping[str, Any] | None = None) -> Gone:
    """What has to go with this document."""
    versions = list(Version.objects.filter(document=document).order_by("number").values_list("pk", "digest"))
    arrivals = list(
        Arrival.objects.filter(Q(document=document) | Q(version__document=document)).values_list("pk", "digest")
    )
    digests = dict.fromkeys(digest for _, digest in [*versions, *arrivals])
    return Gone(
        document.pk, tuple(pk for pk, _ in versions), tuple(pk for pk, _ in arrivals), tuple(digests), facts or {}
    )


def facts_of(document: Document, gone: Gone) -> dict[str, Any]:
    """For the journal and the list outside: which bytes, which objects, which document. Nothing personal."""
    rows = Version.objects.filter(document=document).order_by("number")
    return {
        "created_at": moment(document.created_at),
        "versions": [{"number": row.number, "sha256": row.digest, "size": row.size} for row in rows],
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
