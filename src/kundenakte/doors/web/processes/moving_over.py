"""Putting open cases on the newest edition: begun here, done in the background, with its progress and its report."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.jobs import queries as jobs
from kundenakte.base.refusals import Refused
from kundenakte.circulation.cases import moving_over
from kundenakte.circulation.models import EditionMove, KeptCase
from kundenakte.doors.web import answers, page, paging
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.processes.administration import process_of
from kundenakte.records.refusals import NotFound

_PAGE: Final = 100


@require_POST
@administrators
def start(request: SignedIn, key: str) -> HttpResponse:
    """Begin, or go on with what was begun."""
    row = process_of(key)
    try:
        made = moving_over.start(actor=page.actor(request), process=row, now=timezone.now())
    except Refused as refused:
        messages.warning(request, refused.in_words(_))
        return page.gone_on(reverse("administration-process", args=(key,)))
    return page.gone_on(reverse("administration-process-move", args=(key, made.pk)))


@require_safe
@administrators
def move(request: SignedIn, key: str, move_id: int) -> HttpResponse:
    """How far it is; which cases stayed on their edition, and why."""
    rows = EditionMove.objects.select_related("process", "definition", "started_by")
    found = rows.filter(pk=move_id, process__key=key).first()
    if found is None:
        raise NotFound
    kept = KeptCase.objects.filter(move=found)
    shown = paging.page(
        kept.select_related("case__folder", "case__definition", "case__customer_file__customer"), order=("pk",),
        cursor=request.GET.get("nach", ""), size=_PAGE,
    )  # fmt: skip
    context = {
        "move": found, "process": found.process, "kept_count": kept.count(), "next": shown.next,
        "is_first": shown.is_first, "is_stuck": _is_stuck(found),
        "kept": [(row.case, row.said(_)) for row in cast(Any, shown.rows)],
    }  # fmt: skip
    if page.is_part(request, "move"):
        return answers.polled(request, render(request, "processes/move.html#move", context))
    return render(request, "processes/move.html", context)


def _is_stuck(found: EditionMove) -> bool:
    if found.ended_at:
        return False
    return jobs.failed().filter(name=moving_over.MOVE_OVER, subject_id=found.pk).exists()
