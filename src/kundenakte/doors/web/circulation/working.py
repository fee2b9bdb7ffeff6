"""What somebody does with a task: its form stands on the page of the folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.base.refusals import Refused
from kundenakte.circulation import access, actions
from kundenakte.circulation.cases import working as cases
from kundenakte.circulation.models import Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.processes.refusals import AnswersRefused
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.circulation.folder import Fault, shown
from kundenakte.doors.web.circulation.people import chosen
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.processes.answer_form import PREFIX, typed_in
from kundenakte.records.refusals import BadValue

Act = Callable[[SignedIn, Task, dict[str, Any]], str]
_TYPED: Final = ("bemerkung", "an", "grund")


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def task(request: SignedIn, pk: int) -> HttpResponse:
    """Asked for, it leads to its folder; sent, what `tun` names is done with it.

    Of two people at the same task the second is told who was quicker, and gets back what he had typed.
    """
    if request.method != "POST":
        row = access.get_task(request.user, pk)
        address = reverse("circulation-folder", args=(row.folder_id,))
        return page.gone_on(f"{address}#aufgabe-{row.pk}" if row.is_under_way else address)
    # The action asks for the rights, on rows it holds; asking twice would cost as much as the work itself.
    row = access.find_task(pk)
    address = reverse("circulation-folder", args=(row.folder_id,))
    asked = request.POST.get("tun", "")
    act = _ACTS.get(asked, _nothing)
    edition = page.number(request.POST.get("edition")) or 0
    try:
        said = act(request, row, {"actor": page.actor(request), "task": row, "edition": edition, "now": timezone.now()})
    except Refused as refused:
        status = refusals.status_of(refused)
        if status in {403, 404}:
            raise
        typed = {name: request.POST.get(name, "") for name in _TYPED}
        typed |= {name: request.POST.get(name, "") for name in request.POST if name.startswith(PREFIX)}
        # Some refusals come before the rights are asked: a task that is not hers to see says nothing but that.
        seen = access.get_task(request.user, pk)
        return shown(request, seen.folder, status=status, fault=_fault(row, asked, refused, typed))
    messages.success(request, said)
    return page.gone_on(address)


def do(common: dict[str, Any], wish: str, remark: str, answers: dict[str, Any] | None = None, seen: str = "") -> None:
    """Fulfil the wish of a task, whichever it is; in a case with what its form was filled in with."""
    act = actions.approve if wish in {Wish.APPROVE, Wish.SIGN_OFF} else actions.complete
    act(**common, remark=remark, answers=answers, seen=seen)


def _fault(row: Task, act: str, refused: Refused, typed: dict[str, str]) -> Fault:
    fields = refused.faults if isinstance(refused, AnswersRefused) else {}
    sentence = _("Bitte sehen Sie nach den markierten Feldern.") if fields else refused.in_words(_)
    return Fault(row.pk, act, sentence, typed, fields)


def _done(request: SignedIn, row: Task, common: dict[str, Any]) -> str:
    step = cases.step_of(row.stop)
    answers = typed_in(cases.form_of(step), request.POST) if step else None
    do(common, row.wish, request.POST.get("bemerkung", ""), answers, request.POST.get("gesehen", ""))
    return _("Erledigt. Danke.")


def _nothing(request: SignedIn, row: Task, common: dict[str, Any]) -> str:
    # What nobody has pressed ends no task.
    raise BadValue("Bitte wählen Sie, was mit der Aufgabe geschehen soll.")


def _refused(request: SignedIn, row: Task, common: dict[str, Any]) -> str:
    actions.refuse(**common, reason=request.POST.get("bemerkung", ""))
    return _("Die Mappe ist zurückgewiesen und geht einen Schritt zurück.")


def _claimed(request: SignedIn, row: Task, common: dict[str, Any]) -> str:
    actions.claim(**common)
    return _("Sie haben die Aufgabe übernommen. Die anderen sehen das.")


def _given_back(request: SignedIn, row: Task, common: dict[str, Any]) -> str:
    actions.give_back(**common)
    return _("Die Aufgabe liegt wieder bei allen.")


def _handed_on(request: SignedIn, row: Task, common: dict[str, Any]) -> str:
    to = chosen(request.POST.get("an", ""))
    if to is None:
        raise BadValue("Bitte wählen Sie, wer die Aufgabe bekommt.")
    actions.hand_on(**common, to=to, reason=request.POST.get("grund", ""))
    return _("Die Aufgabe liegt jetzt bei %(name)s.") % {"name": _(str(to))}


_ACTS: Final[dict[str, Act]] = {
    "erledigen": _done,
    "zurueckweisen": _refused,
    "uebernehmen": _claimed,
    "zuruecklegen": _given_back,
    "weitergeben": _handed_on,
}
