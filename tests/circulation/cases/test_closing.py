"""The period of a complaint's papers begins when its case ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import actions
from kundenakte.circulation.cases import closing
from kundenakte.circulation.models import Case
from kundenakte.records.models import Document
from tests.builders import NOW, a_customer_file, a_document, a_user
from tests.case_builders import a_case, does_step, worked_off
from tests.process_builders import ENDS, a_file, flow, user_task

pytestmark = pytest.mark.django_db
PROBE = a_file(ENDS + user_task("eins") + flow("f1", "los", "eins") + flow("f2", "eins", "aus"))
LATER = NOW + timedelta(days=40)


def _paper(**more: Any) -> Document:
    return a_document(customer_file=a_customer_file(), document_class="COMPLAINT", **more)


def _again(paper: Document) -> tuple[str, bool, date | None]:
    paper = Document.objects.get(pk=paper.pk)
    return str(paper.fields.get("closed_on", "")), paper.is_retention_open, paper.retain_until


def test_the_period_begins_at_the_end_of_the_year_in_which_the_case_ended() -> None:
    paper = _paper()
    other = a_document(customer_file=paper.customer_file, document_class="SERVICE_REPORT")
    assert _again(paper)[:2] == ("", True)
    case = a_case(PROBE, customer_file=paper.customer_file, documents=[paper, other])
    before = Document.objects.get(pk=other.pk)
    does_step(case, "eins", "sabine", now=LATER)
    worked_off()
    day = LATER.date()
    assert _again(paper) == (day.isoformat(), False, date(day.year + 6, 12, 31))
    assert JournalEntry.objects.filter(kind="document.described", subject_id=paper.pk).count() == 1
    # Others keep theirs; a second time changes nothing.
    assert Document.objects.get(pk=other.pk).edition == before.edition
    assert closing.close_papers(case.folder_id, now=LATER) == 0


def test_a_paper_in_another_open_case_waits_for_that_and_the_later_end_counts() -> None:
    paper = _paper()
    one, two = (a_case(PROBE, customer_file=paper.customer_file, documents=[paper]) for _ in range(2))
    does_step(one, "eins", "sabine", now=NOW)
    worked_off()
    assert _again(paper)[0] == ""
    # Called off is at an end as well.
    actions.recall_folder(actor=Actor.of(a_user("sabine")), folder=two.folder, reason="Doppelt", now=LATER)
    worked_off()
    assert (Case.objects.get(pk=two.pk).state, _again(paper)[0]) == ("cancelled", LATER.date().isoformat())


def test_a_later_day_that_somebody_has_said_stays() -> None:
    paper = _paper(fields={"closed_on": "2031-05-01"})
    case = a_case(PROBE, customer_file=paper.customer_file, documents=[paper])
    does_step(case, "eins", "sabine")
    worked_off()
    assert _again(paper)[0] == "2031-05-01"
