"""Where a document's forms lead: back to the tab they stand on, in the pane beside a list or on the page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.models import Document

# The section of a customer file that shows a document; its content is asked for with "teil=vorschau".
PANE = "preview"


def is_pane(request: SignedIn) -> bool:
    """Whether only the pane beside a list is asked for."""
    return page.is_part(request, PANE)


def gone_back(request: SignedIn, document: Document, view: str, *, number: int = 0, **more: str) -> HttpResponse:
    """Go to a tab of the document after a change."""
    args = (document.pk, number) if number else (document.pk,)
    asked = ({"teil": "vorschau"} if is_pane(request) else {}) | {"sicht": view} | more
    return page.gone_on(f"{reverse('document-version' if number else 'document', args=args)}?{urlencode(asked)}")
