"""Undoing that something was filed: at once while it is not sealed, else with a reason that is asked for here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte import pipeline
from kundenakte.doors.web import answers, page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions.returning import InUse
from kundenakte.records.models import Arrival, Document, Verb
from kundenakte.records.refusals import AlreadyDone, NotAllowed, ReasonMissing, Refused


@require_http_methods(["GET", "POST"])
@screen
def take_out(request: SignedIn, pk: int) -> HttpResponse:
    """Put it back into the inbox. A page says what that means and asks for the reason, where one is due."""
    arrival = access.get_arrival(request.user, pk)
    document = arrival.document
    if document is None:
        return page.gone_on(reverse("inbox-arrival", args=(pk,)))
    if not access.may(request.user, Verb.FILE, document, rights=page.rights(request)):
        raise NotAllowed
    reason = request.POST.get("reason", "").strip()[:300]
    if request.method != "POST":
        return _asked(request, arrival, document)
    try:
        pipeline.return_to_inbox(actor=page.actor(request), arrival=arrival, now=timezone.now(), reason=reason)
    except ReasonMissing as refused:
        if answers.wants_json(request):
            return JsonResponse({"go": reverse("inbox-return", args=(pk,))})
        # Whoever pressed "Rückgängig" has not been asked yet.
        return _asked(request, arrival, document, refused if "reason" in request.POST else None)
    except (AlreadyDone, InUse) as refused:
        if answers.wants_json(request):
            raise
        return _asked(request, arrival, document, refused)
    return _done(request, arrival, document)


def _done(request: SignedIn, arrival: Arrival, document: Document) -> HttpResponse:
    sentence = _("„%(title)s“ wartet wieder im Posteingang.") % {"title": document.title}
    address = reverse("inbox-arrival", args=(arrival.pk,))
    if answers.wants_json(request):
        word = _("Im Posteingang ansehen")
        told = {"sentence": sentence, "url": address, "link": word, "document": document.pk, "state": arrival.state}
        return JsonResponse(told)
    messages.success(request, sentence)
    return page.gone_on(address)


def _asked(
    request: SignedIn, arrival: Arrival, document: Document, refused: Refused | None = None
) -> HttpResponse:  # fmt: skip
    context = {
        "arrival": arrival, "document": document, "error": refused.in_words(_) if refused else "",
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "inbox/return.html", context, status=refusals.status_of(refused) if refused else 200)
