"""Documents whose period is over and which nothing keeps any more: why, and the request to dispose of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.retention.pages import keepers
from kundenakte.records import access
from kundenakte.records.actions import disposing
from kundenakte.records.disposition.hindrance import day_of
from kundenakte.records.models import DisposedDocument, Document, LegalHold, Verb
from kundenakte.records.refusals import NotAllowed, NotFound, Refused
from kundenakte.records.retention import blocks, keeping, wording

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may be proposed, with the sentence why."""

    document: Document
    why: str
    is_chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def due(request: SignedIn) -> HttpResponse:
    """The oldest ends first; only what she may read, and what is in no list yet."""
    chosen = {int(pk) for pk in request.POST.getlist("dokument") if pk.isdigit()}
    status = 200
    if request.method == "POST":
        answer = _request(request, chosen)
        if answer is not None:
            return answer
        status = 422
    rows = _candidates(request)
    documents = list(rows.select_related("customer_file__customer", "document_class")[: _AT_ONCE + 1])
    context = {
        "candidates": _explained(documents[:_AT_ONCE], chosen, all_chosen="alle" in request.GET),
        "is_more": len(documents) > _AT_ONCE,
        "may_ask": page.rights(request).has(Verb.DISPOSE),
        "reason": request.POST.get("anlass", ""),
        "reviews": LegalHold.objects.filter(released_at=None, review_on__lt=timezone.localdate()).count(),
    }
    return render(request, "retention/due.html", context, status=status)


def _candidates(request: SignedIn) -> QuerySet[Document]:
    visible = access.documents_for(request.user, rights=page.rights(request)).values("pk")
    listed = DisposedDocument.objects.filter(document=OuterRef("pk")).exclude(state=DisposedDocument.State.KEPT)
    rows = blocks.due(on=day_of(timezone.now())).filter(~Exists(listed), pk__in=visible)
    return rows.order_by("retain_until", "pk")


def _explained(documents: list[Document], chosen: set[int], *, all_chosen: bool) -> list[Candidate]:
    ends = keeping.ends_by_id([one.pk for one in documents], on=timezone.localdate())
    return [
        Candidate(one, wording.past_sentence(ends[one.pk]), all_chosen or one.pk in chosen)
        for one in documents
        if one.pk in ends
    ]


def _request(request: SignedIn, chosen: set[int]) -> HttpResponse | None:
    """The new list's page; None when it was refused, with the sentence why."""
    # Ids alone: the action looks at each document, and at who may see it.
    documents = [Document(pk=pk) for pk in sorted(chosen)]
    try:
        made = disposing.request_disposition(
            actor=page.actor(request), documents=documents, reason=request.POST.get("anlass", ""), now=timezone.now()
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, refused.in_words(_))
        return None
    messages.success(request, _("Die Aussonderung ist beantragt. Eine zweite Person gibt sie frei."))
    return page.gone_on(reverse("retention-disposition", args=(made.pk,)))
