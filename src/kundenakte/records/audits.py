"""Reading what audits are there: who has which room, what lies in it, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.base.journal import queries
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import Audit, Document, TaxYear
from kundenakte.records.reach import Room

# What counts as a look of an auditor.
LOOKS: Final = (
    "audit.searched", "audit.opened_file", "document.read", "document.downloaded", "documents.exported",
)  # fmt: skip


def holding(now: datetime) -> QuerySet[Audit]:
    """The audits that open something at this moment."""
    return Audit.objects.filter(closed_at=None, until__gt=now)


def rooms_of(users: Iterable[User]) -> dict[int, Room]:
    """The room each auditor among these people has now, by the user's id. Two queries, however many they are."""
    ids = [user.pk for user in users if user.is_auditor]
    if not ids:
        return {}
    # The later one wins where somebody wrote two past the actions.
    rows = holding(timezone.now()).filter(auditor__in=ids).order_by("pk").prefetch_related("classes")
    return {row.auditor_id: room_of(row) for row in rows}


def room_of(audit: Audit, classes: Iterable[int] | None = None) -> Room:
    """What this audit opens, whether it holds now or not."""
    ids = (row.pk for row in audit.classes.all()) if classes is None else classes
    return Room(audit.pk, audit.first_year, audit.last_year, frozenset(ids), audit.may_download, audit.shows_restricted)


def inside(room: Room, within: QuerySet[Document]) -> QuerySet[Document]:
    """Those of the documents `within` that lie in the room."""
    rows = within.filter(room.condition(), is_draft=False)
    return rows if room.shows_restricted else rows.filter(is_restricted=False)


def counted(rows: QuerySet[Document]) -> list[tuple[int, str, int, int]]:
    """How many documents of each class (id, name) and tax year, in the order of the classes."""
    columns = ("document_class_id", "document_class__name", "tax_year")
    counts = rows.order_by("document_class__position", "document_class__name", "tax_year").values_list(*columns)
    return [(pk, name, year or 0, n) for pk, name, year, n in counts.annotate(n=Count("pk"))]


def not_marked_as_audited(first_year: int, last_year: int) -> list[int]:
    """The years of which nobody has entered that an audit is under way: what they keep may end meanwhile."""
    marked = TaxYear.objects.filter(Q(year__gte=first_year, year__lte=last_year), is_audited=True)
    known = set(marked.values_list("year", flat=True))
    return [year for year in range(first_year, last_year + 1) if year not in known]


def looks(audit: Audit) -> QuerySet[JournalEntry]:
    """All the auditor looked for, opened and took along while it held; for `journal.queries.told` after paging."""
    return queries.done_by(
        audit.auditor_id, kinds=LOOKS, since=audit.opened_at, until=min(audit.closed_at or audit.until, audit.until)
    )
