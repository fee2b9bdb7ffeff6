"""Every paper in every layout: readable, complete, and the same each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

import pypdfium2
import pytest

from demo.company import COMPANY
from demo.customers import make_customers
from demo.goods import draw_items
from demo.layouts import LAYOUTS, render
from demo.layouts.canvas import wrap
from demo.money import day, euro
from demo.numbers import Numbers
from demo.papers import Paper
from demo.writing import contracts, letters, money_papers, sales, service
from demo.writing.case import Case

CUSTOMERS = make_customers(40, 1)
ON = date(2026, 3, 4)

MAKERS: dict[str, Callable[[Case, date], Paper]] = {
    "OFFER": sales.offer, "ORDER_CONF": sales.order_confirmation, "DELIVERY": sales.delivery_note,
    "INV_OUT": money_papers.invoice, "PRICE_INFO": sales.price_information, "CONTRACT": contracts.frame_contract,
    "MAINT_CONTRACT": contracts.maintenance_contract, "NDA": contracts.secrecy_agreement,
    "COMPLAINT": service.eight_d_report, "LETTER": letters.letter_to_customer, "OTHER": letters.certificate,
}  # fmt: skip


def _case(layout: str, *, customer: int = 0, most: int = 4) -> Case:
    rng = Random(f"{layout}/{customer}")
    return Case(CUSTOMERS[customer], rng, Numbers(), ON, layout=layout, items=draw_items(rng, most=most))


def text_of(pdf: bytes) -> str:
    """All words, separated by single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("code", MAKERS)
def test_a_paper_shows_number_date_customer_and_who_sent_it(layout: str, code: str) -> None:
    case = _case(layout)
    paper = MAKERS[code](case, ON)
    text = text_of(render(paper))
    assert paper.code == code
    for expected in (paper.number, day(ON), case.customer.number, case.customer.zip, COMPANY.name, COMPANY.vat_id):
        assert expected in text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_invoice_has_what_the_law_asks_for(layout: str) -> None:
    """§ 14 Abs. 4 UStG: both addresses, tax number, date, number, amount and kind, day of delivery, net, rate, tax."""
    case = _case(layout)
    sales.delivery_note(case, date(2026, 3, 2))
    paper = money_papers.invoice(case, ON)
    text = text_of(render(paper))
    customer, tax = case.customer, case.gross - case.net
    for expected in (
        customer.street, f"{customer.zip} {customer.city}", COMPANY.street, f"{COMPANY.zip} {COMPANY.city}",
        COMPANY.tax_number, COMPANY.vat_id, paper.number, day(ON), "Lieferdatum", day(date(2026, 3, 2)),
        case.items[0].article.name, case.items[0].amount_text, euro(case.net), "19 % USt.", euro(tax), euro(case.gross),
    ):  # fmt: skip
        assert expected in text


def test_a_delivery_within_the_union_goes_out_without_tax_and_says_why() -> None:
    abroad = next(index for index, c in enumerate(CUSTOMERS) if c.country != "DE" and c.vat_id)
    case = _case("din5008", customer=abroad)
    text = text_of(render(money_papers.invoice(case, ON)))
    assert case.gross == case.net
    assert "innergemeinschaftliche Lieferung" in text
    assert case.customer.vat_id in text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_long_offer_goes_on_with_a_repeated_heading_and_counts_its_pages(layout: str) -> None:
    case = _case(layout)
    case.items = case.items * 9
    paper = sales.offer(case, ON)
    document = pypdfium2.PdfDocument(render(paper))
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    assert len(pages) >= 3
    assert all("Bezeichnung" in page for page in pages[:2])
    assert all(paper.number in page for page in pages)
    assert str(len(pages)) in pages[-1]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_drawn_over_the_edge_of_the_page(layout: str) -> None:
    longest = max(range(len(CUSTOMERS)), key=lambda index: len(CUSTOMERS[index].name + CUSTOMERS[index].email))
    case = _case(layout, customer=longest)
    sales.customer_order_number(case)
    looks = replace(case.customer, letterhead=replace(case.customer.letterhead, layout=layout))
    case.customer = looks
    for paper in (money_papers.invoice(case, ON), sales.order(case, ON), contracts.secrecy_agreement(case, ON)):
        for page in pypdfium2.PdfDocument(render(paper)):
            words = page.get_textpage()
            boxes = [words.get_charbox(index) for index in range(words.count_chars())]
            assert max(right for _, _, right, _ in boxes) <= page.get_width() - 5
            assert min(bottom for _, bottom, _, _ in boxes) >= 5


def test_versions_of_an_offer_keep_their_number_and_say_which_they_are() -> None:
    case = _case("modern")
    first, second = sales.offer(case, ON), sales.offer(case, date(2026, 3, 12), version=2)
    assert first.number == second.number
    assert first.gross != second.gross
    assert "Fassung 2" in text_of(render(second))
    assert "Fassung" not in text_of(render(first))


def test_the_layouts_look_different() -> None:
    papers = [render(money_papers.invoice(_case(layout), ON)) for layout in LAYOUTS]
    pictures = [pypdfium2.PdfDocument(pdf)[0].render(scale=0.1).to_pil().tobytes() for pdf in papers]
    assert len(set(pictures)) == len(LAYOUTS) >= 4


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_paper_gives_the_same_bytes(layout: str) -> None:
    paper = sales.offer(_case(layout), ON)
    assert render(paper) == render(paper) == render(sales.offer(_case(layout), ON))


def test_an_amount_keeps_its_currency_sign_at_the_end_of_a_line() -> None:
    lines = wrap("gewähren wir Skonto von 272,46 €.", "Helvetica", 10, 140)
    assert len(lines) > 1
    assert not any(line.startswith("€") for line in lines)
