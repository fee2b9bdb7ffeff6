"""Separator sheets to print: for a customer, a class or a document number, or just to part one letter from the next."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.documents import describing
from kundenakte.doors.web.inbox.actions import NOT_IN_THE_LIST
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, DocumentClass
from kundenakte.records.sections import ShownSection, sections_of
from kundenakte.steps.scanning import sheets
from kundenakte.steps.scanning.sheets import Printed

_MOST: Final = 100


@require_safe
@screen
def ask(request: SignedIn) -> HttpResponse:
    """The page that asks what the sheets are for."""
    return _asked(request)


def _asked(request: SignedIn, error: str = "") -> HttpResponse:
    customer_file, section = _whose(request)
    return render(
        request,
        "inbox/sheets.html",
        {
            "customer_file": customer_file,
            "section": section,
            "classes": describing.offered_classes(None),
            "most": _MOST,
            "error": error,
        },
        status=422 if error else 200,
    )


@require_safe
@screen
def as_pdf(request: SignedIn) -> HttpResponse:
    """The sheets to print."""
    customer_file, section = _whose(request)
    if customer_file is None and request.GET.get("akte_getippt", "").strip():
        return _asked(request, _(NOT_IN_THE_LIST))
    chosen = DocumentClass.objects.filter(code=request.GET.get("klasse", ""), is_retired=False).first()
    number = request.GET.get("nummer", "").strip()[:100]
    count = min(max(page.number(request.GET.get("anzahl")) or 1, 1), _MOST)
    facts = {
        "customer": customer_file.customer.number if customer_file else "",
        "section": section.section.key if section else "",
        "class": chosen.code if chosen else "",
        "number": number,
    }
    lines = [
        _("Kundennummer %(number)s") % {"number": facts["customer"]} if facts["customer"] else "",
        _("Register %(name)s") % {"name": _(section.name)} if section and facts["section"] else "",
        _(chosen.name) if chosen else "",
        _("Dokumentnummer %(number)s") % {"number": number} if number else "",
    ]
    # A sheet that bears a name and does not carry it would mislead.
    title = customer_file.customer.name if customer_file and facts["customer"] else _("Trennblatt")
    sheet = Printed({key: value for key, value in facts.items() if value}, title, tuple(line for line in lines if line))
    instruction = _(
        "Legen Sie dieses Blatt vor den Brief, zu dem es gehört, und scannen Sie alles in einem Stapel. "
        "Das Blatt kann wieder verwendet werden."
    )
    response = HttpResponse(sheets.as_pdf([sheet] * count, instruction=instruction), content_type="application/pdf")
    name = f"{_('Trennblatt')} {title}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _whose(request: SignedIn) -> tuple[CustomerFile | None, ShownSection | None]:
    """The file the sheets are for, if it may be seen, and a section in it."""
    asked: Any = page.number(request.GET.get("akte") or request.GET.get("akte_ohne_skript"))
    if asked is None:
        return None, None
    customer_file = access.get_file(request.user, asked)
    wanted = page.number(request.GET.get("register"))
    found = (one for one in sections_of(customer_file) if one.section.pk == wanted)
    return customer_file, next(found, None)
