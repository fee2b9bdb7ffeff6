"""The filing step: what recognition found becomes a place in a customer file, or a question in the inbox."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.ledger import Apply
from kundenakte.customers.models import Customer
from kundenakte.records import access, leading
from kundenakte.records.findings import Findings
from kundenakte.records.leading import XmlMissing
from kundenakte.records.models import Arrival, CustomerFile, Document
from kundenakte.records.refusals import NotAllowed, Refused
from kundenakte.steps.filing import addressed, describing, mails, paper, recheck, settling
from kundenakte.steps.filing.by_source import dropped_on, file_of, file_on_document, named_section
from kundenakte.steps.filing.decision import Ask, Filed, decide
from kundenakte.steps.filing.describing import ChosenClass
from kundenakte.steps.filing.evidence import Candidate, Evidence
from kundenakte.steps.filing.matching import Matched, named_instead
from kundenakte.steps.filing.placing import Placing, is_hidden_from, place
from kundenakte.steps.filing.proposal import proposal
from kundenakte.steps.filing.returning import refused_customer
from kundenakte.steps.filing.rules import Fit
from kundenakte.steps.filing.settling import Grounds
from kundenakte.steps.filing.told import CHOICE_CONTRADICTED, NEUTRAL

RULE = Actor.rule("filing")
_SO_NOBODY = gettext_noop("Deshalb ist kein Kunde zu erkennen.")
_NOT_ALLOWED = gettext_noop("Wer es gebracht hat, darf es dort nicht ablegen.")
_DONE = (Arrival.State.WAITING, Arrival.State.DUPLICATE, Arrival.State.DISCARDED)


def file(arrival_id: int) -> Apply:
    """Weigh what was found, outside the transaction; the returned function files or asks."""
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.state in _DONE:
        return lambda: False
    if arrival.state == Arrival.State.UNDER_WAY and mails.waits(arrival):
        return partial(mails.look_again, arrival_id)
    read = paper.read(arrival)
    if arrival.state == Arrival.State.FILED:
        return partial(recheck.recheck, arrival_id, findings=read.findings, matched=read.matched)
    return partial(_settle, arrival_id, findings=read.findings, matched=read.matched, fit=read.fit(arrival))


def put_in_inbox(arrival_id: int, sentence: str) -> None:
    """What a step gave up on waits for a person, with the step's sentence. Runs in the ledger's transaction."""
    _put_in_inbox(arrival_id, sentence, "step_failed")


def ask_whether_several(arrival_id: int, sentence: str) -> None:
    """What seems to hold several documents waits for a person. Runs in the ledger's transaction."""
    _put_in_inbox(arrival_id, sentence, "seems_several")


def _put_in_inbox(arrival_id: int, sentence: str, reason: str) -> None:
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if arrival.state == Arrival.State.UNDER_WAY:
        grounds, now = Grounds(f"filing.{reason}", sentence), timezone.now()
        settling.ask(actor=RULE, arrival=arrival, reason=reason, grounds=grounds, now=now)
        mails.tell_mail(arrival)


def _settle(arrival_id: int, *, findings: Findings, matched: Matched, fit: Fit | None = None) -> bool:
    """Carry out the decision. True when the document goes on (to the archive)."""
    arrival = Arrival.objects.select_for_update().get(pk=arrival_id)
    if arrival.state != Arrival.State.UNDER_WAY:
        return False
    now = timezone.now()
    decision = _decision(arrival, matched)
    chosen = addressed.settled(describing.choose_class(arrival, findings, fit), findings, decision)
    document_id = dropped_on(arrival)
    arrival.decision = proposal(arrival, findings, matched, decision, chosen)
    if document_id is not None:
        return _file_on_document(arrival, document_id, findings, now)
    doubt = _doubt(findings, decision, chosen)
    if doubt is not None:
        _ask(arrival, *doubt, now=now)
        return False
    assert isinstance(decision, Filed)  # noqa: S101 – `_doubt` leaves nothing else
    return _file(arrival, findings, decision, chosen, now)


def _decision(arrival: Arrival, matched: Matched) -> Filed | Ask:
    """Nothing goes by itself to the file a person has taken it back from."""
    refused = refused_customer(arrival)
    if refused is None:
        return _decision_of_a_person(arrival, matched) or decide(matched)
    decision = decide(paper.without(matched, refused))
    is_refused = isinstance(decision, Filed) and decision.customer == refused
    return paper.taken_back(paper.without(matched, refused)) if is_refused else decision


def _decision_of_a_person(arrival: Arrival, matched: Matched) -> Filed | Ask | None:
    """Whoever dropped it on a file has said where it belongs. Only where the paper bears another customer's key, and
    nothing of this one's, is the person asked before it is filed: a row missed by the mouse looks just the same."""
    chosen = CustomerFile.objects.filter(pk=arrival.facts.get("customer_file_id") or 0).first()
    if chosen is None:
        return _decision_of_the_mail(arrival, matched)
    candidate = Candidate(chosen.customer_id, [Evidence("choice", str(chosen.customer), 1.0)])
    against = named_instead(chosen.customer_id, matched)
    if against is not None:
        others = [one for one in matched.candidates if one.customer != chosen.customer_id]
        # Who reads it is told whose key it is as far as he may see that customer (told.py).
        return Ask(CHOICE_CONTRADICTED, NEUTRAL, (candidate, *others))
    return Filed(chosen.customer_id, candidate, (candidate,))


