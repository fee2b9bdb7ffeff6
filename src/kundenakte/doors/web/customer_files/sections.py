"""An extra section in one file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions.files import add_local_section
from kundenakte.records.refusals import BadValue


@require_POST
@screen
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Make a section that only this file has."""
    customer_file = access.get_file(request.user, pk)
    address = reverse("file", args=(pk,))
    try:
        section = add_local_section(
            actor=page.actor(request), customer_file=customer_file, name=request.POST.get("name", "")
        )
    except BadValue as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(address)
    messages.success(request, _("Das Register „%(name)s“ ist angelegt.") % {"name": section.local_name})
    return page.gone_on(f"{address}?register={section.pk}")
