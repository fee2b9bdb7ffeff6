"""Trying a rule on what is there: documents that are filed and arrivals that wait in the inbox.

Of a document it is known how a person or the house filed it, so the trial can tell right from wrong. Of an arrival it
can only tell whether its class would be settled; which customer it belongs to is asked for by other means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import access, renditions
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document, StructureRun, Verb
from kundenakte.steps.filing import rules
from kundenakte.steps.filing.describing import ChosenClass, choose_class
from kundenakte.steps.filing.models import FilingRule
from kundenakte.steps.filing.rules import Rule, Subject

JOB: Final = "filing.try_rule"
MOST: Final = 5000
# Somebody waits for it, and each batch is a few hundred milliseconds.
PRIORITY: Final = 40
_BATCH: Final = 50
_EXAMPLES: Final = 10
_OUTCOMES: Final = ("agree", "differ", "asked")


@dataclass(frozen=True, slots=True)
class _Tried:
    """One document: whether the rule decides, and how it would have gone with and without it.

    Where the source or an e-invoice says what the document is, a rule that fits decides nothing: it is `overruled`.
    """

    document_id: int
    fits: bool
    with_rule: str
    without: str
    overruled: bool = False


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One arrival that waits: whether the rule fits, and whether its class is settled with and without it."""

    arrival_id: int
    fits: bool
    with_rule: bool
    without: bool


@transaction.atomic
def start(*, actor: Actor, rule: FilingRule, count: int, now: datetime) -> StructureRun:
    """Try the rule, as it is saved now, on the last `count` documents and the last `count` arrivals in the inbox.

    Only what the actor may see is tried. Runs in the background.
    """
    access.require(actor, Verb.ADMINISTER)
    filed = access.documents_for(actor.user) if actor.user else Document.objects.all()
    came = access.arrivals_for(actor.user) if actor.user else Arrival.objects.all()
    most = max(1, min(count, MOST))
    ids = list(filed.filter(valid_version__arrival__isnull=False).order_by("-pk").values_list("pk", flat=True)[:most])
    waiting = list(came.filter(state=Arrival.State.WAITING).order_by("-pk").values_list("pk", flat=True)[:most])
    run = StructureRun.objects.create(
        kind=StructureRun.Kind.RULE_TRIAL, started_by=actor.user, started_at=now, total=len(ids) + len(waiting),
        subject={"rule": Rule.of(rule).to_json(), "position": rule.position, "documents": ids, "arrivals": waiting},
    )  # fmt: skip
    ledger.enqueue(JOB, run.pk, priority=PRIORITY)
    return run


def try_rule(run_id: int) -> Apply:
    """The next documents or arrivals, weighed outside the transaction; the returned function counts them."""
    run = StructureRun.objects.get(pk=run_id)
    documents = run.subject.get("documents", [])
    ids = documents[run.cursor : run.cursor + _BATCH]
    rule = Rule.from_json(run.subject["rule"])
    others = [one for one in rules.active() if one.id != rule.id]
    ahead = FilingRule.objects.filter(is_on=True, position__lt=run.subject["position"]).exclude(pk=rule.id).count()
    both = rules.in_order(others, rule, ahead)
    if not ids:
        at = run.cursor - len(documents)
        ids = run.subject.get("arrivals", [])[at : at + _BATCH]
        rows = Arrival.objects.filter(pk__in=ids, state=Arrival.State.WAITING)
        return partial(_count, run_id, run.cursor, len(ids), (), [_weigh(row, rule, both, others) for row in rows])
    arrivals = Arrival.objects.filter(document__in=ids, version__isnull=False).select_related(
        "document__document_class", "version"
    )
    first: dict[int, Arrival] = {}
    for arrival in arrivals.order_by("-pk"):
        first[arrival.document_id or 0] = arrival
    tried = [_try(first[pk], rule, both, others) for pk in ids if pk in first]
    return partial(_count, run_id, run.cursor, len(ids), tried)


def _weigh(arrival: Arrival, rule: Rule, both: Sequence[Rule], others: Sequence[Rule]) -> _Weighed:
    findings = Findings.from_json(arrival.findings)
    subject = Subject(arrival, findings, partial(renditions.text_of, arrival.digest))
    chosen = choose_class(arrival, findings, rules.first_fitting(both, subject))
    fits = chosen.fit is not None and chosen.fit.rule.id == rule.id
    without = choose_class(arrival, findings, rules.first_fitting(others, subject)) if fits else chosen
    return _Weighed(arrival.pk, fits, _is_settled(chosen), _is_settled(without))


