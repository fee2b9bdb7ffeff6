"""Preview and roll-out of the draft, and the page of any walk through the documents: progress, then report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import queries as jobs
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.structure import wording
from kundenakte.doors.web.structure.pages import administrators, revision, told
from kundenakte.records import access, editions
from kundenakte.records.actions import field_check, roll_out
from kundenakte.records.models import Arrival, Document, PlanEntry, Section, StructureRun
from kundenakte.records.plan_effect import effect_of
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.steps.filing import rule_trial

_TRIAL_KINDS: Final = (
    ("differ", gettext_noop("Anders als heute abgelegt"), "warn"),
    ("spared", gettext_noop("Hier wurde gefragt; die Regel hätte richtig entschieden"), "good"),
    ("agree", gettext_noop("Genau wie heute abgelegt"), "good"),
    ("asked", gettext_noop("Hier würde gefragt"), "warn"),
)
_CHECK_KINDS: Final = (
    ("unfit", gettext_noop("Passt nicht zum neuen Typ; der Wert steht unverändert im Dokument"), "warn"),
    ("missing", gettext_noop("Pflichtfeld ohne Wert"), "warn"),
    ("kept", gettext_noop("Feld wird nicht mehr gefragt; der Wert bleibt erhalten"), "good"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of a report with a few documents as examples."""

    name: str
    detail: str
    count: int
    tone: str
    examples: list[Document]


@require_safe
@administrators
def preview(request: SignedIn) -> HttpResponse:
    """What the draft would do to the documents that are there."""
    found = editions.draft_of(editions.the_plan())
    if found is None:
        return page.gone_on(reverse("plan"))
    names = wording.Names.all()
    current = found.plan.current
    context = {
        "draft": found,
        "effect": effect_of(found, user=request.user),
        "changes": wording.changes(editions.compare(current, found), names) if current else [],
    }
    return render(request, "structure/preview.html", context)


@require_POST
@administrators
def publish(request: SignedIn) -> HttpResponse:
    """Make the draft the plan that holds, and begin the roll-out."""
    found = editions.draft_of(editions.the_plan())
    if found is None:
        return page.gone_on(reverse("plan"))
    try:
        run = roll_out.publish(
            actor=page.actor(request), edition=found, revision=revision(request), now=timezone.now(),
            comment=request.POST.get("anlass", ""),
        )  # fmt: skip
    except Refused as refused:
        return told(request, reverse("plan-draft"), refused)
    messages.success(request, _("Die neue Ausgabe gilt. Was schon da ist, wird jetzt im Hintergrund umgehängt."))
    return page.gone_on(reverse("plan-run", args=(run.pk,)))


@require_safe
@administrators
def run(request: SignedIn, run_id: int) -> HttpResponse:
    """How far a walk through the documents is, and what it found."""
    found = (
        StructureRun.objects.select_related("edition__plan", "document_class", "started_by").filter(pk=run_id).first()
    )
    # Runs of retention are shown with the change they belong to.
    if found and found.kind in {StructureRun.Kind.RETENTION, StructureRun.Kind.RETENTION_TRIAL}:
        raise NotFound
    # The counts of a trial are of the documents its starter may see.
    if found is None or (found.kind == StructureRun.Kind.RULE_TRIAL and found.started_by_id != request.user.pk):
        raise NotFound
    context = {"run": found, "is_stuck": _is_stuck(found)} | _report(found, request.user)
    if page.is_part(request, "run"):
        return answers.polled(request, render(request, "structure/run.html#run", context))
    return render(request, "structure/run.html", context)


# --- inside ------------------------------------------------------------------------------------------------------


def _is_stuck(found: StructureRun) -> bool:
    if found.ended_at:
        return False
    names = {StructureRun.Kind.ROLL_OUT: roll_out.JOB, StructureRun.Kind.FIELD_CHECK: field_check.JOB}
    job = names.get(StructureRun.Kind(found.kind), rule_trial.JOB)
    return jobs.failed().filter(name=job, subject_id=found.pk).exists()


def _report(found: StructureRun, user: User) -> dict[str, Any]:
    if found.kind == StructureRun.Kind.ROLL_OUT:
        return {"lines": _moves(found, user), "moved": sum(found.report.get("moves", {}).values())}
    if found.kind == StructureRun.Kind.FIELD_CHECK:
        return {"lines": _checks(found, user)}
    fitting = found.report.get("fitting", {})
    examples = found.report.get("examples", {})
    counted = {**fitting, "spared": found.report.get("spared", 0)}
    counted["agree"] = counted.get("agree", 0) - counted["spared"]
    shown = _documents(user, (pk for pks in examples.values() for pk in pks))
    lines = [
        Line(_(name), "", counted.get(kind, 0), tone, _of(shown, examples.get(kind, ())))
        for kind, name, tone in _TRIAL_KINDS if counted.get(kind)
    ]  # fmt: skip
    outcomes = (("agree", _("genauso abgelegt")), ("differ", _("anders abgelegt")), ("asked", _("nachgefragt")))
    sides = [
        (name, found.report.get("without", {}).get(kind, 0), found.report.get("with", {}).get(kind, 0))
        for kind, name in outcomes
    ]
    return {
        "lines": lines, "sides": sides, "rule": found.subject.get("rule", {}), "fits": found.report.get("fits", 0),
        "overruled": found.report.get("overruled", 0),
        "waiting": found.report.get("waiting", {}), "arrivals": _arrivals(found, user),
    }  # fmt: skip


def _arrivals(found: StructureRun, user: User) -> list[Arrival]:
    """Examples of arrivals the rule fits, those that still wait and that the user may see."""
    ids = found.report.get("waiting", {}).get("examples", ())
    rows = access.arrivals_for(user).filter(pk__in=ids, state=Arrival.State.WAITING)
    known = {row.pk: row for row in rows}
    return [known[pk] for pk in ids if pk in known]


def _moves(found: StructureRun, user: User) -> list[Line]:
    moves, examples = found.report.get("moves", {}), found.report.get("examples", {})
    ids = {int(pk) for way in moves for pk in way.split(">")}
    names = {section.pk: section.key for section in Section.objects.filter(pk__in=ids)}
    entries = PlanEntry.objects.filter(section__in=ids, edition__is_draft=False).order_by("edition__number")
    names |= {entry.section_id: _(entry.name) for entry in entries}
    shown = _documents(user, (pk for pks in examples.values() for pk in pks))
    lines = []
    for way, count in sorted(moves.items(), key=lambda pair: -pair[1]):
        origin, target = (names.get(int(pk), pk) for pk in way.split(">"))
        lines.append(Line(f"{origin} → {target}", "", count, "accent", _of(shown, examples.get(way, ()))))
    return lines


def _checks(found: StructureRun, user: User) -> list[Line]:
    names = wording.Names.all().fields
    rows = [(kind, key, row) for kind, _name, _tone in _CHECK_KINDS for key, row in found.report.get(kind, {}).items()]
    shown = _documents(user, (pk for _kind, _key, row in rows for pk in row["examples"]))
    words = {kind: (name, tone) for kind, name, tone in _CHECK_KINDS}
    return [
        Line(names.get(key, key), _(words[kind][0]), row["count"], words[kind][1], _of(shown, row["examples"]))
        for kind, key, row in rows
    ]


def _documents(user: User, ids: Iterable[int]) -> dict[int, Document]:
    rows = access.documents_for(user).filter(pk__in=set(ids))
    return {row.pk: row for row in rows.select_related("customer_file__customer", "document_class")}


def _of(shown: dict[int, Document], ids: Iterable[int]) -> list[Document]:
    return [shown[pk] for pk in ids if pk in shown]
