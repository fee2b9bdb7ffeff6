"""The filing step: what recognition found becomes a place in a customer file, or a question in the inbox."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.ledger import Apply
from kundenakte.customers.models import Customer
from kundenakte.records import house, renditions
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, CustomerFile
from kundenakte.records.refusals import Refused
from kundenakte.steps.filing import describing, matching, recheck, settling
from kundenakte.steps.filing.by_source import file_of, named_section
from kundenakte.steps.filing.decision import Ask, Filed, decide
from kundenakte.steps.filing.describing import ChosenClass
from kundenakte.steps.filing.evidence import Candidate, Evidence
from kundenakte.steps.filing.master import CustomerMaster
from kundenakte.steps.filing.matching import Matched
from kundenakte.steps.filing.placing import place
from kundenakte.steps.filing.proposal import proposal
from kundenakte.steps.filing.settling import Grounds

RULE = Actor.rule("filing")
_NOT_ALLOWED = "Wer es gebracht hat, darf es dort nicht ablegen."
_DONE = (Arrival.State.WAITING, Arrival.State.DUPLICATE, Arrival.State.DISCARDED)


def file(arrival_id: int) -> Apply:
    """Weigh what was found, outside the transaction; the returned function files or asks."""
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.state in _DONE:
        return lambda: False
    findings = Findings.from_json(arrival.findings)
    text = renditions.text_of(arrival.digest)
    matched = matching.candidates(
        findings, text, arrival.facts, CustomerMaster(), own=house.own_company(), shapes=house.number_shapes()
    )
    if arrival.state == Arrival.State.FILED:
        return partial(recheck.recheck, arrival_id, findings=findings, matched=matched)
    return partial(_settle, arrival_id, findings=findings, matched=matched)


def put_in_inbox(arrival_id: int, sentence: str) -> None:
    """What a step gave up on waits for a person, with the step's sentence. Runs in the ledger's transaction."""
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if arrival.state == Arrival.State.UNDER_WAY:
        now = timezone.now()
        settling.ask(
            actor=RULE, arrival=arrival, reason="step_failed", grounds=Grounds("filing.step_failed", sentence), now=now
        )


def _settle(arrival_id: int, *, findings: Findings, matched: Matched) -> bool:
    """Carry out the decision. True when the document goes on (to the archive)."""
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if arrival.state != Arrival.State.UNDER_WAY:
        return False
    now = timezone.now()
    chosen = describing.choose_class(arrival, findings)
    decision = _decision_of_a_person(arrival) or decide(matched)
    arrival.decision = proposal(arrival, findings, matched, decision, chosen)
    doubt = _doubt(findings, decision, chosen)
    if doubt is not None:
        _ask(arrival, *doubt, now=now)
        return False
    assert isinstance(decision, Filed)  # noqa: S101 – `_doubt` leaves nothing else
    return _file(arrival, findings, decision, chosen, now)


def _decision_of_a_person(arrival: Arrival) -> Filed | None:
    """Whoever dropped it on a file has said where it belongs; nothing found on the page outweighs that."""
    chosen = CustomerFile.objects.filter(pk=arrival.facts.get("customer_file_id") or 0).first()
    if chosen is None:
        return None
    candidate = Candidate(chosen.customer_id, [Evidence("choice", str(chosen.customer), 1.0)])
    return Filed(chosen.customer_id, candidate, (candidate,))


def _doubt(findings: Findings, decision: Filed | Ask, chosen: ChosenClass) -> tuple[str, str] | None:
    """Why it can not be filed: a stable code and a sentence; None when it can."""
    notes = " ".join(findings.notes)
    if isinstance(decision, Ask):
        return decision.code, " ".join((decision.sentence, notes)).strip()
    if findings.einvoice and findings.einvoice.differences:
        found = findings.einvoice.differences[0]
        return "xml_differs", f"In der E-Rechnung steht {found.in_xml}, gedruckt ist {found.printed}. Bitte prüfen."
    if chosen.document_class is None:
        return "class_unknown", " ".join(("Es ist nicht zu erkennen, was für ein Dokument das ist.", notes)).strip()
    if not chosen.is_sure:
        return "class_unsure", f"Vermutlich ist es: {chosen.document_class.name}. Bitte bestätigen."
    return None


def _file(arrival: Arrival, findings: Findings, decision: Filed, chosen: ChosenClass, now: datetime) -> bool:
    assert chosen.document_class is not None  # noqa: S101 – `_doubt` has asked
    customer_file = file_of(Customer.objects.get(pk=decision.customer))
    description = describing.describe(arrival, chosen.document_class, findings)
    placing = place(arrival, customer_file, description)
    arrival.decision["placing"] = placing.to_json()
    if placing.kind == "ask":
        _ask(arrival, placing.reason, placing.sentence, now=now)
        return False
    evidence = decision.candidate.evidence
    rule = f"filing.{evidence[0].kind}" if evidence else "filing.choice"
    sentences = [evidence[0].sentence] if evidence else []
    grounds = Grounds(rule, " ".join((*sentences, placing.sentence)), arrival.decision)
    try:
        with transaction.atomic():
            settling.carry_out(
                actor=_answerable(arrival), arrival=arrival, customer_file=customer_file,
                section=named_section(arrival, customer_file), description=description, placing=placing,
                grounds=grounds, now=now,
            )  # fmt: skip
    except Refused as refusal:
        arrival.refresh_from_db(fields=["state", "version", "document"])
        _ask(arrival, "not_allowed", f"{_NOT_ALLOWED} {refusal.sentence}", now=now)
        return False
    return placing.kind != "duplicate"


def _answerable(arrival: Arrival) -> Actor:
    """Who dropped it on a file acts himself, with his own rights; all else is the rule's decision."""
    person = arrival.received_by if arrival.facts.get("customer_file_id") else None
    return Actor.of(person) if person is not None else RULE


def _ask(arrival: Arrival, reason: str, sentence: str, *, now: datetime) -> None:
    settling.ask(
        actor=RULE, arrival=arrival, reason=reason, now=now,
        grounds=Grounds(f"filing.{reason}", sentence, arrival.decision),
    )  # fmt: skip
