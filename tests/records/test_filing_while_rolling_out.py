"""Filing while another edition of the plan is published: whatever is filed lies where the new edition has it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from kundenakte.records import editions
from kundenakte.records.actions import links, plans, roll_out
from kundenakte.records.actions.documents import Description, create_document, describe_document, move_document
from kundenakte.records.actions.plans import SectionWish
from kundenakte.records.models import CustomerFile, Document, FilePlanEdition, Section
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, a_section, an_actor, some_bytes
from tests.waiting import PATIENCE


def _draft_without_offers() -> tuple[FilePlanEdition, Section]:
    """A draft in which offers go into a section of their own and the section they had falls away."""
    draft = plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), now=NOW)
    wish = SectionWish("Offerten", ["OFFER", "PRICE_INFO"])
    section = plans.add_section(actor=an_actor(), edition=draft, revision=1, wish=wish, now=NOW).section
    draft.refresh_from_db()
    plans.retire_section(
        actor=an_actor(), edition=draft, revision=draft.revision, section=a_section("angebote"), successor=section,
        now=NOW,
    )  # fmt: skip
    draft.refresh_from_db()
    return draft, section


def _roll_out(draft: FilePlanEdition) -> None:
    run = roll_out.publish(actor=an_actor(), edition=draft, revision=draft.revision, comment="", now=NOW)
    goes_on = True
    while goes_on:
        with transaction.atomic():
            goes_on = roll_out.next_batch(run_id=run.pk, now=NOW)


def _file(customer_file: CustomerFile, *, section: Section | None = None) -> Document:
    return create_document(
        actor=SETUP, customer_file=customer_file, description=Description(a_class("OFFER"), "Angebot"),
        version=some_bytes("Angebot"), now=NOW, section=section,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_is_being_filed_when_the_plan_is_published_is_taken_along() -> None:
    customer_file = a_customer_file()
    draft, offers = _draft_without_offers()
    filed, rolled_out = threading.Event(), threading.Event()

    def file_slowly() -> None:
        try:
            with transaction.atomic():
                _file(customer_file)
                filed.set()
                rolled_out.wait(timeout=0.5)  # it never is: publishing waits for this
        finally:
            connection.close()

    def publish() -> None:
        try:
            filed.wait(PATIENCE)
            _roll_out(draft)
            rolled_out.set()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(file_slowly), pool.submit(publish)]:
            done.result(PATIENCE)
    assert Document.objects.get().section == offers


@pytest.mark.django_db
def test_whoever_had_the_file_before_files_by_the_new_edition_all_the_same() -> None:
    a_customer_file()
    before = CustomerFile.objects.select_related("plan__current").get()
    corrected = a_document(customer_file=before, document_class="LETTER")
    draft, offers = _draft_without_offers()
    _roll_out(draft)
    assert _file(before).section == offers
    description = Description(a_class("OFFER"), "Doch ein Angebot")
    describe_document(
        actor=SETUP, document=corrected, description=description, edition=corrected.edition, now=NOW
    )  # fmt: skip
    assert corrected.section == offers


@pytest.mark.django_db
def test_a_section_somebody_chose_before_it_fell_away_gives_way_to_its_successor() -> None:
    customer_file, chosen = a_customer_file(), a_section("angebote")
    moved = a_document(customer_file=customer_file, document_class="LETTER")
    draft, offers = _draft_without_offers()
    _roll_out(draft)
    made = _file(customer_file, section=chosen)
    assert (made.section, made.is_pinned) == (offers, True)
    move_document(
        actor=SETUP, document=moved, customer_file=customer_file, section=chosen, edition=moved.edition, now=NOW
    )  # fmt: skip
    assert moved.section == offers
    placed = links.place_also(actor=SETUP, document=moved, customer_file=customer_file, section=chosen, now=NOW)
    assert placed.section == offers


@pytest.mark.django_db
def test_a_section_that_is_still_there_is_kept_as_chosen() -> None:
    customer_file, letters = a_customer_file(), a_section("korrespondenz")
    draft, _offers = _draft_without_offers()
    _roll_out(draft)
    assert _file(customer_file, section=letters).section == letters
