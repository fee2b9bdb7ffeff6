"""The mail address of a file and of each of its sections: shown, made, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, FileAddress, Section, Verb
from kundenakte.records.refusals import NotFound
from kundenakte.records.sections import sections_of
from kundenakte.steps.intake import mailboxes


@dataclass(frozen=True, slots=True)
class Line:
    """One place in the file with its address, if it has one."""

    name: str
    section: int | None
    address: FileAddress | None
    text: str


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def show(request: SignedIn, pk: int) -> HttpResponse:
    """All addresses of a file, for whoever may file there."""
    customer_file = access.get_file(request.user, pk)
    rights = page.rights(request)
    if not rights.has(Verb.FILE):
        raise NotFound
    if request.method == "POST":
        return _change(request, customer_file)
    door = mailboxes.door()
    known = {one.section_id: one for one in FileAddress.objects.filter(customer_file=customer_file, withdrawn_at=None)}
    places = [(_("Ganze Akte"), None)] + [
        (one.name, one.section.pk) for one in sections_of(customer_file) if access.may_file_in(rights, one.section.pk)
    ]
    lines = [
        Line(name, section, known.get(section), _text(known.get(section), door.local_part, door.domain))
        for name, section in places
    ]
    context = {"customer_file": customer_file, "customer": customer_file.customer, "door": door, "lines": lines}
    return render(request, "customer_files/addresses.html", context)


def _text(address: FileAddress | None, local_part: str, domain: str) -> str:
    return f"{local_part}+{address.token}@{domain}" if address else ""


def _change(request: SignedIn, customer_file: CustomerFile) -> HttpResponse:
    actor, now = page.actor(request), timezone.now()
    withdrawn = page.number(request.POST.get("zurueck"))
    if withdrawn is not None:
        address = FileAddress.objects.filter(pk=withdrawn, customer_file=customer_file).first()
        if address is None:
            raise NotFound
        mailboxes.withdraw_address(actor=actor, address=address, now=now)
        messages.success(request, _("Die Adresse gilt nicht mehr."))
    else:
        number = page.number(request.POST.get("register"))
        allowed = {one.section.pk: one.section for one in sections_of(customer_file)}
        section: Section | None = allowed.get(number) if number is not None else None
        if number is not None and section is None:
            raise NotFound
        mailboxes.address_of(actor=actor, customer_file=customer_file, section=section, now=now)
        messages.success(request, _("Die Adresse ist angelegt. Wer sie kennt und senden darf, legt damit hier ab."))
    return page.gone_on(reverse("file-address", args=(customer_file.pk,)))
