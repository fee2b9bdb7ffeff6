"""What became of each uploaded file: under way, filed there, or waiting in the inbox because …"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.models import Arrival

_MOST = 500
State = Arrival.State


@require_safe
@screen
def outcome(request: SignedIn) -> HttpResponse:
    """The state of these arrivals; asked again every second by a script, and a page for people."""
    asked = [pk for text in request.GET.getlist("eingang")[:_MOST] if (pk := page.number(text)) is not None]
    lines = told(asked, request.user)
    if request.headers.get("Accept", "").startswith("application/json"):
        return answers.polled(request, JsonResponse(lines, safe=False))
    context = {"lines": lines, "is_under_way": any(not line["done"] for line in lines)}
    if page.is_part(request, "outcome"):
        return answers.polled(request, render(request, "upload/outcome.html#outcome", context))
    return render(request, "upload/outcome.html", context)


def told(arrival_ids: Sequence[int], user: User) -> list[dict[str, Any]]:
    """For each arrival its name, state, sentence and link. One that went where the user may not look has no link."""
    seen = access.arrivals_for(user).select_related("document__customer_file__customer").in_bulk(arrival_ids)
    return [_line(seen[pk]) if pk in seen else _hidden(pk) for pk in arrival_ids]


def _line(arrival: Arrival) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": arrival.pk, "name": arrival.file_name, "state": arrival.state, "done": arrival.state != State.UNDER_WAY,
        "url": reverse("inbox-arrival", args=(arrival.pk,)), "link": "", "file": None, "sentence": _("unterwegs …"),
    }  # fmt: skip
    document = arrival.document
    if document is not None:
        word = _("Eingeaktet in %(file)s") if arrival.state != State.DUPLICATE else _("Liegt schon in %(file)s")
        line |= {
            "url": reverse("document", args=(document.pk,)), "link": document.title, "file": document.customer_file_id,
            "sentence": word % {"file": document.customer_file.customer.name},
        }  # fmt: skip
    elif arrival.state == State.WAITING:
        line |= {
            "link": _("Im Posteingang ansehen"),
            "sentence": _("Wartet im Posteingang: %(why)s") % {"why": _(arrival.sentence) if arrival.sentence else "–"},
        }
    elif arrival.state == State.DISCARDED:
        line["sentence"] = _("Aussortiert: %(why)s") % {"why": arrival.sentence}
    return line


def _hidden(pk: int) -> dict[str, Any]:
    return {
        "id": pk, "name": "", "state": "hidden", "done": True, "url": "", "link": "", "file": None,
        "sentence": _("Nicht (mehr) für Sie zu sehen."),
    }  # fmt: skip
