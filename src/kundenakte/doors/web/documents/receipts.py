"""The receipt of a sealed version, to print and as the file an outsider checks it with."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.documents.shown import version_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import reading
from kundenakte.steps.archive import receipt
from kundenakte.steps.archive.receipt import Receipt
from kundenakte.steps.archive.receipt_pdf import pdf_of


@require_safe
@screen
def as_json(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """All evidence in one file."""
    made = _receipt(request, pk, number)
    return _answer(made.as_json(), "application/json", f"{made.file_name}.json")


@require_safe
@screen
def as_pdf(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """What was sealed when, and the steps to check it."""
    made = _receipt(request, pk, number)
    return _answer(pdf_of(made), "application/pdf", f"{made.file_name}.pdf")


def _receipt(request: SignedIn, pk: int, number: int) -> Receipt:
    document = access.get_document(request.user, pk)
    version = version_of(request.user, document, number, rights=page.rights(request))
    made = receipt.receipt_of(version, now=timezone.now())
    reading.note_reading(actor=page.actor(request), document=document, version=version, now=timezone.now())
    return made


def _answer(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
