"""A new version or a new document? The order of design.md §5, one test for each step."""

from __future__ import annotations

from datetime import date

import pytest

from kundenakte.records import renditions
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import SourceKey
from kundenakte.records.pagetext import DocumentText, PageText, Word
from kundenakte.steps.filing.placing import place, stem
from tests.builders import TODAY, a_class, a_customer_file, a_document, an_arrival

pytestmark = pytest.mark.django_db


def described(code: str = "INV_OUT", number: str = "", dated_on: date = date(2026, 11, 24)) -> Description:
    return Description(a_class(code), "Titel", number, dated_on)


def test_the_sources_own_key_comes_first() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1")
    SourceKey.objects.create(document=document, system="rest:erp", key="4711")
    arrival = an_arrival(content="anders", source="rest:erp", source_key="4711")
    placing = place(arrival, document.customer_file, described(number="RE-999"))
    assert (placing.kind, placing.document, placing.rule) == ("version", document, "filing.source_key")


def test_the_same_key_of_another_source_means_nothing() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1")
    SourceKey.objects.create(document=document, system="rest:erp", key="4711")
    arrival = an_arrival(content="anders", source="rest:crm", source_key="4711")
    assert place(arrival, document.customer_file, described(number="RE-999")).kind == "new"


def test_a_key_that_was_another_customers_is_asked_about() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1")
    SourceKey.objects.create(document=document, system="rest:erp", key="4711")
    arrival = an_arrival(content="anders", source="rest:erp", source_key="4711")
    assert place(arrival, a_customer_file("Andere GmbH"), described()).kind == "ask"


def test_the_same_number_with_other_bytes_is_the_next_version() -> None:
    document = a_document(document_class="INV_OUT", number="RE-2026/1")
    placing = place(an_arrival(content="neu"), document.customer_file, described(number="re 2026 1"))
    assert (placing.kind, placing.document) == ("version", document)


def test_the_same_number_with_the_same_bytes_is_nothing_new() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", content=["gleich"])
    placing = place(an_arrival(content="gleich"), document.customer_file, described(number="RE-1"))
    assert (placing.kind, placing.document) == ("duplicate", document)


def test_the_same_number_of_another_class_or_customer_is_another_document() -> None:
    document = a_document(document_class="INV_OUT", number="7")
    assert place(an_arrival(content="a"), document.customer_file, described("OFFER", "7")).kind == "new"
    assert place(an_arrival(content="b"), a_customer_file("Andere GmbH"), described(number="7")).kind == "new"


def test_a_number_that_comes_again_after_a_year_is_asked_about() -> None:
    document = a_document(document_class="INV_OUT", number="100", dated_on=date(2024, 1, 5))
    placing = place(an_arrival(content="neu"), document.customer_file, described(number="100"))
    assert (placing.kind, placing.reason) == ("ask", "number_again")


def test_identical_bytes_in_the_same_file_are_never_filed_twice() -> None:
    document = a_document(document_class="LETTER", content=["Brief"])
    placing = place(an_arrival(content="Brief"), document.customer_file, described("LETTER"))
    assert (placing.kind, placing.document) == ("duplicate", document)


def test_identical_bytes_in_another_file_are_asked_about() -> None:
    document = a_document(document_class="LETTER", content=["Brief"])
    placing = place(an_arrival(content="Brief"), a_customer_file("Andere GmbH"), described("LETTER"))
    assert (placing.kind, placing.reason, placing.document) == ("ask", "same_bytes_elsewhere", document)


