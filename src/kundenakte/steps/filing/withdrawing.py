"""Undoing a version that somebody put on the wrong document, together with what it had brought along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.records import index_fields
from kundenakte.records.actions import documents
from kundenakte.records.actions.documents import Description
from kundenakte.records.findings import Findings
from kundenakte.records.models import Arrival, Document, Version
from kundenakte.steps.filing import describing
from kundenakte.steps.filing.models import FilingDecision


def of_version(document: Document, description: Description) -> dict[str, Any]:
    """What a document says of itself and what a version is to bring along, as evidence of the decision that adds it."""
    held = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    found = index_fields.check(document.document_class, description.fields, lenient=True)
    return {"before": _told(held.dated_on, held.fields), "brought": _told(description.dated_on, found)}


@transaction.atomic
def withdraw_version(*, actor: Actor, version: Version, now: datetime) -> Version:
    """Let the version that was valid before `version` be valid again, and return it.

    Day and index fields that were read from the withdrawn one go with it; what a person corrected since stays. Raises
    what `documents.withdraw_version` refuses.
    """
    document = Document.objects.select_for_update(of=("self",)).get(pk=version.document_id)
    fields, dated_on = _without(document, version)
    return documents.withdraw_version(actor=actor, version=version, now=now, fields=fields, dated_on=dated_on)


def _without(document: Document, version: Version) -> tuple[dict[str, str], date]:
    arrival = Arrival.objects.filter(version=version).first()
    decision = FilingDecision.objects.filter(arrival=arrival, outcome=FilingDecision.Outcome.VERSION).last()
    earlier = decision.evidence.get("before") if decision else None
    if arrival is None or decision is None or earlier is None:
        return document.fields, document.dated_on
    # What was said when it was filed, and what was read afterwards.
    read = describing.describe(arrival, document.document_class, Findings.from_json(arrival.findings))
    brought = [_told(read.dated_on, read.fields), *filter(None, [decision.evidence.get("brought")])]
    fields = {}
    for key, value in document.fields.items():
        if all(one["fields"].get(key) != value for one in brought):
            fields[key] = value
        elif key in earlier["fields"]:
            fields[key] = earlier["fields"][key]
    is_its_day = any(one["dated_on"] == document.dated_on.isoformat() for one in brought)
    return fields, date.fromisoformat(earlier["dated_on"]) if is_its_day else document.dated_on


def _told(dated_on: date | None, fields: Mapping[str, str]) -> dict[str, Any]:
    return {"dated_on": dated_on.isoformat() if dated_on else None, "fields": dict(fields)}
