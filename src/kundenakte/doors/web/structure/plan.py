"""The file plan as it holds, its editions, and what is different between two of them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.structure import wording
from kundenakte.doors.web.structure.pages import administrators, told
from kundenakte.records import access, editions
from kundenakte.records.actions import plans
from kundenakte.records.models import FilePlan, FilePlanEdition, StructureRun
from kundenakte.records.refusals import NotFound, Refused


@require_safe
@administrators
def plan(request: SignedIn) -> HttpResponse:
    """The edition in force as a tree, the draft if there is one, and all editions."""
    found = editions.the_plan()
    entries = editions.entries_in(found.current) if found.current else []
    context = {
        "plan": found,
        "lines": wording.lines(entries, wording.Names.all(), counts(request.user, found)),
        "draft": editions.draft_of(found),
        "editions": found.editions.filter(is_draft=False).select_related("published_by").order_by("-number"),
        "runs": {run.edition_id: run for run in _roll_outs().order_by("pk")},
        "running": _roll_outs().filter(ended_at=None).first(),
        "without_place": editions.without_place(entries),
        "history": history_of(request.user, [("records.fileplan", found.pk)], limit=50),
    }
    return render(request, "structure/plan.html", context)


@require_safe
@administrators
def edition(request: SignedIn, number: int) -> HttpResponse:
    """One edition, and what is different in it from another (`mit`; else the one before, for the first the next)."""
    found = editions.the_plan()
    shown = edition_numbered(found, number)
    others = found.editions.filter(is_draft=False).exclude(pk=shown.pk).order_by("-number")
    asked = page.number(request.GET.get("mit"))
    older = others.filter(number=asked).first() if asked else others.filter(number__lt=number).first() or others.last()
    names = wording.Names.all()
    context = {
        "plan": found,
        "edition": shown,
        "lines": wording.lines(editions.entries_in(shown), names),
        "older": older,
        "changes": wording.changes(editions.compare(older, shown), names) if older else [],
        "others": others,
        "run": _roll_outs().filter(edition=shown).first(),
    }
    return render(request, "structure/edition.html", context)


@require_POST
@administrators
def begin_draft(request: SignedIn) -> HttpResponse:
    """A draft like the edition in force, or like the one named (`aus`)."""
    found = editions.the_plan()
    number = page.number(request.POST.get("aus"))
    source = edition_numbered(found, number) if number else None
    try:
        plans.begin_draft(actor=page.actor(request), plan=found, source=source, now=timezone.now())
    except Refused as refused:
        return told(request, reverse("plan"), refused)
    messages.success(request, _("Der Entwurf ist angelegt. Solange Sie ihn nicht einführen, ändert sich nichts."))
    return page.gone_on(reverse("plan-draft"))


def edition_numbered(found: FilePlan, number: int) -> FilePlanEdition:
    """A published edition of the plan, or NotFound."""
    editions_of = found.editions.filter(is_draft=False).select_related("plan__current", "published_by")
    shown = editions_of.filter(number=number).first()
    if shown is None:
        raise NotFound
    return shown


def counts(user: User, found: FilePlan) -> dict[int, int]:
    """How many documents lie in each section, of those the user may see."""
    rows = access.documents_for(user).filter(customer_file__plan=found).order_by()
    return dict(rows.values_list("section").annotate(n=Count("pk")).values_list("section", "n"))


def _roll_outs() -> QuerySet[StructureRun]:
    return StructureRun.objects.filter(kind=StructureRun.Kind.ROLL_OUT)
