"""The page of one customer file."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenakte.customers.actions.change import current_address
from kundenakte.customers.models import Contact
from kundenakte.doors.web import page
from kundenakte.doors.web.customer_files.contents import contents_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions.files import file_of
from kundenakte.records.models import Arrival, Verb


@require_safe
@screen
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Sections, documents and the preview of one. A merged customer's address leads on to the one that stays."""
    customer_file = access.get_file(request.user, pk)
    if customer_file.customer.merged_into_id is not None:
        stays = access.get_file(request.user, file_of(customer_file.customer).pk)
        return HttpResponseRedirect(reverse("file", args=(stays.pk,)))
    rights = page.rights(request)
    shown = contents_of(
        customer_file,
        access.documents_for(request.user, rights=rights),
        section_id=page.number(request.GET.get("register")),
        part=request.GET.get("unter", "")[:100],
        cursor=request.GET.get("nach", ""),
    )
    context = {"customer_file": customer_file, "contents": shown, "may_file": rights.has(Verb.FILE)}
    if page.is_part(request, "document-more"):
        return render(request, "customer_files/file.html#document-rows", context)
    if page.is_part(request, "file-body"):
        return render(request, "customer_files/file.html#file-body", context)
    context |= {
        "customer": customer_file.customer,
        "address": current_address(customer_file.customer),
        "contacts": Contact.objects.filter(customer=customer_file.customer, valid_until=None).order_by("pk")[:3],
        "waiting": access.arrivals_for(request.user, rights=rights).filter(
            state=Arrival.State.WAITING, facts__customer_file_id=customer_file.pk
        )[:5],
    }
    return render(request, "customer_files/file.html", context)
