"""Who stands in for whom on a day. Chains are followed: if the deputy is away too, his deputy stands in for both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from kundenakte.circulation.models import Absence

# Away → deputies.
Pairs = list[tuple[int, int]]


def pairs_on(day: date) -> Pairs:
    """All absences of a day as (user, deputy)."""
    absences = Absence.objects.filter(cancelled_at=None, begins_on__lte=day, ends_on__gte=day)
    return list(absences.values_list("user_id", "deputy_id"))


def represented_by(user_id: int, pairs: Pairs) -> frozenset[int]:
    """Those for whom this user stands in, himself not among them. A circle of deputies ends where it began."""
    away_for = defaultdict(set)
    for away, deputy in pairs:
        away_for[deputy].add(away)
    return _reached({user_id}, away_for) - {user_id}


def stand_ins_of(user_ids: Iterable[int], pairs: Pairs) -> frozenset[int]:
    """All who stand in for these users, over any number of deputies; these themselves not among them."""
    deputies = defaultdict(set)
    for away, deputy in pairs:
        deputies[away].add(deputy)
    start = set(user_ids)
    return _reached(start, deputies) - start


def _reached(start: set[int], onward: dict[int, set[int]]) -> frozenset[int]:
    seen, waiting = set(start), list(start)
    while waiting:
        fresh = onward.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return frozenset(seen)
