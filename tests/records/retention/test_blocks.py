"""Holds, tax years and letters keep documents beyond their period."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions import links
from kundenakte.records.actions import retention as actions
from kundenakte.records.actions.customers import merge
from kundenakte.records.actions.documents import move_document
from kundenakte.records.actions.retention import AlreadyReleased, HoldWish, SecondPersonMissing, TaxYearWish
from kundenakte.records.models import CustomerFile, Document, LegalHold, Reference, TaxYear
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed, NotFound
from kundenakte.records.retention.blocks import blocks_of, due
from tests.builders import NOW, SETUP, TODAY, a_customer_file, a_document, a_user, an_actor

pytestmark = pytest.mark.django_db


def an_old_paper(customer_file: CustomerFile | None = None) -> Document:
    """Its six years are over, and taxes do not ask for it."""
    return a_document(customer_file=customer_file, document_class="OTHER", dated_on=date(2015, 5, 4))


def a_hold(*documents: Document, customer_file: CustomerFile | None = None, who: str = "bernd") -> LegalHold:
    wish = HoldWish("litigation", "Klage vor dem LG", a_user("bernd"), TODAY + timedelta(days=90), "ZPO 142")
    return actions.set_hold(actor=an_actor(who), wish=wish, documents=documents, customer_file=customer_file, now=NOW)


def release(hold: LegalHold) -> None:
    actions.ask_for_release(actor=an_actor("bernd"), hold=hold, reason="Vergleich", now=NOW)
    actions.release_hold(actor=an_actor("anton"), hold=hold, now=NOW)


def due_ids(on: date = TODAY) -> set[int]:
    return set(due(on=on).values_list("pk", flat=True))


def test_what_is_over_is_due_and_what_runs_or_is_open_is_not() -> None:
    old = an_old_paper()
    a_document(document_class="INV_OUT", number="RE-1")
    a_document(document_class="CONTRACT", dated_on=date(2001, 1, 1))
    assert due_ids() == {old.pk}
    assert due_ids(date(2021, 12, 31)) == set()
    assert due_ids(date(2022, 1, 1)) == {old.pk}


def test_t33_a_document_with_two_holds_stays_after_the_release_of_one() -> None:
    old = an_old_paper()
    first, second = a_hold(old), a_hold(old)
    release(first)
    assert due_ids() == set()
    assert [hold.pk for hold in blocks_of(old, on=TODAY).holds] == [second.pk]
    release(second)
    assert due_ids() == {old.pk}


def test_t33_whoever_asked_for_the_release_does_not_release() -> None:
    hold = a_hold(an_old_paper())
    actions.ask_for_release(actor=an_actor("bernd"), hold=hold, reason="Vergleich", now=NOW)
    with pytest.raises(SecondPersonMissing):
        actions.release_hold(actor=an_actor("bernd"), hold=hold, now=NOW)
    actions.release_hold(actor=an_actor("anton"), hold=hold, now=NOW)
    with pytest.raises(AlreadyReleased):
        actions.release_hold(actor=an_actor("anton"), hold=hold, now=NOW)


def test_a_hold_nobody_asked_to_release_stays() -> None:
    hold = a_hold(an_old_paper())
    with pytest.raises(BadValue):
        actions.release_hold(actor=an_actor("anton"), hold=hold, now=NOW)


def test_a_hold_on_a_file_keeps_what_comes_later_too() -> None:
    file = a_customer_file()
    a_hold(customer_file=file)
    later = an_old_paper(file)
    assert due_ids() == set()
    assert blocks_of(later, on=TODAY)


def test_what_leaves_a_held_file_stays_held() -> None:
    file, other = a_customer_file(), a_customer_file("Andere GmbH")
    paper = an_old_paper(file)
    a_hold(customer_file=file)
    move_document(
        actor=SETUP, document=paper, customer_file=other, section=None, edition=paper.edition, now=NOW, reason="verlegt"
    )
    assert due_ids() == set()
    assert len(blocks_of(paper, on=TODAY).holds) == 1


def test_a_merged_customer_takes_its_holds_along() -> None:
    file, other = a_customer_file(), a_customer_file("Andere GmbH")
    paper = an_old_paper(file)
    hold = a_hold(customer_file=file)
    merge(actor=an_actor("anton"), source=file.customer, into=other.customer, reason="doppelt", now=NOW)
    assert due_ids() == set()
    assert len(blocks_of(an_old_paper(other), on=TODAY).holds) == 1
    release(hold)
    assert paper.pk in due_ids()


def test_a_hold_needs_a_reason_a_thing_and_a_review_in_the_future() -> None:
    old = an_old_paper()
    wish = HoldWish("litigation", "Klage", a_user("bernd"), TODAY + timedelta(days=1))
    for broken, things in (
        (HoldWish("litigation", " ", wish.owner, wish.review_on), (old,)),
        (HoldWish("litigation", "Klage", wish.owner, TODAY), (old,)),
        (HoldWish("laune", "Klage", wish.owner, wish.review_on), (old,)),
        (wish, ()),
    ):
        with pytest.raises(BadValue):
            actions.set_hold(actor=an_actor("bernd"), wish=broken, documents=things, now=NOW)
    assert not LegalHold.objects.exists()


def test_sales_set_no_hold_and_nobody_holds_what_he_does_not_see() -> None:
    old = an_old_paper()
    with pytest.raises(NotAllowed):
        a_hold(old, who="verena")
    complaint = a_document(document_class="COMPLAINT")
    with pytest.raises(NotFound):
        a_hold(complaint)


def test_a_hold_is_told_in_the_history_of_its_documents() -> None:
    old = an_old_paper()
    release(a_hold(old))
    kinds = JournalEntry.objects.filter(subject_id=old.pk, subject_type="records.document").values_list(
        "kind", flat=True
    )
    assert {"document.held", "document.hold_released"} <= set(kinds)


def a_letter_of_2019() -> Document:
    """An order confirmation: six years, relevant for tax; its own period ended with 2025."""
    return a_document(document_class="ORDER_CONF", number="AB-1", dated_on=date(2019, 5, 4))


def closed() -> TaxYearWish:
    return TaxYearWish("closed", date(2021, 3, 1), date(2024, 5, 1))


def test_t34_an_open_tax_year_keeps_a_six_year_letter_and_closing_it_lets_it_go() -> None:
    letter = a_letter_of_2019()
    actor = an_actor("bernd")
    assert letter.retain_until == date(2025, 12, 31)
    assert due_ids() == set()
    row = actions.set_tax_year(actor=actor, year=2019, edition=0, wish=TaxYearWish("open", is_audited=True), now=NOW)
    assert due_ids(date(2040, 1, 1)) == set()
    actions.set_tax_year(actor=actor, year=2019, edition=row.edition, wish=closed(), now=NOW)
    assert due_ids() == {letter.pk}
    assert JournalEntry.objects.filter(kind="tax_year.changed").count() == 2


def test_a_year_nobody_has_spoken_of_ends_with_the_seventh_after_it() -> None:
    letter = a_letter_of_2019()
    block = blocks_of(letter, on=TODAY).year
    assert block
    assert block.assumed_until == date(2026, 12, 31)
    assert due_ids(date(2026, 12, 31)) == set()
    assert due_ids(date(2027, 1, 1)) == {letter.pk}


def test_a_year_under_audit_is_not_closed_and_the_second_to_save_is_told() -> None:
    actor = an_actor("bernd")
    with pytest.raises(BadValue):
        actions.set_tax_year(
            actor=actor,
            year=2019,
            edition=0,
            wish=TaxYearWish("closed", None, date(2024, 5, 1), is_audited=True),
            now=NOW,
        )
    actions.set_tax_year(actor=actor, year=2019, edition=0, wish=closed(), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        actions.set_tax_year(actor=actor, year=2019, edition=0, wish=closed(), now=NOW)
    with pytest.raises(NotAllowed):
        actions.set_tax_year(actor=an_actor("verena"), year=2018, edition=0, wish=closed(), now=NOW)
    assert TaxYear.objects.count() == 1


def test_an_attachment_stays_as_long_as_its_letter() -> None:
    file = a_customer_file()
    old = an_old_paper(file)
    letter = a_document(customer_file=file, document_class="LETTER")
    links.refer(actor=SETUP, from_document=old, to_document=letter, kind=Reference.Kind.ATTACHMENT_OF, now=NOW)
    assert due_ids() == set()
    assert [one.pk for one in blocks_of(old, on=TODAY).attached_to] == [letter.pk]
