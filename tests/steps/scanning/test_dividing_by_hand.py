"""A file in which several documents lie and no sheet is: a person says where each begins, and each goes its own way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from reportlab.pdfgen.canvas import Canvas

from kundenakte import pipeline
from kundenakte.base import blobs, confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import Arrival, StackPart
from kundenakte.records.pagetext import PageText
from kundenakte.records.refusals import AlreadyDone, BadValue, NotAllowed
from kundenakte.records.scanned import Code, Reading, ReadPage, save_reading
from kundenakte.steps.scanning import cutting, division, tasks
from kundenakte.steps.scanning.dividing import Part, divided_at
from kundenakte.steps.scanning.division import NotDivisible, PartlyDivided
from kundenakte.steps.scanning.models import StackDivision
from tests.builders import NOW, SETUP, a_customer_file, a_user, an_arrival

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _jobs() -> Iterator[None]:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def worked_off() -> None:
    worker = Worker()
    while worker.work_once():
        pass


def a_pdf(*pages: str) -> bytes:
    """A page for each text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 300), invariant=1)
    for text in pages:
        for number, line in enumerate(text.split("|")):
            canvas.drawString(20, 260 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def waiting(data: bytes, name: str = "stapel.pdf") -> Arrival:
    """Brought, on its way, and in the inbox, for nothing says whose it is."""
    arrival = pipeline.receive(
        actor=SETUP, stream=io.BytesIO(data), file_name=name, source="folder:scanner", now=NOW
    )  # fmt: skip
    worked_off()
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.WAITING, arrival.sentence
    return arrival


@pytest.fixture
def anton() -> Actor:
    return Actor.of(a_user("anton"))


def test_each_part_goes_its_own_way_and_the_file_stays_as_it_came(anton: Actor, client: Client) -> None:
    file = a_customer_file("Alpha AG", "K-10002")
    data = a_pdf("Notiz eins", "noch Notiz eins", "Angebot|Kundennummer: K-10002|Angebotsnummer: AN-77", "Notiz zwei")
    stack = waiting(data)
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 3, 4], now=NOW)
    worked_off()
    stack.refresh_from_db()
    assert (stack.state, blobs.default().open(stack.digest).read()) == (Arrival.State.SPLIT, data)
    parts = list(StackPart.objects.select_related("part__document").order_by("position"))
    assert [part.pages for part in parts] == [[1, 2], [3], [4]]
    assert [part.part.state for part in parts] == ["waiting", "filed", "waiting"]
    assert parts[1].part.document is not None
    assert parts[1].part.document.customer_file == file
    with pikepdf.open(blobs.default().path(parts[0].part.digest)) as part:
        assert len(part.pages) == 2
    assert not Job.objects.filter(state="failed").exists()
    assert JournalEntry.objects.filter(kind="arrival.divided").count() == 1
    client.force_login(a_user("anton"))
    assert "Darin liegen 3 Dokumente" in client.get(reverse("inbox-arrival", args=(stack.pk,))).text


def test_a_part_is_divided_once_more_where_a_beginning_was_missed(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "zwei", "drei"))
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    worked_off()
    rest = Arrival.objects.get(stack_place__position=2)
    pipeline.divide(actor=anton, arrival=rest, first_pages=[1, 2], now=NOW)
    worked_off()
    assert [list(row.pages) for row in StackPart.objects.filter(stack=rest)] == [[1], [2]]
    assert Arrival.objects.filter(state=Arrival.State.WAITING).count() == 3


def test_what_is_one_document_goes_on_as_one_and_is_not_asked_about_again(anton: Actor) -> None:
    a_customer_file("Alpha AG", "K-10002")
    stack = waiting(a_pdf("Notiz", "noch eine Notiz"))
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1], now=NOW)
    worked_off()
    stack.refresh_from_db()
    assert (stack.state, StackPart.objects.count()) == (Arrival.State.WAITING, 0)
    assert StackDivision.objects.get().parts == [[1, 2]]
    assert JournalEntry.objects.filter(kind="arrival.kept_whole").count() == 1


