"""Filing at the door: when the source itself names customer, class and number or key exactly, nothing has to be found.

What recognition reads later is checked against it; a contradiction goes to the inbox (recheck.py).
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.customers.models import Customer
from kundenakte.records import access
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, CustomerFile, Document, Section
from kundenakte.records.refusals import NotFound
from kundenakte.steps.filing import describing, settling
from kundenakte.steps.filing.master import customer_numbered
from kundenakte.steps.filing.placing import Placing, place

RULE = "filing.source"


def file_by_source(*, arrival: Arrival, actor: Actor, now: datetime) -> Document | None:
    """File what needs no looking at, in the caller's transaction; None when it has to go the way first.

    A program or folder must name a customer number that leads to one customer, a class that is known, and a number or
    key by which the document is found again. A person who dropped it on a document has said everything.
    """
    dropped_on = arrival.facts.get("document_id")
    if dropped_on and actor.user is not None:
        return _new_version(arrival, actor, access.get_document(actor.user, int(dropped_on), to="edit"), now)
    facts = arrival.facts
    if not (facts.get("customer") and facts.get("class") and (facts.get("number") or arrival.source_key)):
        return None
    customer = customer_numbered(str(facts["customer"]), system=str(facts.get("system", "")))
    document_class = describing.class_named(str(facts["class"]))
    if customer is None or document_class is None:
        return None
    customer_file = file_of(customer)
    description = describing.describe(arrival, document_class, Findings())
    placing = place(arrival, customer_file, description)
    if placing.kind == "ask":
        return None
    sentence = f"Die Quelle „{arrival.source}“ nennt Kunde, Klasse und Nummer. {placing.sentence}"
    grounds = settling.Grounds(RULE, sentence, {"facts": facts, "placing": placing.to_json()})
    return settling.carry_out(
        actor=actor, arrival=arrival, customer_file=customer_file, section=named_section(arrival, customer_file),
        description=description, placing=placing, grounds=grounds, now=now,
    )  # fmt: skip


def file_of(customer: Customer) -> CustomerFile:
    """The customer's file; it is opened now if nobody has yet.

    Held until the transaction ends: of two doors that bring the same number at once the second sees what the first did.
    """
    from kundenakte.records.actions import files

    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
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
