"""The decision as it is kept with the arrival: everything the inbox shows, and enough to replay it."""

from __future__ import annotations

from typing import Any

from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival
from kundenakte.steps.filing import describing
from kundenakte.steps.filing.decision import Ask, Filed
from kundenakte.steps.filing.describing import ChosenClass
from kundenakte.steps.filing.evidence import Candidate
from kundenakte.steps.filing.matching import Matched

# A list of more is no help to anybody; a document that names more customers is a list itself.
_SHOWN = 10


def proposal(
    arrival: Arrival, findings: Findings, matched: Matched, decision: Filed | Ask, chosen: ChosenClass
) -> dict[str, Any]:
    """Plain values for a JSON column.

    Keys: outcome ("filed", "asked"), reason, candidates [{customer_id, score, evidence [{kind, value, sentence,
    weight, page, box}]}], document_class (code or ""), class_reason, class_sure, title, number, dated_on (ISO or ""),
    fields, unknown_number, stranger_named; rule, if one of the house's decided something (Fit.to_json).
    """
    made: dict[str, Any] = {
        "outcome": "filed" if isinstance(decision, Filed) else "asked",
        "reason": "" if isinstance(decision, Filed) else decision.code,
        "candidates": [_candidate(one) for one in (decision.candidates or matched.candidates)[:_SHOWN]],
        "document_class": chosen.document_class.code if chosen.document_class else "",
        "class_reason": chosen.guess.reason if chosen.guess else "",
        "class_sure": chosen.is_sure,
        "unknown_number": matched.unknown_number,
        "stranger_named": matched.stranger_named,
    }
    if chosen.fit:
        made["rule"] = chosen.fit.to_json()
    if chosen.document_class:
        described = describing.describe(arrival, chosen.document_class, findings, chosen.fit)
        made |= {
            "title": described.title,
            "number": described.number,
            "dated_on": described.dated_on.isoformat() if described.dated_on else "",
            "fields": dict(described.fields),
        }
    return made


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "customer_id": one.customer,
        "score": round(one.score, 4),
        "evidence": [
            {
                "kind": row.kind,
                "value": row.value,
                "sentence": row.sentence,
                "weight": row.weight,
                "page": row.page,
                "box": list(row.box) if row.box else None,
            }
            for row in sorted(one.evidence, key=lambda row: -row.weight)
        ],
    }
