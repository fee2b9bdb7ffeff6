"""Releasing a version, and bringing an old one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.doors.web import page
from kundenakte.doors.web.documents.shown import version_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import documents
from kundenakte.records.models import Verb


@require_POST
@screen
def release(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Make this version the valid one."""
    document = access.get_document(request.user, pk, to=Verb.RELEASE)
    version = version_of(request.user, document, number, rights=page.rights(request))
    documents.release_version(actor=page.actor(request), version=version, now=timezone.now())
    messages.success(request, _("Version %(number)s gilt jetzt.") % {"number": number})
    return page.gone_on(reverse("document", args=(pk,)))


@require_POST
@screen
def restore(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Bring the bytes of an old version back as a new one."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    version = version_of(request.user, document, number, rights=page.rights(request))
    made = documents.restore_version(actor=page.actor(request), version=version, now=timezone.now())
    messages.success(
        request, _("Version %(old)s ist als Version %(new)s wieder da.") % {"old": number, "new": made.number}
    )
    return page.gone_on(reverse("document-version", args=(pk, made.number)))
