"""What a source filed exactly is completed from the page, and the history names just what is new."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from kundenakte.base.journal.queries import history
from kundenakte.records.findings import FieldValue, Findings
from kundenakte.records.models import Arrival
from kundenakte.steps.filing.by_source import file_by_source
from kundenakte.steps.filing.matching import Matched
from kundenakte.steps.filing.recheck import recheck
from tests.builders import NOW, a_document, an_actor, an_arrival

pytestmark = pytest.mark.django_db


def test_only_what_the_page_adds_is_named() -> None:
    document = a_document(document_class="INV_OUT", fields={"document_number": "RE-1", "order_number": "B-7"})
    arrival = an_arrival()
    arrival.state, arrival.document, arrival.version = Arrival.State.FILED, document, document.valid_version
    arrival.save()
    read = {"order_number": "B-8", "gross_amount": "119.00", "dated_on": "2026-10-01"}
    findings = Findings(values={key: FieldValue(value, "text") for key, value in read.items()})
    for _round in range(2):  # the step may run twice
        with transaction.atomic():
            assert recheck(arrival.pk, findings=findings, matched=Matched())
    document.refresh_from_db()
    assert (document.fields["order_number"], document.dated_on) == ("B-7", date(2026, 10, 1))
    told = [entry for entry in history(document) if entry.kind == "document.described"]
    new = {f"fields.{key}" for key in document.fields} - {"fields.document_number", "fields.order_number"}
    assert [entry.facts["changed"] for entry in told] == [sorted({"dated_on", *new})]
    assert "fields.gross_amount" in new


def test_a_later_version_fills_gaps_and_leaves_the_day() -> None:
    document = a_document(document_class="OFFER", fields={"document_number": "AN-1"}, versions=2)
    day, arrival = document.dated_on, an_arrival()
    arrival.state, arrival.document, arrival.version = Arrival.State.FILED, document, document.valid_version
    arrival.save()
    read = {"net_amount": "119.00", "dated_on": "1998-10-14"}
    findings = Findings(values={key: FieldValue(value, "text") for key, value in read.items()})
    with transaction.atomic():
        assert recheck(arrival.pk, findings=findings, matched=Matched())
    document.refresh_from_db()
    assert (document.dated_on, document.fields["net_amount"]) == (day, "119.00")


def test_a_version_that_turns_out_to_be_older_waits_to_be_checked() -> None:
    document = a_document(document_class="OFFER", number="AN-1", dated_on=date(2026, 11, 20))
    arrival = an_arrival(facts={"document_id": document.pk}, content="ein alter Entwurf")
    with transaction.atomic():
        file_by_source(arrival=arrival, named=None, actor=an_actor("verena"), now=NOW + timedelta(minutes=1))
    for day, reason in (("2026-11-21", ""), ("2026-11-03", Arrival.PLEASE_CHECK)):
        read = {"document_number": "AN-1", "dated_on": day}
        findings = Findings(values={key: FieldValue(value, "text") for key, value in read.items()})
        with transaction.atomic():
            recheck(arrival.pk, findings=findings, matched=Matched())
        arrival.refresh_from_db()
        assert arrival.reason == reason
    assert arrival.sentence.startswith("Die neue Version trägt das Datum 03.11.2026, die vorige 20.11.2026.")
