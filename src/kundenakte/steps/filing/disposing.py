"""What filing forgets of a document that is disposed of: the words its decisions were made by."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from kundenakte.records.disposition.traces import Gone
from kundenakte.steps.filing.models import FilingDecision


def forget(gone: Gone, _now: datetime) -> None:
    """Outcome and rule stay, for the counts; sentence and evidence go."""
    about = Q(document_id=gone.document_id) | Q(arrival__in=gone.arrivals)
    FilingDecision.objects.filter(about).update(sentence="", evidence={}, proposed={})
