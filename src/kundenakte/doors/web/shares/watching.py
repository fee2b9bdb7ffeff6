"""A file server that is watched: the switch, how it stands, and each path of a kind as a list and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.jobs import queries as jobs
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.shares.views import found
from kundenakte.doors.web.spoken import in_words_of_now
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.steps.intake import watch_reports, watching
from kundenakte.steps.intake.models import ShareEntry, ShareLook
from kundenakte.steps.intake.watch_reports import TWINS

Kind = ShareEntry.Kind
_TWINS_LABEL: Final = gettext_noop("doppelt: derselbe Inhalt liegt an mehreren Stellen")
_GROUPS: Final = (
    (gettext_noop("Das sollten Sie wissen"), (
        Kind.CHANGED, Kind.NEW, TWINS, Kind.GONE, Kind.MOVED, Kind.DISPOSED, Kind.SET_ASIDE,
    )),
    (gettext_noop("Erledigt"), (Kind.FILED, Kind.TAKEN)),
    (gettext_noop("Nicht zu übernehmen"), (
        Kind.UNREADABLE, Kind.CHANGING, Kind.TOO_LONG, Kind.EMPTY, Kind.LINK, Kind.LOOP, Kind.IGNORED,
    )),
)  # fmt: skip
_BAD: Final = {Kind.CHANGED, Kind.DISPOSED, Kind.UNREADABLE, Kind.TOO_LONG, Kind.LOOP}
_GOOD: Final = {Kind.FILED}


@dataclass(frozen=True, slots=True)
class Line:
    """How many paths are of a kind, in words."""

    kind: str
    name: str
    count: int
    tone: str
    remark: str = ""


@require_POST
@administrators
def switch(request: SignedIn, share: int) -> HttpResponse:
    """Switch the watching on or off, or change how often it looks and what it brings."""
    row = found(share)
    is_on = request.POST.get("beobachten") == "an"
    wish: dict[str, Any] = (
        {"every": request.POST.get("wie_oft", ""), "takes_new": "neues" in request.POST} if is_on else {}
    )
    try:
        watching.set_watch(actor=page.actor(request), share=row, is_on=is_on, now=timezone.now(), **wish)
    except Refused as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(reverse("share", args=(row.pk,)))
    said = _("„%(name)s“ wird beobachtet. In einer Minute wird zum ersten Mal nachgesehen.")
    messages.success(request, (said if is_on else _("„%(name)s“ wird nicht mehr beobachtet.")) % {"name": row})
    return page.gone_on(reverse("share-stand" if is_on else "share", args=(row.pk,)))


@require_POST
@administrators
def look(request: SignedIn, share: int) -> HttpResponse:
    """Look at once; with "gruendlich" every file is read."""
    row = found(share)
    try:
        watching.look_now(
            actor=page.actor(request), share=row, is_thorough="gruendlich" in request.POST, now=timezone.now()
        )
    except Refused as refused:
        messages.error(request, refused.in_words(_))
    return page.gone_on(reverse("share-stand", args=(row.pk,)))


@require_safe
@administrators
def stand(request: SignedIn, share: int) -> HttpResponse:
    """How the drive stands: numbers for each kind, and the looks there were."""
    row = found(share)
    looks = list(row.looks.select_related("run")[:20])
    under_way = next((one for one in looks if one.ended_at is None), None)
    last = next((one for one in looks if one.ended_at and not one.stopped), None)
    context = {
        "share": row, "watch": watching.watch_of(row), "looks": looks, "under_way": under_way, "last": last,
        "groups": _groups(last) if last else [], "failed": _failed(looks),
        "is_stuck": under_way is not None and _is_stuck(under_way),
    }  # fmt: skip
    if page.is_part(request, "stand"):
        return answers.polled(request, render(request, "shares/stand.html#stand", context))
    return render(request, "shares/stand.html", context)


@require_safe
@administrators
def entries(request: SignedIn, share: int, entry_kind: str) -> HttpResponse:
    """The paths of one kind, page by page."""
    row, name = found(share), _name(entry_kind)
    after = request.GET.get("nach", "")[:100]
    shown = watch_reports.listed(row, request.user, entry_kind, after)
    hidden = watch_reports.of_kind(row, None, entry_kind).count()
    hidden -= watch_reports.of_kind(row, request.user, entry_kind).count()
    return render(request, "shares/entries.html", {
        "share": row, "kind": entry_kind, "name": name, "entries": shown.entries, "next": shown.following,
        "is_first": not after, "hidden": hidden, "has_documents": entry_kind != Kind.DISPOSED,
    })  # fmt: skip


@require_safe
@administrators
def table(request: SignedIn, share: int) -> HttpResponse:
    """Each path of the kind in "art", or all, for a spreadsheet."""
    row, kind = found(share), request.GET.get("art", "")
    if kind:
        _name(kind)
    lines = watch_reports.table(row, request.user, kind, in_words_of_now())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = " ".join(filter(None, (row.name, _("Stand der Ablage"), kind)))
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{name}.csv") or ""
    )
    return cast(HttpResponse, response)


# --- inside ------------------------------------------------------------------------------------------------------


def _name(kind: str) -> str:
    if kind == TWINS:
        return _(_TWINS_LABEL)
    if kind not in Kind.values:
        raise NotFound
    return _(str(Kind(kind).label))


def _groups(last: ShareLook) -> list[tuple[str, list[Line]]]:
    made = []
    for name, kinds in _GROUPS:
        lines = [
            Line(kind, _name(kind), last.counts[kind], "bad" if kind in _BAD else "good" if kind in _GOOD else "",
                 _remark(last, kind))
            for kind in kinds if last.counts.get(kind)
        ]  # fmt: skip
        if lines:
            made.append((_(name), lines))
    return made


def _remark(last: ShareLook, kind: str) -> str:
    if kind == TWINS:
        return _("%(n)s verschiedene Inhalte") % {"n": floatformat(last.counts.get("groups", 0), "0g")}
    return ""


def _is_stuck(look: ShareLook) -> bool:
    return jobs.failed().filter(name=watching.LOOK, subject_id=look.pk).exists()


def _failed(looks: list[ShareLook]) -> ShareLook | None:
    """The newest look, if it was given up."""
    newest = looks[0] if looks else None
    return newest if newest and newest.ended_at and newest.problem else None