def _is_settled(chosen: ChosenClass) -> bool:
    return chosen.document_class is not None and chosen.is_sure


def _try(arrival: Arrival, rule: Rule, both: Sequence[Rule], others: Sequence[Rule]) -> _Tried:
    findings = Findings.from_json(arrival.findings)
    subject = Subject(arrival, findings, partial(renditions.text_of, arrival.digest))
    document = arrival.document
    assert document is not None  # noqa: S101 – it was asked for by its document
    fit = rules.first_fitting(both, subject)
    chosen = choose_class(arrival, findings, fit)
    outcome = _outcome(chosen, document)
    if chosen.fit is None or chosen.fit.rule.id != rule.id:
        overruled = fit is not None and fit.rule.id == rule.id
        return _Tried(document.pk, fits=False, with_rule=outcome, without=outcome, overruled=overruled)
    without = choose_class(arrival, findings, rules.first_fitting(others, subject))
    return _Tried(document.pk, fits=True, with_rule=outcome, without=_outcome(without, document))


def _outcome(chosen: ChosenClass, document: Document) -> str:
    """Compared with how the document is filed today: agree, differ, or the house would have asked."""
    if not _is_settled(chosen) or chosen.document_class is None:
        return "asked"
    if chosen.document_class.pk != document.document_class_id:
        return "differ"
    section = chosen.fit.rule.section_id if chosen.fit else None
    return "differ" if section and section != document.section_id else "agree"


def _count(run_id: int, seen: int, asked_for: int, tried: Sequence[_Tried], weighed: Sequence[_Weighed] = ()) -> bool:
    """Add to the report, once for each batch, and go on."""
    run = StructureRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.ended_at or run.cursor != seen:
        return False
    report: dict[str, Any] = run.report or {
        "fits": 0, "with": {}, "without": {}, "fitting": {}, "spared": 0, "examples": {},
    }  # fmt: skip
    _add(report, "with", tried, lambda one: one.with_rule)
    _add(report, "without", tried, lambda one: one.without)
    fitting = [one for one in tried if one.fits]
    _add(report, "fitting", fitting, lambda one: one.with_rule)
    report["fits"] += len(fitting)
    report["overruled"] = report.get("overruled", 0) + sum(one.overruled for one in tried)
    report["spared"] += sum(one.without == "asked" and one.with_rule == "agree" for one in fitting)
    for one in fitting:
        kind = "spared" if one.without == "asked" and one.with_rule == "agree" else one.with_rule
        examples = report["examples"].setdefault(kind, [])
        if len(examples) < _EXAMPLES:
            examples.append(one.document_id)
    _add_waiting(report, weighed)
    run.report, run.cursor, run.done = report, seen + asked_for, run.done + asked_for
    if run.cursor >= run.total:
        run.ended_at = timezone.now()
    run.save()
    if run.ended_at is None:
        ledger.enqueue(JOB, run_id, priority=PRIORITY)
    return False


def _add_waiting(report: dict[str, Any], weighed: Sequence[_Weighed]) -> None:
    """Of the inbox: how many were seen, how many the rule fits, and for how many it would settle the class."""
    counted = report.setdefault("waiting", {"seen": 0, "fits": 0, "settled": 0, "examples": []})
    fitting = [one for one in weighed if one.fits]
    settled = [one.arrival_id for one in fitting if one.with_rule and not one.without]
    counted["seen"] += len(weighed)
    counted["fits"] += len(fitting)
    counted["settled"] += len(settled)
    # Those it helps come first; that there are others says the count.
    others = [one.arrival_id for one in fitting if one.arrival_id not in settled]
    counted["examples"] = [*counted["examples"], *settled, *others][:_EXAMPLES]


def _add(report: dict[str, Any], name: str, tried: Sequence[_Tried], outcome: Callable[[_Tried], str]) -> None:
    counted = Counter(report[name])
    counted.update(outcome(one) for one in tried)
    report[name] = {kind: counted.get(kind, 0) for kind in _OUTCOMES}
