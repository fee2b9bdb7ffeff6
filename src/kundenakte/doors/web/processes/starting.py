"""Starting a case in a customer's file: which process, what it is about, what its first form asks."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.base.refusals import Refused
from kundenakte.circulation.cases import definitions
from kundenakte.circulation.cases.starting import LONGEST_TITLE, start_case
from kundenakte.circulation.processes.refusals import AnswersRefused, WrongAnswer
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.circulation.starting import documents_asked_for
from kundenakte.doors.web.customer_files.marked import MOST
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.processes.answer_form import AnswerForm, typed_in
from kundenakte.records import access
from kundenakte.records.refusals import NotFound

_SEND: Final = "ausfuehren"


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def choose(request: SignedIn, pk: int) -> HttpResponse:
    """Which processes there are; what was marked in the list comes along."""
    customer_file = access.get_file(request.user, pk, rights=page.rights(request))
    # The list sends what is marked as a form; here it is asked for and nothing else.
    asked = request.POST if request.method == "POST" else request.GET
    marked = [("dokument", text) for text in asked.getlist("dokument")[:MOST] if page.number(text) is not None]
    context = {
        "customer_file": customer_file,
        "offered": [(process, definitions.of(row)) for process, row in definitions.offered()],
        "query": urlencode(marked),
    }
    return render(request, "processes/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def start(request: SignedIn, pk: int, key: str) -> HttpResponse:
    """The first form; sent, the case begins."""
    customer_file = access.get_file(request.user, pk, rights=page.rights(request))
    found = next(((one, row) for one, row in definitions.offered() if one.key == key), None)
    if found is None:
        raise NotFound
    process, row = found
    definition = definitions.of(row)
    documents, chosen = documents_asked_for(request, customer_file)
    typed: dict[str, Any] | None = None
    faults: dict[str, WrongAnswer] = {}
    sentence, status = "", 200
    if request.method == "POST" and _SEND in request.POST:
        typed = typed_in(definition.start_form, request.POST)
        try:
            made = start_case(
                actor=page.actor(request), process=process, customer_file=customer_file,
                title=request.POST.get("titel", "")[:1000], note=request.POST.get("notiz", "")[:4000],
                answers=typed, documents=[one for one in documents if one.pk in chosen], now=timezone.now(),
            )  # fmt: skip
        except AnswersRefused as refused:
            faults, status = refused.faults, 422
        except Refused as refused:
            status = refusals.status_of(refused)
            if status in {403, 404}:
                raise
            sentence = refused.in_words(_)
        else:
            messages.success(request, _("Der Vorgang %(number)s hat begonnen.") % {"number": made.number})
            return page.gone_on(reverse("circulation-folder", args=(made.folder_id,)))
    context = {
        "customer_file": customer_file, "process": process, "definition": definition, "documents": documents,
        "chosen": chosen, "sentence": sentence, "has_faults": bool(faults),
        "titel": request.POST.get("titel", documents[0].title[:LONGEST_TITLE] if documents else ""),
        "notiz": request.POST.get("notiz", ""),
        "form": AnswerForm(
            definition.start_form, user=request.user, customer_file=customer_file, typed=typed, faults=faults
        ),
    }  # fmt: skip
    return render(request, "processes/start.html", context, status=status)
