"""Editing the draft: add, change, order and retire sections; what was forgotten is shown beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.structure import wording
from kundenakte.doors.web.structure.pages import administrators, refused_form, revision, told
from kundenakte.doors.web.structure.plan import counts
from kundenakte.records import editions
from kundenakte.records.actions import plans
from kundenakte.records.actions.plans import SectionWish
from kundenakte.records.models import DocumentClass, FilePlanEdition, IndexField, PlanEntry, Section
from kundenakte.records.refusals import ChangedMeanwhile, NotFound, Refused

# Empty lines for further conditions; whoever needs more saves in between.
_SPARE = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the form: an index field and the values that belong here."""

    key: str
    values: str


@require_safe
@administrators
def draft(request: SignedIn) -> HttpResponse:
    """The draft with everything that can be done to it."""
    found = editions.draft_of(editions.the_plan())
    if found is None:
        return page.gone_on(reverse("plan"))
    entries = editions.entries_in(found)
    names = wording.Names.all()
    current = found.plan.current
    context = {
        "draft": found,
        "lines": wording.lines(entries, names, counts(request.user, found.plan)),
        "lost": [
            (entry, editions.successor_in(found, entries, entry.section_id)) for entry in editions.missing_in(found)
        ],
        "without_place": editions.without_place(entries),
        "twice": [(names.classes.get(code, code), ", ".join(of)) for code, of in editions.named_twice(entries)],
        "changes": wording.changes(editions.compare(current, found), names) if current else [],
    }
    return render(request, "structure/draft.html", context)


@require_POST
@administrators
def order(request: SignedIn) -> HttpResponse:
    """One section a place up or down (`hoch`, `runter`), or all in the order given (`order`)."""
    found = _draft()
    present = [entry.section_id for entry in editions.entries_in(found)]
    wanted = moved(present, request.POST)
    address = reverse("plan-draft")
    try:
        plans.order_sections(
            actor=page.actor(request), edition=found, revision=revision(request), order=wanted, now=timezone.now()
        )
    except Refused as refused:
        if request.htmx:
            messages.error(request, refused.in_words(_))
            return HttpResponse(status=409)
        return told(request, address, refused)
    if request.htmx:
        found.refresh_from_db(fields=["revision"])
        return HttpResponse(status=204, headers={"X-Revision": str(found.revision)})
    return page.gone_on(f"{address}#register-{request.POST.get('hoch') or request.POST.get('runter') or wanted[0]}")


def moved(present: Sequence[int], form: QueryDict) -> list[int]:
    """The order a form asks for; ids that are unknown make it one that is refused."""
    if form.get("order"):
        return [page.number(text) or 0 for text in form.get("order", "").split(",")]
    wanted = list(present)
    for name, step in (("hoch", -1), ("runter", 1)):
        pk = page.number(form.get(name))
        if pk in wanted:
            at = wanted.index(pk)
            to = max(0, min(len(wanted) - 1, at + step))
            wanted[at], wanted[to] = wanted[to], wanted[at]
    return wanted


