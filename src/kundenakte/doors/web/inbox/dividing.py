"""A file in which several documents lie is divided by a person: the pages side by side, a mark where one begins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from kundenakte import pipeline
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.inbox import views
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions
from kundenakte.records.models import Arrival, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, NotFound, Refused
from kundenakte.steps.scanning import division
from kundenakte.steps.scanning.division import NotDivisible, PageOfStack

_NOTHING_MARKED: Final = gettext_noop(
    "Bitte markieren Sie, wo ein neues Dokument beginnt. Ist es nur eines, wählen Sie „Ist ein Dokument“."
)


@dataclass(frozen=True, slots=True)
class Card:
    """A page with its picture, "" while that is being drawn."""

    page: PageOfStack
    image: str


@require_http_methods(["GET", "POST"])
@screen
def divide(request: SignedIn, pk: int) -> HttpResponse:
    """Show all pages with the proposal; take what was marked, and go on to the next one that waits."""
    arrival = access.get_arrival(request.user, pk)
    page.require(request, Verb.INBOX)
    if request.method == "POST" and arrival.state != Arrival.State.WAITING:
        raise AlreadyDone
    if not division.can_be_divided(arrival):
        # Whoever comes late sees what has become of it.
        if request.method == "POST":
            messages.error(request, NotDivisible().in_words(_))
        return _to(arrival)
    if request.method != "POST":
        return _shown(request, arrival)
    following = views.next_after(request, arrival)
    marked = _numbers(request, "beginnt")
    # Whoever lets a document begin on a page sees that it is not empty.
    kept = _numbers(request, "bleibt") | marked
    try:
        count = _divided(request, arrival, marked, kept)
    except (AlreadyDone, NotFound):
        raise
    except Refused as refused:
        return _shown(request, arrival, refused, marked=marked, kept=kept)
    if count > 1:
        said = _("„%(name)s“ wird in %(count)s Dokumente geteilt.") % {"name": arrival.file_name, "count": count}
        messages.success(request, said)
    else:
        messages.success(request, _("„%(name)s“ geht als ein Dokument weiter.") % {"name": arrival.file_name})
    return page.gone_on(following)


def _numbers(request: SignedIn, name: str) -> set[int]:
    return {number for text in request.POST.getlist(name) if (number := page.number(text)) is not None}


def _divided(request: SignedIn, arrival: Arrival, marked: set[int], kept: set[int]) -> int:
    """In how many documents. The first page is marked by itself."""
    first = division.first_page(arrival, kept=kept)
    if "eines" in request.POST:
        marked = set()
    elif not marked - {first}:
        raise BadValue(_NOTHING_MARKED)
    begins = {first, *marked}
    first_pages, now = sorted(begins), timezone.now()
    pipeline.divide(actor=page.actor(request), arrival=arrival, first_pages=first_pages, kept=kept, now=now)
    return len(begins)


def _shown(
    request: SignedIn,
    arrival: Arrival,
    refused: Refused | None = None,
    *,
    marked: set[int] | None = None,
    kept: Collection[int] = (),
) -> HttpResponse:
    made = renditions.pages_of(arrival.digest)
    ready = made.ready if made else 0
    pages = division.pages_of(arrival, marked=marked, kept=kept)
    if ready < len(pages):
        pipeline.want_pages(arrival.digest)
    context = {
        "arrival": arrival,
        "cards": [
            Card(one, reverse("inbox-page", args=(arrival.pk, one.number)) if one.number <= ready else "")
            for one in pages
        ],
        "missing": max(len(pages) - ready, 0),
        "has_proposal": any(one.reasons for one in pages),
        "error": refused.in_words(_) if refused else "",
    }  # fmt: skip
    return render(request, "inbox/divide.html", context, status=refusals.status_of(refused) if refused else 200)


def _to(arrival: Arrival) -> HttpResponse:
    return page.gone_on(reverse("inbox-arrival", args=(arrival.pk,)))
