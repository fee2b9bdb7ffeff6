"""The rights of a user as a condition on the index: exactly what `records.access` says of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, SearchDue, Verb
from kundenakte.records.reach import Reach, Rights, Room
from kundenakte.steps.search.engine import AllOf, AnyOf, Between, Every, Expression, Field, OneOf, Term, Weighed


def condition(user: User, rights: Rights, *, position: int) -> Expression:
    """The documents of the index this user may read now.

    The index is a moment behind. Documents whose change it has not taken in yet (rows after `position`) are asked of
    the database, so that one just restricted or moved away is in no count either.
    """
    reach = rights.reach(Verb.READ)
    if reach.is_empty:
        return AnyOf(())
    but_not = list(_denied(reach))
    hidden = _hidden_meanwhile(user, rights, position)
    if hidden:
        but_not.append(OneOf(Field.DOCUMENT, hidden))
    allowed = (_allowed(reach), Between(Field.TAX_YEAR)) if reach.only_tax_relevant else (_allowed(reach),)
    return Weighed(AllOf(allowed, but_not=tuple(but_not)), 0)


def _allowed(reach: Reach) -> Expression:
    if (None, None) in reach.cells:
        return Every()
    ways: list[Expression] = [
        OneOf(Field.SECTION, frozenset(s for s, c in reach.cells if s is not None and c is None)),
        OneOf(Field.CLASS, frozenset(c for s, c in reach.cells if s is None and c is not None)),
        OneOf(Field.DOCUMENT, reach.allowed_documents),
        OneOf(Field.FILE, reach.allowed_files | _files_of(reach.allowed_groups)),
    ]
    classes: defaultdict[int, set[int]] = defaultdict(set)
    for section, document_class in reach.cells:
        if section is not None and document_class is not None:
            classes[section].add(document_class)
    ways += [
        AllOf((Term(Field.SECTION, section), OneOf(Field.CLASS, frozenset(among))))
        for section, among in classes.items()
    ]
    if reach.room:
        ways.append(_in_room(reach.room))
    return AnyOf(tuple(way for way in ways if not isinstance(way, OneOf) or way.values))


def _in_room(room: Room) -> Expression:
    years = Between(Field.TAX_YEAR, room.first_year, room.last_year)
    return AllOf((years, OneOf(Field.CLASS, room.classes))) if room.classes else years


def _denied(reach: Reach) -> Iterable[Expression]:
    files = reach.denied_files | _files_of(reach.denied_groups)
    if files:
        yield OneOf(Field.FILE, files)
    if reach.denied_documents:
        yield OneOf(Field.DOCUMENT, reach.denied_documents)
    if not reach.restricted_too:
        yield Term(Field.IS_RESTRICTED, 1)
    if not reach.drafts_too:
        yield Term(Field.IS_DRAFT, 1)


def _files_of(groups: Iterable[str]) -> frozenset[int]:
    """The files of customer groups as they are now: a group is not in the index, so it cannot be out of date there."""
    groups = list(groups)
    if not groups:
        return frozenset()
    return frozenset(CustomerFile.objects.filter(customer__group__in=groups).values_list("pk", flat=True))


def _hidden_meanwhile(user: User, rights: Rights, position: int) -> frozenset[int]:
    """Documents that changed since the index was written and that this user may not read (or that are gone)."""
    changed = set(SearchDue.objects.filter(pk__gt=position).values_list("document_id", flat=True))
    if not changed:
        return frozenset()
    due = SearchDue.objects.filter(pk__gt=position).values("document_id")
    readable = access.documents_for(user, rights=rights).filter(pk__in=due).values_list("pk", flat=True)
    return frozenset(changed.difference(readable))
