"""Where a stack is divided, and what its sheets say."""

from __future__ import annotations

from kundenakte.records.pagetext import PageText
from kundenakte.records.scanned import Code, Reading, ReadPage
from kundenakte.steps.scanning import sheets
from kundenakte.steps.scanning.dividing import divided

TEXT = PageText(595, 842, ())


def a_page(code: str = "", *, blank: bool = False) -> ReadPage:
    return ReadPage(TEXT, is_blank=blank, codes=(Code("QRCode", code),) if code else ())


def a_stack(*pages: ReadPage) -> Reading:
    return Reading(dict(enumerate(pages, 1)))


def test_a_sheet_says_again_what_was_written_on_it() -> None:
    facts = {"customer": "K-10 042", "class": "INV_IN", "number": "4711;ä=b", "section": "rechnungen"}
    found = sheets.read(sheets.written(facts))
    assert found is not None
    assert found.facts == facts


def test_other_barcodes_divide_nothing() -> None:
    assert sheets.read("4006381333931") is None
    assert sheets.read("https://example.com/KA1") is None
    assert divided(a_stack(a_page("4006381333931"), a_page()), 2) == []


def test_a_stack_is_divided_at_its_sheets() -> None:
    sheet = sheets.written({"customer": "K-10001"})
    parts = divided(a_stack(a_page(), a_page(), a_page(sheet), a_page(), a_page("SEPARATOR"), a_page()), 6)
    assert [(part.pages, dict(part.facts)) for part in parts] == [
        ((1, 2), {}), ((4,), {"customer": "K-10001"}), ((6,), {}),
    ]  # fmt: skip


def test_empty_backs_are_in_no_part_and_a_sheet_with_two_sides_divides_once() -> None:
    sheet = sheets.written({"class": "INV_IN"})
    pages = (a_page(sheet), a_page(sheet), a_page(), a_page(blank=True), a_page(), a_page(sheet), a_page(blank=True))
    parts = divided(a_stack(*pages), len(pages))
    assert [(part.pages, dict(part.facts)) for part in parts] == [((3, 5), {"class": "INV_IN"})]


def test_pages_with_a_text_of_their_own_stay_in_the_stack() -> None:
    reading = Reading({2: a_page(sheets.written({}))})
    assert [part.pages for part in divided(reading, 3)] == [(1,), (3,)]
