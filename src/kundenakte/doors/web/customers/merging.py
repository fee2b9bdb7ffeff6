"""Two records turn out to be one customer: first what will happen, then the deed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.customers import queries
from kundenakte.customers.models import Identifier
from kundenakte.customers.refusals import CustomerRefused
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import customers as actions
from kundenakte.records.models import CustomerFile, Document, Section, Verb


@require_http_methods(["GET", "POST"])
@screen
def merge(request: SignedIn, pk: int) -> HttpResponse:
    """Choose the other file, see what will happen, give a reason, merge into it."""
    source = access.get_file(request.user, pk)
    page.require(request, Verb.MERGE)
    asked = page.file_chosen(request.POST, "mit") or page.file_chosen(request.GET, "mit")
    into = access.get_file(request.user, asked) if asked else None
    error, status = "", 200
    if request.method == "POST" and into is not None:
        try:
            actions.merge(
                actor=page.actor(request), source=source.customer, into=into.customer,
                reason=request.POST.get("reason", ""), now=timezone.now(),
            )  # fmt: skip
        except CustomerRefused as refused:
            error, status = refused.in_words(_), refusals.status_of(refused)
        else:
            messages.success(
                request,
                _("%(source)s und %(into)s sind jetzt ein Kunde. Beide Nummern führen in diese Akte.")
                % {"source": source.customer, "into": into.customer},
            )
            return page.gone_on(reverse("file", args=(into.pk,)))
    context = {
        "customer_file": source,
        "source": _side(source),
        "into": _side(into) if into else None,
        "same": into is not None and into.pk == source.pk,
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "customers/merge.html", context, status=status)


def _side(customer_file: CustomerFile) -> dict[str, object]:
    """What one of the two brings along. All documents are counted: merging moves those one may not see as well."""
    return {
        "file": customer_file,
        "customer": customer_file.customer,
        "documents": Document.objects.filter(customer_file=customer_file).count(),
        "sections": Section.objects.filter(customer_file=customer_file).count(),
        "numbers": queries.identifiers_of(customer_file.customer).filter(kind=Identifier.Kind.NUMBER),
    }