@administrators
def new_section(request: SignedIn) -> HttpResponse:
    """A form for a section, and the section."""
    found = _draft()
    if request.method != "POST":
        return render(request, "structure/section.html", _form(found, None, SectionWish("")))
    wish = _wish(request.POST)
    like = page.number(request.POST.get("rechte_wie"))
    try:
        entry = plans.add_section(
            actor=page.actor(request), edition=found, revision=revision(request), wish=wish, now=timezone.now(),
            rights_like=_section_in(found, like) if like else None,
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        found.refresh_from_db()
        return refused_form(request, "structure/section.html", _form(found, None, wish, like), refused)
    messages.success(request, _("Das Register „%(name)s“ steht im Entwurf.") % {"name": entry.name})
    return page.gone_on(f"{reverse('plan-draft')}#register-{entry.section_id}")


@administrators
def section(request: SignedIn, section_id: int) -> HttpResponse:
    """Name, rule and sub-sections of one section of the draft."""
    found = _draft()
    entry = _entry(found, section_id)
    if request.method != "POST":
        asked = entry.rule.get("fields") or {}
        wish = SectionWish(entry.name, entry.rule.get("classes") or (), asked, entry.subdivide_by)
        return render(request, "structure/section.html", _form(found, entry, wish))
    wish = _wish(request.POST)
    try:
        plans.change_section(
            actor=page.actor(request), edition=found, revision=revision(request), section=entry.section, wish=wish,
            now=timezone.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        found.refresh_from_db()
        return refused_form(request, "structure/section.html", _form(found, entry, wish), refused)
    messages.success(request, _("Im Entwurf gespeichert."))
    return page.gone_on(f"{reverse('plan-draft')}#register-{section_id}")


@require_POST
@administrators
def retire(request: SignedIn, section_id: int) -> HttpResponse:
    """Take a section out; its pinned documents go where the form says (`nach`). Also to say so anew."""
    found = _draft()
    successor = _section_in(found, page.number(request.POST.get("nach")) or 0)
    entry = next((one for one in editions.entries_in(found) if one.section_id == section_id), None)
    values: dict[str, Any] = {
        "actor": page.actor(request), "edition": found, "revision": revision(request), "successor": successor,
        "now": timezone.now(),
    }  # fmt: skip
    try:
        if entry:
            plans.retire_section(section=entry.section, **values)
            messages.success(request, _("Das Register „%(name)s“ fällt im Entwurf weg.") % {"name": _(entry.name)})
        else:
            plans.choose_successor(section=_lost(found, section_id), **values)
            messages.success(request, _("Im Entwurf gespeichert."))
    except NotFound:
        raise
    except Refused as refused:
        return told(request, reverse("plan-draft"), refused)
    return page.gone_on(reverse("plan-draft"))


@require_POST
@administrators
def keep(request: SignedIn, section_id: int) -> HttpResponse:
    """Take back that a section falls away."""
    found = _draft()
    try:
        plans.keep_section(
            actor=page.actor(request), edition=found, revision=revision(request), section=_lost(found, section_id),
            now=timezone.now(),
        )  # fmt: skip
    except ChangedMeanwhile as refused:
        return told(request, reverse("plan-draft"), refused)
    return page.gone_on(f"{reverse('plan-draft')}#register-{section_id}")


@require_POST
@administrators
def discard(request: SignedIn) -> HttpResponse:
    """Throw the draft away."""
    try:
        plans.discard_draft(actor=page.actor(request), edition=_draft(), revision=revision(request), now=timezone.now())
    except ChangedMeanwhile as refused:
        return told(request, reverse("plan-draft"), refused)
    messages.success(request, _("Der Entwurf ist verworfen. Der Aktenplan gilt weiter wie bisher."))
    return page.gone_on(reverse("plan"))


# --- inside ------------------------------------------------------------------------------------------------------


def _draft() -> FilePlanEdition:
    found = editions.draft_of(editions.the_plan())
    if found is None:
        raise plans.NotADraft
    return found


def _entry(found: FilePlanEdition, section_id: int) -> PlanEntry:
    entry = next((one for one in editions.entries_in(found) if one.section_id == section_id), None)
    if entry is None:
        raise NotFound
    return entry


def _section_in(found: FilePlanEdition, section_id: int) -> Section:
    return _entry(found, section_id).section


def _lost(found: FilePlanEdition, section_id: int) -> Section:
    entry = next((one for one in editions.missing_in(found) if one.section_id == section_id), None)
    if entry is None:
        raise NotFound
    return entry.section


def _wish(form: QueryDict) -> SectionWish:
    fields: dict[str, list[str]] = {}
    for key, values in zip(form.getlist("feld"), form.getlist("werte"), strict=False):
        if key:
            fields[key] = [value.strip() for value in values.split(",") if value.strip()]
    return SectionWish(form.get("name", ""), form.getlist("klasse"), fields, form.get("unterteilung", ""))


def _form(
    found: FilePlanEdition, entry: PlanEntry | None, wish: SectionWish, like: int | None = None
) -> dict[str, Any]:
    fields = [
        Condition(key, ", ".join(value for value in values if value != "*")) for key, values in wish.fields.items()
    ]
    entries = editions.entries_in(found)
    elsewhere = {
        code: one.name for one in entries if entry is None or one.pk != entry.pk
        for code in one.rule.get("classes") or () if not one.rule.get("fields")
    }  # fmt: skip
    classes = DocumentClass.objects.filter(is_retired=False) | DocumentClass.objects.filter(code__in=wish.classes)
    return {
        "draft": found,
        "entry": entry,
        "wish": wish,
        "classes": [(one, one.code in wish.classes, elsewhere.get(one.code, "")) for one in classes.distinct()],
        "conditions": [*fields, *[Condition("", "")] * _SPARE],
        "fields": field_names(),
        "subdivisions": wording.SUBDIVISIONS,
        "others": [one for one in entries if entry is None or one.pk != entry.pk],
        "like": like,
    }


def field_names() -> list[tuple[str, str]]:
    """Every index field once, by key, with its name."""
    names = {key: _(name) for key, name in IndexField.objects.order_by("-pk").values_list("key", "name")}
    return by_word(names.items())
