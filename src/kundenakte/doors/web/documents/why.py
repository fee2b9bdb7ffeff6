"""Why may somebody see this document? For administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound


@require_safe
@screen
def why(request: SignedIn, pk: int) -> HttpResponse:
    """The answer for one person, or who may read it at all."""
    document = access.get_document(request.user, pk)
    page.require(request, Verb.ADMINISTER)
    people = alphabetical(User.objects.filter(is_active=True))
    verb = request.GET.get("was", Verb.READ)
    if verb not in Verb.values:
        raise NotFound
    asked = page.number(request.GET.get("wer"))
    person = next((one for one in people if one.pk == asked), None)
    context = {
        "document": document,
        "people": people,
        "person": person,
        "verb": verb,
        "verbs": [(v.value, v.label) for v in (Verb.READ, Verb.DOWNLOAD, Verb.EDIT, Verb.FILE, Verb.RELEASE)],
        "sentences": access.explain(person, document, verb) if person else [],
    }
    return render(request, "documents/why.html", context)
