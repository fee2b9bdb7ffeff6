"""The inbox of one team: counts, and the choice that holds while somebody works through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Min, QuerySet

from kundenakte.doors.web import page
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.models import Arrival

# In place of a team's number: arrivals that belong to none.
NONE: Final = "keines"
_KEPT: Final = "inbox-team"


@dataclass(frozen=True, slots=True)
class Team:
    """What waits for one team: its number or NONE, its name, how much, and since when the oldest."""

    key: str
    name: str
    count: int
    oldest: datetime
    is_chosen: bool = False


def counted(waiting: QuerySet[Arrival], *, chosen: str = "") -> Sequence[Team]:
    """By team, where there is more than one to tell apart."""
    rows = waiting.order_by().values_list("team", "team__name").annotate(Count("pk"), Min("received_at"))
    teams = [
        Team(str(pk or NONE), name or "", count, oldest, is_chosen=str(pk or NONE) == chosen)
        for pk, name, count, oldest in rows
    ]
    return alphabetical(teams, lambda team: team.name) if len(teams) > 1 or chosen else []


def choose(request: SignedIn) -> None:
    """Keep what the address asks for ("?team=4", "?team=" for all) for this session."""
    asked = request.GET.get("team")
    if asked is not None and asked != chosen(request):
        request.session[_KEPT] = asked if asked == NONE or page.number(asked) is not None else ""


def chosen(request: SignedIn) -> str:
    """The team whose inbox is being worked through; "" for all."""
    return str(request.session.get(_KEPT, ""))


def narrowed(request: SignedIn, arrivals: QuerySet[Arrival]) -> QuerySet[Arrival]:
    """Only those of the chosen team."""
    team = chosen(request)
    if not team:
        return arrivals
    return arrivals.filter(team=None if team == NONE else page.number(team))
