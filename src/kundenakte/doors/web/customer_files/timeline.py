"""What happened in a file, newest first, by month: documents filed, versions, moves, corrections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from kundenakte.base.journal import queries as journal
from kundenakte.doors.web import paging
from kundenakte.doors.web.customer_files.asked import Asked
from kundenakte.doors.web.history.drafts import without_hidden_drafts
from kundenakte.doors.web.history.entries import Entry, worded
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.models import CustomerFile, Document

PAGE: Final = 50
_ICONS: Final = {
    "document.filed": "file-plus", "version.added": "files", "version.released": "circle-check",
    "document.moved": "folder-input", "document.placed": "link", "document.described": "pencil-line",
    "document.returned": "undo-2", "document.signed": "signature",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, and the document it happened to."""

    document: Document
    entry: Entry
    icon: str


@dataclass(slots=True)
class Month:
    """The events of one month."""

    first: date
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some events by month, and the cursor behind them ("" when there are no more)."""

    months: list[Month]
    next: str


def of(request: SignedIn, customer_file: CustomerFile, allowed: QuerySet[Document], asked: Asked) -> Timeline:
    """The events of documents the user may read, filtered like the list."""
    rows = asked.narrowed(allowed.filter(customer_file=customer_file))
    if asked.section:
        rows = rows.filter(section=asked.section)
    entries = journal.about("records.document", rows.order_by().values("pk"), kinds=list(_ICONS))
    # What a second, more careful reading adds is no event for people.
    entries = entries.exclude(kind="document.described", actor_kind="rule")
    shown = paging.page(entries, order=("-at", "-pk"), cursor=asked.cursor, size=PAGE)
    told = without_hidden_drafts(request.user, journal.told(shown.rows))
    # With the document comes its first version; that is one thing for people.
    told = [one for one in told if not (one.kind == "version.added" and one.facts.get("version") == 1)]
    ids = [int(one.subject.rpartition(":")[2]) for one in told]
    documents = allowed.select_related("document_class", "valid_version").in_bulk(ids)
    pairs = zip(ids, told, worded(request.user, told), strict=True)
    events = [Event(documents[pk], entry, _ICONS[one.kind]) for pk, one, entry in pairs if pk in documents]
    return Timeline(list(_by_month(events)), shown.next)


def _by_month(events: list[Event]) -> Iterator[Month]:
    month: Month | None = None
    for event in events:
        first = timezone.localtime(event.entry.at).date().replace(day=1)
        if month is None or month.first != first:
            if month:
                yield month
            month = Month(first)
        month.events.append(event)
    if month:
        yield month
