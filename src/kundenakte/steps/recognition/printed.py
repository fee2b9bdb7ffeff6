"""Compares an e-invoice's XML with the printed page (R-14): a difference is shown, never guessed away, never guessed.

It is claimed only when text is printed and the value of the XML stands nowhere in it, in whatever notation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from kundenakte.records.findings import Difference, EInvoice, Entity
from kundenakte.records.letter import Letter
from kundenakte.steps.recognition.notation import AMOUNT

_NOT_ALNUM = re.compile(r"[\W_]+")
# Fewer words are a cover note or a stamp, and no printed invoice.
_LEAST_TEXT = 80


def differences(einvoice: EInvoice, letter: Letter | None, entities: Iterable[Entity]) -> list[Difference]:
    """Where number and gross amount of XML and page disagree; empty when they agree or nothing is printed."""
    if einvoice.status != "invoice" or letter is None or len(letter.plain) < _LEAST_TEXT:
        return []
    found = [entity for entity in entities if entity.origin != "xml"]
    return [*_number(einvoice, letter, found), *_gross(einvoice, letter, found)]


def _number(einvoice: EInvoice, letter: Letter, entities: list[Entity]) -> list[Difference]:
    number = einvoice.values.get("invoice_number", "")
    key = _NOT_ALNUM.sub("", number).upper()
    if not key or key in _NOT_ALNUM.sub("", letter.plain).upper():
        return []
    printed = next((one for one in entities if one.kind in ("invoice_number", "document_number")), None)
    return [_difference("document_number", number, printed)]


def _gross(einvoice: EInvoice, letter: Letter, entities: list[Entity]) -> list[Difference]:
    shown = einvoice.values.get("gross_amount", "")
    pattern = amount_pattern(shown)
    # A page without any amount is a cover letter: it says nothing about the sum.
    if pattern is None or pattern.search(letter.plain) or not AMOUNT.search(letter.plain):
        return []
    sums = [one for one in entities if one.kind == "amount" and one.label.startswith("gross_amount")]
    return [_difference("gross_amount", shown, sums[-1] if sums else None)]


def amount_pattern(amount: str) -> re.Pattern[str] | None:
    """Finds an amount in German, English, Swiss or plain notation, whatever its sign; None when it is no amount."""
    try:
        value = abs(Decimal(amount)).quantize(Decimal("0.01"))
    except (InvalidOperation, ValueError):
        return None
    whole, cents = f"{value:f}".split(".")
    groups = f"{int(whole):,}".split(",")
    end = rf"[.,]{cents}" if cents != "00" else r"(?:[.,](?:00|--?|–))?"
    return re.compile(r"(?<![\d.,])" + r"[.,'’  \u202f]?".join(groups) + end + r"0{0,2}(?!\d)(?![.,]\d)")


def _difference(field: str, in_xml: str, printed: Entity | None) -> Difference:
    return Difference(
        field=field,
        in_xml=in_xml,
        printed=printed.shown if printed else "",
        page=printed.page if printed else None,
        box=printed.box if printed else None,
    )
