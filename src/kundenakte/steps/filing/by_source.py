"""Filing at the door: when the source itself names customer, class and number or key exactly, nothing has to be found.

What recognition reads later is checked against it; a contradiction goes to the inbox (recheck.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.customers.models import Customer
from kundenakte.records import access
from kundenakte.records import facts as source_facts
from kundenakte.records.actions.documents import Description
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, CustomerFile, Document, Section
from kundenakte.records.refusals import NotFound
from kundenakte.steps.filing import describing, settling
from kundenakte.steps.filing.master import customer_numbered
from kundenakte.steps.filing.placing import Placing, place

RULE = "filing.source"


@dataclass(frozen=True, slots=True)
class Named:
    """What a source named exactly: whose file, and what the document is."""

    customer: Customer
    description: Description


def named_exactly(*, facts: Mapping[str, Any], file_name: str, source_key: str) -> Named | None:
    """What the source says, looked up before the transaction begins, so that nobody waits for the reading.

    A program or folder must name a customer number that leads to one customer, a class that is known, and a number or
    key by which the document is found again. None when any of it is missing.
    """
    facts = source_facts.clean(dict(facts))
    if not (facts.get("customer") and facts.get("class") and (facts.get("number") or source_key)):
        return None
    document_class = describing.class_named(str(facts["class"]))
    customer = customer_numbered(str(facts["customer"]), system=str(facts.get("system", "")))
    if customer is None or document_class is None:
        return None
    draft = Arrival(facts=facts, file_name=file_name)
    return Named(customer, describing.describe(draft, document_class, Findings()))


def file_by_source(*, arrival: Arrival, named: Named | None, actor: Actor, now: datetime) -> Document | None:
    """File what needs no looking at, in the caller's transaction; None when it has to go the way first.

    A person who dropped it on a document has said everything; else the source must have named all of it exactly.
    """
    dropped_on = arrival.facts.get("document_id")
    if dropped_on and actor.user is not None:
        return _new_version(arrival, actor, access.get_document(actor.user, int(dropped_on), to="edit"), now)
    if named is None:
        return None
    customer_file = file_of(named.customer)
    placing = place(arrival, customer_file, named.description)
    if placing.kind == "ask":
        return None
    sentence = f"Die Quelle „{arrival.source}“ nennt Kunde, Klasse und Nummer. {placing.sentence}"
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

    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    try:
        return files.file_of(customer)
    except CustomerFile.DoesNotExist:
        files.open_files_for(actor=Actor.rule("filing"), customers=[customer], today=timezone.localdate())
        return files.file_of(customer)


def named_section(arrival: Arrival, customer_file: CustomerFile) -> Section | None:
    """The section the source or the person names, if it is one of this file."""
    chosen = arrival.facts.get("section_id")
    sections = Section.objects.filter(plan=customer_file.plan)
    if chosen:
        found = sections.filter(pk=chosen).first()
        if found is None or found.customer_file_id not in {None, customer_file.pk}:
            raise NotFound
        return found
    key = str(arrival.facts.get("section", "")).strip()
    return sections.filter(key=key, customer_file=None).first() if key else None


def _new_version(arrival: Arrival, actor: Actor, document: Document, now: datetime) -> Document:
    if document.versions.filter(digest=arrival.digest).exists():
        placing = Placing("duplicate", "filing.by_hand", "Diese Version hat das Dokument schon.", document)
    else:
        placing = Placing("version", "filing.by_hand", f"{actor.name} hat sie auf das Dokument gelegt.", document)
    grounds = settling.Grounds("filing.by_hand", placing.sentence, {"placing": placing.to_json()})
    description = describing.describe(arrival, document.document_class, Findings())
    return settling.carry_out(
        actor=actor, arrival=arrival, customer_file=document.customer_file, section=None,
        description=description, placing=placing, grounds=grounds, now=now,
    )  # fmt: skip
