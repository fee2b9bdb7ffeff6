"""What lets a case go on beside its tasks: something has come, or an errand of the house that did not succeed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.base.refusals import Refused
from kundenakte.circulation import access
from kundenakte.circulation.cases import errands, going, working
from kundenakte.circulation.models import Case
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.circulation.folder import Fault, shown
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records.refusals import NotFound

_LONGEST = 2000


@require_POST
@screen
def tell(request: SignedIn, pk: int) -> HttpResponse:
    """Something the process waits for has come."""
    case = _case(request, pk)
    comment = request.POST.get("bemerkung", "")[:_LONGEST]
    try:
        working.tell(
            actor=page.actor(request), case=case, message=request.POST.get("nachricht", ""), now=timezone.now(),
            comment=comment,
        )  # fmt: skip
    except Refused as refused:
        return _refused(request, case, refused, {"bemerkung": comment})
    messages.success(request, _("Festgehalten. Der Vorgang geht weiter."))
    return page.gone_on(_address(case))


@require_POST
@screen
def errand(request: SignedIn, pk: int, errand: int) -> HttpResponse:
    """A failed errand is tried again, or the process goes on without it."""
    case = _case(request, pk)
    row = case.errands.filter(pk=errand).first()
    if row is None:
        raise NotFound
    common: dict[str, Any] = {"actor": page.actor(request), "errand": row, "now": timezone.now()}
    reason = request.POST.get("grund", "")[:_LONGEST]
    try:
        if request.POST.get("tun") == "ohne":
            errands.go_without(**common, reason=reason)
            said = _("Der Vorgang geht ohne diesen Schritt weiter.")
        else:
            errands.try_again(**common)
            said = _("Die Kundenakte versucht es noch einmal.")
    except Refused as refused:
        return _refused(request, case, refused, {"grund": reason})
    messages.success(request, said)
    return page.gone_on(_address(case))


def _refused(request: SignedIn, case: Case, refused: Refused, typed: dict[str, str]) -> HttpResponse:
    """The case as it is now, with the sentence why not and with what was typed."""
    status = refusals.status_of(refused)
    if status in {403, 404}:
        raise refused
    folder = access.get_folder(request.user, case.folder_id)
    return shown(request, folder, status=status, fault=Fault(0, "", refused.in_words(_), typed))


def _case(request: SignedIn, pk: int) -> Case:
    case = going.of_folder(access.get_folder(request.user, pk))
    if case is None:
        raise NotFound
    return case


def _address(case: Case) -> str:
    return reverse("circulation-folder", args=(case.folder_id,))
