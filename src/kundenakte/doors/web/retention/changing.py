"""A change of rule or profile: what it would do, and the decision about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from kundenakte.doors.web import answers, page
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.retention.pages import keepers
from kundenakte.records import access
from kundenakte.records.actions import retention_changes as changes
from kundenakte.records.models import Document, DocumentClass, RetentionChange, StructureRun
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.records.retention import wording
from kundenakte.records.retention.rules import Rule

_KINDS: Final = (
    ("shorter", gettext_noop("werden kürzer aufbewahrt"), "warn"),
    ("ended", gettext_noop("bekommen ein Enddatum"), "warn"),
    ("longer", gettext_noop("werden länger aufbewahrt"), "accent"),
    ("opened", gettext_noop("haben kein Enddatum mehr"), "accent"),
    ("new", gettext_noop("hatten noch keine berechnete Frist"), "accent"),
    ("same", gettext_noop("behalten ihren Tag, aber nach einer anderen Regel"), "accent"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to the documents of a class, with a few of them."""

    name: str
    kind: str
    tone: str
    count: int
    examples: list[Document]


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def change(request: SignedIn, change_id: int) -> HttpResponse:
    """The difference, class by class and year by year; then switch on, or drop."""
    rows = RetentionChange.objects.select_related("trial", "run", "proposed_by", "decided_by")
    found = rows.filter(pk=change_id).first()
    if found is None:
        raise NotFound
    if request.method == "POST":
        return _decide(request, found)
    run = found.run or found.trial
    context = {
        "change": found, "run": run, "wish": _in_words(found), "lines": _lines(request, run), "years": _years(run),
        "takes_two": found.trial.ended_at is not None and changes.shortens(found) if _is_open(found) else False,
        "is_own": found.proposed_by_id == request.user.pk, "is_open": _is_open(found),
    }  # fmt: skip
    if page.is_part(request, "change"):
        return answers.polled(request, render(request, "retention/change.html#change", context))
    return render(request, "retention/change.html", context)


def _decide(request: SignedIn, found: RetentionChange) -> HttpResponse:
    actor, now = page.actor(request), timezone.now()
    try:
        if request.POST.get("verwerfen"):
            changes.drop(actor=actor, change=found, now=now)
            messages.success(request, _("Der Vorschlag ist verworfen."))
            return page.gone_on(reverse("retention"))
        changes.switch_on(actor=actor, change=found, now=now)
        messages.success(request, _("Die Änderung gilt. Die Fristen werden jetzt im Hintergrund neu berechnet."))
    except Refused as refused:
        messages.error(request, refused.in_words(_))
    return page.gone_on(reverse("retention-change", args=(found.pk,)))


def _is_open(found: RetentionChange) -> bool:
    return found.state == RetentionChange.State.PROPOSED


def _in_words(found: RetentionChange) -> list[str]:
    """What is wished, as people read it."""
    if "profile" in found.wish:
        wish = found.wish["profile"]
        return [
            _("Rechnungen zehn Jahre: ja") if wish["ten_years"] else _("Rechnungen zehn Jahre: nein"),
            _("Finanzsektor: ja") if wish["financial_sector"] else _("Finanzsektor: nein"),
        ]
    rule = Rule(**{**found.wish["rule"], "valid_from": date.fromisoformat(found.wish["rule"]["valid_from"])})
    start = _("ab Ende des Kalenderjahres") if rule.from_year_end else _("ab dem Tag selbst")
    return [
        _("Regel „%(name)s“: %(years)s Jahre") % {"name": _(rule.name), "years": rule.years},
        f"{wording.event(rule.start)}, {start}",
        _("Gilt ab %(day)s; Grundlage: %(basis)s") % {"day": wording.day(rule.valid_from), "basis": rule.basis},
    ]


def _lines(request: SignedIn, run: StructureRun) -> list[Line]:
    classes, examples = run.report.get("classes", {}), run.report.get("examples", {})
    names = dict(DocumentClass.objects.values_list("code", "name"))
    pks = {pk for some in examples.values() for pk in some}
    visible = access.documents_for(request.user, rights=page.rights(request)).select_related("customer_file__customer")
    shown = {one.pk: one for one in visible.filter(pk__in=pks)}
    return [
        Line(
            _(names.get(code, code)), _(words), tone, counts[kind],
            [shown[pk] for pk in examples.get(f"{code} {kind}", ()) if pk in shown],
        )
        for kind, words, tone in _KINDS
        for code, counts in sorted(classes.items())
        if counts.get(kind)
    ]  # fmt: skip


def _years(run: StructureRun) -> list[tuple[str, str, int]]:
    pairs = ((*way.split(" "), count) for way, count in run.report.get("years", {}).items())
    return sorted((before, after, count) for before, after, count in pairs)
