"""What keeps a document beyond its period (holds, tax years, an open letter it is attached to), and what is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from kundenakte.records.models import CustomerFile, Document, HeldDocument, LegalHold, Reference, TaxYear

# Filed in the third year after (§ 170 Abs. 2 AO) and four years for the assessment (§ 169 Abs. 2 AO): R-35.
ASSUMED_YEARS: Final = 7


@dataclass(frozen=True, slots=True)
class YearBlock:
    """A tax year that is not closed; `assumed_until` is the day it is taken to be, None while it is stated as open."""

    year: int
    assumed_until: date | None


@dataclass(frozen=True, slots=True)
class Blocks:
    """All that keeps one document apart from its own period."""

    holds: tuple[LegalHold, ...] = ()
    year: YearBlock | None = None
    attached_to: tuple[Document, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.holds or self.year or self.attached_to)


Years = Mapping[int, str]


def year_block(year: int | None, states: Years, *, on: date) -> YearBlock | None:
    """Whether a tax year keeps its documents on a day: while it is open, by statement or by the safe assumption."""
    if year is None or states.get(year) == TaxYear.State.CLOSED:
        return None
    if states.get(year) == TaxYear.State.OPEN:
        return YearBlock(year, None)
    assumed = date(min(year + ASSUMED_YEARS, date.max.year), 12, 31)
    return YearBlock(year, assumed) if on <= assumed else None


def years() -> Years:
    """The years something is known of."""
    return dict(TaxYear.objects.values_list("year", "state"))


def blocks_of(document: Document, *, on: date) -> Blocks:
    """Everything that keeps this document on a day, its own period aside."""
    return blocks_by_id([document], on=on)[document.pk]


def blocks_by_id(documents: Sequence[Document], *, on: date, states: Years | None = None) -> dict[int, Blocks]:
    """The same for many: by the documents' ids, in as many queries as for one; one fewer with `states` (`years`)."""
    states, parents = years() if states is None else states, _kept_parents(documents, on)
    on_files, on_documents = _holds(documents)
    return {
        document.pk: Blocks(
            tuple(
                sorted(
                    on_files.get(document.customer_file_id, set()) | on_documents.get(document.pk, set()),
                    key=lambda hold: -hold.pk,
                )
            ),
            year_block(document.tax_year, states, on=on),
            tuple(parents.get(document.pk, ())),
        )
        for document in documents
    }


def carry_along(document_ids: Iterable[int], origin: CustomerFile) -> None:
    """A hold on a whole file stays with documents that leave it; in the transaction of the move."""
    holds = list(LegalHold.objects.filter(customer_file=origin, released_at=None).values_list("pk", flat=True))
    if holds:
        held = [HeldDocument(hold_id=hold, document_id=pk) for hold in holds for pk in document_ids]
        HeldDocument.objects.bulk_create(held, ignore_conflicts=True, batch_size=1000)


def due(*, on: date, states: Years | None = None) -> QuerySet[Document]:
    """The documents whose period is over and which nothing keeps: those that may be proposed for disposition.

    An open period never is. The caller narrows it to what somebody may see.
    """
    states = years() if states is None else states
    closed = [year for year, state in states.items() if state == TaxYear.State.CLOSED]
    still_open = [year for year, state in states.items() if state == TaxYear.State.OPEN]
    free_years = (
        Q(tax_year=None)
        | Q(tax_year__in=closed)
        | (Q(tax_year__lt=on.year - ASSUMED_YEARS) & ~Q(tax_year__in=still_open))
    )
    held = HeldDocument.objects.filter(document=OuterRef("pk"), hold__released_at=None)
    held_file = LegalHold.objects.filter(customer_file=OuterRef("customer_file"), released_at=None)
    letters = Reference.objects.filter(from_document=OuterRef("pk"), kind=Reference.Kind.ATTACHMENT_OF).exclude(
        Q(to_document__retain_until__lt=on, to_document__is_retention_open=False)
    )
    return (
        Document.objects.filter(_over(on))
        .filter(free_years)
        .exclude(Exists(held))
        .exclude(Exists(held_file))
        .exclude(Exists(letters))
    )


def _holds(documents: Sequence[Document]) -> tuple[dict[int, set[LegalHold]], dict[int, set[LegalHold]]]:
    """The holds that are not released, by customer file and by document."""
    people = ("owner", "set_by", "asked_by")
    on_files: dict[int, set[LegalHold]] = defaultdict(set)
    files = {document.customer_file_id for document in documents}
    for hold in LegalHold.objects.filter(customer_file__in=files, released_at=None).select_related(*people):
        if hold.customer_file_id is not None:
            on_files[hold.customer_file_id].add(hold)
    on_documents: dict[int, set[LegalHold]] = defaultdict(set)
    held = HeldDocument.objects.filter(document__in=documents, hold__released_at=None)
    for row in held.select_related(*(f"hold__{one}" for one in people)):
        on_documents[row.document_id].add(row.hold)
    return on_files, on_documents


def _kept_parents(documents: Sequence[Document], on: date) -> dict[int, list[Document]]:
    """What each document is an attachment of and what has to be kept itself."""
    links = Reference.objects.filter(from_document__in=documents, kind=Reference.Kind.ATTACHMENT_OF)
    pairs = list(links.order_by("pk").values_list("from_document_id", "to_document_id"))
    kept = Document.objects.filter(pk__in={parent for _, parent in pairs}).exclude(_over(on)).in_bulk()
    parents: dict[int, list[Document]] = defaultdict(list)
    for child, parent in pairs:
        if parent in kept:
            parents[child].append(kept[parent])
    return parents


def _over(on: date) -> Q:
    return Q(retain_until__lt=on, is_retention_open=False)
