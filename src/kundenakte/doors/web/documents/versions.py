"""Releasing a version, taking the valid one back, and bringing an old one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte import pipeline
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.documents.going_on import gone_back
from kundenakte.doors.web.documents.shown import version_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import documents
from kundenakte.records.models import Verb

_VIEW = "versionen"


@require_POST
@screen
def release(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Make this version the valid one."""
    document = access.get_document(request.user, pk, to=Verb.RELEASE)
    version = version_of(request.user, document, number, rights=page.rights(request))
    documents.release_version(
        actor=page.actor(request), version=version, edition=page.number(request.POST.get("edition")) or 0,
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Version %(number)s gilt jetzt.") % {"number": number})
    return gone_back(request, document, _VIEW)


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
    return gone_back(request, document, _VIEW, number=made.number)


@require_POST
@screen
def withdraw(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Undo the valid version: the one before it is valid again."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    version = version_of(request.user, document, number, rights=page.rights(request))
    former = pipeline.withdraw_version(actor=page.actor(request), version=version, now=timezone.now())
    sentence = _("Version %(number)s gilt wieder.") % {"number": former.number}
    address = reverse("document", args=(pk,))
    if answers.wants_json(request):
        return JsonResponse({"sentence": sentence, "url": address, "link": document.title, "document": pk})
    messages.success(request, sentence)
    return gone_back(request, document, _VIEW)


@require_POST
@screen
def draw_again(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Make the preview of a version once more, with the password of the file where it needs one."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    version = version_of(request.user, document, number, rights=page.rights(request))
    password = request.POST.get("password", "")
    pipeline.draw_again(actor=page.actor(request), version=version, now=timezone.now(), password=password)
    messages.success(request, _("Die Vorschau wird noch einmal erstellt."))
    return gone_back(request, document, "vorschau", number=number)
