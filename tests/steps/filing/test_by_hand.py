"""What a person does in the inbox."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kundenakte import pipeline
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import queries as journal
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, Document, Grant, SourceKey, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, NotAllowed, NotFound
from kundenakte.steps.filing import by_hand
from kundenakte.steps.filing.by_hand import ChoiceNeeded
from kundenakte.steps.filing.models import FilingDecision
from tests.builders import NOW, a_class, a_customer_file, a_document, a_section, an_actor, an_arrival

pytestmark = pytest.mark.django_db


def described(code: str = "LETTER", number: str = "") -> Description:
    return Description(a_class(code), "Ein Brief", number, date(2026, 11, 2))


def test_what_a_person_files_is_a_document_with_its_bytes() -> None:
    arrival, file = an_arrival(waiting=True), a_customer_file()
    document = pipeline.file_by_hand(
        actor=an_actor("verena"), arrival=arrival, customer_file=file, description=described(), now=NOW
    )
    assert document.valid_version is not None
    assert document.valid_version.digest == arrival.digest
    assert (arrival.state, arrival.document) == (Arrival.State.FILED, document)
    assert FilingDecision.objects.get(arrival=arrival, outcome="filed").rule == "filing.by_hand"


def test_filing_twice_is_refused() -> None:
    arrival, file = an_arrival(waiting=True), a_customer_file()
    wish: dict[str, Any] = {"actor": an_actor(), "customer_file": file, "description": described(), "now": NOW}
    pipeline.file_by_hand(arrival=arrival, **wish)
    with pytest.raises(AlreadyDone):
        pipeline.file_by_hand(arrival=arrival, **wish)
    assert Document.objects.count() == 1


def test_who_may_not_file_there_is_refused_and_it_goes_on_waiting() -> None:
    arrival, file = an_arrival(waiting=True), a_customer_file()
    with pytest.raises(NotAllowed):
        pipeline.file_by_hand(
            actor=an_actor("sabine"), arrival=arrival, customer_file=file, description=described("OFFER"), now=NOW
        )
    with pytest.raises(NotAllowed):
        pipeline.file_by_hand(
            actor=an_actor("paula"), arrival=arrival, customer_file=file, description=described(), now=NOW
        )
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.WAITING


def test_another_teams_arrival_answers_like_a_missing_one() -> None:
    from kundenakte.base.accounts.models import Role

    arrival = an_arrival(waiting=True)
    arrival.team = Role.objects.get(code="buchhaltung")
    arrival.save()
    with pytest.raises(NotFound):
        pipeline.discard(actor=an_actor("verena"), arrival=arrival, reason="weg", now=NOW)


def test_a_person_can_make_it_the_next_version_of_a_document() -> None:
    document, arrival = a_document(), an_arrival(waiting=True, content="Version 2")
    pipeline.file_by_hand(
        actor=an_actor(), arrival=arrival, customer_file=document.customer_file, description=described("OFFER"),
        document=document, now=NOW,
    )  # fmt: skip
    assert document.versions.count() == 2
    with pytest.raises(BadValue):
        pipeline.file_by_hand(
            actor=an_actor(), arrival=an_arrival(waiting=True), customer_file=a_customer_file("Andere"),
            description=described("OFFER"), document=document, now=NOW,
        )  # fmt: skip


def test_the_same_number_is_asked_about_before_it_makes_a_version() -> None:
    known = a_document(document_class="INV_OUT", number="RE-1")
    arrival = an_arrival(waiting=True, content="a")
    wish: dict[str, Any] = {
        "actor": an_actor(), "customer_file": known.customer_file, "now": NOW,
        "description": described("INV_OUT", "RE-1"),
    }  # fmt: skip
    with pytest.raises(ChoiceNeeded) as asked:
        pipeline.file_by_hand(arrival=arrival, **wish)
    assert (asked.value.placing.document, asked.value.placing.reason) == (known, "number_known")
    assert (Document.objects.count(), known.versions.count()) == (1, 1)
    assert pipeline.file_by_hand(arrival=arrival, document=known, **wish) == known
    other = pipeline.file_by_hand(arrival=an_arrival(waiting=True, content="b"), as_new=True, **wish)
    assert other != known


def test_the_same_number_as_a_hidden_document_is_not_asked_about() -> None:
    known = a_document(document_class="LETTER", number="B-1")
    Grant.objects.create(
        user=an_actor("verena").user, verb=Verb.READ, is_deny=True, document=known, reason="x", created_at=NOW
    )
    filed = pipeline.file_by_hand(
        actor=an_actor("verena"), arrival=an_arrival(waiting=True, content="a"), customer_file=known.customer_file,
        description=described("LETTER", "B-1"), now=NOW,
    )  # fmt: skip
    assert (filed != known, known.versions.count()) == (True, 1)


def test_a_chosen_section_pins_the_document() -> None:
    arrival, file = an_arrival(waiting=True), a_customer_file()
    document = pipeline.file_by_hand(
        actor=an_actor(), arrival=arrival, customer_file=file, description=described(),
        section=a_section("vertraege"), now=NOW,
    )  # fmt: skip
    assert (document.section.key, document.is_pinned) == ("vertraege", True)


def test_a_correction_is_journalled_and_learning_is_asked_for() -> None:
    arrival, file = an_arrival(waiting=True), a_customer_file()
    arrival.decision = {"candidates": [{"customer_id": -1}], "document_class": "OFFER"}
    arrival.save()
    document = pipeline.file_by_hand(
        actor=an_actor(), arrival=arrival, customer_file=file, description=described(), now=NOW
    )
    assert "filing.corrected" in [entry.kind for entry in journal.history(document)]
    asked = Job.objects.get(name="recognition.learn", state="waiting")
    # A morning's filing is one training, not a hundred.
    assert asked.run_after == NOW + by_hand.LEARN_AFTER


def test_setting_aside_needs_a_reason_keeps_the_bytes_and_can_be_undone() -> None:
    from kundenakte.base import blobs

    arrival = an_arrival(waiting=True)
    with pytest.raises(BadValue):
        pipeline.discard(actor=an_actor(), arrival=arrival, reason=" ", now=NOW)
    pipeline.discard(actor=an_actor(), arrival=arrival, reason="Werbung", now=NOW)
    assert blobs.default().has(arrival.digest)
    pipeline.take_back(actor=an_actor(), arrival=arrival, now=NOW)
    assert arrival.state == Arrival.State.WAITING


def test_sending_again_puts_it_on_the_way() -> None:
    arrival = an_arrival(waiting=True)
    pipeline.try_again(actor=an_actor(), arrival=arrival, now=NOW)
    assert arrival.state == Arrival.State.UNDER_WAY
    assert Job.objects.filter(name="rendition.render", subject_id=arrival.pk, state="waiting").exists()


def doubted(document: Document) -> Arrival:
    arrival = an_arrival(file_name="bestellung.pdf")
    arrival.state, arrival.document = Arrival.State.FILED, document
    arrival.reason, arrival.sentence = "please_check", "Die Quelle nennt einen anderen Kunden."
    arrival.save()
    return arrival


def test_what_was_doubted_can_be_confirmed_once() -> None:
    document = a_document()
    arrival = doubted(document)
    pipeline.confirm_check(actor=an_actor("verena"), arrival=arrival, now=NOW)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.reason, arrival.sentence) == (Arrival.State.FILED, "", "")
    decision = FilingDecision.objects.get(arrival=arrival, rule="filing.by_hand", outcome="filed")
    assert decision.document == document
    assert decision.decided_by == an_actor("verena").user
    assert "arrival.checked" in [entry.kind for entry in journal.history(arrival)]
    with pytest.raises(AlreadyDone):
        pipeline.confirm_check(actor=an_actor("verena"), arrival=arrival, now=NOW)
    assert FilingDecision.objects.filter(arrival=arrival).count() == 1


def test_what_waits_to_be_filed_can_not_be_confirmed() -> None:
    arrival = an_arrival(waiting=True)
    with pytest.raises(AlreadyDone):
        pipeline.confirm_check(actor=an_actor(), arrival=arrival, now=NOW)


def test_who_has_no_inbox_or_may_not_see_the_document_can_not_confirm() -> None:
    arrival = doubted(a_document(document_class="INV_OUT"))
    with pytest.raises(NotAllowed):
        pipeline.confirm_check(actor=an_actor("paula"), arrival=arrival, now=NOW)
    hide(arrival, "verena")
    with pytest.raises(NotFound):
        pipeline.confirm_check(actor=an_actor("verena"), arrival=arrival, now=NOW)
    arrival.refresh_from_db()
    assert arrival.reason == "please_check"


def hide(arrival: Arrival, username: str) -> None:
    assert arrival.document is not None
    Grant.objects.create(
        user=an_actor(username).user, verb=Verb.READ, is_deny=True, customer_file=arrival.document.customer_file,
        reason="x", created_at=NOW,
    )  # fmt: skip


def test_a_hidden_document_is_neither_named_nor_added_to() -> None:
    from kundenakte.base.accounts.models import Role
    from kundenakte.records.models import Document, Grant

    hidden = a_document(document_class="LETTER", content=["Brief"])
    Grant.objects.create(
        role=Role.objects.get(code="vertrieb"), document=hidden, is_deny=True, reason="Test", created_at=NOW
    )
    arrival = an_arrival(waiting=True, content="Brief")
    filed = pipeline.file_by_hand(
        actor=an_actor("verena"), arrival=arrival, customer_file=hidden.customer_file, description=described(), now=NOW
    )
    assert filed != hidden
    assert Document.objects.count() == 2


def test_where_filing_would_ask_a_person_has_to_choose() -> None:
    document = a_document(document_class="LETTER", content=["Brief"])
    other = a_customer_file("Andere GmbH")
    wish: dict[str, Any] = {"actor": an_actor("verena"), "description": described(), "now": NOW}
    arrival = an_arrival(waiting=True, content="Brief")
    with pytest.raises(ChoiceNeeded) as asked:
        pipeline.file_by_hand(arrival=arrival, customer_file=other, **wish)
    assert (asked.value.placing.reason, asked.value.placing.document) == ("same_bytes_elsewhere", document)
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.WAITING
    filed = pipeline.file_by_hand(arrival=arrival, customer_file=other, as_new=True, **wish)
    assert filed.customer_file == other


def test_what_is_there_already_is_left_to_its_document() -> None:
    document = a_document()
    arrival = an_arrival(waiting=True, content="anders abgespeichert")
    pipeline.leave_to(actor=an_actor("verena"), arrival=arrival, document=document, now=NOW)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.document, document.versions.count()) == (Arrival.State.DUPLICATE, document, 1)
    assert FilingDecision.objects.get(arrival=arrival).outcome == "duplicate"
    with pytest.raises(AlreadyDone):
        pipeline.leave_to(actor=an_actor("verena"), arrival=arrival, document=document, now=NOW)


def test_nobody_leaves_it_to_a_document_he_may_not_see() -> None:
    document = a_document(document_class="INV_OUT", number="R-1")
    Grant.objects.create(user=an_actor("verena").user, document=document, is_deny=True, reason="x", created_at=NOW)
    arrival = an_arrival(waiting=True)
    with pytest.raises(NotFound):
        pipeline.leave_to(actor=an_actor("verena"), arrival=arrival, document=document, now=NOW)
    with pytest.raises(NotAllowed):
        pipeline.leave_to(actor=an_actor("paula"), arrival=an_arrival(waiting=True), document=document, now=NOW)
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.WAITING


def test_what_the_source_brought_for_another_customer_can_be_a_document_of_its_own() -> None:
    first = a_document(document_class="LETTER")
    SourceKey.objects.create(document=first, system="rest:erp", key="doc-7")
    file = a_customer_file("Andere GmbH")
    wish: dict[str, Any] = {"actor": an_actor("verena"), "description": described(), "customer_file": file, "now": NOW}
    for content in ("anders", "noch einmal anders"):
        arrival = an_arrival(waiting=True, content=content, source="rest:erp", source_key="doc-7")
        with pytest.raises(ChoiceNeeded) as asked:
            pipeline.file_by_hand(arrival=arrival, **wish)
        assert asked.value.placing.reason == "source_key_elsewhere", "asked again each time"
        filed = pipeline.file_by_hand(arrival=arrival, as_new=True, **wish)
        assert (filed.customer_file, arrival.state) == (file, Arrival.State.FILED)
        told = next(entry for entry in journal.history(filed) if entry.kind == "document.filed")
        assert told.facts["source_key"] == "stays elsewhere"
    assert SourceKey.objects.get().document == first


def test_the_first_under_a_key_of_its_source_has_it() -> None:
    arrival = an_arrival(waiting=True, source="rest:erp", source_key="doc-8")
    filed = pipeline.file_by_hand(
        actor=an_actor(), arrival=arrival, customer_file=a_customer_file(), description=described(), as_new=True,
        now=NOW,
    )  # fmt: skip
    assert SourceKey.objects.get().document == filed
    told = next(entry for entry in journal.history(filed) if entry.kind == "document.filed")
    assert "source_key" not in told.facts
