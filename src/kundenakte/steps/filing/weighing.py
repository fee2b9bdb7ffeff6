"""How much each kind of evidence weighs in this house: recomputed from how often it was right, kept as rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.customers.models import Customer
from kundenakte.records.models import Document
from kundenakte.steps.filing.evidence import START_WEIGHTS, weights_from
from kundenakte.steps.filing.models import EvidenceWeights, FilingDecision

JOB: Final = "filing.weigh"
EVERY: Final = 24 * 60 * 60.0
RULE: Final = Actor.rule("filing.weigh")
# The newest decisions tell how it is now; more would cost time and change nothing.
MOST_DECISIONS: Final = 20_000
_CHUNK: Final = 500
_SECONDS: Final = 30.0
_SETTLED: Final = (
    FilingDecision.Outcome.FILED,
    FilingDecision.Outcome.VERSION,
    FilingDecision.Outcome.DUPLICATE,
)
LEARNED: Final = gettext_noop("In diesem Haus stimmte das %(right)s-mal, %(wrong)s-mal nicht.")
ASSUMED: Final = gettext_noop("Erfahrungswert; dieses Haus hat dazu noch nichts entschieden.")

Tallies = dict[str, tuple[int, int]]


@dataclass(slots=True)
class _Known:
    at: float
    weights: Mapping[str, float]
    tallies: Mapping[str, tuple[int, int]]


_known: _Known | None = None


def current() -> Mapping[str, float]:
    """The weights that hold now; at most half a minute old in this process."""
    return _current().weights


def experience(kind: str) -> tuple[str, dict[str, int]]:
    """How often this kind was right here, as a template and its words."""
    right, wrong = _current().tallies.get(kind, (0, 0))
    return (LEARNED, {"right": right, "wrong": wrong}) if right + wrong else (ASSUMED, {})


def forget() -> None:
    """Look again at the next question."""
    global _known  # noqa: PLW0603 – a cache of this process
    _known = None


def weigh(_: int) -> ledger.Apply:
    """Count anew, outside the transaction; the returned function adds a row if a weight changed."""
    tallies = tallied(_settled())
    weights = bounded(weights_from(tallies))

    def apply() -> bool:
        newest = EvidenceWeights.objects.order_by("-edition").first()
        before = {**START_WEIGHTS, **newest.weights} if newest else dict(START_WEIGHTS)
        changed = sorted(kind for kind, weight in weights.items() if before[kind] != weight)
        if changed:
            row = EvidenceWeights.objects.create(
                edition=newest.edition + 1 if newest else 1, weights=weights, made_at=timezone.now(),
                tallies={kind: list(counted) for kind, counted in tallies.items()},
            )  # fmt: skip
            journal.append(RULE, "filing.weights", row, at=row.made_at, edition=row.edition, changed=changed)
            forget()
        return True

    return apply


def bounded(weights: Mapping[str, float]) -> dict[str, float]:
    """What was learned moves a weight at most half-way to certainty and half-way to nothing.

    However the house decided, a name alone never files a document, and a key never counts for nothing.
    """
    return {
        kind: round(min(max(weight, START_WEIGHTS[kind] / 2), (1 + START_WEIGHTS[kind]) / 2), 4)
        for kind, weight in weights.items()
    }


def tallied(decisions: Iterable[tuple[int, Mapping[str, Any]]]) -> Tallies:
    """Kind → (right, wrong), from customers with what had been weighed for them. A kind counts once a document and
    customer, and only where it spoke for somebody."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for customer, weighed in decisions:
        for candidate in weighed.get("candidates") or ():
            kinds = {str(row.get("kind")) for row in candidate.get("evidence") or ()} & START_WEIGHTS.keys()
            (right if candidate.get("customer_id") == customer else wrong).update(kinds - {"choice"})
    return {kind: (right[kind], wrong[kind]) for kind in sorted({*right, *wrong})}


def _settled() -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The last decision about each arrival, with the customer whose file holds the document today: a document that
    somebody moved tells that its evidence was wrong. Merged customers are the one that stays."""
    merged = dict(Customer.objects.exclude(merged_into=None).values_list("pk", "merged_into_id"))
    rows = FilingDecision.objects.filter(outcome__in=_SETTLED, document__isnull=False).order_by("-pk")
    seen: set[int] = set()
    ids = list(rows.values_list("pk", flat=True)[:MOST_DECISIONS])
    for start in range(0, len(ids), _CHUNK):
        chunk = FilingDecision.objects.filter(pk__in=ids[start : start + _CHUNK]).order_by("-pk")
        decisions = list(chunk.values_list("arrival_id", "document_id", "rule", "evidence", "proposed"))
        owners = dict(
            # What was disposed of keeps its place, and its decisions say nothing any more.
            Document.with_disposed.filter(pk__in={row[1] for row in decisions}).values_list(
                "pk", "customer_file__customer"
            )
        )
        for arrival, document, rule, evidence, proposed in decisions:
            if arrival not in seen:
                seen.add(arrival)
                weighed = proposed if rule == "filing.by_hand" else evidence
                yield owners[document], _survivors(weighed, merged)


def _survivors(weighed: Mapping[str, Any], merged: Mapping[int, int]) -> Mapping[str, Any]:
    if not merged:
        return weighed
    candidates = [
        {**one, "customer_id": _stays(one.get("customer_id"), merged)} for one in weighed.get("candidates") or ()
    ]
    return {"candidates": candidates}


def _stays(customer: Any, merged: Mapping[int, int]) -> Any:
    while customer in merged:
        customer = merged[customer]
    return customer


def _current() -> _Known:
    global _known  # noqa: PLW0603 – a cache of this process
    now = time.monotonic()
    if _known is None or now - _known.at > _SECONDS:
        row = EvidenceWeights.objects.order_by("-edition").first()
        tallies = {kind: (counted[0], counted[1]) for kind, counted in (row.tallies if row else {}).items()}
        _known = _Known(now, {**START_WEIGHTS, **(row.weights if row else {})}, tallies)
    return _known
