"""Where the day begins: her customers and what changed there, what waits, what was filed last, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.jobs import queries as jobs
from kundenakte.circulation import access as circulation
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.circulation import listing
from kundenakte.doors.web.inbox import teams
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.spoken import in_other_words
from kundenakte.doors.web.start import room
from kundenakte.doors.web.start.own import own_customers
from kundenakte.records import access
from kundenakte.records.actions import watching
from kundenakte.records.models import WANTS_A_PERSON, Arrival, Verb
from kundenakte.records.parts import WAITS_WITH_ITS_MAIL
from kundenakte.steps.filing.told import in_words, told

_NEWEST: Final = 10
_WAITING: Final = 5
_FAILED: Final = 3
_TASKS: Final = 5
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
    if request.user.is_auditor:
        return room.show(request)
    if page.is_part(request, "live"):
        return answers.polled(request, render(request, "start/start.html#live", _live(request)))
    watched, recent = own_customers(request)
    return render(request, "start/start.html", _live(request) | {"watched": watched, "recent": recent})


@require_POST
@screen
def watch(request: SignedIn, pk: int) -> HttpResponse:
    """Keep an eye on a customer, or no longer."""
    customer_file = access.get_file(request.user, pk)
    wanted = request.POST.get("beobachten") == "1"
    if wanted:
        watching.watch(user=request.user, customer_file=customer_file, now=timezone.now())
    else:
        watching.unwatch(user=request.user, customer_file=customer_file)
    if page.is_part(request, "watch"):
        return render(request, "parts/watch.html", {"customer_file": customer_file, "is_watched": wanted})
    return page.gone_on(reverse("file", args=(pk,)))


def _live(request: SignedIn) -> dict[str, Any]:
    rights = page.rights(request)
    arrivals = access.arrivals_for(request.user, rights=rights)
    waiting = arrivals.filter(WANTS_A_PERSON)
    shown = list(waiting.order_by("-received_at", "-pk")[:_WAITING])
    newest = (
        access.documents_for(request.user, rights=rights)
        .select_related("customer_file__customer", "document_class", "valid_version")
        .order_by("-changed_at")[:_NEWEST]
    )
    tasks = circulation.tasks_for(request.user, rights=rights, others=page.stands_in_for(request))[:_TASKS]
    return {
        "tasks": listing.soonest(request.user, tasks, timezone.localdate()),
        "progress": _progress(arrivals),
        "newest": newest,
        "teams": teams.counted(waiting),
        "waiting": shown,
        "whys": in_words(told(request.user, shown, rights=rights), in_other_words),
        "failed": _failed() if rights.has(Verb.ADMINISTER) else None,
    }


def _progress(arrivals: QuerySet[Arrival]) -> Progress:
    # What hangs on a mail that waits, waits with it.
    arrivals = arrivals.exclude(WAITS_WITH_ITS_MAIL, state=State.UNDER_WAY)
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


def _failed() -> dict[str, Any]:
    """Work that failed for good: how much, and the first lines of the newest."""
    rows = jobs.failed()
    newest = [(job, job.error.partition("\n")[0]) for job in rows[:_FAILED]]
    return {"count": rows.count() if newest else 0, "newest": newest}
