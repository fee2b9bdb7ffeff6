"""What the address of a file asks for: section, sub-section, filters, order, view. The address is the whole state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Q, QuerySet
from django.http import QueryDict

from kundenakte.doors.web import page
from kundenakte.records.models import Document, PlanEntry
from kundenakte.records.numbers import number_key

# What stands for "without a year, project or machine" in an address.
WITHOUT: Final = "-"
STATES: Final = {
    "gueltig": Q(is_draft=False, is_sealed=False),
    "entwurf": Q(is_draft=True),
    "festgeschrieben": Q(is_draft=False, is_sealed=True),
}
_MOST_WORDS: Final = 6
_COLUMNS: Final = {"project": "project", "machine": "machine"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The wish as it stands in the address, made harmless. Empty means: everything."""

    section: int | None = None
    part: str = ""
    document_class: str = ""
    year: int | None = None
    state: str = ""
    text: str = ""
    order: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """Read an address; what makes no sense counts as not said."""
        year, state = page.number(query.get("jahr")), query.get("stand", "")
        return cls(
            section=page.number(query.get("register")),
            part=_plain(query.get("unter", "")),
            document_class=_plain(query.get("klasse", ""))[:40],
            year=year if year and 0 < year < 10_000 else None,
            state=state if state in STATES else "",
            text=_plain(query.get("text", "")),
            order=query.get("sortiert", "")[:20],
            cursor=query.get("nach", ""),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but section and sub-section narrows the list."""
        return bool(self.document_class or self.year or self.state or self.text)

    def without(self, facet: str) -> Asked:
        """The same wish with one filter left open, to count what it could be set to."""
        if facet == "year":
            return replace(self, year=None)
        return replace(self, document_class="") if facet == "document_class" else replace(self, state="")

    def narrowed(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Only what class, year, state and text let through."""
        if self.document_class:
            documents = documents.filter(document_class__code=self.document_class)
        if self.year:
            documents = documents.filter(dated_on__year=self.year)
        if self.state:
            documents = documents.filter(STATES[self.state])
        return self.with_words(documents)

    def with_words(self, documents: QuerySet[Document]) -> QuerySet[Document]:
        """Only documents whose title or number has every word that was typed."""
        for word in self.text.split()[:_MOST_WORDS]:
            key = number_key(word)
            number = Q(number__icontains=word) | (Q(number_key__contains=key) if key else Q())
            documents = documents.filter(Q(title__icontains=word) | number)
        return documents

    def in_part(self, documents: QuerySet[Document], subdivide_by: str) -> QuerySet[Document]:
        """Only the sub-section of the address, formed by `subdivide_by`."""
        if not self.part:
            return documents
        if subdivide_by == PlanEntry.SubdivideBy.YEAR:
            year = page.number(self.part)
            return documents.filter(dated_on__year=year) if year and 0 < year < 10_000 else documents.none()
        if subdivide_by in _COLUMNS:
            return documents.filter(**{_COLUMNS[subdivide_by]: "" if self.part == WITHOUT else self.part})
        return documents


def _plain(text: str) -> str:
    """No database takes a NUL in a text."""
    return text.replace("\0", "").strip()[:100]