def test_a_name_that_differs_in_version_marks_only_is_proposed() -> None:
    document = a_document(document_class="PRESENTATION", content=["alt"])
    arrival = an_arrival(content="neu", file_name="datei_v2.txt")
    assert place(arrival, document.customer_file, described("PRESENTATION")).kind == "new"
    long_name = an_arrival(content="neu2", file_name="Vorstellung Werk_v3.pptx")
    other = a_document(customer_file=document.customer_file, document_class="PRESENTATION")
    from kundenakte.records.actions import documents
    from tests.builders import NOW, SETUP, some_bytes

    named = some_bytes("x")
    documents.add_version(
        actor=SETUP, document=other, now=NOW,
        version=type(named)(named.digest, named.size, named.media_type, "Vorstellung Werk v2 final.pptx", "test"),
    )  # fmt: skip
    placing = place(long_name, document.customer_file, described("PRESENTATION"))
    assert (placing.kind, placing.reason, placing.document) == ("ask", "maybe_version", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Angebot Meier_v2.docx", "Angebot Meier.docx"),
        ("Kalkulation (3).xlsx", "Kalkulation.xlsx"),
        ("Vertrag-Entwurf_2026-01-05.docx", "Vertrag.docx"),
        ("Präsentation final.pptx", "Präsentation_neu.pptx"),
    ],
)
def test_stems_without_version_marks(one: str, other: str) -> None:
    assert stem(one) == stem(other) or stem(one) == "" == stem(other)


def test_short_stems_compare_to_nothing() -> None:
    assert stem("DOC001.pdf") == ""
    assert stem("Scan.pdf") == ""


def test_a_source_that_goes_back_to_an_earlier_state_delivers_a_new_version() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", content=["A", "B"])
    SourceKey.objects.create(document=document, system="folder:akten", key="pfad/datei.txt")
    again = an_arrival(content="A", source="folder:akten", source_key="pfad/datei.txt")
    assert place(again, document.customer_file, described()).kind == "version"
    same = an_arrival(content="B", source="folder:akten", source_key="pfad/datei.txt")
    assert place(same, document.customer_file, described()).kind == "duplicate"


def test_bytes_that_lie_here_too_are_here_and_not_elsewhere() -> None:
    elsewhere = a_document(document_class="LETTER", content=["Rundbrief"])
    here = a_document(document_class="LETTER", content=["Rundbrief"])
    placing = place(an_arrival(content="Rundbrief"), here.customer_file, described("LETTER"))
    assert (placing.kind, placing.document) == ("duplicate", here)
    assert place(an_arrival(content="Rundbrief"), elsewhere.customer_file, described("LETTER")).document == elsewhere


def test_an_older_day_under_the_same_number_is_asked_about() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 11, 20))
    older, newer = described(number="RE-1", dated_on=date(2026, 11, 3)), described(number="RE-1")
    arrival = an_arrival(content="anders")
    placing = place(arrival, document.customer_file, older)
    assert (placing.kind, placing.reason, placing.document) == ("ask", "older_again", document)
    assert place(arrival, document.customer_file, newer).kind == "version"


def test_the_day_a_document_came_in_is_no_day_to_be_older_than() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", dated_on=TODAY)
    earlier = described(number="RE-1", dated_on=date(2026, 11, 3))
    assert place(an_arrival(content="anders"), document.customer_file, earlier).kind == "version"


def test_the_text_of_a_former_version_under_the_same_number_is_asked_about() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", versions=2)
    arrival = an_arrival(content="dieselben Worte in einer anderen Datei")
    first, second = document.versions.order_by("number")
    _reads(first.digest, "Rechnung RE-1 über eine Pumpe, erster Entwurf vom Dienstag")
    _reads(second.digest, "Rechnung RE-1 über eine Pumpe, so wie sie jetzt vereinbart ist")
    assert place(arrival, document.customer_file, described(number="RE-1")).kind == "version"
    _reads(arrival.digest, "Rechnung RE-1 über  eine Pumpe, erster Entwurf vom Dienstag")
    assert place(arrival, document.customer_file, described(number="RE-1")).reason == "older_again"
    _reads(arrival.digest, "Rechnung RE-1 über eine Pumpe, so wie sie jetzt vereinbart ist")
    assert place(arrival, document.customer_file, described(number="RE-1")).kind == "version"


def _reads(digest: str, text: str) -> None:
    words = tuple(Word(word, (0.1, 0.1, 0.2, 0.2)) for word in text.split())
    renditions.save_text(digest, DocumentText((PageText(100, 100, (words,)),)))
