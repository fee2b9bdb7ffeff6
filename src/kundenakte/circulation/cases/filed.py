"""A document was filed: perhaps a rule starts a process with it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from kundenakte.base.jobs import ledger
from kundenakte.circulation import ways
from kundenakte.circulation.cases import starting
from kundenakte.circulation.cases.going import ERRAND
from kundenakte.circulation.models import CaseErrand, StartRule
from kundenakte.circulation.processes.refusals import ProcessNotOffered
from kundenakte.records.models import Arrival, Document

# The name in the ledger, for ever.
FILED: Final = "circulation.document_filed"


def noticed(document: Document) -> None:
    """In the transaction that files it: where a rule waits for its class, the ledger looks at it afterwards."""
    if StartRule.objects.filter(document_class=document.document_class_id, is_active=True).exists():
        ledger.enqueue(FILED, document.pk)
    # A letter of a process: it waits for nothing else.
    for key in Arrival.objects.filter(document=document, source="process").values_list("source_key", flat=True):
        waiting = CaseErrand.objects.filter(run=key.rpartition("/")[2], state=CaseErrand.State.BEGUN)
        for pk in waiting.values_list("pk", flat=True):
            ledger.enqueue(ERRAND, pk)


@transaction.atomic
def start_what_is_due(document_id: int, *, now: datetime) -> None:
    """Start each process whose rule fits this document. However often it is called, each once for a document."""
    document = (
        Document.objects.select_related("customer_file__customer", "document_class").filter(pk=document_id).first()
    )
    if document is None or document.customer_file is None:
        return
    arrival = Arrival.objects.filter(document=document).order_by("pk").first()
    source = arrival.source if arrival else ""
    way = ways.of(arrival)
    rules = StartRule.objects.filter(document_class=document.document_class_id, is_active=True)
    # The papers of the house itself start nothing: a process would start itself for ever.
    if source in {"process", "circulation", "visit"}:
        return
    for rule in rules.select_related("process", "responsible").order_by("pk"):
        if rule.source and rule.source != way:
            continue
        if rule.word and rule.word.casefold() not in document.title.casefold():
            continue
        if not rule.process.is_offered or not rule.responsible.is_active:
            continue
        try:
            starting.start_by_rule(process=rule.process, document=document, responsible=rule.responsible, now=now)
        except ProcessNotOffered:
            continue
