"""How many documents of a file stand where: one grouped query within the user's rights, added up here."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Func, IntegerField, Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kundenakte.doors.web.customer_files.asked import WITHOUT, Asked
from kundenakte.records.models import CustomerFile, Document, DocumentClass, Placement, PlanEntry

_BY = {"project": "project", "machine": "machine"}
_STATE_NAMES = {
    "gueltig": gettext_noop("gültig"),
    "entwurf": gettext_noop("Entwurf"),
    "festgeschrieben": gettext_noop("festgeschrieben"),
}


class Cell(NamedTuple):
    """So many documents have this section, class, year and state, and this is when one of them changed last."""

    section: int
    document_class: int
    year: int
    state: str
    is_sealed: bool
    n: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a filter can be set to, with what it would leave."""

    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of the list: the word in the address, the name on screen, its choices."""

    key: str
    name: str
    choices: list[Choice]

    @property
    def chosen(self) -> Choice | None:
        """What it is set to."""
        return next((choice for choice in self.choices if choice.is_chosen), None)


@dataclass(frozen=True, slots=True)
class Facets:
    """The filters of a list, and how many documents they leave as they are set now."""

    filters: list[Filter]
    total: int


class Year(Func):
    """The year of a day. On SQLite from the text itself: Django's own way calls Python for every row."""

    function = "EXTRACT"
    template = "EXTRACT(YEAR FROM %(expressions)s)::integer"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        """The first four signs."""
        return self.as_sql(compiler, connection, template="CAST(SUBSTR(%(expressions)s, 1, 4) AS INTEGER)", **more)


def cells(documents: QuerySet[Document]) -> list[Cell]:
    """All counts at once; everything it asks for stands in one index (document_counts)."""
    rows = (
        documents.order_by()
        .annotate(of_year=Year("dated_on"))
        .values_list("section_id", "document_class_id", "of_year", "is_draft", "is_sealed")
        .annotate(n=Count("pk"), last=Max("changed_at"))
    )
    return [
        Cell(section, kind, year, "entwurf" if draft else "festgeschrieben" if sealed else "gueltig", sealed, n, last)
        for section, kind, year, draft, sealed, n, last in rows
    ]


def placements_in(customer_file: CustomerFile, allowed: QuerySet[Document]) -> QuerySet[Placement]:
    """What is shown in this file as well, of the documents this user may read.

    The few that are placed here are asked for first: SQLite would gather all that he may read in the whole house.
    """
    here = Placement.objects.filter(customer_file=customer_file)
    placed = list(here.values_list("document", flat=True))
    return here.filter(document__in=allowed.filter(pk__in=placed))


def edition(customer_file: CustomerFile, allowed: QuerySet[Document]) -> str:
    """The same as `edition_of`, asked of the database alone: two quick queries for a page that asks again and again."""
    seen = allowed.filter(customer_file=customer_file).order_by()
    found = seen.aggregate(n=Count("pk"), sealed=Count("pk", filter=Q(is_sealed=True)), last=Max("changed_at"))
    placed = placements_in(customer_file, allowed).aggregate(n=Count("pk"), last=Max("pk"))
    return _edition(found["n"], found["sealed"], found["last"], placed["n"], placed["last"])


def edition_of(counted: Iterable[Cell], placements: int, last_placement: int | None) -> str:
    """A short text that becomes another one as soon as this user sees something else in the file."""
    counted = list(counted)
    last = max((cell.changed_at for cell in counted), default=None)
    sealed = sum(cell.n for cell in counted if cell.is_sealed)
    return _edition(sum(cell.n for cell in counted), sealed, last, placements, last_placement)


def _edition(count: int, sealed: int, changed_at: datetime | None, placements: int, last_placement: int | None) -> str:
    seen = f"{count}-{changed_at.timestamp() if changed_at else 0}-{placements}-{last_placement or 0}"
    # Sealing changes nothing in the document, so it is counted: a part of its own, of which nobody needs a note.
    return f"{_short(seen)}-{_short(f'{seen}-{sealed}')}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def by_section(counted: Iterable[Cell]) -> Counter[int]:
    """How many stand in each section."""
    return _summed(counted, lambda cell: cell.section)


def parts(
    subdivide_by: str, counted: Iterable[Cell], documents: QuerySet[Document], section: int
) -> list[tuple[str, int]]:
    """The sub-sections of a section, the latest first: (value, count); none when nothing would be parted."""
    if subdivide_by == PlanEntry.SubdivideBy.YEAR:
        years = _summed((cell for cell in counted if cell.section == section), lambda cell: cell.year)
        found = [(str(year), n) for year, n in years.items()]
    elif subdivide_by in _BY:
        rows = documents.order_by().values(part=F(_BY[subdivide_by])).annotate(n=Count("pk"))
        found = [(row["part"], row["n"]) for row in rows]
    else:
        return []
    if len(found) == 1 and not found[0][0]:
        return []
    return [(value or WITHOUT, n) for value, n in sorted(found, reverse=True)]


def facets(counted: Iterable[Cell], asked: Asked) -> Facets:
    """Class, year and state, each with what it could be set to beside the others."""
    counted = list(counted)
    names = {row.pk: row for row in DocumentClass.objects.only("pk", "code", "name", "position")}
    chosen_class = next((pk for pk, row in names.items() if row.code == asked.document_class), None)

    def left(wish: Asked) -> list[Cell]:
        return [
            cell
            for cell in counted
            if (not wish.document_class or cell.document_class == chosen_class)
            and (not wish.year or cell.year == wish.year)
            and (not wish.state or cell.state == wish.state)
        ]

    classes = _summed(left(asked.without("document_class")), lambda cell: cell.document_class)
    years = _summed(left(asked.without("year")), lambda cell: cell.year)
    states = _summed(left(asked.without("state")), lambda cell: cell.state)
    by_position = sorted(classes, key=lambda pk: (names[pk].position, pk))
    made = [
        Filter("klasse", _("Klasse"), [
            Choice(names[pk].code, _(names[pk].name), classes[pk], pk == chosen_class) for pk in by_position]),
        Filter("jahr", _("Jahr"), [
            Choice(str(year), str(year), years[year], year == asked.year) for year in sorted(years, reverse=True)]),
        Filter("stand", _("Stand"), [
            Choice(key, _(name), states[key], key == asked.state)
            for key, name in _STATE_NAMES.items() if states[key]]),
    ]  # fmt: skip
    return Facets(made, sum(cell.n for cell in left(asked)))


def _summed(counted: Iterable[Cell], key: Callable[[Cell], Any]) -> Counter[Any]:
    made: Counter[Any] = Counter()
    for cell in counted:
        made[key(cell)] += cell.n
    return made
