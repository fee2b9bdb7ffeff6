"""Links from other programs: `/akte?system=erp&key=10042` and `/akte?kdnr=10042` open the customer's file (S1)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenakte.customers import queries
from kundenakte.customers.queries import KeyAmbiguous
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import CustomerFile
from kundenakte.records.refusals import NotFound


@require_safe
@screen
def by_key(request: SignedIn) -> HttpResponse:
    """The file of whoever has this number, or a choice when several have it."""
    key = (request.GET.get("key") or request.GET.get("kdnr") or "").strip()[:200]
    if not key:
        return HttpResponseRedirect(reverse("customers"))
    try:
        customer = queries.open_by_key(key=key, system=request.GET.get("system", "").strip()[:40])
    except KeyAmbiguous as ambiguous:
        allowed = access.files_for(request.user, rights=page.rights(request))
        files = list(allowed.filter(customer__in=ambiguous.customers).select_related("customer").order_by("pk"))
        if len(files) > 1:
            return render(request, "customer_files/choose.html", {"files": files, "key": key}, status=300)
        return _open(request, files[0] if files else None)
    return _open(request, CustomerFile.objects.filter(customer=customer).first() if customer else None)


def _open(request: SignedIn, customer_file: CustomerFile | None) -> HttpResponse:
    if customer_file is None:
        raise NotFound
    return HttpResponseRedirect(reverse("file", args=(access.get_file(request.user, customer_file.pk).pk,)))