def _decision_of_the_mail(arrival: Arrival, matched: Matched) -> Filed | Ask | None:
    """What hangs on a mail goes where the mail is, unless it names another customer itself."""
    where = mails.file_of_mail(arrival)
    if where is None:
        return None
    own = decide(matched)
    candidate = Candidate(where.customer_id, [mails.evidence(arrival)])
    others = [one for one in matched.candidates if one.customer != where.customer_id]
    against = named_instead(where.customer_id, matched)
    if against is not None or (isinstance(own, Filed) and own.customer != where.customer_id):
        return Ask("mail_contradicted", mails.CONTRADICTED, (candidate, *others))
    return Filed(where.customer_id, candidate, (candidate, *others))


def _doubt(findings: Findings, decision: Filed | Ask, chosen: ChosenClass) -> tuple[str, str] | None:
    """Why it can not be filed: a stable code and a sentence; None when it can."""
    notes = " ".join(findings.notes)
    if isinstance(decision, Ask):
        if decision.code == "no_customer" and notes:
            return decision.code, f"{notes} {_SO_NOBODY}"
        return decision.code, " ".join((decision.sentence, notes)).strip()
    if findings.einvoice and findings.einvoice.differences:
        found = findings.einvoice.differences[0]
        return "xml_differs", gettext_noop(
            "In der E-Rechnung steht %(in_xml)s, gedruckt ist %(printed)s. Bitte prüfen."
        ) % {"in_xml": found.in_xml, "printed": found.printed}
    if chosen.document_class is None:
        return "class_unknown", " ".join(
            (gettext_noop("Es ist nicht zu erkennen, was für ein Dokument das ist."), notes)
        ).strip()
    if not chosen.is_sure:
        return "class_unsure", gettext_noop("Vermutlich ist es: %(class_name)s. Bitte bestätigen.") % {
            "class_name": chosen.document_class.name
        }
    return None


def _file(arrival: Arrival, findings: Findings, decision: Filed, chosen: ChosenClass, now: datetime) -> bool:
    assert chosen.document_class is not None  # noqa: S101 – `_doubt` has asked
    customer_file = file_of(Customer.objects.get(pk=decision.customer))
    description = describing.describe(arrival, chosen.document_class, findings, chosen.fit)
    placing, actor = place(arrival, customer_file, description), _answerable(arrival)
    if is_hidden_from(actor, placing):
        placing = Placing("new", "filing.new_document", gettext_noop("Abgelegt, wo es hingelegt wurde."))
    arrival.decision["placing"] = placing.to_json()
    if placing.kind == "ask":
        # Who reads it is told what the question is about as far as he may see that document (told.py).
        _ask(arrival, placing.reason, NEUTRAL, now=now)
        return False
    if placing.kind == "version" and placing.document and leading.would_lose_xml(placing.document, arrival.digest):
        _ask_for_xml(arrival, placing.document, now)
        return False
    evidence = decision.candidate.evidence
    rule = f"filing.{evidence[0].kind}" if evidence else "filing.choice"
    sentences = [*([evidence[0].sentence] if evidence else []), *([chosen.fit.sentence] if chosen.fit else [])]
    grounds = Grounds(rule, " ".join((*sentences, placing.sentence)), arrival.decision)
    try:
        with transaction.atomic():
            settling.carry_out(
                actor=actor, arrival=arrival, customer_file=customer_file,
                section=named_section(arrival, customer_file, chosen.fit), description=description, placing=placing,
                grounds=grounds, now=now,
            )  # fmt: skip
    except Refused as refusal:
        arrival.refresh_from_db(fields=["state", "version", "document"])
        _ask(arrival, "not_allowed", _why_not(refusal), now=now)
        return False
    return placing.kind != "duplicate"


def _file_on_document(arrival: Arrival, document_id: int, findings: Findings, now: datetime) -> bool:
    """What a person dropped on an e-invoice, now that it has been read: he has said everything else."""
    person = arrival.received_by
    assert person is not None  # noqa: S101 – `dropped_on` has asked
    try:
        document = access.get_document(person, document_id, to="edit")
        with transaction.atomic():
            file_on_document(arrival=arrival, document=document, actor=Actor.of(person), findings=findings, now=now)
    except XmlMissing:
        arrival.refresh_from_db(fields=["state", "version", "document"])
        _ask_for_xml(arrival, document, now)
        return False
    except Refused as refusal:
        _ask(arrival, "not_allowed", _why_not(refusal), now=now)
        return False
    return True


def _why_not(refusal: Refused) -> str:
    """For whoever looks at it in the inbox: "you lack the right" would be said to somebody else."""
    return _NOT_ALLOWED if isinstance(refusal, NotAllowed) else f"{_NOT_ALLOWED} {refusal.sentence}"


def _ask_for_xml(arrival: Arrival, document: Document, now: datetime) -> None:
    placing = Placing("ask", "filing.xml_missing", XmlMissing.sentence, document, XmlMissing.code)
    arrival.decision["placing"] = placing.to_json()
    _ask(arrival, XmlMissing.code, NEUTRAL, now=now)


def _answerable(arrival: Arrival) -> Actor:
    """Who dropped it on a file acts himself, with his own rights; all else is the rule's decision."""
    person = arrival.received_by if arrival.facts.get("customer_file_id") else None
    return Actor.of(person) if person is not None else RULE


def _ask(arrival: Arrival, reason: str, sentence: str, *, now: datetime) -> None:
    settling.ask(
        actor=RULE, arrival=arrival, reason=reason, now=now,
        grounds=Grounds(f"filing.{reason}", sentence, arrival.decision),
    )  # fmt: skip
