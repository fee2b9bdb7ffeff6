"""Correcting what is known about a document, and linking two documents."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.documents import describing
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import documents
from kundenakte.records.models import Document, DocumentClass, Reference, Verb
from kundenakte.records.refusals import BadValue, NotFound, Refused


@require_http_methods(["GET", "POST"])
@screen
def describe(request: SignedIn, pk: int) -> HttpResponse:
    """Change class, title, number, day and index fields. Two people at once: the second one is told."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    described, error, status = describing.of_document(document), "", 200
    edition = page.number(request.POST.get("edition")) or document.edition
    if page.is_part(request, "class-fields"):
        values = {"class": request.GET.get("class", "")}
        chosen = DocumentClass.objects.filter(code=values["class"]).first() or document.document_class
        described = describing.shown(chosen, title="", number="", dated_on="", values=document.fields)
        return render(request, "documents/describe.html#class-fields", {"described": described})
    if request.method == "POST":
        try:
            documents.describe_document(
                actor=page.actor(request), document=document, edition=edition, now=timezone.now(),
                description=describing.description(request.POST, kept=document.fields),
                reason=request.POST.get("reason", "").strip(),
            )  # fmt: skip
        except Refused as refused:
            if refusals.status_of(refused) in {403, 404}:
                raise
            error, status = _(refused.sentence), refusals.status_of(refused)
            described = describing.from_form(request.POST)
            document.refresh_from_db()
        else:
            messages.success(request, _("Die Angaben sind gespeichert."))
            return page.gone_on(reverse("document", args=(pk,)))
    context = {
        "document": document, "described": described, "edition": edition, "error": error, "status": status,
        "classes": DocumentClass.objects.all(), "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "documents/describe.html", context, status=status)


@require_POST
@screen
def refer(request: SignedIn, pk: int) -> HttpResponse:
    """Link this document to another one, given by its number or address."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    try:
        target = _other(request, document)
        documents.refer(
            actor=page.actor(request), from_document=document, to_document=target, now=timezone.now(),
            kind=request.POST.get("kind", ""),
        )  # fmt: skip
    except (BadValue, NotFound) as refused:
        messages.error(request, _(refused.sentence))
    else:
        messages.success(request, _("Der Verweis ist angelegt."))
    return page.gone_on(reverse("document", args=(pk,)))


def _other(request: SignedIn, document: Document) -> Document:
    """The document whose address or number was typed."""
    text = request.POST.get("to", "").strip().rstrip("/")
    pk = page.number(text.rpartition("/dokument/")[2].partition("/")[0])
    if request.POST.get("kind") not in Reference.Kind.values or pk is None or pk == document.pk:
        raise BadValue("Bitte geben Sie die Adresse oder die Nummer des anderen Dokuments an.")
    return access.get_document(request.user, pk)
