"""The filters beside the hits: groups of values with their counts, and a chip for each that is in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F
from django.http import QueryDict
from django.utils.translation import gettext as _

from kundenakte.base.accounts.models import User
from kundenakte.doors.web.search.asked import PARAMETERS, Asked, address_without
from kundenakte.doors.web.templatetags.shown import amount, day
from kundenakte.records import access
from kundenakte.records.models import DocumentClass, PlanEntry
from kundenakte.records.reach import Rights
from kundenakte.steps.search.filters import Facets, FacetValue

# So many values of a group are shown at once; the others open with a click.
_AT_ONCE: Final = 6


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of filter. `one` takes a single value, others take several."""

    facet: str
    name: str
    parameter: str
    shown: tuple[FacetValue, ...]
    rest: tuple[FacetValue, ...]
    one: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and where the page without it is."""

    label: str
    address: str


def groups(user: User, rights: Rights, asked: Asked, facets: Facets) -> list[Group]:
    """All kinds of filters that can be chosen, those in force among them even if they leave nothing."""
    made = []
    for facet, name in _names().items():
        values = [*facets.get(facet, ()), *_beyond(user, rights, asked, facets, facet)]
        # What is chosen stands first, so that it is never folded away.
        values.sort(key=lambda value: not value.chosen)
        if len(values) > 1 or any(value.chosen for value in values):
            one = facet == "file"
            made.append(Group(facet, name, PARAMETERS[facet], tuple(values[:_AT_ONCE]), tuple(values[_AT_ONCE:]), one))
    return made


def chips(query: QueryDict, asked: Asked, shown: list[Group]) -> Iterator[Chip]:
    """The filters in force, in the order of the page."""
    for group in shown:
        for value in (*group.shown, *group.rest):
            if value.chosen:
                label = _(value.label) if group.facet in {"class", "section"} and value.label else value.label
                yield Chip(label or group.name, address_without(query, group.parameter, value.value))
    filters = asked.filters
    ranges = {
        "von": (filters.dated_from, _("ab %(day)s") % {"day": day(filters.dated_from)}),
        "bis": (filters.dated_to, _("bis %(day)s") % {"day": day(filters.dated_to)}),
        "betrag_von": (filters.amount_from, _("ab %(amount)s") % {"amount": amount(filters.amount_from, "EUR")}),
        "betrag_bis": (filters.amount_to, _("bis %(amount)s") % {"amount": amount(filters.amount_to, "EUR")}),
    }
    for name, (bound, label) in ranges.items():
        if bound is not None:
            yield Chip(label, address_without(query, name))


def _names() -> dict[str, str]:
    return {
        "file": _("Kunde"),
        "class": _("Dokumentklasse"),
        "section": _("Register"),
        "year": _("Jahr"),
        "state": _("Stand"),
    }


def _beyond(user: User, rights: Rights, asked: Asked, facets: Facets, facet: str) -> Iterator[FacetValue]:
    """What is filtered by although no document the user may read has it: it must be seen to be taken out again."""
    filters = asked.filters
    chosen: frozenset[Any] = {
        "file": frozenset() if filters.file is None else frozenset({filters.file}),
        "class": filters.classes,
        "section": filters.sections,
        "year": filters.years,
        "state": filters.states,
    }[facet]
    counted = {value.value for value in facets.get(facet, ())}
    for value in sorted(chosen - counted, key=str):
        yield FacetValue(value, _label(user, rights, facet, value), 0, chosen=True)


def _label(user: User, rights: Rights, facet: str, value: int | str) -> str:
    """A name that gives nothing away: of what is hidden or missing there is none."""
    if isinstance(value, str):
        return ""
    if facet == "file":
        file = access.files_for(user, rights=rights).filter(pk=value).select_related("customer").first()
        return str(file.customer) if file else ""
    if facet == "class":
        return DocumentClass.objects.filter(pk=value).values_list("name", flat=True).first() or ""
    if facet == "section":
        # Extra sections of one file have no entry in the plan; their names are told by counts only.
        entries = PlanEntry.objects.filter(section=value, edition__plan__current=F("edition"))
        return entries.values_list("name", flat=True).first() or ""
    return str(value)
