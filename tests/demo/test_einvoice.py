"""Electronic invoices: valid by their schemas, equal to the printed page, readable by a program nobody here wrote."""

from __future__ import annotations

from datetime import date
from random import Random

import facturx
import pytest
from lxml import etree

from demo.customers import make_customers
from demo.einvoice import FACTUR_X, XRECHNUNG, Bill, bill_of, cii_xml, facturx_pdf, ubl_xml
from demo.layouts import render
from demo.money import euro, plain
from demo.numbers import Numbers
from demo.papers import Paper
from demo.writing import money_papers, sales
from demo.writing.case import Case
from tests.demo.test_layouts import text_of

CUSTOMERS = make_customers(40, 1)
GERMAN = next(c for c in CUSTOMERS if c.country == "DE" and c.vat_id)
AUSTRIAN = next(c for c in CUSTOMERS if c.country == "AT")
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def _bills(*, abroad: bool = False) -> list[tuple[Paper, Bill]]:
    case = Case(AUSTRIAN if abroad else GERMAN, Random(5), Numbers(), date(2026, 2, 2), layout="modern")
    sales.customer_order_number(case)
    sales.delivery_note(case, date(2026, 2, 10))
    invoice = money_papers.invoice(case, date(2026, 2, 12), embed_fonts=True)
    first = bill_of(case, invoice, case.items)
    note = money_papers.credit_note(case, date(2026, 3, 2), embed_fonts=True)
    return [(invoice, first), (note, bill_of(case, note, money_papers.credited_items(case)))]


@pytest.mark.parametrize("abroad", [False, True])
@pytest.mark.parametrize("guideline", [FACTUR_X, XRECHNUNG])
def test_cii_is_valid_by_schema(guideline: str, *, abroad: bool) -> None:
    for _, bill in _bills(abroad=abroad):
        assert facturx.xml_check_xsd(cii_xml(bill, guideline=guideline), flavor="factur-x", level="en16931")


@pytest.mark.parametrize("abroad", [False, True])
def test_ubl_is_valid_by_schema(*, abroad: bool) -> None:
    for _, bill in _bills(abroad=abroad):
        assert facturx.xml_check_xsd(ubl_xml(bill))


def test_a_wrong_element_would_be_noticed_by_the_schema() -> None:
    xml = cii_xml(_bills()[0][1]).replace(b"ram:GrandTotalAmount", b"ram:GrantTotalAmount")
    with pytest.raises(Exception, match="GrantTotalAmount"):
        facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")


def test_xml_and_page_say_the_same() -> None:
    for paper, bill in _bills():
        text = text_of(render(paper))
        tree = etree.fromstring(cii_xml(bill))
        total = tree.find(f".//{RAM}GrandTotalAmount")
        assert total is not None
        assert total.text == plain(bill.gross)
        assert paper.gross == bill.gross
        assert euro(bill.gross) in text
        assert bill.number in text


def test_the_credit_note_names_the_invoice_it_corrects() -> None:
    (invoice, _), (_, credit) = _bills()
    assert credit.type_code == "381"
    assert credit.corrects is not None
    assert credit.corrects[0] == invoice.number
    assert invoice.number.encode() in ubl_xml(credit)


def test_the_pdf_carries_the_xml_byte_for_byte_and_embeds_its_fonts() -> None:
    paper, bill = _bills()[0]
    xml = cii_xml(bill)
    pdf = facturx_pdf(render(paper), xml, title="Rechnung", author="wir", dated_on=paper.dated_on)
    name, found = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert (name, found) == ("factur-x.xml", xml)
    assert b"/Helvetica" not in render(paper)
    assert pdf == facturx_pdf(render(paper), xml, title="Rechnung", author="wir", dated_on=paper.dated_on)
