"""What the source had filed exactly is compared with what the document itself says, once that has been read."""

from __future__ import annotations

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import search_due
from kundenakte.records.actions.documents import know_more
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.filing import describing
from kundenakte.steps.filing.matching import Matched
from kundenakte.steps.filing.models import FilingDecision

RULE = Actor.rule("filing.recheck")
# Keys on the page that can contradict the number a source gave. Names can not: invoices go to other addresses.
_AGAINST = ("xml_number", "number", "vat_id")


def recheck(arrival_id: int, *, findings: Findings, matched: Matched) -> bool:
    """Complete the fields the source left open; note a contradiction for a person. True: the document goes on."""
    arrival = Arrival.objects.select_for_update(of=("self",)).select_related("document").get(pk=arrival_id)
    if arrival.state != Arrival.State.FILED or arrival.document is None:
        return False
    # A person may be correcting it at this moment: read it as it is now, and hold it.
    document = Document.objects.select_for_update(of=("self",)).get(pk=arrival.document.pk)
    _complete(document, arrival, findings)
    sentence = _contradiction(document, findings, matched)
    if sentence and arrival.facts.get("customer"):
        _note(arrival, document, sentence)
    return True


def _complete(document: Document, arrival: Arrival, findings: Findings) -> None:
    """Index fields nobody has given yet, and the day if it was only the day of arrival."""
    found = describing.describe(arrival, document.document_class, findings)
    fields = {**found.fields, **document.fields}
    version = arrival.version
    if version is None or document.valid_version_id != version.pk:
        return
    day = found.dated_on if found.dated_on and not arrival.facts.get("dated_on") else document.dated_on
    if fields == document.fields and day == document.dated_on:
        return
    know_more(document, fields=fields, dated_on=day)
    document.edition += 1
    document.save(update_fields=["fields", "dated_on", "project", "machine", "tax_year", "edition"])
    search_due.mark(document)
    journal.append(RULE, "document.described", document, changed=sorted(set(fields) - set(found.fields)) or ["fields"])


def _contradiction(document: Document, findings: Findings, matched: Matched) -> str:
    owner = document.customer_file.customer_id
    for one in matched.candidates:
        if one.customer != owner and one.has(*_AGAINST) and not _speaks_for(owner, matched):
            return f"Die Quelle nennt einen anderen Kunden als das Dokument. {one.evidence[0].sentence}"
    if findings.einvoice and findings.einvoice.differences:
        found = findings.einvoice.differences[0]
        return f"In der E-Rechnung steht {found.in_xml}, gedruckt ist {found.printed}."
    return ""


def _speaks_for(owner: int, matched: Matched) -> bool:
    """The page itself also names the customer the source named: two are named, nothing is wrong."""
    return any(one.customer == owner and (one.named or one.has(*_AGAINST)) for one in matched.candidates)


def _note(arrival: Arrival, document: Document, sentence: str) -> None:
    """The document stays where the source put it, and a person is asked to look (reason "please_check")."""
    noted = FilingDecision.objects.filter(arrival=arrival, rule="filing.recheck", sentence=sentence)
    if noted.exists():
        # The step ran twice; a person may have answered in between and is not asked the same again.
        return
    now = timezone.now()
    arrival.reason, arrival.sentence, arrival.changed_at = Arrival.PLEASE_CHECK, sentence, now
    arrival.save(update_fields=["reason", "sentence", "changed_at"])
    FilingDecision.objects.create(
        arrival=arrival, document=document, outcome=FilingDecision.Outcome.ASKED, rule="filing.recheck",
        sentence=sentence, at=now,
    )  # fmt: skip
    journal.append(RULE, "document.questioned", document, at=now, arrival=arrival)
