"""A condition said with fewer parts: what rights and filters both say of the section is asked once.

The index looks at every part for every document; a question about most of a large house pays for each.
"""

from __future__ import annotations

from typing import Final

from kundenakte.steps.search.engine import AllOf, AnyOf, Every, Expression, Field, OneOf, Term, Weighed

# A document has one of each, so "one of these and one of those" is one of both.
_SINGLE: Final = frozenset({Field.SECTION, Field.CLASS})


def simpler(condition: Expression) -> Expression:
    """The same documents, none of them ranked: for what stands under `Weighed(…, 0)` only."""
    match condition:
        case Weighed(part, _weight):
            return simpler(part)
        case AnyOf((part,), at_least=1):
            return simpler(part)
        case AnyOf(parts, at_least):
            return AnyOf(tuple(simpler(part) for part in parts), at_least)
        case AllOf():
            return _all_of(condition)
    return condition


def _all_of(condition: AllOf) -> Expression:
    parts, but_not = _flat(condition)
    sets: dict[Field, frozenset[int]] = {}
    others: list[Expression] = []
    for part in parts:
        known = _values(part)
        if known is None:
            others.append(part)
        else:
            field, values = known
            sets[field] = sets[field] & values if field in sets else values
    if not all(sets.values()):
        return AnyOf(())
    kept = tuple([OneOf(field, values) for field, values in sets.items()] + others)
    if not but_not and len(kept) == 1:
        return kept[0]
    return AllOf(kept or (Every(),), but_not=but_not)


def _flat(condition: AllOf) -> tuple[list[Expression], tuple[Expression, ...]]:
    parts: list[Expression] = []
    but_not = [simpler(part) for part in condition.but_not]
    for part in map(simpler, condition.parts):
        if isinstance(part, AllOf):
            parts += part.parts
            but_not += part.but_not
        else:
            parts.append(part)
    return [part for part in parts if part != Every()], tuple(dict.fromkeys(but_not))


def _values(part: Expression) -> tuple[Field, frozenset[int]] | None:
    match part:
        case OneOf(field, values) if field in _SINGLE:
            return field, values
        case Term(field, value) if field in _SINGLE and isinstance(value, int):
            return field, frozenset({value})
    return None
