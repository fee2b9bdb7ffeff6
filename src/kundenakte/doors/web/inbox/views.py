"""The list of what waits or is to be checked, and one arrival beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenakte.doors.web import answers, page, paging
from kundenakte.doors.web.documents import describing
from kundenakte.doors.web.documents.describing import Described
from kundenakte.doors.web.documents.shown import Preview, preview_of
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.inbox import teams
from kundenakte.doors.web.inbox.choosing import Choice, choice_of
from kundenakte.doors.web.inbox.twins import twins_of
from kundenakte.doors.web.inbox.weighed import weighed
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.spoken import in_other_words
from kundenakte.records import access, renditions
from kundenakte.records.models import WANTS_A_PERSON, Arrival, DocumentClass, FilePlan, PlanEntry, StackPart, Verb
from kundenakte.records.parts import WAITS_WITH_ITS_MAIL
from kundenakte.records.reach import Rights
from kundenakte.records.sections import entries_of, section_for
from kundenakte.steps.filing.told import in_words, told
from kundenakte.steps.scanning import division

State = Arrival.State
PAGE = 50
# What somebody has just brought in is at the top.
_NEWEST_FIRST = ("-received_at", "-pk")
# The shelves of the inbox by the word in the address.
SHELVES = {
    "": WANTS_A_PERSON,
    "unterwegs": Q(state=State.UNDER_WAY, document=None) & ~WAITS_WITH_ITS_MAIL,
    "aussortiert": Q(state=State.DISCARDED, document=None),
    "stapel": Q(state=State.SPLIT),
}
_SHELF_OF = {State.UNDER_WAY: "unterwegs", State.DISCARDED: "aussortiert", State.SPLIT: "stapel"}


@require_safe
@screen
def inbox(request: SignedIn) -> HttpResponse:
    """What waits; the first one stands open beside the list."""
    shelf = request.GET.get("fach", "")
    shelf = shelf if shelf in SHELVES else ""
    teams.choose(request)
    context = list_context(request, shelf)
    if page.is_part(request, "arrivals"):
        return answers.polled(request, render(request, "inbox/inbox.html#arrivals", context))
    first = next(iter(context["arrivals"].rows), None)
    if first is not None and shelf == "" and "nur" not in request.GET:
        context |= arrival_context(request, first)
    return render(request, "inbox/inbox.html", context)


@require_safe
@screen
def arrival(request: SignedIn, pk: int) -> HttpResponse:
    """One arrival. Filed ones lead on to their document, so that a link given once stays good; one that is to be
    checked is shown here first."""
    found = access.get_arrival(request.user, pk)
    shelf = _SHELF_OF.get(State(found.state), "")
    if page.is_part(request, "arrivals"):
        context = list_context(request, shelf) | {"arrival": found}
        return answers.polled(request, render(request, "inbox/inbox.html#arrivals", context))
    if found.document_id is not None and not found.is_to_check:
        return HttpResponseRedirect(reverse("document", args=(found.document_id,)))
    if page.is_part(request, "class-fields"):
        return render(request, "inbox/inbox.html#class-fields", _class_fields(request, found))
    if page.is_part(request, "pages"):
        context = {"arrival": found, **_pages(request, found)}
        return answers.polled(request, render(request, "inbox/inbox.html#pages", context))
    return render(request, "inbox/inbox.html", list_context(request, shelf) | arrival_context(request, found))


def waiting_for(request: SignedIn) -> QuerySet[Arrival]:
    """What waits for this user, to be filed or to be checked, in the order of the list."""
    arrivals = access.arrivals_for(request.user, rights=page.rights(request))
    return teams.narrowed(request, arrivals).filter(WANTS_A_PERSON).order_by(*_NEWEST_FIRST)


def next_after(request: SignedIn, done: Arrival) -> str:
    """The address of the next one that waits behind `done`, else of the first, else of the empty inbox."""
    waiting = waiting_for(request).exclude(pk=done.pk)
    behind = Q(received_at__lt=done.received_at) | Q(received_at=done.received_at, pk__lt=done.pk)
    following = waiting.filter(behind).first() or waiting.first()
    return reverse("inbox-arrival", args=(following.pk,)) if following else reverse("inbox")


def arrival_context(
    request: SignedIn, found: Arrival, *, described: Described | None = None, asked: Choice | None = None
) -> dict[str, Any]:
    """Everything about one arrival; `described` is what was typed, and `asked` what has to be chosen, when it is
    shown again."""
    rights = page.rights(request)
    decision = found.decision if isinstance(found.decision, dict) else {}
    proposed = DocumentClass.objects.filter(code=decision.get("document_class") or "").first()
    described = described or describing.shown(
        proposed,
        title=str(decision.get("title") or found.facts.get("title") or ""),
        number=str(decision.get("number") or found.facts.get("number") or ""),
        dated_on=str(decision.get("dated_on") or ""),
        values=decision.get("fields") or {},
    )
    may_act = rights.has(Verb.INBOX) and found.state == State.WAITING
    may_divide = may_act and division.can_be_divided(found)
    why = told(request.user, [found], rights=rights)[found.pk]
    plan = FilePlan.objects.order_by("pk").first()
    entries = entries_of(plan) if plan else []
    return {
        "arrival": found,
        "why": why.in_words(in_other_words),
        "twins": twins_of(found, request.user, rights=rights),
        "choice": (asked or choice_of(found, request.user, why, rights=rights)) if may_act else None,
        "described": described,
        "may_act": may_act,
        "may_divide": may_divide,
        "seems_several": may_divide and found.reason == division.REASON,
        "to_check": found.is_to_check,
        "may_check": rights.has(Verb.INBOX) and found.is_to_check,
        "classes": describing.offered_classes(described.document_class),
        "entries": [entry for entry in entries if access.may_file_in(rights, entry.section_id)],
        "section_by_rule": (decision.get("rule") or {}).get("rule", {}).get("section_id"),
        **_whereto(described, entries, rights),
        "class_reason": decision.get("class_reason", ""),
        "history": history_of(request.user, [("records.arrival", found.pk)]),
        "parts": _parts(request, found),
        **_pages(request, found),
    }


@dataclass(frozen=True, slots=True)
class Part:
    """A document that came out of a stack, with its pages there, or out of a packed file."""

    part: Arrival
    pages: Sequence[int] = ()


def _parts(request: SignedIn, found: Arrival) -> list[Part]:
    """What came out of a stack or a packed file, as far as the reader may see it."""
    if found.state != State.SPLIT:
        return []
    visible = access.arrivals_for(request.user, rights=page.rights(request))
    of_stack = StackPart.objects.filter(stack=found, part__in=visible).select_related("part__document")
    unpacked = visible.filter(part_of=found).select_related("document").order_by("pk")
    return [*(Part(one.part, one.pages) for one in of_stack), *(Part(one) for one in unpacked)]


def _pages(request: SignedIn, found: Arrival) -> dict[str, Any]:
    def address(page_number: int) -> str:
        return reverse("inbox-page", args=(found.pk, page_number))

    made = renditions.pages_of(found.digest)
    preview: Preview = preview_of(found.digest, address, first=page.number(request.GET.get("ab")) or 1)
    return {
        "preview": preview,
        "weighed": weighed(found, request.user, rights=page.rights(request)),
        "needs_password": made is not None and made.code in renditions.LOCKED,
        "address": reverse("inbox-arrival", args=(found.pk,)),
    }


def list_context(request: SignedIn, shelf: str) -> dict[str, Any]:
    """One page of a shelf."""
    arrivals = access.arrivals_for(request.user, rights=page.rights(request)).select_related("team")
    rows = arrivals.filter(SHELVES[shelf])
    if shelf == "stapel":
        rows = access.with_nothing_hidden_in_it(rows, request.user, rights=page.rights(request))
    shown = paging.page(
        teams.narrowed(request, rows), order=_NEWEST_FIRST, cursor=request.GET.get("nach", ""), size=PAGE
    )
    return {
        "arrivals": shown,
        "whys": in_words(told(request.user, shown.rows, rights=page.rights(request)), in_other_words),
        "shelf": shelf,
        "teams": teams.counted(rows, chosen=teams.chosen(request)),
        "chosen_team": teams.chosen(request),
        "may_see_team": page.rights(request).has(Verb.INBOX),
    }


def _class_fields(request: SignedIn, found: Arrival) -> dict[str, Any]:
    decision = found.decision if isinstance(found.decision, dict) else {}
    chosen = DocumentClass.objects.filter(code=request.GET.get("class", "")).first()
    values = {name: value.get("value", "") for name, value in (found.findings or {}).get("values", {}).items()}
    described = describing.shown(
        chosen, title="", number="", dated_on="", values=values | (decision.get("fields") or {})
    )
    plan = FilePlan.objects.order_by("pk").first()
    return {"described": described} | _whereto(described, entries_of(plan) if plan else [], page.rights(request))


def _whereto(described: Described, entries: list[PlanEntry], rights: Rights) -> dict[str, Any]:
    """The section the rules would choose, and whether this user may file there."""
    if described.document_class is None or not entries:
        return {"section": "", "may_file_there": True}
    fields = {line.field.key: line.text for line in described.fields}
    entry = section_for(entries, described.document_class, fields)
    may = rights.reach(Verb.FILE).matrix_holds(entry.section_id, described.document_class.pk)
    return {"section": str(entry.name), "may_file_there": may}
