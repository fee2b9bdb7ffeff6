"""The page of one customer file: sections, list or timeline, and the preview of what is selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

from kundenakte.customers.actions.change import current_address
from kundenakte.customers.models import Contact
from kundenakte.doors.web import page
from kundenakte.doors.web.circulation import of_file
from kundenakte.doors.web.customer_files import counting, moved, timeline
from kundenakte.doors.web.customer_files.asked import Asked
from kundenakte.doors.web.customer_files.contents import contents_of, more_of
from kundenakte.doors.web.customer_files.rows import rows_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.start import visits
from kundenakte.records import access
from kundenakte.records.actions.audits import note_opening
from kundenakte.records.actions.files import file_of
from kundenakte.records.models import Arrival, CustomerFile, Document, Placement, Verb

_PARTS = ("file-body", "list-pane")
_KEPT = ("register", "unter", "klasse", "jahr", "stand", "sortiert", "sicht")


@require_safe
@screen
def show(request: SignedIn, pk: int) -> HttpResponse:
    """The file as its address says. A merged customer's address leads on to the one that stays.

    Who asks again with the edition he has seen gets 304 from two quick queries while nothing has changed for him.
    """
    rights = page.rights(request)
    customer_file = access.get_file(request.user, pk, rights=rights)
    if customer_file.customer.merged_into_id is not None:
        stays = access.get_file(request.user, file_of(customer_file.customer).pk)
        return HttpResponseRedirect(reverse("file", args=(stays.pk,)))
    asked = Asked.of(request.GET)
    allowed = access.documents_for(request.user, rights=rights)
    context: dict[str, Any] = {"customer_file": customer_file, "may_file": rights.has(Verb.FILE)}
    if page.is_part(request, "document-more"):
        context["more"] = more = more_of(customer_file, allowed, asked)
        context["rows"] = rows_of(more.rows, rights, home=customer_file)
        return render(request, "customer_files/file.html#document-rows", context)
    if page.is_part(request, "timeline-more") and not rights.is_auditor:
        context["timeline"] = timeline.of(request, customer_file, allowed, asked)
        return render(request, "customer_files/file.html#timeline-rows", context)
    part = next((name for name in _PARTS if page.is_part(request, name)), "")
    if part and "If-None-Match" in request.headers:
        etag = quote_etag(counting.edition(customer_file, allowed))
        if etag in parse_etags(request.headers["If-None-Match"]):
            return HttpResponseNotModified(headers={"ETag": etag})
    note_opening(actor=page.actor(request), customer_file=customer_file, now=timezone.now())
    context |= _body(request, customer_file, asked)
    if not part:
        whole = render(request, "customer_files/file.html", context | _head(request, customer_file))
        visits.remember(request, whole, customer_file)
        return whole
    response = render(request, f"customer_files/file.html#{part}", context)
    response.headers["ETag"] = quote_etag(context["contents"].edition)
    return response


def _body(request: SignedIn, customer_file: CustomerFile, asked: Asked) -> dict[str, Any]:
    rights = page.rights(request)
    allowed = access.documents_for(request.user, rights=rights)
    contents = contents_of(customer_file, allowed, asked)
    if rights.is_auditor:
        # A file's own sections may be named after what is no matter of an audit.
        contents = replace(contents, sections=[line for line in contents.sections if line.count])
    for line in contents.sections:
        line.may_file = access.may_file_in(rights, line.id)
    # What happened in the house, and by whom, is more than an audit opens.
    by_time = request.GET.get("sicht") == "zeit" and not rights.is_auditor
    own_rows = rows_of(contents.documents.rows, rights, home=customer_file)
    return {
        "contents": contents,
        "more": contents.documents,
        "rows": [
            *rows_of(contents.placed, rights, home=customer_file, placed=True),
            *own_rows,
        ],
        # A script then looks at what is marked.
        "may_move_some": any(row.may_move for row in own_rows),
        "may_file_here": rights.has(Verb.FILE) and (contents.section is None or contents.section.may_file),
        "by_time": by_time,
        "timeline": timeline.of(request, customer_file, allowed, asked) if by_time else None,
        "may_download": rights.has(Verb.DOWNLOAD),
        "headings": contents.order.headings(),
        "asked_for": _asked_for(request, customer_file, allowed),
        # What the form for words carries along.
        "kept": [(name, value) for name, value in request.GET.items() if name in _KEPT and value],
    }


def _asked_for(request: SignedIn, customer_file: CustomerFile, allowed: QuerySet[Document]) -> int | None:
    """The document the address names, if it lies in this file or is shown there, and this user may see it."""
    pk = page.number(request.GET.get("dokument"))
    if pk is None:
        return None
    here = Q(customer_file=customer_file) | Q(
        pk__in=Placement.objects.filter(customer_file=customer_file).values("document")
    )
    return pk if allowed.filter(here, pk=pk).exists() else None


def _head(request: SignedIn, customer_file: CustomerFile) -> dict[str, Any]:
    customer = customer_file.customer
    waiting = access.arrivals_for(request.user, rights=page.rights(request)).filter(
        state=Arrival.State.WAITING, facts__customer_file_id=customer_file.pk
    )
    return {
        "customer": customer,
        "address": current_address(customer),
        "contacts": Contact.objects.filter(customer=customer, valid_until=None).order_by("pk")[:3],
        "waiting": waiting[:5],
        "circulating": of_file.under_way(request, customer_file),
        "undo": moved.to_undo(request, customer_file.pk),
    }
