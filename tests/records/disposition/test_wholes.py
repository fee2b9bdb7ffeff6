"""What was divided goes with the last of its parts: its bytes are theirs, and nobody else would take them away."""

from __future__ import annotations

import pytest

from kundenakte.base import blobs
from kundenakte.records.models import Arrival, DisposedDocument, Document, StackPart
from tests.builders import a_customer_file, an_arrival
from tests.records.disposition.papers import an_old_paper, disposed

pytestmark = pytest.mark.django_db
State = Arrival.State


def a_whole(name: str, *parts: Arrival) -> Arrival:
    """An archive that was opened into these."""
    whole = an_arrival(content=f"Inhalt von {name}", file_name=name)
    Arrival.objects.filter(pk=whole.pk).update(state=State.SPLIT)
    Arrival.objects.filter(pk__in=[part.pk for part in parts]).update(part_of=whole)
    return whole


def a_part(document: Document | None = None, *, state: str = State.FILED, content: str = "") -> Arrival:
    part = an_arrival(content=content or f"Teil {document and document.pk}", file_name="teil.txt")
    Arrival.objects.filter(pk=part.pk).update(document=document, state=state)
    return part


def is_there(arrival: Arrival) -> bool:
    return blobs.default().has(arrival.digest)


def test_an_archive_goes_with_the_last_document_out_of_it() -> None:
    file = a_customer_file()
    papers = [an_old_paper(file, title=f"Teil {n}", content=f"Wort {n}") for n in range(2)]
    whole = a_whole("Altes.zip", *map(a_part, papers))
    disposed(papers[0])
    whole.refresh_from_db()
    assert (is_there(whole), whole.file_name, whole.document) == (True, "Altes.zip", None)
    disposed(papers[1])
    whole.refresh_from_db()
    assert (is_there(whole), whole.file_name) == (False, "")
    told = DisposedDocument.objects.order_by("pk")
    assert [row.facts.get("wholes") for row in told] == [None, [whole.digest]]


def test_one_in_another_goes_as_well_and_what_was_sorted_out_keeps_none() -> None:
    paper = an_old_paper(a_customer_file(), content="Wort")
    inner = a_whole("innen.zip", a_part(paper), a_part(state=State.DISCARDED, content="Werbung"))
    outer = a_whole("aussen.zip", inner)
    disposed(paper)
    assert [is_there(one) for one in (inner, outer)] == [False, False]


def test_a_stack_of_paper_goes_like_an_archive() -> None:
    papers = [an_old_paper(a_customer_file(), content=f"Wort {n}") for n in range(2)]
    stack = a_whole("stapel.pdf")
    for position, paper in enumerate(papers, 1):
        StackPart.objects.create(stack=stack, part=a_part(paper), position=position)
    disposed(papers[0])
    assert is_there(stack)
    disposed(papers[1])
    stack.refresh_from_db()
    assert (is_there(stack), stack.file_name) == (False, "")


def test_what_still_waits_keeps_the_whole() -> None:
    paper = an_old_paper(a_customer_file(), content="Wort")
    whole = a_whole("Altes.zip", a_part(paper), a_part(state=State.WAITING, content="Wer ist das?"))
    disposed(paper)
    whole.refresh_from_db()
    assert (is_there(whole), whole.file_name) == (True, "Altes.zip")


def test_bytes_that_somebody_else_has_stay() -> None:
    paper = an_old_paper(a_customer_file(), content="Wort")
    whole = a_whole("Altes.zip", a_part(paper))
    again = an_arrival(content="Inhalt von Altes.zip", file_name="Kopie.zip", waiting=True)
    disposed(paper)
    whole.refresh_from_db()
    assert again.digest == whole.digest
    assert (is_there(again), whole.file_name) == (True, "")
