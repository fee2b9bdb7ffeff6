"""What a paper itself says about its customer, weighed from what recognition found; nothing is changed here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from kundenakte.records import house, renditions
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival
from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.filing import addressed, describing, mail_evidence, matching, rules, weighing
from kundenakte.steps.filing.decision import Ask, Filed, decide
from kundenakte.steps.filing.master import CustomerMaster
from kundenakte.steps.filing.matching import Matched
from kundenakte.steps.filing.proposal import proposal
from kundenakte.steps.filing.rules import Fit

_TAKEN_BACK: Final = "Es wurde aus der Akte zurückgelegt, zu der es am besten passt."


@dataclass(frozen=True, slots=True)
class Paper:
    """An arrival as it was read."""

    findings: Findings
    text: DocumentText | None
    matched: Matched

    def fit(self, arrival: Arrival) -> Fit | None:
        """The first of the house's rules that fits."""
        return rules.first_fitting(rules.active(), rules.Subject(arrival, self.findings, lambda: self.text))


def read(arrival: Arrival) -> Paper:
    """Weigh what was found on it. Reads the text from disk: asked outside a transaction."""
    findings = Findings.from_json(arrival.findings)
    text = renditions.text_of(arrival.digest)
    matched = matching.candidates(
        findings, text, arrival.facts, CustomerMaster(), own=house.own_company(), shapes=house.number_shapes(),
        weights=weighing.current(),
    )  # fmt: skip
    return Paper(findings, text, mail_evidence.added(arrival, matched, weighing.current(), told_by=_told_by))


def _told_by(part: Arrival) -> int | None:
    """The customer whom an attachment names by itself, beyond doubt."""
    decision = decide(read(part).matched)
    return decision.customer if isinstance(decision, Filed) else None


def without(matched: Matched, refused: int) -> Matched:
    """The same with the customer it was taken back from behind all others."""
    behind = sorted(matched.candidates, key=lambda one: one.customer == refused)
    return replace(matched, candidates=behind)


def asked_anew(arrival: Arrival, refused: int, paper: Paper) -> dict[str, Any]:
    """The proposal for what was taken back from the file of customer `refused`: that one is none, or the last."""
    matched = without(paper.matched, refused)
    decision = taken_back(matched)
    chosen = describing.choose_class(arrival, paper.findings, paper.fit(arrival))
    return proposal(
        arrival, paper.findings, matched, decision, addressed.settled(chosen, paper.findings, decision)
    )  # fmt: skip


def taken_back(matched: Matched) -> Ask:
    """The question to a person after somebody said that it does not belong where it lay."""
    return Ask("taken_back", _TAKEN_BACK, tuple(matched.candidates))