@pytest.mark.parametrize(("first_pages", "why"), [([1, 3], BadValue), ([0, 1], BadValue), ([], BadValue)])
def test_pages_that_are_none_are_refused_and_nothing_happens(
    anton: Actor, first_pages: list[int], why: type[Exception]
) -> None:
    stack = waiting(a_pdf("eins", "zwei"))
    with pytest.raises(why):
        pipeline.divide(actor=anton, arrival=stack, first_pages=first_pages, now=NOW)
    stack.refresh_from_db()
    assert (stack.state, StackDivision.objects.count()) == (Arrival.State.WAITING, 0)


def test_what_cannot_be_cut_is_refused(anton: Actor) -> None:
    for data, name in ((b"Nur Text", "notiz.txt"), (a_pdf("eine Seite"), "eine.pdf")):
        with pytest.raises(NotDivisible):
            pipeline.divide(actor=anton, arrival=waiting(data, name), first_pages=[1], now=NOW)


def test_only_who_looks_after_the_inbox_divides_and_only_the_first_of_two(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "zwei"))
    with pytest.raises(NotAllowed):
        pipeline.divide(actor=Actor.of(a_user("paula")), arrival=stack, first_pages=[1, 2], now=NOW)
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    with pytest.raises(AlreadyDone):
        pipeline.divide(actor=anton, arrival=stack, first_pages=[1], now=NOW)
    worked_off()
    assert StackPart.objects.count() == 2


def test_a_division_that_was_held_up_goes_on_where_it_began(anton: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = waiting(a_pdf("eins", "zwei"))
    real, calls = pipeline.receive, []

    def failing(**named: object) -> Arrival:
        calls.append(named)
        if len(calls) == 2:
            raise OSError(28, "no space left")
        return real(**named)  # type: ignore[arg-type]

    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    with pytest.raises(OSError, match="no space"):
        tasks.take_apart(stack.pk, others=replace(pipeline.BESIDE_SCANNING, receive=failing))
    assert StackPart.objects.count() == 1
    Arrival.objects.filter(pk=stack.pk).update(state=Arrival.State.WAITING)
    stack.refresh_from_db()
    Job.objects.all().delete()
    with pytest.raises(PartlyDivided):
        pipeline.divide(actor=anton, arrival=stack, first_pages=[1], now=NOW)
    stack.refresh_from_db()
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    worked_off()
    assert [list(row.pages) for row in StackPart.objects.order_by("position")] == [[1], [2]]


def test_what_will_not_be_cut_comes_back_with_the_reason(anton: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = waiting(a_pdf("eins", "zwei"))
    blobs.default().path(stack.digest).chmod(0o600)
    blobs.default().path(stack.digest).write_bytes(b"%PDF-1.4 kaputt")
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    worked_off()
    stack.refresh_from_db()
    assert (stack.state, stack.sentence) == (Arrival.State.WAITING, cutting.BROKEN)


def test_a_part_that_had_other_pages_before_is_never_passed_over(anton: Actor) -> None:
    """What was read of a page may change between two attempts of a stack with sheets: no page may fall through."""
    stack = waiting(a_pdf("eins", "zwei", "drei"))
    part = waiting(a_pdf("eins"), "teil.pdf")
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2, 3], now=NOW)
    StackPart.objects.create(stack=stack, part=part, position=1, pages=[1, 2])
    worked_off()
    stack.refresh_from_db()
    assert (stack.state, stack.sentence) == (Arrival.State.WAITING, tasks.HALF_DONE)


def test_the_end_counts_once_more(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "zwei", "drei"))
    Arrival.objects.filter(pk=stack.pk).update(state=Arrival.State.UNDER_WAY)
    StackPart.objects.create(stack=stack, part=waiting(a_pdf("eins"), "teil.pdf"), position=1, pages=[1])
    assert not tasks._end(stack.pk, [Part((1,)), Part((2, 3))], pipeline.BESIDE_SCANNING)
    stack.refresh_from_db()
    assert stack.state == Arrival.State.WAITING


