"""The page of a document, and its preview beside a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenakte.doors.web import answers, page
from kundenakte.doors.web.documents import reads
from kundenakte.doors.web.documents.shown import preview_of, version_of, versions_of
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, index_fields
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document, Placement, Reference, Verb, Version
from kundenakte.records.refusals import NotFound


@require_safe
@screen
def show(request: SignedIn, pk: int, number: int = 0) -> HttpResponse:
    """The valid version, or the one the address names, with everything that is known about the document."""
    document = access.get_document(request.user, pk)
    rights = page.rights(request)
    version = version_of(request.user, document, number, rights=rights) if number else document.valid_version
    if version is None:
        raise NotFound
    context = _preview_context(request, document, version)
    if page.is_part(request, "pages"):
        return answers.polled(request, render(request, "documents/preview.html#pages", context))
    reads.note(page.actor(request), document, version)
    if page.is_part(request, "preview"):
        return render(request, "documents/preview.html", context)
    return render(request, "documents/document.html", context | _page_context(request, document, version, rights))


def _preview_context(request: SignedIn, document: Document, version: Version) -> dict[str, Any]:
    rights = page.rights(request)

    def address(page_number: int) -> str:
        return reverse("document-page", args=(document.pk, version.number, page_number))

    return {
        "document": document,
        "version": version,
        "is_valid": version.pk == document.valid_version_id,
        "preview": preview_of(version.digest, address, first=page.number(request.GET.get("ab")) or 1),
        "may_download": access.may(request.user, Verb.DOWNLOAD, document, rights=rights),
        "may_edit": access.may(request.user, Verb.EDIT, document, rights=rights),
    }


def _page_context(request: SignedIn, document: Document, version: Version, rights: access.Rights) -> dict[str, Any]:
    user = request.user
    arrivals = list(Arrival.objects.filter(document=document).order_by("pk"))
    known = [(field, document.fields.get(field.key, "")) for field in index_fields.fields_of(document.document_class)]
    visible = access.documents_for(user, rights=rights)
    # A link from one hidden document to another is nobody's business; both ends are asked.
    out = Reference.objects.filter(from_document=document, to_document__in=visible).select_related("to_document")
    back = Reference.objects.filter(to_document=document, from_document__in=visible).select_related("from_document")
    return {
        "fields": [(field, value) for field, value in known if value],
        "versions": versions_of(user, document, rights=rights),
        "references": out,
        "referenced_by": back,
        "placements": Placement.objects.filter(
            document=document, customer_file__in=access.files_for(user, rights=rights)
        ).select_related("customer_file__customer", "section"),
        "section_name": section_name(document),
        "may_release": access.may(user, Verb.RELEASE, document, rights=rights),
        "may_file": access.may(user, Verb.FILE, document, rights=rights),
        "notes": _notes(arrivals, version),
        "history": history_of(
            user, [("records.document", document.pk), *(("records.arrival", arrival.pk) for arrival in arrivals)]
        ),
        "reference_kinds": Reference.Kind.choices,
    }


def section_name(document: Document) -> str:
    """The name of its section in the plan as it is now."""
    if document.section.local_name:
        return document.section.local_name
    entry = document.section.entries.filter(edition=document.customer_file.plan.current_id).first()
    return entry.name if entry else document.section.key


def _notes(arrivals: list[Arrival], version: Version) -> list[str]:
    """What reading the file brought to light and a person should know."""
    for arrival in arrivals:
        if arrival.version_id == version.pk:
            findings = Findings.from_json(arrival.findings)
            invoice = findings.einvoice
            return [*findings.notes, *(invoice.notes if invoice else ())]
    return []
