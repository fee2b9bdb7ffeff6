"""What somebody wants a mail for when it comes to her desk."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.circulation import notices
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen


@require_POST
@screen
def choose(request: SignedIn) -> HttpResponse:
    """From now on."""
    notices.choose(actor=page.actor(request), what=request.POST.get("bei", ""), now=timezone.now())
    messages.success(request, _("Gemerkt. Es gilt ab der nächsten Aufgabe."))
    return page.gone_on(reverse("own-absence"))
