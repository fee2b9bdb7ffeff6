"""R-40 to R-44: who checks what, what is counted, what stays on paper, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base import confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.records import access
from kundenakte.records.models import Arrival, Document, DocumentClass
from kundenakte.records.refusals import AlreadyDone, BadValue, NotAllowed, NotFound
from kundenakte.steps.scanning import papers
from kundenakte.steps.scanning.actions import (
    BatchWish,
    SecondPersonNeeded,
    begin,
    drop,
    judge,
    set_rules,
)
from kundenakte.steps.scanning.models import PaperBatch, PaperRules
from kundenakte.steps.scanning.releasing import (
    NotChecked,
    explain,
    hindrances,
    note_destruction,
    release,
)
from tests.builders import NOW, SETUP, TODAY, a_document, a_house, a_user, an_actor, an_arrival
from tests.records.disposition.papers import disposed
from tests.steps.scanning.papers import (
    GOOD,
    a_batch,
    a_page,
    a_protocol,
    a_scanned_letter,
    a_stack,
    kinds,
    looked_at,
    pages_of,
    released,
)

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(days=15)


@pytest.fixture(autouse=True)
def _jobs() -> Any:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def test_papers_of_customs_and_courts_stay_whatever_the_class_says() -> None:
    a_house()
    DocumentClass.objects.filter(code="ACCEPTANCE").update(retention_code="CUSTOMS")
    letter = a_scanned_letter(document_class="ACCEPTANCE")
    assert list(papers.kept_of(a_batch(letter))) == [letter.pk]


def test_whoever_scanned_neither_checks_nor_releases() -> None:
    batch = a_batch(a_scanned_letter(), by="verena")
    with pytest.raises(SecondPersonNeeded):
        looked_at(batch, by="verena")
    looked_at(batch, by="bernd")
    with pytest.raises(SecondPersonNeeded):
        release(actor=an_actor("verena"), batch=batch, now=NOW)
    released(batch, by="bernd")


def test_a_house_of_one_may_do_without_a_second_person() -> None:
    set_rules(
        actor=an_actor(), sample_percent=100, second_person=False, waiting_days=0, edition=papers.the_rules().edition,
        now=NOW,
    )  # fmt: skip
    batch = a_batch(a_scanned_letter(), by="verena")
    looked_at(batch, by="verena")
    released(batch, by="verena")
    assert papers.may_go(batch, now=NOW)


def test_the_rules_are_the_administrations_and_bounded() -> None:
    wish: dict[str, Any] = {"second_person": True, "waiting_days": 14, "edition": 1, "now": NOW}
    with pytest.raises(NotAllowed):
        set_rules(actor=an_actor("verena"), sample_percent=10, **wish)
    for percent in (0, 101):
        with pytest.raises(BadValue):
            set_rules(actor=an_actor(), sample_percent=percent, **wish)
    set_rules(actor=an_actor(), sample_percent=10, **wish)
    assert PaperRules.objects.get().sample_percent == 10


def test_the_first_flaw_in_a_sample_makes_every_page_due() -> None:
    set_rules(actor=an_actor(), sample_percent=10, second_person=True, waiting_days=14, edition=1, now=NOW)
    letter = a_scanned_letter(pages=20)
    wish = BatchWish(a_user("verena"), TODAY, "Kopierer", 20)
    batch = begin(actor=an_actor(), arrivals=[letter], wish=wish, now=NOW, chance=Random(1))
    assert papers.open_pages(batch).count() == 3
    looked_at(batch, p1=("bad", "unreadable"))
    assert papers.open_pages(batch).count() == 17
    with pytest.raises(NotChecked):
        release(actor=an_actor(), batch=batch, now=NOW)


def test_fewer_pages_than_the_paper_has_have_to_be_explained() -> None:
    batch = a_batch(a_scanned_letter(pages=3), sheets=2, is_two_sided=True)
    looked_at(batch)
    with pytest.raises(NotChecked, match="Seiten des Papiers: 4, gescannt: 3"):
        release(actor=an_actor(), batch=batch, now=NOW)
    with pytest.raises(BadValue):
        explain(actor=an_actor(), batch=batch, explanation=" ok ", now=NOW)
    explain(actor=an_actor(), batch=batch, explanation="Der Scanner lässt leere Rückseiten weg.", now=NOW)
    batch.refresh_from_db()
    released(batch)
    assert a_protocol(batch)["batch"]["explanation"] == "Der Scanner lässt leere Rückseiten weg."


def test_nothing_is_released_while_a_document_waits_in_the_inbox() -> None:
    letter = a_scanned_letter()
    batch = a_batch(letter)
    looked_at(batch)
    Arrival.objects.filter(pk=letter.pk).update(state=Arrival.State.WAITING, document=None, version=None)
    assert [str(one.sentence) for one in hindrances(batch)] == ["Dokumente, die noch nicht eingeaktet sind: 1."]


def test_paper_of_a_log_that_is_not_filed_stays() -> None:
    batch = a_batch(a_scanned_letter())
    looked_at(batch)
    released(batch)
    log = batch.logs.get().arrival
    Arrival.objects.filter(pk=log.pk).update(document=None, version=None, state=Arrival.State.WAITING)
    assert not papers.may_go(batch, now=NOW + LATER)


def test_a_scan_is_in_one_batch_and_free_again_when_that_is_dropped() -> None:
    letter = a_scanned_letter()
    batch = a_batch(letter)
    with pytest.raises(AlreadyDone):
        a_batch(letter)
    assert letter not in papers.scans_for(a_user("anton"))
    drop(actor=an_actor(), batch=batch, now=NOW)
    assert list(papers.scans_for(a_user("anton"))) == [letter]
    again = a_batch(letter)
    looked_at(again)
    released(again)
    with pytest.raises(AlreadyDone):
        drop(actor=an_actor(), batch=again, now=NOW)
    with pytest.raises(AlreadyDone):
        judge(actor=an_actor(), batch=again, verdicts={pages_of(again)[0].pk: ("rescan", "other")}, now=NOW)


def test_only_scans_are_offered_and_the_letters_of_a_stack_are_not_listed_beside_it() -> None:
    an_arrival(content="kein Scan", file_name="mail.pdf")
    stack = a_stack("stapel", [a_page(), a_page()], {a_document(title="eins"): [1], a_document(title="zwei"): [2]})
    letter = a_scanned_letter()
    assert set(papers.scans_for(a_user("anton"))) == {stack, letter}


def test_who_may_not_see_a_document_of_a_batch_finds_no_batch() -> None:
    secret = a_scanned_letter(document_class="MAINT_CONTRACT")
    batch = a_batch(secret)
    assert papers.get_batch(a_user("sabine"), batch.pk) == batch
    assert not access.documents_for(a_user("bernd")).filter(pk=secret.document_id or 0).exists()
    with pytest.raises(NotFound):
        papers.get_batch(a_user("bernd"), batch.pk)
    assert list(papers.scans_for(a_user("bernd"))) == []
    with pytest.raises(NotFound):
        papers.get_batch(a_user("paula"), batch.pk)


def test_a_verdict_needs_a_person_a_page_of_the_batch_and_a_reason() -> None:
    batch, other = a_batch(a_scanned_letter("a")), a_batch(a_scanned_letter("b"))
    page, foreign = pages_of(batch)[0], pages_of(other)[0]
    for actor, verdicts, refused in (
        (SETUP, {page.pk: GOOD}, NotAllowed), (an_actor("erp"), {page.pk: GOOD}, NotAllowed),
        (an_actor("paula"), {page.pk: GOOD}, NotAllowed), (an_actor(), {foreign.pk: GOOD}, NotFound),
        (an_actor(), {page.pk: ("bad", "")}, BadValue), (an_actor(), {page.pk: ("fine", "")}, BadValue),
        (an_actor(), {page.pk: ("bad", "ugly")}, BadValue),
    ):  # fmt: skip
        with pytest.raises(refused):
            judge(actor=actor, batch=batch, verdicts=verdicts, now=NOW)
    assert "paper_batch.judged" not in kinds(batch)
    assert judge(actor=an_actor(), batch=batch, verdicts={page.pk: GOOD}, now=NOW) == 1
    assert judge(actor=an_actor(), batch=batch, verdicts={page.pk: GOOD}, now=NOW) == 0
    assert kinds(batch).count("paper_batch.judged") == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"device": " "}, "womit"), ({"sheets": 0}, "Blätter"), ({"scanned_on": TODAY + timedelta(days=2)}, "Zukunft"),
        ({"none": True}, "mindestens einen"),
    ],
)  # fmt: skip
def test_what_is_said_of_the_paper_has_to_make_sense(wrong: dict[str, Any], sentence: str) -> None:
    said: dict[str, Any] = {"scanned_by": a_user("verena"), "scanned_on": TODAY, "device": "Kopierer", "sheets": 1}
    said |= wrong
    arrivals = [] if said.pop("none", False) else [a_scanned_letter()]
    with pytest.raises(BadValue, match=sentence):
        begin(actor=an_actor(), arrivals=arrivals, wish=BatchWish(**said), now=NOW)
    assert not PaperBatch.objects.exists()


def test_what_is_not_read_yet_or_only_part_of_a_stack_makes_no_batch() -> None:
    letter, unread = a_scanned_letter(), an_arrival(content="neu", file_name="neu.pdf")
    stack = a_stack("stapel", [a_page()], {a_document(title="eins"): [1]})
    part = Arrival.objects.get(stack_place__stack=stack)
    for arrival in (unread, part):
        with pytest.raises(BadValue, match="kein Scan"):
            a_batch(letter, arrival, sheets=2)
    assert not PaperBatch.objects.exists()


def test_the_house_itself_releases_nothing() -> None:
    batch = a_batch(a_scanned_letter())
    looked_at(batch)
    for actor in (Actor.system("scanning"), Actor.rule("scanning")):
        with pytest.raises(NotAllowed):
            release(actor=actor, batch=batch, now=NOW)
    assert Document.objects.count() == 1
    assert timezone.now() > NOW


def test_a_document_of_a_batch_is_disposed_of_and_the_batch_still_tells_its_numbers() -> None:
    old = a_document(document_class="OTHER", title="Altes", dated_on=date(2015, 5, 4))
    letter = a_scanned_letter("alt", document=old)
    Arrival.objects.filter(pk=letter.pk).update(version=old.valid_version)
    batch = a_batch(letter)
    looked_at(batch)
    released(batch)
    before = batch.protocol
    disposed(old)
    batch.refresh_from_db()
    assert batch.protocol == before
    assert [row.page_count for row in batch.files.all()] == [1]
    assert papers.get_batch(a_user("anton"), batch.pk) == batch
    note_destruction(actor=an_actor(), batch=batch, how="Aktenvernichter P-4", now=NOW + timedelta(days=15))
