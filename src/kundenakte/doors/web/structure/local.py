"""Extra sections of one customer file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.structure.pages import administrators, refused_form, told
from kundenakte.records import access, editions
from kundenakte.records.actions import local_sections
from kundenakte.records.models import CustomerFile, Section
from kundenakte.records.refusals import NotFound, Refused


@administrators
def sections(request: SignedIn, pk: int) -> HttpResponse:
    """The file's own sections, and a form for one more."""
    customer_file = access.get_file(request.user, pk)
    if request.method != "POST":
        return render(request, "structure/local.html", _context(request, customer_file))
    like = page.number(request.POST.get("rechte_wie"))
    entry = next((one for one in _entries(customer_file) if one.section_id == like), None)
    try:
        made = local_sections.set_up_local_section(
            actor=page.actor(request), customer_file=customer_file, name=request.POST.get("name", ""),
            rights_like=entry.section if entry else None, now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        context = _context(request, customer_file) | {"name": request.POST.get("name", ""), "like": like}
        return refused_form(request, "structure/local.html", context, refused)
    messages.success(request, _("Das Register „%(name)s“ ist angelegt.") % {"name": made.local_name})
    return page.gone_on(reverse("file-local-sections", args=(pk,)))


@require_POST
@administrators
def change(request: SignedIn, pk: int, section_id: int) -> HttpResponse:
    """Rename one of them, or take it away when it is empty (`weg`)."""
    customer_file = access.get_file(request.user, pk)
    section = Section.objects.filter(pk=section_id, customer_file=customer_file).first()
    if section is None:
        raise NotFound
    address = reverse("file-local-sections", args=(pk,))
    actor, now = page.actor(request), timezone.now()
    try:
        if request.POST.get("weg"):
            local_sections.remove_local_section(actor=actor, section=section, now=now)
        else:
            local_sections.rename_local_section(
                actor=actor, section=section, name=request.POST.get("name", ""), before=request.POST.get("vorher", ""),
                now=now,
            )  # fmt: skip
    except Refused as refused:
        return told(request, address, refused)
    messages.success(request, _("Gespeichert."))
    return page.gone_on(address)


def _entries(customer_file: CustomerFile) -> list[Any]:
    current = customer_file.plan.current
    return editions.entries_in(current) if current else []


def _context(request: SignedIn, customer_file: CustomerFile) -> dict[str, Any]:
    counted = access.documents_for(request.user).filter(customer_file=customer_file).order_by().values_list("section")
    counts: dict[int, int] = dict(counted.annotate(n=Count("pk")).values_list("section", "n"))
    own = Section.objects.filter(customer_file=customer_file).order_by("pk")
    return {
        "customer_file": customer_file,
        "lines": [(section, counts.get(section.pk, 0)) for section in own],
        "entries": _entries(customer_file),
    }
