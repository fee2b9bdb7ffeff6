"""Two people at one batch, paper that is kept late, a sheet that was scanned twice: nothing is lost in between."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kundenakte import pipeline
from kundenakte.base import confinement
from kundenakte.records.models import Arrival, StackPart
from kundenakte.records.refusals import BadValue
from kundenakte.steps.scanning import division, papers, tasks
from kundenakte.steps.scanning.actions import BatchWish, JudgedMeanwhile, SecondPersonNeeded, begin, judge, keep_paper
from kundenakte.steps.scanning.dividing import Part
from kundenakte.steps.scanning.models import BatchFile, BatchPage, KeptPaper
from kundenakte.steps.scanning.releasing import link_second_scan
from tests.builders import NOW, a_document, a_user, an_actor
from tests.steps.scanning.papers import a_batch, a_page, a_scanned_letter, a_stack, looked_at, pages_of, released

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _jobs() -> Any:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def test_nobody_overwrites_unseen_what_somebody_else_has_said_of_a_page() -> None:
    batch = a_batch(a_scanned_letter(pages=2))
    first, second = pages_of(batch)
    looked_at(batch, p1=("bad", "cut_off"))
    verdicts = {first.pk: ("good", ""), second.pk: ("good", "")}
    with pytest.raises(JudgedMeanwhile):
        judge(actor=an_actor("bernd"), batch=batch, verdicts=verdicts, seen={first.pk: "", second.pk: ""}, now=NOW)
    assert [(row.verdict, row.judged_by) for row in pages_of(batch)] == [
        ("bad", a_user("anton")), ("good", a_user("anton")),
    ]  # fmt: skip
    # Whoever has seen it may say something else.
    assert judge(actor=an_actor("bernd"), batch=batch, verdicts=verdicts, seen={first.pk: "bad"}, now=NOW) == 1


def test_paper_scanned_shortly_after_midnight_is_of_today() -> None:
    night = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    wish = BatchWish(a_user("verena"), date(2026, 7, 1), "Kopierer", 1)
    assert begin(actor=an_actor(), arrivals=[a_scanned_letter()], wish=wish, now=night).pk


def test_more_paper_may_be_kept_after_the_release_and_none_less() -> None:
    deed, letter = a_scanned_letter("urkunde"), a_scanned_letter("brief")
    batch = a_batch(deed, letter)
    keep_paper(actor=an_actor(), batch=batch, part=deed, why="deed", now=NOW)
    looked_at(batch)
    released(batch)
    keep_paper(actor=an_actor(), batch=batch, part=letter, why="evidence", now=NOW)
    assert {part: kept.code for part, kept in papers.kept_of(batch).items()} == {
        deed.pk: "deed", letter.pk: "evidence",
    }  # fmt: skip
    for why in ("", "other"):
        with pytest.raises(BadValue, match="ist freigegeben"):
            keep_paper(actor=an_actor(), batch=batch, part=deed, why=why, now=NOW)


def test_a_first_and_a_second_scan_are_one_paper_and_keep_it_both() -> None:
    first, again, fine = a_scanned_letter("erst", pages=2), a_scanned_letter("zweit"), a_scanned_letter("gut")
    batch = a_batch(first, fine)
    looked_at(batch, p2=("rescan", "cut_off"))
    link_second_scan(actor=an_actor(), batch=batch, pages=[pages_of(batch)[1]], arrival=again, now=NOW)
    looked_at(batch, p4=("bad", "unreadable"))
    assert {part: kept.code for part, kept in papers.kept_of(batch).items()} == {first.pk: "flaw", again.pk: "flaw"}
    released(batch)
    assert first.document is not None
    assert fine.document is not None
    assert papers.paper_of(first.document, now=NOW).startswith("Das Papier bleibt: ")
    assert papers.paper_of(fine.document, now=NOW).startswith("Das Papier darf ab ")


def test_nobody_checks_the_second_scan_he_made_himself() -> None:
    first, again = a_scanned_letter("erst"), a_scanned_letter("zweit")
    Arrival.objects.filter(pk=again.pk).update(received_by=a_user("anton"))
    batch = a_batch(first)
    looked_at(batch, p1=("rescan", "cut_off"))
    link_second_scan(actor=an_actor(), batch=batch, pages=pages_of(batch), arrival=again, now=NOW)
    with pytest.raises(SecondPersonNeeded, match="zweiten Scan haben Sie gemacht"):
        looked_at(batch)
    looked_at(batch, by="bernd")
    assert [row.verdict for row in pages_of(batch)] == ["rescan", "good"]


def test_a_stack_that_is_taken_apart_late_takes_the_pages_of_its_batch_along() -> None:
    one, two = a_document(title="Eins"), a_document(title="Zwei")
    stack = a_stack("stapel", [a_page(), a_page(blank=True), a_page()], {one: [1], two: [3]})
    batch = a_batch(stack)
    parts = [row.part_id for row in pages_of(batch)]
    # As if it had waited in the inbox undivided when the batch was begun.
    BatchPage.objects.filter(file__batch=batch).update(part=stack)
    Arrival.objects.filter(pk=stack.pk).update(state=Arrival.State.UNDER_WAY)
    tasks._end(stack.pk, [Part((1,)), Part((3,))], pipeline.BESIDE_SCANNING)
    assert [row.part_id for row in pages_of(batch)] == parts
    assert parts[1] is None


def a_stack_with_a_letter_divided_once_more() -> tuple[Arrival, list[Arrival]]:
    """Pages 1; 3, 4, 5 of a stack are letters; of the second came a letter of page 3 and one of pages 4 and 5."""
    one, rest, two, three = (a_document(title=name) for name in ("Eins", "Rest", "Zwei", "Drei"))
    stack = a_stack(
        "stapel", [a_page(), a_page(blank=True), *(a_page() for _ in range(3))], {one: [1], rest: [3, 4, 5]}
    )
    letter = Arrival.objects.get(document=rest)
    inner = a_stack("brief", [a_page() for _ in range(3)], {two: [1], three: [2, 3]})
    StackPart.objects.filter(stack=inner).update(stack=letter)
    Arrival.objects.filter(pk=letter.pk).update(state=Arrival.State.SPLIT, document=None, version=None)
    return stack, [Arrival.objects.get(document=document) for document in (one, two, three)]


def test_a_batch_of_a_stack_whose_letter_was_divided_has_the_letters_that_came_of_it() -> None:
    stack, (one, two, three) = a_stack_with_a_letter_divided_once_more()
    batch = a_batch(stack)
    assert [row.part for row in pages_of(batch)] == [one, None, two, three, three]
    assert {row.number for row in pages_of(batch) if row.why} == {1, 2, 3, 4, 5}
    assert not papers.not_filed(batch).exists()


def test_a_letter_that_is_divided_while_its_batch_is_checked_takes_pages_and_kept_paper_along() -> None:
    stack, (one, two, three) = a_stack_with_a_letter_divided_once_more()
    batch = a_batch(stack)
    letter = Arrival.objects.get(stack_parts__part=two)
    # As if the batch had been begun, and its paper kept, before the letter was divided.
    BatchPage.objects.filter(file__batch=batch, number__in=(3, 4, 5)).update(part=letter)
    assert papers.not_filed(batch).get() == letter
    KeptPaper.objects.create(batch=batch, part=letter, why="deed", kept_by=a_user("anton"), kept_at=NOW)
    Arrival.objects.filter(pk=letter.pk).update(state=Arrival.State.UNDER_WAY)
    tasks._end(letter.pk, [Part((1,)), Part((2, 3))], pipeline.BESIDE_SCANNING)
    assert [row.part for row in pages_of(batch)] == [one, None, two, three, three]
    assert set(KeptPaper.objects.values_list("part", "why")) == {(two.pk, "deed"), (three.pk, "deed")}
    assert set(papers.kept_of(batch)) == {two.pk, three.pk}


def test_what_lies_in_a_batch_is_not_divided() -> None:
    waiting = a_scanned_letter(pages=3)
    Arrival.objects.filter(pk=waiting.pk).update(
        state=Arrival.State.WAITING, document=None, version=None, media_type="application/pdf"
    )
    waiting.refresh_from_db()
    assert division.can_be_divided(waiting)
    batch = a_batch(waiting)
    assert not division.can_be_divided(waiting)
    BatchFile.objects.filter(batch=batch).update(arrival=a_scanned_letter("anderer"))
    assert not division.can_be_divided(waiting)


def test_a_batch_begun_while_a_letter_is_being_divided_has_all_its_pages() -> None:
    """Its parts come one by one; until all are there, the letter stands for its pages."""
    stack, (one, two, three) = a_stack_with_a_letter_divided_once_more()
    letter = Arrival.objects.get(stack_parts__part=two)
    Arrival.objects.filter(pk=letter.pk).update(state=Arrival.State.UNDER_WAY)
    StackPart.objects.filter(part=three).delete()
    batch = a_batch(stack)
    assert [row.part for row in pages_of(batch)] == [one, None, letter, letter, letter]
    assert papers.not_filed(batch).get() == letter
    StackPart.objects.create(stack=letter, part=three, position=2, pages=[2, 3])
    tasks._end(letter.pk, [Part((1,)), Part((2, 3))], pipeline.BESIDE_SCANNING)
    assert [row.part for row in pages_of(batch)] == [one, None, two, three, three]
    assert not papers.not_filed(batch).exists()


def test_a_stack_that_was_left_half_divided_is_in_a_batch_as_a_whole() -> None:
    stack = a_stack("stapel", [a_page(), a_page()], {a_document(title="Eins"): [1]})
    Arrival.objects.filter(pk=stack.pk).update(state=Arrival.State.WAITING)
    stack.refresh_from_db()
    assert [row.part for row in pages_of(a_batch(stack))] == [stack, stack]


def test_what_seems_to_hold_several_is_divided_before_its_paper_is_checked() -> None:
    stack = a_scanned_letter(pages=2)
    Arrival.objects.filter(pk=stack.pk).update(
        state=Arrival.State.WAITING, reason=division.REASON, document=None, version=None
    )
    with pytest.raises(BadValue, match="zuerst im Posteingang"):
        a_batch(stack)


def test_a_letter_that_becomes_two_is_looked_at_where_the_second_begins() -> None:
    stack, (_one, _two, three) = a_stack_with_a_letter_divided_once_more()
    batch = a_batch(stack)
    letter = Arrival.objects.get(stack_parts__part=three)
    BatchPage.objects.filter(file__batch=batch, number__in=(3, 4, 5)).update(part=letter, why="")
    Arrival.objects.filter(pk=letter.pk).update(state=Arrival.State.UNDER_WAY)
    tasks._end(letter.pk, [Part((1,)), Part((2, 3))], pipeline.BESIDE_SCANNING)
    assert [row.why for row in pages_of(batch)][2:] == ["first", "first", ""]
