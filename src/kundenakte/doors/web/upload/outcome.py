"""What became of each uploaded file: under way, filed there, or waiting in the inbox because …"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.documents import undoing
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.spoken import in_other_words
from kundenakte.doors.web.upload import filed
from kundenakte.records import access
from kundenakte.records.models import Arrival
from kundenakte.records.reach import Rights
from kundenakte.steps.filing import told as sentences
from kundenakte.steps.filing.told import in_words

_MOST = 500
_WITH = ("document__customer_file__customer", "document__document_class", "document__section", "version")
State = Arrival.State


@require_safe
@screen
def outcome(request: SignedIn) -> HttpResponse:
    """The state of these arrivals; asked again every second by a script, and a page for people."""
    asked = [pk for text in request.GET.getlist("eingang")[:_MOST] if (pk := page.number(text)) is not None]
    lines = told(asked, request.user)
    if answers.wants_json(request):
        return answers.polled(request, JsonResponse(lines, safe=False))
    context = {"lines": lines, "is_under_way": any(not line["done"] for line in lines)}
    if page.is_part(request, "outcome"):
        return answers.polled(request, render(request, "upload/outcome.html#outcome", context))
    return render(request, "upload/outcome.html", context)


def told(arrival_ids: Sequence[int], user: User) -> list[dict[str, Any]]:
    """For each arrival its name, state, sentence and link. One that went where the user may not look has no link."""
    rights = access.rights_of(user)
    seen = access.arrivals_for(user, rights=rights).select_related(*_WITH).in_bulk(arrival_ids)
    whys = in_words(sentences.told(user, seen.values()), in_other_words)
    sections = filed.sections_of(seen.values())
    gone = access.brought_by(user, set(arrival_ids) - set(seen))
    return [
        _line(seen[pk], whys[pk], sections.get(pk, ""), rights) if pk in seen else _hidden(pk, gone.get(pk, ""))
        for pk in arrival_ids
    ]


def outcome_of(arrival_ids: Sequence[int]) -> str:
    """The address that says what became of these."""
    return f"{reverse('upload-outcome')}?{urlencode([('eingang', pk) for pk in arrival_ids])}"


def _line(arrival: Arrival, why: str, section: str, rights: Rights) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": arrival.pk, "name": arrival.file_name, "state": arrival.state, "done": arrival.state != State.UNDER_WAY,
        "url": reverse("inbox-arrival", args=(arrival.pk,)), "link": "", "file": None, "document": None, "undo": "",
        "sentence": _("wird gelesen und eingeordnet …"),
    }  # fmt: skip
    document = arrival.document
    if document is not None:
        line |= {
            "url": reverse("document", args=(document.pk,)), "link": document.title, "file": document.customer_file_id,
            "document": document.pk, "sentence": filed.sentence(arrival, document, section),
            "undo": undoing.undo(arrival.version, document, rights) or _undo_filing(arrival, rights),
        }  # fmt: skip
    elif arrival.state == State.WAITING:
        line |= {
            "link": _("Im Posteingang ansehen"),
            "sentence": _("Wartet im Posteingang: %(why)s") % {"why": why or "–"},
        }
    elif arrival.state == State.DISCARDED:
        line["sentence"] = _("Aussortiert: %(why)s") % {"why": why}
    elif arrival.state == State.SPLIT and arrival.opened.get("count"):
        line |= {
            "link": _("Inhalt ansehen"),
            "sentence": _("Ausgepackt: %(count)s Dateien gehen ihren eigenen Weg.")
            % {"count": arrival.opened["count"]},
        }
    elif arrival.state == State.SPLIT:
        line |= {"link": _("Stapel ansehen"), "sentence": _("In seine Dokumente aufgeteilt.")}
    return line


def _undo_filing(arrival: Arrival, rights: Rights) -> str:
    return undoing.undo_filing(arrival, rights) if arrival.received_by_id == rights.user.pk else ""


def _hidden(pk: int, name: str) -> dict[str, Any]:
    """Who brought the file is told that it is well: the same of a new one and of one that lay there already."""
    if name:
        sentence = _(
            "Angekommen und eingeaktet. Dort, wo es liegt, dürfen Sie nicht lesen; deshalb steht hier kein Link."
        )
    else:
        sentence = _("Nicht (mehr) für Sie zu sehen.")
    return {
        "id": pk, "name": name, "state": "hidden", "done": True, "url": "", "link": "", "file": None, "document": None,
        "undo": "", "sentence": sentence,
    }  # fmt: skip
