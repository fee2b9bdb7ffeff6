"""The administrator's page: what waits, what runs, what failed and why, and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.jobs import actions as jobs
from kundenakte.base.jobs import queries
from kundenakte.base.jobs.actions import NotFailed
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import actions as journal
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.administration import state
from kundenakte.doors.web.ledger.names import NAMES
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import Arrival, Verb

_OF_ARRIVALS: Final = (
    "rendition.render",
    "rendition.render_rest",
    "rendition.read",
    "recognition.recognise",
    "filing.file",
)
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of work with the arrival it is about, if the reader may see that."""

    job: Job
    name: str
    arrival: Arrival | None
    sentence: str
    trace: str


@require_safe
@screen
def ledger(request: SignedIn) -> HttpResponse:
    """Work, sources and health on one page."""
    page.require(request, Verb.ADMINISTER)
    work = {
        "tallies": [(tally, _name(tally.name)) for tally in queries.tallies()],
        "open": _lines(request, queries.unfinished()[:20]),
    }
    if page.is_part(request, "work"):
        return answers.polled(request, render(request, "ledger/ledger.html#work", work))
    failed = queries.failed()
    context = work | {
        "failed": _lines(request, failed[:_SHOWN]),
        "failed_count": failed.count(),
        "planned": [(_name(name), at) for name, at in queries.planned().values_list("name", "run_after")[:_SHOWN]],
        "planned_count": queries.planned().count(),
        "rounds": [(one, _name(one.name), _how_often(one.every)) for one in queries.rounds()],
        "sources": _sources(),
        "verdict": state.verdict(state.checks()),
    }
    return render(request, "ledger/ledger.html", context)


@require_POST
@screen
def retry(request: SignedIn, pk: int) -> HttpResponse:
    """Try one failed piece of work again."""
    page.require(request, Verb.ADMINISTER)
    try:
        _retry(request, get_object_or_404(Job, pk=pk))
    except NotFailed as refused:
        messages.error(request, refused.in_words(_))
    else:
        messages.success(request, _("Der Auftrag läuft noch einmal."))
    return page.gone_on(reverse("ledger"))


@require_POST
@screen
def retry_all(request: SignedIn) -> HttpResponse:
    """Try everything that failed again, the oldest first; what somebody else took up meanwhile is left out."""
    page.require(request, Verb.ADMINISTER)
    done = 0
    for job in queries.failed().order_by("pk")[:1000]:
        try:
            _retry(request, job)
        except NotFailed:
            continue
        done += 1
    messages.success(request, _("%(n)d Aufträge laufen noch einmal.") % {"n": done})
    return page.gone_on(reverse("ledger"))


@transaction.atomic
def _retry(request: SignedIn, job: Job) -> None:
    jobs.retry(job=job)
    journal.append(page.actor(request), "job.retried", job, name=job.name, row=job.subject_id)


def _lines(request: SignedIn, rows: object) -> list[Line]:
    """The pieces of work; an arrival the reader may not see is not named."""
    found: list[Job] = list(rows)  # type: ignore[call-overload]
    visible = access.arrivals_for(request.user, rights=page.rights(request))
    arrivals = visible.in_bulk({job.subject_id for job in found if job.name in _OF_ARRIVALS})
    return [
        Line(
            job, _name(job.name), arrivals.get(job.subject_id) if job.name in _OF_ARRIVALS else None,
            job.error.partition("\n")[0], job.error.partition("\n")[2].strip(),
        )
        for job in found
    ]  # fmt: skip


def _name(kind: str) -> str:
    return _(NAMES[kind]) if kind in NAMES else kind


def _how_often(seconds: float) -> str:
    minutes = max(round(seconds / 60), 1)
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return _("täglich") if days == 1 else _("alle %(n)d Tage") % {"n": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return _("stündlich") if hours == 1 else _("alle %(n)d Stunden") % {"n": hours}
    return _("jede Minute") if minutes == 1 else _("alle %(n)d Minuten") % {"n": minutes}


def _sources() -> list[Any]:
    state = Arrival.State
    return list(
        Arrival.objects.order_by("source").values("source").annotate(
            total=Count("pk"), last=Max("received_at"),
            filed=Count("pk", filter=Q(state__in=(state.FILED, state.DUPLICATE))),
            waiting=Count("pk", filter=Q(state=state.WAITING)),
        )
    )  # fmt: skip
