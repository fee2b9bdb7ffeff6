"""The page of a document, and the pane that shows it beside a list."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenakte.doors.web import answers, page
from kundenakte.doors.web.circulation import of_file
from kundenakte.doors.web.documents import signed, signing, tabs
from kundenakte.doors.web.documents.going_on import is_pane
from kundenakte.doors.web.documents.restriction import reason_of
from kundenakte.doors.web.documents.shown import Preview, preview_of, version_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import reading
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document, Verb, Version
from kundenakte.records.refusals import NotFound
from kundenakte.steps.archive import originals
from kundenakte.steps.intake import watch_reports

_PASSWORD = {"encrypted", "wrong-password"}


@require_safe
@screen
def show(request: SignedIn, pk: int, number: int = 0) -> HttpResponse:
    """The valid version, or the one the address names: its pages, and the tab the address asks for."""
    document = access.get_document(request.user, pk)
    rights = page.rights(request)
    version = version_of(request.user, document, number, rights=rights) if number else document.valid_version
    if version is None:
        raise NotFound
    if page.is_part(request, "pages"):
        context = {"document": document, "version": version} | _pages(request, version)
        return answers.polled(request, render(request, "documents/viewer.html#pages", context))
    return shown(request, document, version, view=tabs.asked_for(request))


def shown(
    request: SignedIn, document: Document, version: Version, *, view: str, status: int = 200, **more: Any
) -> HttpResponse:
    """A document with one tab open: the tab alone, the pane beside a list, or the page. `more` goes into the tab."""
    reading.note_reading(actor=page.actor(request), document=document, version=version, now=timezone.now())
    context, rights = _common(request, document, version, view), page.rights(request)
    if page.is_part(request, "document-tab"):
        context |= tabs.context_of(request, document, view) | more
        return render(request, "documents/document.html#document-tab", context, status=status)
    pane = is_pane(request)
    if not pane or view == tabs.PREVIEW:
        context |= _pages(request, version)
    if not pane or view != tabs.PREVIEW:
        context |= tabs.context_of(request, document, view)
    findings = _findings(document, version)
    context |= {
        "pane": pane,
        "notes": _notes(findings, but=context.get("preview")),
        "signatures": signed.signatures(document, version, findings.signatures),
        "changed_file": None if rights.is_auditor else watch_reports.changed_file(document),
        "carried": of_file.carrying(request, document),
        "restricted_because": "" if rights.is_auditor else reason_of(document),
        "section_name": tabs.section_name(document),
    } | more
    return render(request, "documents/preview.html" if pane else "documents/document.html", context, status=status)


def _common(request: SignedIn, document: Document, version: Version, view: str) -> dict[str, Any]:
    rights, is_valid = page.rights(request), version.pk == document.valid_version_id
    args = (document.pk,) if is_valid else (document.pk, version.number)
    return {
        "document": document,
        "version": version,
        "is_valid": is_valid,
        "is_older": bool(document.valid_version and version.number < document.valid_version.number),
        "here": reverse("document" if is_valid else "document-version", args=args),
        "view": view,
        "tabs": tabs.names(request).items(),
        "may_download": access.may(request.user, Verb.DOWNLOAD, document, rights=rights),
        "may_edit": access.may(request.user, Verb.EDIT, document, rights=rights),
        "may_file": access.may(request.user, Verb.FILE, document, rights=rights),
        "may_release": access.may(request.user, Verb.RELEASE, document, rights=rights),
        "may_sign": is_valid and signing.may_sign(document, rights),
    }


def _pages(request: SignedIn, version: Version) -> dict[str, Any]:
    def address(page_number: int) -> str:
        return reverse("document-page", args=(version.document_id, version.number, page_number))

    first = max(page.number(request.GET.get("ab")) or 1, 1)
    try:
        originals.require_whole(version, now=timezone.now())
    except originals.Damaged as damaged:
        preview = Preview([], 0, damaged.sentence, is_coming=False, next=0, code=damaged.code)
    else:
        preview = preview_of(version.digest, address, first=first)
    return {"preview": preview, "needs_password": preview.code in _PASSWORD, "page_pattern": address(0)}


def _findings(document: Document, version: Version) -> Findings:
    """What reading the file brought to light."""
    arrival = Arrival.objects.filter(document=document, version=version).order_by("pk").first()
    return Findings.from_json(arrival.findings) if arrival is not None else Findings()


def _notes(findings: Findings, *, but: Preview | None) -> list[str]:
    """What a person should know of it, each once and not what its preview says."""
    invoice = findings.einvoice
    said = dict.fromkeys([*findings.notes, *(invoice.notes if invoice else ())])
    return [note for note in said if but is None or note != but.note]
