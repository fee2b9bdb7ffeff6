"""Lists for disposition: all of them, one with its release by a second person, and its protocol to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte.base import blobs
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.answers import Original
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.retention.pages import disposers
from kundenakte.records import access
from kundenakte.records.actions import disposing
from kundenakte.records.models import DisposedDocument, Disposition, Document, DocumentClass, RetentionRule, Verb
from kundenakte.records.refusals import NotFound, Refused

_AT_ONCE: Final = 500
State = Disposition.State


@dataclass(frozen=True, slots=True)
class Line:
    """A document of a list that somebody may read, or might if it were not gone: then it is None."""

    row: DisposedDocument
    document: Document | None
    class_name: str
    rule_name: str
    digests: list[str]


@require_safe
@disposers
def dispositions(request: SignedIn) -> HttpResponse:
    """Those that wait first."""
    rows = Disposition.objects.select_related("requested_by", "decided_by").annotate(count=Count("documents"))
    context = {
        "open": rows.filter(state__in=(State.REQUESTED, State.RELEASED)).order_by("requested_at"),
        "decided": rows.filter(state__in=(State.DONE, State.DROPPED)).order_by("-pk")[:100],
    }
    return render(request, "retention/dispositions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@disposers
def disposition(request: SignedIn, disposition_id: int) -> HttpResponse:
    """What is to go, why, and what became of it."""
    found = _found(disposition_id)
    if request.method == "POST":
        return _decide(request, found)
    context = _context(request, found)
    if page.is_part(request, "disposition"):
        return answers.polled(request, render(request, "retention/disposition.html#disposition", context))
    return render(request, "retention/disposition.html", context)


@require_safe
@disposers
def protocol_file(request: SignedIn, disposition_id: int) -> HttpResponseBase:
    """The protocol as it was written at the end."""
    found = _found(disposition_id)
    # It tells of every document of the list.
    if not found.protocol or _hidden(request, found) or not blobs.default().has(found.protocol):
        raise NotFound
    try:
        size = blobs.default().path(found.protocol).stat().st_size
        name = f"{_('Aussonderung')}-{found.pk}.csv"
        return answers.download(request, Original(found.protocol, size, name, "text/csv"))
    except NoSuchBlob:
        raise NotFound from None


def _found(disposition_id: int) -> Disposition:
    rows = Disposition.objects.select_related("requested_by", "decided_by")
    found = rows.filter(pk=disposition_id).first()
    if found is None:
        raise NotFound
    return found


def _context(request: SignedIn, found: Disposition) -> dict[str, Any]:
    rights, hidden = page.rights(request), _hidden(request, found)
    is_asker = found.requested_by_id == request.user.pk
    is_open = found.state == State.REQUESTED
    counts = dict(found.documents.order_by().values_list("state").annotate(n=Count("pk")))
    done = counts.get(DisposedDocument.State.GONE, 0) + counts.get(DisposedDocument.State.KEPT, 0)
    return {
        "disposition": found,
        "lines": _lines(request, found),
        "hidden": hidden,
        "total": sum(counts.values()),
        "done": done,
        "gone": counts.get(DisposedDocument.State.GONE, 0),
        "kept": counts.get(DisposedDocument.State.KEPT, 0),
        "is_open": is_open,
        "is_running": found.state == State.RELEASED,
        "is_asker": is_asker,
        "may_release": is_open and rights.has(Verb.RELEASE_DISPOSAL) and not is_asker and not hidden,
        "may_drop": is_open and (is_asker or rights.has(Verb.RELEASE_DISPOSAL)),
        "history": history_of(request.user, [("records.disposition", found.pk)], limit=20),
    }


def _hidden(request: SignedIn, found: Disposition) -> int:
    """How many documents of a list she may not read. Of these she is told the number and nothing else."""
    visible = access.documents_ever_for(request.user, rights=page.rights(request))
    return found.documents.exclude(document__in=visible.values("pk")).count()


def _lines(request: SignedIn, found: Disposition) -> list[Line]:
    visible = access.documents_ever_for(request.user, rights=page.rights(request))
    rows = list(found.documents.filter(document__in=visible.values("pk")).order_by("pk")[:_AT_ONCE])
    there = visible.filter(pk__in=[row.document_id for row in rows], is_disposed=False)
    documents = {one.pk: one for one in there.select_related("customer_file__customer")}
    classes = dict(DocumentClass.objects.values_list("code", "name"))
    # Classes that follow no rule of the table have their own code as the rule's.
    rules = classes | dict(RetentionRule.objects.order_by("valid_from").values_list("code", "name"))
    return [
        Line(
            row, documents.get(row.document_id), classes.get(row.class_code, row.class_code),
            rules.get(row.rule, row.rule), [version["sha256"] for version in row.facts.get("versions", ())],
        )
        for row in rows
    ]  # fmt: skip


def _decide(request: SignedIn, found: Disposition) -> HttpResponse:
    actor, now = page.actor(request), timezone.now()
    try:
        if request.POST.get("zurueckziehen"):
            disposing.drop_disposition(actor=actor, disposition=found, now=now)
            messages.success(request, _("Die Aussonderung ist zurückgezogen. Die Dokumente bleiben."))
        else:
            disposing.release_disposition(actor=actor, disposition=found, now=now)
            messages.success(request, _("Die Aussonderung ist freigegeben und wird jetzt ausgeführt."))
    except Refused as refused:
        messages.error(request, refused.in_words(_))
    return page.gone_on(reverse("retention-disposition", args=(found.pk,)))
