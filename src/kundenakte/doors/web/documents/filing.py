"""Putting a document elsewhere: another section, another file, or a second place as well."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import documents, links
from kundenakte.records.models import CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import BadValue, Refused
from kundenakte.records.sections import sections_of


@require_http_methods(["GET", "POST"])
@screen
def move(request: SignedIn, pk: int) -> HttpResponse:
    """Choose file and section, give a reason, and either move the document or show it there as well."""
    document = access.get_document(request.user, pk, to=Verb.FILE)
    asked = page.file_chosen(request.POST, "akte") or page.file_chosen(request.GET, "akte")
    target = access.get_file(request.user, asked) if asked else document.customer_file
    if page.is_part(request, "move-sections"):
        return render(request, "documents/move.html#move-sections", _context(request, document, target))
    error, status = "", 200
    if request.method == "POST":
        try:
            _carry_out(request, document, target)
        except Refused as refused:
            if refusals.status_of(refused) == 404:
                raise
            error, status = refused.in_words(_), refusals.status_of(refused)
            # What is shown now is the new state; sent again, the form moves that.
            document.refresh_from_db()
        else:
            return page.gone_on(reverse("document", args=(pk,)))
    context = _context(request, document, target) | {"error": error, "reason": request.POST.get("reason", "")}
    return render(request, "documents/move.html", context, status=status)


def _carry_out(request: SignedIn, document: Document, target: CustomerFile) -> None:
    actor, now, section = page.actor(request), timezone.now(), _section(request, target)
    if request.POST.get("wie") == "auch":
        if section is None:
            raise BadValue("Bitte wählen Sie das Register, in dem das Dokument auch gezeigt werden soll.")
        links.place_also(actor=actor, document=document, customer_file=target, section=section, now=now)
        messages.success(request, _("Das Dokument wird jetzt auch dort gezeigt. Es bleibt ein einziges."))
        return
    documents.move_document(
        actor=actor, document=document, customer_file=target, section=section, now=now,
        edition=page.number(request.POST.get("edition")) or 0, reason=request.POST.get("reason", "").strip(),
    )  # fmt: skip
    messages.success(request, _("Das Dokument ist verschoben."))


def _section(request: SignedIn, target: CustomerFile) -> Section | None:
    asked = page.number(request.POST.get("register"))
    if asked is None:
        return None
    for shown in sections_of(target):
        if shown.section.pk == asked:
            return shown.section
    raise BadValue("Dieses Register gibt es in der gewählten Akte nicht.")


def _context(request: SignedIn, document: Document, target: CustomerFile) -> dict[str, object]:
    rights = page.rights(request)
    offered = [shown for shown in sections_of(target) if access.may_file_in(rights, shown.section.pk)]
    return {"document": document, "target": target, "sections": offered}
