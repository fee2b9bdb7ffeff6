"""A version on the wrong document is taken back: the one before is valid again, and the chain only grows."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

from kundenakte import pipeline
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions import documents
from kundenakte.records.actions.documents import Description
from kundenakte.records.findings import FieldValue, Findings
from kundenakte.records.models import Arrival, Document, SearchDue, Version
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from kundenakte.steps.filing.matching import Matched
from kundenakte.steps.filing.recheck import recheck
from kundenakte.steps.filing.withdrawing import withdraw_version
from tests.builders import NOW, SETUP, a_document, an_actor, an_arrival, some_bytes

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _jobs(db: None) -> None:
    pipeline.register_jobs()


def dropped_on(document: Document, content: bytes = b"falsche Datei") -> Version:
    """What a person lets go over a document."""
    arrival = pipeline.receive(
        actor=an_actor("verena"), stream=io.BytesIO(content), file_name="falsch.txt", source="web", now=NOW,
        facts={"document_id": document.pk},
    )  # fmt: skip
    assert arrival.version is not None
    document.refresh_from_db()
    return arrival.version


def test_the_version_before_is_valid_again_and_nothing_is_gone() -> None:
    document = a_document(title="Angebot", number="AN-1")
    wrong = dropped_on(document)
    assert document.valid_version == wrong
    due = SearchDue.objects.count()
    former = withdraw_version(actor=an_actor("verena"), version=wrong, now=LATER)
    document.refresh_from_db()
    assert (former.number, document.valid_version) == (1, former)
    states = [[state.state for state in version.states.all()] for version in document.versions.all()]
    assert states == [["valid", "superseded", "valid"], ["valid", "superseded"]]
    entry = JournalEntry.objects.get(kind="version.withdrawn")
    assert (entry.subject_id, entry.actor_id) == (document.pk, an_actor("verena").user.pk)  # type: ignore[union-attr]
    assert SearchDue.objects.count() > due


def test_what_was_read_from_it_goes_with_it_and_what_a_person_corrected_stays() -> None:
    document = a_document(title="Angebot", number="AN-1")
    Document.objects.update(dated_on=date(2026, 1, 5), fields={"subject": "Pumpe"})
    document.refresh_from_db()
    wrong = dropped_on(document)
    found = Findings(values={"dated_on": FieldValue("2026-09-09", "text"), "net_amount": FieldValue("12.00", "text"),
                             "project": FieldValue("P-1", "text"),
                             "document_number": FieldValue("AN-1", "text")})  # fmt: skip
    Arrival.objects.filter(version=wrong).update(findings=found.to_json())
    recheck(Arrival.objects.get(version=wrong).pk, findings=found, matched=Matched([]))
    document.refresh_from_db()
    assert (document.dated_on, document.fields["net_amount"]) == (date(2026, 9, 9), "12.00")
    # A person has looked at the project meanwhile.
    Document.objects.update(fields=document.fields | {"project": "P-2"})
    withdraw_version(actor=an_actor("verena"), version=wrong, now=LATER)
    document.refresh_from_db()
    assert document.dated_on == date(2026, 1, 5)
    assert document.fields == {"subject": "Pumpe", "project": "P-2"}


def test_only_the_valid_version_can_be_taken_back() -> None:
    document = a_document(title="Angebot", number="AN-1")
    wrong = dropped_on(document)
    documents.add_version(actor=SETUP, document=document, version=some_bytes("noch neuer"), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        withdraw_version(actor=SETUP, version=wrong, now=LATER)


def test_taking_it_back_twice_is_refused_and_changes_nothing() -> None:
    document = a_document(title="Angebot", number="AN-1")
    wrong = dropped_on(document)
    former = withdraw_version(actor=SETUP, version=wrong, now=LATER)
    for version, refusal in ((wrong, ChangedMeanwhile), (former, BadValue)):
        with pytest.raises(refusal):
            withdraw_version(actor=SETUP, version=version, now=LATER)
    document.refresh_from_db()
    assert document.valid_version == former


def test_the_first_version_has_none_before_it() -> None:
    document = a_document(title="Angebot", number="AN-1")
    assert document.valid_version is not None
    with pytest.raises(BadValue):
        withdraw_version(actor=SETUP, version=document.valid_version, now=LATER)


def test_taking_back_needs_the_right_to_edit() -> None:
    document = a_document(document_class="INV_OUT", title="Rechnung", number="R-1", versions=2)
    assert document.valid_version is not None
    with pytest.raises(NotAllowed):
        withdraw_version(actor=an_actor("verena"), version=document.valid_version, now=LATER)
    document.refresh_from_db()
    assert document.valid_version.number == 2


def test_after_a_second_try_the_right_one_comes_back() -> None:
    document = a_document(title="Angebot", number="AN-1")
    withdraw_version(actor=SETUP, version=dropped_on(document), now=LATER)
    second = dropped_on(document, b"noch eine falsche")
    assert (second.number, withdraw_version(actor=SETUP, version=second, now=LATER).number) == (3, 1)


def test_a_version_filed_by_hand_goes_with_all_that_was_typed_for_it() -> None:
    document = a_document(title="Angebot", number="AN-1", dated_on=date(2026, 1, 5), fields={"net_amount": "10.00"})
    arrival = an_arrival(waiting=True, content="falsch")
    typed = Description(
        document.document_class, "Angebot", "AN-1", date(2026, 2, 6), {"net_amount": "99.00", "project": "P-9"}
    )
    pipeline.file_by_hand(
        actor=an_actor("verena"), arrival=arrival, customer_file=document.customer_file, description=typed,
        document=document, now=NOW,
    )  # fmt: skip
    document.refresh_from_db()
    assert (document.dated_on, document.fields["net_amount"]) == (date(2026, 2, 6), "99.00")
    assert arrival.version is not None
    withdraw_version(actor=an_actor("verena"), version=arrival.version, now=LATER)
    document.refresh_from_db()
    assert document.dated_on == date(2026, 1, 5)
    assert document.fields == {"net_amount": "10.00"}
