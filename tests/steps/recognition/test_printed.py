"""XML and printed page are compared; a difference is claimed only where there is one."""

from __future__ import annotations

import pytest

from kundenakte.records.findings import EInvoice, Entity
from kundenakte.records.letter import Letter
from kundenakte.steps.recognition.printed import amount_pattern, differences
from tests.letters import document

FILLING = "Für unsere Lieferungen und Leistungen erlauben wir uns wie folgt zu berechnen, zahlbar in 14 Tagen."


def compared(printed: str, *, number: str = "RE-2026/0815", gross: str = "1234.5") -> list[str]:
    invoice = EInvoice("invoice", values={"invoice_number": number, "gross_amount": gross})
    letter = Letter(document([(25, 60, FILLING), (25, 80, printed)]))
    return [one.field for one in differences(invoice, letter, [])]


@pytest.mark.parametrize("amount", ["1.234,50", "1,234.50", "1234.50", "1'234.50", "1 234,50", "1234,50 EUR"])
def test_every_notation_of_the_same_amount_agrees(amount: str) -> None:
    assert compared(f"Rechnung RE 2026 0815 Summe {amount}") == []


@pytest.mark.parametrize("amount", ["1.234,51", "11.234,50", "1.234,05", "234,50"])
def test_t27_another_amount_on_the_page_is_a_difference(amount: str) -> None:
    assert compared(f"Rechnung RE-2026/0815 Summe {amount}") == ["gross_amount"]


def test_another_number_is_a_difference() -> None:
    assert compared("Rechnung RE-2026/0816 Summe 1.234,50") == ["document_number"]


def test_whole_amounts_may_lack_their_cents() -> None:
    pattern = amount_pattern("2000.00")
    assert pattern is not None
    assert pattern.search("Summe 2.000,-- EUR")
    assert not pattern.search("Summe 12.000,00 EUR")


def test_without_printed_text_nothing_is_claimed() -> None:
    invoice = EInvoice("invoice", values={"invoice_number": "1", "gross_amount": "1.00"})
    assert differences(invoice, None, []) == []
    assert differences(invoice, Letter(document([(25, 60, "Anbei unsere Rechnung.")])), []) == []


def test_a_cover_letter_without_amounts_says_nothing_about_the_sum() -> None:
    assert compared("Anbei Rechnung RE-2026/0815.") == []


def test_what_is_printed_instead_is_shown_with_its_place() -> None:
    invoice = EInvoice("invoice", values={"invoice_number": "A-1", "gross_amount": "5.00"})
    letter = Letter(document([(25, 60, FILLING), (25, 80, "Rechnung B-2 Summe 6,00")]))
    printed = Entity("invoice_number", "B-2", "B-2", "text", page=1, box=(0.1, 0.2, 0.3, 0.4))
    from_xml = Entity("invoice_number", "A-1", "A-1", "xml")
    found = differences(invoice, letter, [from_xml, printed])
    assert (found[0].in_xml, found[0].printed, found[0].page) == ("A-1", "B-2", 1)