def test_a_locked_pdf_is_divided_with_the_password_that_was_said(anton: Actor) -> None:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf("eins", "zwei"))) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(user="geheim", owner="geheim"))
    stack = waiting(buffer.getvalue())
    pipeline.try_again(actor=anton, arrival=stack, now=NOW, password="geheim")
    worked_off()
    stack.refresh_from_db()
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    worked_off()
    stack.refresh_from_db()
    assert stack.state == Arrival.State.SPLIT, stack.sentence


def test_a_mail_that_waits_for_a_stack_goes_on_when_that_is_taken_apart(anton: Actor) -> None:
    mail, stack = an_arrival(content="Mail", file_name="post.eml"), waiting(a_pdf("eins", "zwei"))
    Arrival.objects.filter(pk=mail.pk).update(findings={"read": True})
    Arrival.objects.filter(pk=stack.pk).update(part_of=mail)
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    Job.objects.filter(name="filing.file", subject_id=mail.pk).delete()
    worker = Worker(only=frozenset({tasks.JOB}))
    while worker.work_once():
        pass
    assert Job.objects.filter(name="filing.file", subject_id=mail.pk).exists()


def test_no_document_begins_on_an_empty_page_or_a_sheet(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "zwei", "drei"))
    blank = ReadPage(PageText(300, 300, ()), is_blank=True)
    sheet = ReadPage(PageText(300, 300, ()), codes=(Code("QRCode", "PATCHT"),))
    for page in (blank, sheet):
        save_reading(stack.digest, Reading({2: page}))
        assert [one.is_left_out for one in division.pages_of(stack)] == [False, True, False]
        with pytest.raises(BadValue, match="beginnt kein Dokument"):
            pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 3], now=NOW)
    assert StackDivision.objects.get().parts == [[1], [3]]


def test_a_page_that_was_taken_for_empty_is_kept_by_whoever_sees_more_on_it(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "mit Bleistift", "drei", "auch mit Bleistift", "Trennblatt"))
    blank = ReadPage(PageText(300, 300, ()), is_blank=True)
    sheet = ReadPage(PageText(300, 300, ()), codes=(Code("QRCode", "PATCHT"),))
    save_reading(stack.digest, Reading({2: blank, 4: blank, 5: sheet}))
    # A sheet is one, whatever somebody says.
    pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 4], kept=[2, 4, 5], now=NOW)
    assert StackDivision.objects.get().parts == [[1, 2, 3], [4]]
    assert [(one.begins, one.is_left_out) for one in division.pages_of(stack)] == [
        (True, False), (False, False), (False, False), (True, False), (False, True),
    ]  # fmt: skip
    worked_off()
    texts = [_text(row.part) for row in StackPart.objects.filter(stack=stack).order_by("position")]
    assert ["Bleistift" in text for text in texts] == [True, True]


def _text(part: Arrival) -> str:
    with pypdfium2.PdfDocument(blobs.default().path(part.digest)) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def test_more_pages_than_a_screen_shows_are_not_divided(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "zwei"))
    Arrival.objects.filter(pk=stack.pk).update(page_count=1_000_000)
    stack.refresh_from_db()
    with pytest.raises(NotDivisible):
        pipeline.divide(actor=anton, arrival=stack, first_pages=[1, 2], now=NOW)


def test_half_divided_by_its_sheets_it_is_not_divided_by_hand(anton: Actor) -> None:
    stack = waiting(a_pdf("eins", "zwei"))
    StackPart.objects.create(stack=stack, part=waiting(a_pdf("eins"), "teil.pdf"), position=1, pages=[1])
    assert not division.can_be_divided(stack)


def test_empty_pages_and_sheets_go_into_no_part() -> None:
    def page(*, blank: bool = False) -> ReadPage:
        return ReadPage(PageText(595, 842, ()), is_blank=blank)

    reading = Reading({1: page(blank=True), 2: page(), 3: page(blank=True), 4: page(), 5: page()})
    assert divided_at([1, 4], reading, 5) == [Part((2,)), Part((4, 5))]
    assert divided_at([3], reading, 5) == [Part((2,)), Part((4, 5))]
    assert divided_at([4], Reading(), 5) == [Part((1, 2, 3)), Part((4, 5))]
    assert divided_at([1], Reading({1: page(blank=True)}), 1) == []
