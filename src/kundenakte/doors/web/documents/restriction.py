"""Restricting what is done with a document (Art. 18 GDPR), and lifting that again; both want a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.base.journal import queries as journal
from kundenakte.doors.web import page
from kundenakte.doors.web.documents.going_on import gone_back
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions import restricting
from kundenakte.records.models import Document, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile


@require_POST
@screen
def restrict(request: SignedIn, pk: int) -> HttpResponse:
    """Restrict the document, or lift it (`aufheben`). Whoever does not see it any more goes back to its file."""
    document = access.get_document(request.user, pk, to=Verb.RESTRICT)
    is_lifted = bool(request.POST.get("aufheben"))
    act = restricting.lift_restriction if is_lifted else restricting.restrict
    try:
        act(
            actor=page.actor(request), document=document, edition=page.number(request.POST.get("edition")) or 0,
            reason=request.POST.get("grund", ""), now=timezone.now(),
        )  # fmt: skip
    except (BadValue, ChangedMeanwhile) as refused:
        messages.error(request, refused.in_words(_))
        return gone_back(request, document, "rechte")
    if is_lifted:
        messages.success(request, _("Die Einschränkung ist aufgehoben."))
    else:
        messages.success(request, _("Die Verarbeitung von „%(title)s“ ist eingeschränkt.") % {"title": document.title})
    if access.may(request.user, Verb.READ, document):
        return gone_back(request, document, "rechte")
    return page.gone_on(reverse("file", args=(document.customer_file_id,)))


def reason_of(document: Document) -> str:
    """Why it is restricted now, as its journal says; "" when it is not, or the reason was erased."""
    if not document.is_restricted:
        return ""
    told = [one.reason for one in journal.history(document) if one.kind == "document.restricted"]
    return told[-1] if told else ""
