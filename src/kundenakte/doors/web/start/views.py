"""What is new: documents that are arriving, what waits, what was filed last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenakte.doors.web import answers, page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import WANTS_A_PERSON, Arrival

_NEWEST = 12
_WAITING = 6
State = Arrival.State


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the arrivals of the last day are, as far as this user may see them."""

    total: int
    filed: int
    waiting: int
    under_way: int

    @property
    def settled(self) -> int:
        """Those that are no longer on their way."""
        return self.total - self.under_way


@require_safe
@screen
def start(request: SignedIn) -> HttpResponse:
    """The page; its live part is asked for again every two seconds while something is under way."""
    if page.is_part(request, "live"):
        return answers.polled(request, render(request, "start/start.html#live", _live(request)))
    return render(request, "start/start.html", _live(request))


def _live(request: SignedIn) -> dict[str, object]:
    rights = page.rights(request)
    arrivals = access.arrivals_for(request.user, rights=rights)
    newest = (
        access.documents_for(request.user, rights=rights)
        .select_related("customer_file__customer", "document_class", "valid_version")
        .order_by("-changed_at")[:_NEWEST]
    )
    return {
        "progress": _progress(request, rights),
        "newest": newest,
        "waiting": arrivals.filter(WANTS_A_PERSON).order_by("-received_at", "-pk")[:_WAITING],
    }


def _progress(request: SignedIn, rights: access.Rights) -> Progress:
    arrivals = access.arrivals_for(request.user, rights=rights)
    if not arrivals.filter(state=State.UNDER_WAY).exists():
        return Progress(0, 0, 0, 0)
    # A rush that began yesterday still counts as one.
    since = timezone.now() - timedelta(days=1)
    rows = arrivals.filter(received_at__gte=since).order_by().values_list("state").annotate(Count("pk"))
    counted: dict[str, int] = dict(rows)
    return Progress(
        total=sum(counted.values()),
        filed=counted.get(State.FILED, 0) + counted.get(State.DUPLICATE, 0),
        waiting=counted.get(State.WAITING, 0),
        under_way=counted.get(State.UNDER_WAY, 0),
    )
