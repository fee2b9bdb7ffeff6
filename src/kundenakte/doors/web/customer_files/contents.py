"""What a customer file shows a user: sections with counts, sub-sections formed at reading, a page of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kundenakte.doors.web import paging
from kundenakte.doors.web.customer_files import counting
from kundenakte.doors.web.customer_files.asked import WITHOUT, Asked
from kundenakte.doors.web.customer_files.counting import Cell, Facets
from kundenakte.doors.web.customer_files.order import Order
from kundenakte.records.models import CustomerFile, Document, PlanEntry
from kundenakte.records.sections import sections_of

PAGE = 50


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
    # Whether this user may file something there.
    may_file: bool = False
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

    asked: Asked
    sections: list[SectionLine]
    total: int
    section: SectionLine | None
    part: PartLine | None
    facets: Facets
    order: Order
    documents: paging.Page[Document]
    placed: Sequence[Document]
    # Becomes another one as soon as the user sees something else here: see counting.edition.
    edition: str


def contents_of(customer_file: CustomerFile, allowed: QuerySet[Document], asked: Asked) -> Contents:
    """The file as far as `allowed` (what the user may read) reaches. Six to ten queries, however much is in it."""
    within = allowed.filter(customer_file=customer_file)
    counted = counting.cells(within)
    placed, places, last = _placed(customer_file, allowed)
    edition = counting.edition_of(counted, len(places), last)
    sections = _sections(customer_file, counting.by_section(counted), placed, places)
    chosen = next((line for line in sections if line.id == asked.section), None)
    rows = within
    if chosen:
        chosen.is_open = True
        rows = rows.filter(section=chosen.id)
        chosen.parts = _parts(chosen, counted, rows, asked.part)
        rows = asked.in_part(rows, chosen.subdivide_by)
        counted = [cell for cell in counted if cell.section == chosen.id]
        placed = [document for document in placed if places[document.pk] == chosen.id]
    facets = counting.facets(_counted_again(counted, rows, chosen, asked), asked)
    order = Order.of(asked.order)
    shown = page_of(rows, asked, order)
    show_placed = shown.is_first and not asked.part and not asked.is_filtered
    return Contents(
        asked, sections, sum(line.count for line in sections), chosen,
        next((part for part in chosen.parts if part.is_open), None) if chosen else None,
        facets, order, shown, placed if show_placed else [], edition,
    )  # fmt: skip


def more_of(customer_file: CustomerFile, allowed: QuerySet[Document], asked: Asked) -> paging.Page[Document]:
    """The next rows of the list alone: what scrolling on asks for."""
    rows = allowed.filter(customer_file=customer_file)
    if asked.section:
        rows = rows.filter(section=asked.section)
    if asked.part:
        chosen = next((one for one in sections_of(customer_file) if one.section.pk == asked.section), None)
        rows = asked.in_part(rows, chosen.subdivide_by if chosen else "")
    return page_of(rows, asked, Order.of(asked.order))


def page_of(rows: QuerySet[Document], asked: Asked, order: Order) -> paging.Page[Document]:
    """One page of the list, filtered and sorted as the address says."""
    listed = order.prepared(asked.narrowed(rows)).select_related("document_class", "valid_version")
    return paging.page(listed, order=order.columns(), cursor=asked.cursor, size=PAGE)


def _counted_again(
    counted: list[Cell], rows: QuerySet[Document], chosen: SectionLine | None, asked: Asked
) -> list[Cell]:
    """The counts of what is left in a sub-section or for typed words; years can be told from the cells at hand."""
    if asked.text or (asked.part and chosen and chosen.subdivide_by != PlanEntry.SubdivideBy.YEAR):
        return counting.cells(asked.with_words(rows))
    if asked.part and chosen:
        return [cell for cell in counted if str(cell.year) == asked.part]
    return counted


def _placed(
    customer_file: CustomerFile, allowed: QuerySet[Document]
) -> tuple[list[Document], dict[int, int], int | None]:
    """Documents of other places that are shown here as well, in which section, and the latest such placement."""
    placements = counting.placements_in(customer_file, allowed)
    found = list(placements.values_list("document_id", "section_id", "pk"))
    if not found:
        return [], {}, None
    places = {document: section for document, section, _pk in found}
    rows = allowed.filter(pk__in=places).select_related("document_class", "valid_version")
    return list(rows.order_by("-dated_on", "-pk")[:PAGE]), places, max(pk for *_rest, pk in found)


def _sections(
    customer_file: CustomerFile, counted: Counter[int], placed: Sequence[Document], places: dict[int, int]
) -> list[SectionLine]:
    counted.update(places[document.pk] for document in placed)
    return [
        SectionLine(
            shown.section.pk, shown.section.key, _(shown.name) if shown.entry else shown.name, shown.subdivide_by,
            counted[shown.section.pk], is_local=shown.entry is None,
        )
        for shown in sections_of(customer_file)
    ]  # fmt: skip


def _parts(line: SectionLine, counted: list[Cell], documents: QuerySet[Document], chosen: str) -> list[PartLine]:
    return [
        PartLine(value, _("ohne Angabe") if value == WITHOUT else value, n, is_open=value == chosen)
        for value, n in counting.parts(line.subdivide_by, counted, documents, line.id)
    ]
