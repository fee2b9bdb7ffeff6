"""Filing at the door: when the source itself names customer, class and number or key exactly, nothing has to be found.

What recognition reads later is checked against it; a contradiction goes to the inbox (recheck.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.customers.models import Customer
from kundenakte.records import access, leading, sources
from kundenakte.records.actions.documents import Description
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, CustomerFile, Document, Section
from kundenakte.records.refusals import NotFound
from kundenakte.steps.filing import describing, mails, settling
from kundenakte.steps.filing.master import customer_numbered
from kundenakte.steps.filing.placing import Placing, is_hidden_from, place
from kundenakte.steps.filing.rules import Fit

RULE = "filing.source"
_ALL = gettext_noop("Die Quelle (%(source)s) nennt Kunde, Klasse und Nummer.")
_WITHOUT_NUMBER = gettext_noop("Die Quelle (%(source)s) nennt Kunde und Klasse.")
# In the arrival's decision, until it has been read.
_DROPPED_ON = "dropped_on"


@dataclass(frozen=True, slots=True)
class Named:
    """What a source named exactly: whose file, and what the document is."""

    customer: Customer
    description: Description


def named_exactly(arrival: Arrival) -> Named | None:
    """What the source says, looked up before the transaction begins, so that nobody waits for the reading.

    A program or folder must name a customer number that leads to one customer, a class that is known, and a number or
    key by which the document is found again. None when any of it is missing.
    """
    facts = arrival.facts
    if not (facts.get("customer") and facts.get("class") and (facts.get("number") or arrival.source_key)):
        return None
    document_class = describing.class_named(str(facts["class"]))
    customer = customer_numbered(str(facts["customer"]), system=str(facts.get("system", "")))
    if customer is None or document_class is None:
        return None
    return Named(customer, describing.describe(arrival, document_class, Findings()))


def file_by_source(*, arrival: Arrival, named: Named | None, actor: Actor, now: datetime) -> Document | None:
    """File what needs no looking at, in the caller's transaction, and save the arrival; None when it has to go the way.

    A person who dropped it on a document has said everything; else the source must have named all of it exactly.
    What is to replace an e-invoice is read first, unless it certainly has no XML: then XmlMissing is raised.
    """
    dropped_on = arrival.facts.get("document_id")
    if dropped_on and actor.user is not None:
        return _new_version(arrival, actor, access.get_document(actor.user, int(dropped_on), to="edit"), now)
    if named is None:
        return None
    customer_file = file_of(named.customer)
    placing = place(arrival, customer_file, named.description)
    if placing.kind == "ask" or is_hidden_from(actor, placing) or _is_read_first(arrival, placing):
        return None
    said = _ALL if named.description.number else _WITHOUT_NUMBER
    sentence = f"{said % {'source': sources.in_words(arrival.source)}} {placing.sentence}"
    grounds = settling.Grounds(RULE, sentence, {"facts": arrival.facts, "placing": placing.to_json()})
    return settling.carry_out(
        actor=actor, arrival=arrival, customer_file=customer_file, section=named_section(arrival, customer_file),
        description=named.description, placing=placing, grounds=grounds, now=now,
    )  # fmt: skip


def file_of(customer: Customer) -> CustomerFile:
    """The customer's file; it is opened now if nobody has yet.

    Held until the transaction ends: of two doors that bring the same number at once the second sees what the first did.
    """
    from kundenakte.records.actions import files

    held = CustomerFile.objects.select_for_update(of=("customer",), no_key=True)
    found = held.select_related("customer", "plan").filter(customer=customer.pk, customer__merged_into=None).first()
    if found:
        return found
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    try:
        return files.file_of(customer)
    except CustomerFile.DoesNotExist:
        files.open_files_for(actor=Actor.rule("filing"), customers=[customer], today=timezone.localdate())
        return files.file_of(customer)


def named_section(arrival: Arrival, customer_file: CustomerFile, fit: Fit | None = None) -> Section | None:
    """The section the person, the source or a rule of the house names, if the plan in force or this file has it.

    What a person chose may have fallen away since: then its successor, if the edition in force names one.
    """
    chosen = arrival.facts.get("section_id") or mails.addressed_section(arrival, customer_file)
    sections = Section.objects.filter(plan=customer_file.plan)
    in_force = sections.filter(customer_file=None, entries__edition=customer_file.plan.current_id)
    if chosen:
        found = sections.filter(pk=chosen).first()
        if found is None or found.customer_file_id not in {None, customer_file.pk}:
            raise NotFound
        return found if found.customer_file_id else _still_there(found, in_force, customer_file)
    key = str(arrival.facts.get("section", "")).strip()
    named = in_force.filter(key=key).first() if key else None
    return named or (in_force.filter(pk=fit.rule.section_id).first() if fit and fit.rule.section_id else None)


def _still_there(section: Section, in_force: QuerySet[Section], customer_file: CustomerFile) -> Section | None:
    edition = customer_file.plan.current
    successor = edition.successors.get(str(section.pk)) if edition else None
    found = {one.pk: one for one in in_force.filter(pk__in=[section.pk, successor or section.pk])}
    return found.get(section.pk) or (found.get(successor) if successor else None)


def dropped_on(arrival: Arrival) -> int | None:
    """The document on which a person dropped what had to be read first."""
    found = arrival.decision.get(_DROPPED_ON)
    return found if isinstance(found, int) and arrival.received_by is not None else None


def file_on_document(*, arrival: Arrival, document: Document, actor: Actor, findings: Findings, now: datetime) -> None:
    """File it as the document's next version, or as nothing new. Raises XmlMissing."""
    _file_version(arrival, actor, document, findings, now)


def _is_read_first(arrival: Arrival, placing: Placing) -> bool:
    document = placing.document if placing.kind == "version" else None
    return document is not None and leading.would_lose_xml(document, arrival.digest)


def _new_version(arrival: Arrival, actor: Actor, document: Document, now: datetime) -> Document | None:
    is_there = document.versions.filter(digest=arrival.digest).exists()
    if not is_there and settling.would_lose_xml(document, arrival):
        if not leading.may_carry_xml(blobs.default().path(arrival.digest), file_name=arrival.file_name):
            raise leading.XmlMissing
        arrival.decision = {_DROPPED_ON: document.pk}
        return None
    return _file_version(arrival, actor, document, Findings(), now)


def _file_version(arrival: Arrival, actor: Actor, document: Document, findings: Findings, now: datetime) -> Document:
    if document.versions.filter(digest=arrival.digest).exists():
        placing = Placing(
            "duplicate", "filing.by_hand", gettext_noop("Diese Version hat das Dokument schon."), document
        )
    else:
        said = (
            gettext_noop("%(name)s hat das Dokument unterschrieben.")
            if arrival.source == sources.SIGNED
            else gettext_noop("%(name)s hat sie auf das Dokument gelegt.")
        )
        placing = Placing("version", "filing.by_hand", said % {"name": actor.name}, document)
    grounds = settling.Grounds("filing.by_hand", placing.sentence, {"placing": placing.to_json()})
    description = describing.describe(arrival, document.document_class, findings)
    return settling.carry_out(
        actor=actor, arrival=arrival, customer_file=document.customer_file, section=None,
        description=description, placing=placing, grounds=grounds, now=now,
    )  # fmt: skip
