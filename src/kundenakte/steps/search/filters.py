"""What a search can be narrowed to, and the counts that say how much would be left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _

from kundenakte.records.models import CustomerFile, DocumentClass, PlanEntry, Section
from kundenakte.steps.search.engine import AnyOf, Between, Expression, Field, OneOf, Reader, Term, Weighed
from kundenakte.steps.search.entries import State, day_number

# The facets by name, with how many values are told at most.
FACETS: Final = {
    "section": (Field.SECTION, 50),
    "class": (Field.CLASS, 50),
    "year": (Field.YEAR, 50),
    "state": (Field.STATE, 10),
    "file": (Field.SHOWN_IN, 8),
}
_STATE_BY_WORD: Final = {state.name.lower(): state for state in State}


@dataclass(frozen=True, slots=True)
class Filters:
    """Several values of one kind widen, several kinds narrow. `states`: valid, draft, sealed, restricted."""

    file: int | None = None
    sections: frozenset[int] = frozenset()
    classes: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()
    states: frozenset[str] = frozenset()
    dated_from: date | None = None
    dated_to: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None

    def conditions(self) -> Iterator[Expression]:
        """What the index is asked; none of it counts in the ranking."""
        if self.file is not None:
            yield Weighed(Term(Field.SHOWN_IN, self.file), 0)
        for name, values in ((Field.SECTION, self.sections), (Field.CLASS, self.classes), (Field.YEAR, self.years)):
            if values:
                yield Weighed(OneOf(name, values), 0)
        if self.states:
            known = frozenset(int(_STATE_BY_WORD[word]) for word in self.states if word in _STATE_BY_WORD)
            yield Weighed(OneOf(Field.STATE, known), 0) if known else AnyOf(())
        if self.dated_from or self.dated_to:
            yield Weighed(Between(Field.DAY, _day(self.dated_from), _day(self.dated_to)), 0)
        if self.amount_from is not None or self.amount_to is not None:
            yield Weighed(Between(Field.AMOUNT, _cents(self.amount_from), _cents(self.amount_to)), 0)

    def without(self, facet: str) -> Filters:
        """The same filters but for one facet: its counts say what choosing another value would give."""
        match facet:
            case "section":
                return replace(self, sections=frozenset())
            case "class":
                return replace(self, classes=frozenset())
            case "year":
                return replace(self, years=frozenset())
            case "state":
                return replace(self, states=frozenset())
            case "file":
                return replace(self, file=None)
        return self


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value with its name and how many documents it would leave."""

    value: int | str
    label: str
    count: int
    chosen: bool = False


Facets = dict[str, tuple[FacetValue, ...]]


class FacetCount:
    """All facets. Those that are filtered by are counted as if they were not.

    Counting is the index's work and needs no database: it goes on beside whoever made this, until `facets` is asked.
    """

    def __init__(self, reader: Reader, filters: Filters, question: Callable[[Filters], Expression]) -> None:
        self._filters = filters
        begin = _counters(os.getpid()).submit
        apart = {
            name: begin(reader.counts, question(filters.without(name)), {field: size})
            for name, (field, size) in FACETS.items()
            if filters.without(name) != filters
        }
        rest = {field: size for name, (field, size) in FACETS.items() if name not in apart}
        self._others = list(apart.values())
        # Where everything is filtered by, nothing is left to be counted together.
        self._rest = begin(reader.counts, question(filters), rest) if rest else None

    def facets(self) -> Facets:
        """The values with their names and counts; waits until they are counted."""
        counted = self._rest.result() if self._rest else {}
        for other in self._others:
            counted |= other.result()
        return {name: _labelled(name, counted[field], self._filters) for name, (field, _size) in FACETS.items()}


@cache
def _counters(_process: int) -> ThreadPoolExecutor:
    # Threads do not come along when a process forks.
    return ThreadPoolExecutor(4, "counting")


def _labelled(name: str, counts: list[tuple[int, int]], filters: Filters) -> tuple[FacetValue, ...]:
    values = [value for value, _count in counts]
    if name == "state":
        words = {int(state): word for word, state in _STATE_BY_WORD.items()}
        labels = _state_labels()
        return tuple(
            FacetValue(words[value], labels[words[value]], count, words[value] in filters.states)
            for value, count in counts
            if value in words
        )
    labelled = _labels(name, values)
    chosen: frozenset[int] = {
        "section": filters.sections,
        "class": filters.classes,
        "year": filters.years,
        "file": frozenset() if filters.file is None else frozenset({filters.file}),
    }[name]
    made = [FacetValue(v, labelled[v], count, v in chosen) for v, count in counts if v in labelled]
    if name == "year":
        made.sort(key=lambda value: value.label, reverse=True)
    return tuple(made)


def _labels(name: str, values: list[int]) -> dict[int, str]:
    if name == "section":
        return section_names(values)
    if name == "class":
        return dict(DocumentClass.objects.filter(pk__in=values).values_list("pk", "name"))
    if name == "file":
        files = CustomerFile.objects.filter(pk__in=values).select_related("customer")
        return {row.pk: str(row.customer) for row in files}
    return {value: str(value) for value in values}


def section_names(ids: list[int]) -> dict[int, str]:
    """The names of sections, by the edition of the plan that holds."""
    entries = PlanEntry.objects.filter(section__in=ids, edition__plan__current=F("edition"))
    names = dict(entries.values_list("section_id", "name"))
    # Extra sections of one file, and those the plan no longer has.
    others = Section.objects.filter(pk__in=[pk for pk in ids if pk not in names]) if len(names) < len(ids) else ()
    return names | {row.pk: str(row) for row in others}


def _state_labels() -> dict[str, str]:
    return {
        "valid": _("gültig"),
        "draft": _("Entwurf"),
        "sealed": _("festgeschrieben"),
        "restricted": _("eingeschränkt"),
    }


def _day(day: date | None) -> int | None:
    return None if day is None else day_number(day)


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int((amount * 100).to_integral_value())
