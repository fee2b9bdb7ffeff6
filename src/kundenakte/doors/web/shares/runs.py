"""A run over a file server: begun, followed, stopped, and told as a page and as a table."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.jobs import queries as jobs
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.shares.views import found
from kundenakte.doors.web.spoken import in_words_of_now
from kundenakte.records.models import DocumentClass
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.steps.intake import share_reports
from kundenakte.steps.intake import shares as actions
from kundenakte.steps.intake.models import ShareLine, ShareRun
from kundenakte.steps.intake.share_models import UNCLEAR

Outcome = ShareLine.Outcome
_GOOD: Final = {Outcome.READY, Outcome.FILED, Outcome.RECEIVED}
_BAD: Final = {Outcome.UNREADABLE, Outcome.TOO_LONG, Outcome.LOOP, *UNCLEAR}
# In one form; the rest comes with the next dry run.
_MOST_WORDS: Final = 40


@require_POST
@administrators
def begin(request: SignedIn, share: int) -> HttpResponse:
    """Begin a dry run, or with "art=uebernahme" the take-over."""
    row = found(share)
    kind = ShareRun.Kind.IMPORT if request.POST.get("art") == "uebernahme" else ShareRun.Kind.TRIAL
    try:
        begun = actions.start(actor=page.actor(request), share=row, kind=kind, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(reverse("share", args=(row.pk,)))
    return page.gone_on(reverse("share-run", args=(begun.pk,)))


@require_safe
@administrators
def run(request: SignedIn, share_run: int) -> HttpResponse:
    """How far a run is, and what it found."""
    row = _row(share_run)
    context = {"run": row, "share": row.share, "left": _left(row), "is_stuck": _is_stuck(row)} | _report(row, request)
    if page.is_part(request, "run"):
        return answers.polled(request, render(request, "shares/run.html#run", context))
    return render(request, "shares/run.html", context)


@require_safe
@administrators
def report(request: SignedIn, share_run: int) -> HttpResponse:
    """Each path with what became of it, for a spreadsheet."""
    row = _row(share_run)
    lines = share_reports.table(row, request.user, in_words_of_now())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{row.share.name} {timezone.localtime(row.started_at):%Y-%m-%d %H%M}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return cast(HttpResponse, response)


@require_POST
@administrators
def stop(request: SignedIn, share_run: int) -> HttpResponse:
    """Let a run end after the file in hand."""
    row = _row(share_run)
    actions.stop(actor=page.actor(request), run=row, now=timezone.now())
    return page.gone_on(reverse("share-run", args=(row.pk,)))


@require_POST
@administrators
def assign(request: SignedIn, share_run: int) -> HttpResponse:
    """Say what folders mean that a dry run has found, and try once more."""
    row = _row(share_run)
    words = dict(row.share.words)
    for word, code in zip(request.POST.getlist("ordner"), request.POST.getlist("klasse"), strict=False):
        if code:
            words[word] = {**words.get(word, {}), "class": code}
    try:
        actions.change_share(actor=page.actor(request), share=row.share, now=timezone.now(), words=words)
    except Refused as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(reverse("share-run", args=(row.pk,)))
    messages.success(request, _("Die Zuordnung gilt ab dem nächsten Lauf. Ein neuer Probelauf zeigt, was sich ändert."))
    return page.gone_on(reverse("share", args=(row.share_id,)))


# --- inside ------------------------------------------------------------------------------------------------------


def _row(pk: int) -> ShareRun:
    row = ShareRun.objects.select_related("share", "started_by").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _report(row: ShareRun, request: SignedIn) -> dict[str, Any]:
    """Nothing is counted over and over while it runs: the bar says how far it is."""
    if row.ended_at is None:
        return {}
    tallies = share_reports.found(row, request.user)
    classes = by_word((one.code, _(one.name)) for one in DocumentClass.objects.filter(is_retired=False))
    return {
        "tallies": [
            (_(str(Outcome(tally.outcome).label)), tally, "good" if tally.outcome in _GOOD else
             "bad" if tally.outcome in _BAD else "") for tally in tallies
        ],
        "shown_total": sum(tally.count for tally in tallies),
        "customers": share_reports.customers(row, request.user),
        "strangers": [
            (word, _(str(Outcome(outcome).label)), count) for word, outcome, count in share_reports.strangers(row)
        ],
        "words": share_reports.unknown_words(row, request.user)[:_MOST_WORDS],
        "classes": classes,
    }  # fmt: skip


def _left(row: ShareRun) -> str:
    """The time that remains, as people say it."""
    seconds = row.seconds_left
    if seconds is None:
        return ""
    if seconds < 60:
        return _("weniger als eine Minute")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("etwa eine Minute", "etwa %(n)d Minuten", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("etwa eine Stunde", "etwa %(n)d Stunden", hours) % {"n": hours}


def _is_stuck(row: ShareRun) -> bool:
    return row.ended_at is None and jobs.failed().filter(name=actions.JOB, subject_id=row.pk).exists()
