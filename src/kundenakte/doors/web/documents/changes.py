"""Correcting what is known about a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.documents import describing, tabs
from kundenakte.doors.web.documents.describing import Described
from kundenakte.doors.web.documents.going_on import gone_back
from kundenakte.doors.web.documents.views import shown
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.templatetags.shown import day
from kundenakte.records import access
from kundenakte.records.actions import documents
from kundenakte.records.models import Document, DocumentClass, Verb
from kundenakte.records.refusals import ChangedMeanwhile, NotFound, Refused

_VIEW = "felder"


@dataclass(frozen=True, slots=True)
class Clash:
    """One value that somebody else saved meanwhile, beside the one that was typed."""

    name: str
    saved: str
    typed: str


@require_http_methods(["GET", "POST"])
@screen
def describe(request: SignedIn, pk: int) -> HttpResponse:
    """Change class, title, number, day and index fields in place. Two people at once: the second one sees both states
    and decides; sent again, her form knows the state she has seen."""
    document = access.get_document(request.user, pk, to=Verb.EDIT)
    if page.is_part(request, "class-fields"):
        chosen = DocumentClass.objects.filter(code=request.GET.get("class", "")).first() or document.document_class
        described = describing.shown(chosen, title="", number="", dated_on="", values=document.fields)
        return render(request, "documents/fields_form.html#class-fields", {"described": described})
    if request.method != "POST":
        return _form(request, document, tabs.form_of(document))
    try:
        documents.describe_document(
            actor=page.actor(request), document=document, now=timezone.now(),
            edition=page.number(request.POST.get("edition")) or document.edition,
            description=describing.description(request.POST, kept=document.fields),
            reason=request.POST.get("reason", "").strip(),
        )  # fmt: skip
    except Refused as refused:
        if refusals.status_of(refused) in {403, 404}:
            raise
        return _refused(request, document, refused)
    messages.success(request, _("Die Angaben sind gespeichert."))
    return gone_back(request, document, _VIEW)


def _refused(request: SignedIn, document: Document, refused: Refused) -> HttpResponse:
    """The form again, with what was typed in it."""
    document.refresh_from_db()
    typed = describing.from_form(request.POST)
    context: dict[str, Any] = tabs.form_of(document) | {
        "described": typed,
        "error": refused.in_words(_),
        "status": refusals.status_of(refused),
        "reason": request.POST.get("reason", ""),
    }
    if isinstance(refused, ChangedMeanwhile):
        latest = history_of(request.user, [("records.document", document.pk)], limit=1)
        context |= {"clashes": _clashes(describing.of_document(document), typed), "latest": latest}
    else:
        context["edition"] = page.number(request.POST.get("edition")) or document.edition
    return _form(request, document, context)


def _form(request: SignedIn, document: Document, context: dict[str, Any]) -> HttpResponse:
    version = document.valid_version
    if version is None:
        raise NotFound
    return shown(request, document, version, view=_VIEW, **context)


def _clashes(saved: Described, typed: Described) -> list[Clash]:
    """Where what is saved and what was typed are not the same."""
    names = {
        _("Dokumentklasse"): (_class_name(saved), _class_name(typed)),
        _("Nummer"): (saved.number, typed.number),
        _("Datum"): (saved.dated_on, day(typed.dated_on) or typed.dated_on),
        _("Titel"): (saved.title, typed.title),
    }
    known = {line.name: line.text for line in saved.fields}
    names |= {_(line.field.name): (known.get(line.name, ""), line.text) for line in typed.fields}
    return [Clash(name, before, after) for name, (before, after) in names.items() if before.strip() != after.strip()]


def _class_name(described: Described) -> str:
    return _(described.document_class.name) if described.document_class else ""
