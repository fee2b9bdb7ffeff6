"""What a customer file shows a user: sections with counts, sub-sections formed at reading, a page of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _

from kundenakte.doors.web import paging
from kundenakte.records.models import CustomerFile, Document, Placement, PlanEntry
from kundenakte.records.sections import sections_of

PAGE = 60
# What stands for "without a year, project or machine" in an address.
WITHOUT = "-"
_BY = {"project": "project", "machine": "machine"}


@dataclass(slots=True)
class SectionLine:
    """A section in the list at the left."""

    id: int
    key: str
    name: str
    subdivide_by: str
    count: int
    is_local: bool
    is_open: bool = False
    parts: list[PartLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PartLine:
    """A sub-section: the documents of one year, project or machine."""

    value: str
    name: str
    count: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything the page of a file shows beside its head."""

    sections: list[SectionLine]
    total: int
    section: SectionLine | None
    part: str
    documents: paging.Page[Document]
    placed: Sequence[Document]


def contents_of(
    customer_file: CustomerFile, allowed: QuerySet[Document], *, section_id: int | None, part: str, cursor: str
) -> Contents:
    """The file as far as `allowed` (what the user may read) reaches. Five to seven queries, however much is in it."""
    within = allowed.filter(customer_file=customer_file)
    placements = Placement.objects.filter(customer_file=customer_file)
    placed_ids = dict(placements.values_list("document_id", "section_id"))
    placed = list(_listed(allowed.filter(pk__in=placed_ids)).order_by("-dated_on", "-pk")[:PAGE]) if placed_ids else []
    sections = _sections(customer_file, within, placed_ids, placed)
    chosen = next((line for line in sections if line.id == section_id), None)
    rows = within
    if chosen:
        chosen.is_open = True
        chosen.parts = _parts(chosen, within.filter(section=chosen.id), part)
        rows = _in_part(rows.filter(section=chosen.id), chosen.subdivide_by, part)
        placed = [document for document in placed if placed_ids[document.pk] == chosen.id]
    shown = paging.page(_listed(rows), order=("-dated_on", "-pk"), cursor=cursor, size=PAGE)
    return Contents(
        sections,
        sum(line.count for line in sections),
        chosen,
        part,
        shown,
        placed if shown.is_first and not part else [],
    )


def _listed(documents: QuerySet[Document]) -> QuerySet[Document]:
    return documents.select_related("document_class", "valid_version", "section")


def _sections(
    customer_file: CustomerFile, within: QuerySet[Document], placed_ids: dict[int, int], placed: Sequence[Document]
) -> list[SectionLine]:
    counted: dict[int, int] = {
        row["section"]: row["n"] for row in within.order_by().values("section").annotate(n=Count("pk"))
    }
    for document in placed:
        counted[placed_ids[document.pk]] = counted.get(placed_ids[document.pk], 0) + 1
    return [
        SectionLine(
            shown.section.pk, shown.section.key, _(shown.name) if shown.entry else shown.name, shown.subdivide_by,
            counted.get(shown.section.pk, 0), is_local=shown.entry is None,
        )
        for shown in sections_of(customer_file)
    ]  # fmt: skip


def _parts(line: SectionLine, within: QuerySet[Document], chosen: str) -> list[PartLine]:
    if line.subdivide_by == PlanEntry.SubdivideBy.YEAR:
        part: Any = ExtractYear("dated_on")
    elif line.subdivide_by in _BY:
        part = F(_BY[line.subdivide_by])
    else:
        return []
    rows = within.order_by().values(part=part).annotate(n=Count("pk")).values_list("part", "n")
    counted: list[tuple[str, int]] = sorted(((str(value or ""), n) for value, n in rows), reverse=True)
    if len(counted) == 1 and not counted[0][0]:
        return []
    return [
        PartLine(value or WITHOUT, value or _("ohne Angabe"), count, is_open=(value or WITHOUT) == chosen)
        for value, count in counted
    ]


def _in_part(documents: QuerySet[Document], subdivide_by: str, part: str) -> QuerySet[Document]:
    if not part:
        return documents
    if subdivide_by == PlanEntry.SubdivideBy.YEAR:
        year = int(part) if part.isdigit() and len(part) == 4 else 0
        return documents.filter(dated_on__year=year) if year else documents.none()
    if subdivide_by in _BY:
        value = "" if part == WITHOUT else part.replace("\0", "")[:100]
        return documents.filter(**{_BY[subdivide_by]: value})
    return documents
