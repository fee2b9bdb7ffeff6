"""Who sees what, and why: for a document, a section or a customer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.matrix import known_sections
from kundenakte.doors.web.administration.pages import administrators, documents_named, file_named
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import access, seers
from kundenakte.records.models import Section, Verb
from kundenakte.records.refusals import NotFound
from kundenakte.records.rights import OF_DOCUMENTS


@require_safe
@administrators
def who(request: SignedIn) -> HttpResponse:
    """Everybody with what he sees of the thing that was named, and for a document why."""
    kind = request.GET.get("wonach", "dokument")
    if kind not in {"dokument", "register", "kunde"}:
        raise NotFound
    context: dict[str, Any] = {
        "kind": kind,
        "verbs": [(verb.value, verb.label) for verb in OF_DOCUMENTS],
        "verb": _verb(request),
        "named": request.GET.get("dokument", "").strip()[:200],
        "section_choices": known_sections(),
    }
    context |= {"dokument": _of_document, "register": _of_section, "kunde": _of_file}[kind](request, context)
    return render(request, "administration/seers.html", context)


@require_safe
@administrators
def why(request: SignedIn) -> HttpResponse:
    """The sentences for one person and one document."""
    named, verb = request.GET.get("dokument", "").strip()[:200], _verb(request)
    people = alphabetical(seers.people())
    found = documents_named(request, named)
    asked = page.number(request.GET.get("wer"))
    person: User | None = next((one for one in people if one.pk == asked), None)
    document = found[0] if len(found) == 1 else None
    context = {
        "people": people,
        "person": person,
        "named": named,
        "document": document,
        "candidates": found if len(found) > 1 else [],
        "verbs": [(one.value, one.label) for one in OF_DOCUMENTS],
        "verb": verb,
        "sentences": access.explain(person, document, verb) if person and document else [],
        "may": bool(person and document and access.may(person, verb, document)),
        "is_missing": bool(named) and not found,
    }
    return render(request, "administration/why.html", context)


def _verb(request: SignedIn) -> str:
    verb = request.GET.get("was", Verb.READ)
    if verb not in OF_DOCUMENTS:
        raise NotFound
    return verb


def _of_document(request: SignedIn, context: dict[str, Any]) -> dict[str, Any]:
    found = documents_named(request, context["named"])
    if len(found) != 1:
        return {"candidates": found, "is_missing": bool(context["named"]) and not found}
    told = seers.of_document(found[0], context["verb"])
    return {"document": found[0], "seers": told, "allowed": sum(1 for seer in told if seer.may)}


def _of_section(request: SignedIn, context: dict[str, Any]) -> dict[str, Any]:
    asked = page.number(request.GET.get("register"))
    section = Section.objects.filter(pk=asked, customer_file=None).first() if asked else None
    if section is None:
        return {}
    names = dict(context["section_choices"])
    shares = seers.of_section(request.user, section)
    return {"section": section, "thing": names.get(section.pk, section.key), "shares": shares}


def _of_file(request: SignedIn, context: dict[str, Any]) -> dict[str, Any]:
    customer_file = file_named(request, "akte")
    if customer_file is None:
        return {}
    shares = seers.of_file(request.user, customer_file)
    return {"customer_file": customer_file, "thing": str(customer_file), "shares": shares}
