"""One's own tasks for a calendar program: the secret address, and what is handed out there."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kundenakte.circulation import access, actions
from kundenakte.circulation.actions import feeds
from kundenakte.circulation.models import Task
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.circulation.ical import Entry, calendar
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records.refusals import NotFound

_MOST: Final = 500


@require_safe
def tasks(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar of whoever the secret was given to; nobody is signed in. A wrong secret is a wrong address."""
    try:
        user = feeds.owner_of(secret)
    except NotFound as missing:
        return refusals.answer(request, missing)
    rows = access.tasks_for(user).filter(due_on__isnull=False)[:_MOST]
    with translation.override(user.language):
        body = calendar(
            _("Aufgaben in der Kundenakte"), [_entry(request, task, task.due_on) for task in rows if task.due_on]
        )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="aufgaben.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@require_POST
@screen
def renew(request: SignedIn) -> HttpResponse:
    """A new address, shown on the answer and nowhere else; the old one ends."""
    secret = actions.renew_feed(actor=page.actor(request), now=timezone.now())
    address = request.build_absolute_uri(reverse("tasks-feed", args=(secret,)))
    return render(request, "circulation/feed.html", {"address": address})


@require_POST
@screen
def end(request: SignedIn) -> HttpResponse:
    """No address any more."""
    actions.end_feed(actor=page.actor(request), now=timezone.now())
    messages.success(request, _("Die Kalenderadresse gilt nicht mehr."))
    return page.gone_on(reverse("own-absence"))


def _entry(request: HttpRequest, task: Task, day: date) -> Entry:
    said = [task.stop.instruction, str(task.folder.customer_file.customer), task.folder.number]
    return Entry(
        uid=f"aufgabe-{task.pk}@{request.get_host().partition(':')[0]}", day=day, changed_at=task.opened_at,
        edition=task.edition, summary=f"{task.folder.title} ({_(task.get_wish_display())})",
        description="\n".join(line for line in said if line),
        address=request.build_absolute_uri(reverse("task", args=(task.pk,))),
    )  # fmt: skip
