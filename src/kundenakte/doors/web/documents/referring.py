"""Linking two documents, and finding the other one by its address, its number or words."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.doors.web import page
from kundenakte.doors.web.documents.going_on import gone_back
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import links
from kundenakte.records.models import Document, Reference, Verb
from kundenakte.records.numbers import number_key
from kundenakte.steps.search import queries

_MOST: Final = 8
_VIEW: Final = "verweise"


@require_POST
@screen
def refer(request: SignedIn, pk: int) -> HttpResponse:
    """Link this document to another one, given by its address, its number or chosen from what was found."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    kind, wanted = request.POST.get("kind", ""), request.POST.get("to", "").strip()[:200]
    meant = documents_meant(request, document, wanted, only_named=True) if kind in Reference.Kind.values else []
    if len(meant) > 1:
        return gone_back(request, document, _VIEW, finde=wanted, kind=kind)
    if not meant:
        messages.error(request, _("Bitte geben Sie die Adresse oder die Nummer des anderen Dokuments an."))
        return gone_back(request, document, _VIEW, finde=wanted, kind=kind)
    links.refer(actor=page.actor(request), from_document=document, to_document=meant[0], now=timezone.now(), kind=kind)
    messages.success(request, _("Der Verweis ist angelegt."))
    return gone_back(request, document, _VIEW)


@require_POST
@screen
def unrefer(request: SignedIn, pk: int, reference: int) -> HttpResponse:
    """Take a link back."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    visible = access.documents_for(request.user, rights=page.rights(request))
    found = Reference.objects.filter(pk=reference, from_document=document, to_document__in=visible).first()
    if found is not None:
        links.unrefer(actor=page.actor(request), reference=found, now=timezone.now())
        messages.success(request, _("Der Verweis ist entfernt."))
    return gone_back(request, document, _VIEW)


def documents_meant(request: SignedIn, document: Document, text: str, *, only_named: bool = False) -> list[Document]:
    """The other documents somebody may mean: by address or number, those of the same file first; else by words.

    With `only_named` words do not count: what is linked at once has to be named.
    """
    rows = access.documents_for(request.user, rights=page.rights(request)).exclude(pk=document.pk)
    rows = rows.select_related("customer_file__customer", "document_class")
    pk = page.number(text.rstrip("/").rpartition("/dokument/")[2].partition("/")[0].partition("?")[0])
    if pk is not None and "/dokument/" in text:
        return list(rows.filter(pk=pk))
    key = number_key(text)
    numbered = list(rows.filter(number_key=key).order_by("-pk")[:_MOST]) if key else []
    if not numbered and pk is not None:
        numbered = list(rows.filter(pk=pk))
    if numbered or only_named:
        return sorted(numbered, key=lambda one: one.customer_file_id != document.customer_file_id)
    titled = rows.filter(customer_file=document.customer_file_id)
    for word in text.split()[:6]:
        titled = titled.filter(title__icontains=word)
    found = {one.pk: one for one in titled.order_by("-dated_on", "-pk")[:_MOST]}
    hits = queries.search(request.user, text, limit=_MOST, typing=True, with_facets=False, rights=page.rights(request))
    found |= {hit.document.pk: hit.document for hit in hits.hits if hit.document.pk not in {*found, document.pk}}
    return list(found.values())[:_MOST]
